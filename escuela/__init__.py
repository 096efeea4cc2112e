"""Escuela de Resiliencia: wiring only. What the School is lives in the rooms; `escuela/README.md` is their map."""

from __future__ import annotations

import logging
from importlib import import_module
from typing import TYPE_CHECKING, Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from escuela import access, assets, cli, errors, gate, web
from escuela.config import ROOT, Settings
from escuela.extensions import compress, csrf, db, limiter, migrate

if TYPE_CHECKING:
    from collections.abc import Mapping

# In the order of HOUSE: a room may import the rooms before it. Each has a `views` module with its blueprint `bp`.
ROOMS = (
    "messages",
    "people",
    "frameworks",
    "editions",
    "admissions",
    "calls",
    "applications",
    "evaluations",
    "selection",
    "assessments.quizzes",
    "assessments.assignments",
    "jury",
    "tutoring",
    "content",
    "learning",
    "media",
    "authoring",
    "publishing",
    "certificates",
    "gradebook",
)


def create_app(settings: Settings | None = None) -> Flask:
    """The School, ready to serve. Raises SettingError when a setting makes no sense."""
    settings = settings or Settings.from_environment()
    app = Flask(
        __name__, template_folder=str(ROOT / "templates"), static_folder=None, instance_path=str(settings.instance)
    )
    app.config.from_mapping(_flask_config(settings))
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for chatty in ("alembic", "apscheduler", "fontTools", "weasyprint"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    settings.instance.mkdir(parents=True, exist_ok=True)
    if settings.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=settings.proxies
        )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True

    db.init_app(app)
    migrate.init_app(app, directory=str(ROOT / "migrations"))
    gate.init_app(app)
    csrf.init_app(app)
    limiter.init_app(app)
    compress.init_app(app)
    web.init_app(app)
    assets.init_app(app)
    errors.init_app(app)
    for name in ROOMS:
        _open(app, name)
    access.init_app(app)
    cli.init_app(app)
    return app


def _open(app: Flask, name: str) -> None:
    """A room brings its models, and what it has of: a text format, `init_app`, pages, commands."""
    for part in ("models", "text", "setup", "views", "cli"):
        try:
            module = import_module(f"escuela.{name}.{part}")
        except ModuleNotFoundError as error:
            if error.name != f"escuela.{name}.{part}":
                raise
            continue
        if part == "setup":
            module.init_app(app)
        elif part == "views":
            app.register_blueprint(module.bp)
        elif part == "cli":
            app.cli.add_command(module.group)


def _flask_config(settings: Settings) -> Mapping[str, Any]:
    return {
        "SETTINGS": settings,
        "TESTING": settings.environment == "test",
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "MAX_CONTENT_LENGTH": settings.upload_bytes + 200_000,
        "MAX_FORM_MEMORY_SIZE": 2_000_000,
        "MAX_FORM_PARTS": 20_000,  # a long quiz in three languages is thousands of short fields
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SECURE": settings.public_url.startswith("https://"),
        "REMEMBER_COOKIE_SAMESITE": "Lax",
        "REMEMBER_COOKIE_HTTPONLY": True,
        "REMEMBER_COOKIE_SECURE": settings.public_url.startswith("https://"),
        "BABEL_DEFAULT_LOCALE": "es",
        "BABEL_TRANSLATION_DIRECTORIES": "translations",
        "WTF_CSRF_TIME_LIMIT": 12 * 3600,
        "RATELIMIT_STORAGE_URI": settings.limits_url,
        "COMPRESS_ALGORITHM": ["br", "gzip"],
        "COMPRESS_BR_LEVEL": 4,
        "COMPRESS_MIMETYPES": ["text/html", "application/json", "text/csv", "text/calendar"],
    }
