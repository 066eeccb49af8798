"""Tests of portal/store/: what is kept, how, and what is left after a crash."""
