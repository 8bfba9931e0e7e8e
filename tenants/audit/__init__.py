"""Who changed what: written by triggers, read here. In each tenant's schema (docs/audit.md)."""
