"""A demonstration: invented people and reports, truly sealed. Its passphrases are printed, so it protects nothing.

Loaded by its command alone (portal/commands/demo.py), and by tests, which need the same hands.
"""
