"""Pure decisions of bookings: values in, values out. No ORM, no clock."""
