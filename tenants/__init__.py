"""Tenants: one organisation, one Postgres schema. The lowest layer; it imports no other app."""
