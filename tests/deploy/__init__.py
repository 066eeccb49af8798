"""Tests of deploy/: every file there is held to the program that it is for."""
