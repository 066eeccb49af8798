"""Rules of the use cases."""
