"""Sign-in: users, roles, OAuth applications and scopes."""
