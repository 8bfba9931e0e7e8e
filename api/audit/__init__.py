"""Reading the audit over REST."""
