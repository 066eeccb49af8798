"""Tests of portal/domain/: the pure rules."""
