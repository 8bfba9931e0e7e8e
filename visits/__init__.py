"""Providers of visits (contract: tests/contracts/loop.yaml). Their slots and the visits come later."""
