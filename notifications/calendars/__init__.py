"""Bookings as calendar programs read them (RFC 5545): in mails, and as feeds that they fetch themselves."""
