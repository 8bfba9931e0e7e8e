"""Providers, the slots that they open, and the visits in them."""

from visits.models.providers import Provider
from visits.models.slots import Slot
from visits.models.visits import Visit

__all__ = ["Provider", "Slot", "Visit"]
