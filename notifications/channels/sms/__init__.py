"""SMS to a person's number, through the tenant's account."""
