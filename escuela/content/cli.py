"""Commands on editions as text. They speak English, whatever language the platform speaks."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click
from flask.cli import AppGroup
from flask_babel import force_locale
from sqlalchemy import select

from escuela.content.check import everything, read_edition
from escuela.content.export import export
from escuela.content.load import load_path
from escuela.editions.models import Edition
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.source import Fault

group = AppGroup("courses", help="Editions as text: see courses/README.md.")
folder = click.argument("path", type=click.Path(exists=True, file_okay=False, path_type=Path))


@group.command("check")
@folder
def check(path: Path) -> None:
    """Report every fault of an edition, or of a folder of editions, and change nothing."""
    with force_locale("en"):
        found = everything(path)
        number = _echo(fault for _folder, _text, faults in found for fault in faults)
    if number:
        raise SystemExit(_faults(number))
    click.echo(f"No faults in {', '.join(folder.name for folder, _text, _faults in found)}.")


@group.command("load")
@folder
@click.option("--replace", is_flag=True, help="Take back what was changed in the browser since the last load.")
def load(path: Path, *, replace: bool) -> None:
    """Load or update an edition, or each edition of a folder, whole or not at all."""
    with force_locale("en"):
        results = load_path(path, replace=replace)
        for result in results:
            _echo(result.faults)
            reason = (
                f". {EDITED.format(result.slug)}" if result.edited else f". {result.reason}" if result.reason else ""
            )
            click.echo(f"{result.slug}: {result.outcome}{reason}")
    if not all(result.loaded for result in results):
        raise SystemExit(1)


EDITED = (
    "It was changed in the browser since it was loaded. Export it first, `flask courses export {} PATH`, and go on "
    "from there; or load with --replace, which takes those changes back."
)


@group.command("export")
@click.argument("edition")
@click.argument("path", type=click.Path(file_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Write over an edition that is there already.")
def export_edition(edition: str, path: Path, *, replace: bool) -> None:
    """Write an edition of the database as text: the folder EDITION in PATH, or PATH itself if it is called so.

    Loading that folder elsewhere and exporting it again gives the same bytes. What is archived is left out.
    """
    found = db.session.scalars(select(Edition).where(Edition.slug == edition)).one_or_none()
    with force_locale("en"):
        if found is None:
            known = db.session.scalars(select(Edition.slug).order_by(Edition.slug)).all()
            raise click.ClickException(f"There is no edition {edition}. There are: {', '.join(known) or 'none'}.")
        try:
            target = export(found, path, replace=replace)
        except DomainError as refusal:
            raise click.ClickException(str(refusal.sentence)) from None
        _text, faults = read_edition(target)
        if _echo(faults, err=True):
            click.echo(f"{target} is written. Loading it is refused until these faults are put right.", err=True)
            return
    click.echo(f"{target} is written.")


def _echo(faults: Iterable[Fault], *, err: bool = False) -> int:
    """Print faults, one in a line; how many there are."""
    lines = [str(fault) for fault in faults]
    for line in lines:
        click.echo(line, err=err)
    return len(lines)


def _faults(number: int) -> str:
    return "1 fault." if number == 1 else f"{number} faults."
