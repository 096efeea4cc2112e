"""Commands on editions as text."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup
from flask_babel import force_locale

from escuela.content.check import everything
from escuela.content.load import load_path

group = AppGroup("courses", help="Editions as text: see courses/README.md.")
folder = click.argument("path", type=click.Path(exists=True, file_okay=False, path_type=Path))


@group.command("check")
@folder
def check(path: Path) -> None:
    """Report every fault of an edition, or of a folder of editions, and change nothing."""
    found = everything(path)
    faults = [fault for _folder, _text, faults in found for fault in faults]
    for fault in faults:
        click.echo(str(fault))
    if faults:
        raise SystemExit(_faults(len(faults)))
    click.echo(f"No faults in {', '.join(folder.name for folder, _text, _faults in found)}.")


@group.command("load")
@folder
def load(path: Path) -> None:
    """Load or update an edition, or each edition of a folder, whole or not at all."""
    results = load_path(path)
    for result in results:
        for fault in result.faults:
            click.echo(str(fault))
        with force_locale("en"):
            click.echo(f"{result.slug}: {result.outcome}{f'. {result.reason}' if result.reason else ''}")
    if not all(result.loaded for result in results):
        raise SystemExit(1)


def _faults(number: int) -> str:
    return "1 fault." if number == 1 else f"{number} faults."
