"""Push notifications to phones of the staff, through the tenant's account."""
