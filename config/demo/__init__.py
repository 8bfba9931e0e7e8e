"""Three tenants that feel real. Deterministic, and only where SLOTKEEPER_ENV is not production."""
