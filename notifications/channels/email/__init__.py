"""E-mail: text, HTML and the calendar file, through the tenant's account, else through whatever EMAIL_URL names."""
