"""The SMTP edge: the only place where the portal speaks to a mail server."""
