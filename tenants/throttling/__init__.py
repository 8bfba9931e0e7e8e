"""Rate limits: how often somebody may ask (docs/rate-limits.md)."""
