"""Tests of crypto/: each module opens with the rule it holds and the rule's source."""
