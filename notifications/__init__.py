"""Messages that are planned with a booking and sent by a worker. Other apps use `notifications.public`."""
