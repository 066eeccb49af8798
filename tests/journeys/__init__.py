"""Whole journeys against a real gunicorn."""
