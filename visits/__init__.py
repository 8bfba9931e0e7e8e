"""Providers, the slots that they open, and the visits in them (contract: tests/contracts/loop.yaml)."""
