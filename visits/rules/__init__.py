"""Pure decisions of visits: values in, values out. No ORM, no clock."""
