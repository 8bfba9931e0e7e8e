"""Chats of the staff, through the tenant's account."""
