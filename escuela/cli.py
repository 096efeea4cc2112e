"""Commands that belong to no room: serve the School, run its jobs."""

from __future__ import annotations

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext

from escuela import jobs

jobs_group = AppGroup("jobs", help="The scheduled jobs.")


@jobs_group.command("run")
@with_appcontext
def run_jobs() -> None:
    """Run the scheduled jobs in this process until it is stopped. For JOBS=outside; one process is enough, two do no harm."""
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
    return current_app._get_current_object()  # type: ignore[attr-defined,no-any-return]  # noqa: SLF001 - the way out of the proxy


def init_app(app: Flask) -> None:
    app.cli.add_command(jobs_group)
