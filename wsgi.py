"""The web application for a WSGI server: ``gunicorn wsgi:app``."""

from tracker.app import create_app
from tracker.resident import settle

app = create_app()
settle()
