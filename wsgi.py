"""Public entry point for any WSGI server: ``gunicorn wsgi:app``."""

from portal.public.app import create_app

app = create_app()
