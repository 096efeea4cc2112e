"""Commands on the catalogue of frameworks."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from escuela.extensions import db
from escuela.frameworks.catalogue import catalogue
from escuela.frameworks.services import load_catalogue

group = AppGroup("frameworks", help="The catalogue of international frameworks.")


@group.command("load")
def load() -> None:
    """Bring the catalogue of the project into the database. Running it again changes nothing."""
    changed = load_catalogue()
    db.session.commit()
    click.echo(f"{changed} items added or changed." if changed else "The catalogue is up to date.")


@group.command("list")
@click.argument("framework", required=False)
def list_items(framework: str | None) -> None:
    """The frameworks, or every item of one: the ids that `frameworks:` in a course may hold."""
    known = catalogue()
    roots = [item.id for item in known.frameworks]
    if framework is not None and framework not in roots:
        raise click.BadParameter(f"{framework} is none of {', '.join(roots)}", param_hint="FRAMEWORK")
    for item in known.frameworks if framework is None else known.items:
        if framework in {None, item.framework}:
            click.echo(f"{item.id:14} {item.title['es']}")
