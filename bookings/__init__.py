"""Bookings of coach office hours (contract: tests/contracts/loop.yaml). Events and orders come later."""
