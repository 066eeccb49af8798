"""The lists the portal ships with, as TOML."""
