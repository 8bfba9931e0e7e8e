"""Who may do what in one tenant: roles per brand, OAuth applications. In each tenant's schema."""
