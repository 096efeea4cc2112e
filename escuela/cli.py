"""Commands that belong to no room: serve the School, make its demo world, run its jobs."""

from __future__ import annotations

import os
import socket
from dataclasses import replace

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext
from flask_migrate import upgrade
from werkzeug.serving import make_server

from escuela import demo, jobs
from escuela.config import ROOT, Settings
from escuela.content.load import load_path
from escuela.extensions import db
from escuela.frameworks.services import load_catalogue

jobs_group = AppGroup("jobs", help="The scheduled jobs.")


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=5000, show_default=True)
@with_appcontext
def serve(host: str, port: int) -> None:
    """Bring the database up to date, load editions and the demo world, serve with the jobs inside.

    For one's own machine; README shows how to run it for real.
    """
    _port_must_be_free(host, port)
    link_here(_app(), host, port)
    _prepare()
    db.session.remove()
    db.engine.dispose()
    click.echo(f"\nThe School is open at http://{host}:{port}   (Ctrl-C closes it)\n")
    clockwork = jobs.scheduler(_app(), blocking=False)
    if _settings().jobs == "inside":
        clockwork.start()
    try:
        make_server(host, port, _app(), threaded=True).serve_forever()
    except KeyboardInterrupt:
        click.echo("Closed.")
    finally:
        if clockwork.running:
            clockwork.shutdown(wait=False)


@click.command("demo")
@with_appcontext
def make_demo() -> None:
    """Make the demo world: one of every kind of person and of every awkward state. A second time changes nothing."""
    click.echo(demo.make())
    db.session.commit()


def _prepare() -> None:
    """Every step is whole or not at all, and does nothing when it has been done: stop it whenever you like."""
    click.echo("Database ...")
    upgrade()
    click.echo("Catalogue of frameworks and editions of courses/ ...")
    load_catalogue()
    db.session.commit()
    load_path(ROOT / "courses")
    db.session.commit()
    click.echo("Demo world ...")
    click.echo(demo.make())
    db.session.commit()


def link_here(app: Flask, host: str, port: int) -> None:
    """Links in mails lead to the server that is about to start, unless PUBLIC_URL says where the School is."""
    if not os.environ.get("PUBLIC_URL"):
        there = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 - every address: no browser opens it
        app.config["SETTINGS"] = replace(_settings(), public_url=f"http://{there}:{port}")


def _port_must_be_free(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            sentence = f"{host}:{port} cannot be used: {error.strerror}. Another: .venv/bin/flask serve --port 5001"
            raise click.ClickException(sentence) from None


@jobs_group.command("run")
@with_appcontext
def run_jobs() -> None:
    """Run the scheduled jobs in this process until it is stopped. For JOBS=outside; a second process does no harm."""
    clockwork = jobs.scheduler(_app(), blocking=True)
    click.echo(f"Running {len(jobs.JOBS)} jobs. Ctrl-C stops.")
    try:
        clockwork.start()
    except (KeyboardInterrupt, SystemExit):
        clockwork.shutdown(wait=True)


@jobs_group.command("once")
@with_appcontext
def run_jobs_once() -> None:
    """Do now whatever is due, once, and stop."""
    for job in jobs.JOBS:
        click.echo(f"{job.name}: {jobs.run(_app(), job)}")


def _app() -> Flask:
    return current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - the way out of the proxy


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def init_app(app: Flask) -> None:
    for command in (serve, make_demo, jobs_group):
        app.cli.add_command(command)
