"""Webhooks: HTTP calls that tell other systems what happened, signed as Standard Webhooks says."""
