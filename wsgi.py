"""The WSGI entry point: `gunicorn wsgi:app`, `flask --app wsgi`."""

from portal import create_app
from portal.commands.plain import start_told

with start_told():
    app = create_app()
