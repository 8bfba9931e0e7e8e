"""Brands: what an organisation is called by its clients. In each tenant's schema."""
