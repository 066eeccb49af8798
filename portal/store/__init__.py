"""The only SQL and the only stored files of the portal."""
