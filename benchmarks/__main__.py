"""Every figure of `benchmarks/README.md` in one go: on SQLite and, where it is installed, on PostgreSQL."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import gradebook, pages, quiz, roster, selection, world
from escuela import create_app
from escuela.config import Settings
from tests.postgres import available, postgres_server


def databases() -> Iterator[tuple[str, str, Path]]:
    """Empty databases, each with its name and an empty folder."""
    with TemporaryDirectory() as folder:
        yield "SQLite", f"sqlite:///{Path(folder) / 'school.sqlite'}", Path(folder)
    if reason := available():
        print(f"\n{reason}")
        return
    with TemporaryDirectory() as folder, postgres_server() as url:
        yield "PostgreSQL", url, Path(folder)


def the_pages(url: str, instance: Path) -> str:
    app = create_app(Settings.from_environment(pages.environ(url, instance)))
    began = time.perf_counter()
    made = world.fill(app, world.Size(), world.SEED)
    seconds = time.perf_counter() - began
    filled = f"Filled with {sum(made.counts.values())} rows in {seconds:.0f} s."
    return f"{filled}\n\n{pages.as_markdown(*pages.costs(url))}"


MEASURED = {
    "Pages": the_pages,
    "A list of people": roster.figures,
    "Choosing in a call": selection.figures,
    "The gradebook": gradebook.figures,
    "Taking a quiz": quiz.figures,
}


def main() -> None:
    for title, figures in MEASURED.items():
        print(f"\n## {title}")
        for name, url, folder in databases():
            print(f"\n### {name}\n\n{figures(url, folder)}", flush=True)


if __name__ == "__main__":
    main()
