"""The portal: `create_app` joins its parts, and is the one place that does."""

import threading
from collections.abc import Collection

from flask import Flask
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from portal import commands
from portal.services.erase_keys import keys_of, open_database
from portal.services.parts import Clock, Parts
from portal.settings import ROOT, Settings, load, load_secrets
from portal.store.blobs import Blobs
from portal.store.database import Database
from portal.web import (
    assets,
    compiled_pages,
    context,
    errors,
    formatting,
    health,
    languages,
    request,
    security,
    sessions,
)
from portal.web import surfaces as surfaces_here
from portal.web.late_rule import LateRule
from portal.web.parts import EXTENSION


def create_app(
    settings: Settings | None = None,
    *,
    surfaces: Collection[str] = surfaces_here.SURFACES,
    clock: Clock | None = None,
) -> Flask:
    """The WSGI application that answers for the given `surfaces`: all four, or reporter and desk in two processes.

    Raises SettingsError for settings that can't be, and makes missing key files in the instance folder.
    It opens no connection: gunicorn loads it once and forks.
    """
    return application(join(settings or load(), clock), surfaces)


def application(parts: Parts, surfaces: Collection[str] = surfaces_here.SURFACES) -> Flask:
    """The WSGI application over parts that are joined already."""
    settings = parts.settings
    app = Flask(
        "portal",
        template_folder=str(ROOT / "templates"),
        static_folder=None,
        instance_path=str(settings.instance),
    )
    app.request_class = request.NothingOnDisk
    app.url_rule_class = LateRule
    app.extensions[EXTENSION] = parts
    app.secret_key = parts.secrets.csrf
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    for part in (security, sessions, assets, errors, context, formatting, health, compiled_pages):
        part.init_app(app)
    languages.init_app(app, settings.languages)
    surfaces_here.init_app(app, surfaces)
    commands.init_app(app)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=0, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


def join(settings: Settings, clock: Clock | None = None) -> Parts:
    """What the use cases work with, under `settings`. Raises SettingsError; makes missing key files."""
    erase_keys = keys_of(settings)
    return Parts(
        settings=settings,
        secrets=load_secrets(settings.instance),
        erase_keys=erase_keys,
        database=open_database(settings, erase_keys),
        volatile=Database(settings.volatile_url, durable=False),
        blobs=Blobs(settings.blobs, settings.min_free_bytes),
        clock=clock or Clock(),
        kdf_slots=threading.BoundedSemaphore(settings.kdf_slots),
        upload_slots=threading.BoundedSemaphore(settings.upload_slots),
    )
