"""Every figure of `benchmarks/README.md` in one go: on SQLite and, where it is installed, on PostgreSQL."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import pages, world
from escuela import create_app
from escuela.config import Settings
from tests.postgres import available, postgres_server


def databases(folder: Path) -> Iterator[tuple[str, str]]:
    """Empty databases, by name."""
    yield "SQLite", f"sqlite:///{folder / 'world.sqlite'}"
    if reason := available():
        print(f"\n{reason}")
        return
    with postgres_server() as url:
        yield "PostgreSQL", url


def figures(name: str, url: str, instance: Path) -> str:
    app = create_app(Settings.from_environment(pages.environ(url, instance)))
    began = time.perf_counter()
    made = world.fill(app, world.Size(), world.SEED)
    seconds = time.perf_counter() - began
    filled = f"Filled with {sum(made.counts.values())} rows in {seconds:.0f} s."
    return f"### {name}\n\n{filled}\n\n{pages.as_markdown(*pages.costs(url))}\n"


def main() -> None:
    with TemporaryDirectory() as folder:
        for name, url in databases(Path(folder)):
            print(figures(name, url, Path(folder)), flush=True)


if __name__ == "__main__":
    main()
