"""What every HTTP edge shares: families of endpoints, errors, scopes, strict input, idempotency, paging."""
