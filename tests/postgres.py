"""A PostgreSQL server of our own for as long as the tests run: `with postgres_server() as url`.

It lives in a temporary folder, listens on a socket there and on no port, and is not safe against a power cut.
`python -m tests.postgres` tells in one line why it cannot be had, with the command that changes that.
"""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

DEBIAN_BINARIES = Path("/usr/lib/postgresql")
OWNER = "postgres"  # PostgreSQL refuses to run as root
INSTALL = "sudo apt-get install --no-install-recommends postgresql"
SETTINGS = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "listen_addresses=", "max_connections=60"]


def available() -> str | None:
    """None when a server can be started, otherwise the reason why not and the command to get it."""
    if not _binaries():
        return f"Left out: tests on PostgreSQL, whose server is not installed. Get it: {INSTALL}"
    if _is_root() and not _has_owner():
        return f"Left out: tests on PostgreSQL, which root cannot run without a user {OWNER}. Get it: {INSTALL}"
    return None


@contextlib.contextmanager
def postgres_server() -> Iterator[str]:
    """Yields the SQLAlchemy URL of a new and empty server, and removes it whatever happens."""
    if reason := available():
        raise RuntimeError(reason)
    folder = Path(tempfile.mkdtemp(prefix="escuela-pg-", dir="/tmp"))  # a socket's path has at most 107 bytes
    try:
        if _is_root():
            shutil.chown(folder, OWNER, OWNER)
        _create_cluster(folder)
        with _running(folder):
            yield f"postgresql+psycopg://{OWNER}@/postgres?host={folder}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _create_cluster(folder: Path) -> None:
    options = ["--no-sync", "--auth=trust", f"--username={OWNER}", "--encoding=UTF8", "--locale=C.UTF-8"]
    initdb = [*_as_owner(), f"{_binaries()}/initdb", "--pgdata", f"{folder}/data", *options]
    done = subprocess.run(initdb, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"initdb failed: {done.stdout}{done.stderr}")


@contextlib.contextmanager
def _running(folder: Path) -> Iterator[None]:
    settings = [part for setting in [*SETTINGS, f"unix_socket_directories={folder}"] for part in ("-c", setting)]
    command = [*_as_owner(), f"{_binaries()}/postgres", "-D", f"{folder}/data", *settings]
    log = folder / "log"
    with log.open("wb") as output:
        # A process group of its own: Ctrl-C reaches the tests, and they stop the server when they are done with it.
        server = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output, process_group=0)
    try:
        _wait_until_ready(server, folder)
        yield
    finally:
        _stop(server)


def _wait_until_ready(server: subprocess.Popen[bytes], folder: Path) -> None:
    status = folder / "data" / "postmaster.pid"
    for _ in range(600):
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(timeout=0.05)
            break
        if status.exists() and "ready" in status.read_text():
            return
    raise RuntimeError(f"PostgreSQL did not start: {(folder / 'log').read_text()}")


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGINT)  # the "fast" shutdown: it does not wait for open connections
    try:
        server.wait(timeout=20)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _binaries() -> Path | None:
    """The newest server's programs: Debian keeps them out of PATH."""
    found = sorted(DEBIAN_BINARIES.glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


def _as_owner() -> list[str]:
    """Runs what follows as the owner, and ends it with these tests even when they are killed."""
    dies_with_us = ["setpriv", "--pdeathsig=INT"]
    if _is_root():
        return [*dies_with_us, f"--reuid={OWNER}", f"--regid={OWNER}", "--init-groups", "--"]
    return [*dies_with_us, "--"] if shutil.which("setpriv") else []


def _is_root() -> bool:
    return os.geteuid() == 0


def _has_owner() -> bool:
    try:
        pwd.getpwnam(OWNER)
    except KeyError:
        return False
    return True


if __name__ == "__main__":
    if reason := available():
        print(reason)
        sys.exit(1)
