"""The School and a bare Flask view, each behind a gunicorn worker of its own, for as long as they are measured."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from http.client import HTTPConnection

from flask import Flask

from escuela.config import ROOT

bare = Flask(__name__)


@bare.get("/<int:size>")
def letters(size: int) -> str:
    """As many bytes as a page has: what Flask itself costs."""
    return "x" * size


@contextlib.contextmanager
def served(target: str, environ: Mapping[str, str], workers: int = 1) -> Iterator[int]:
    """Serve `module:app`; several workers have four threads each. Yields the port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    options = ["--bind", f"127.0.0.1:{port}", "--workers", str(workers), "--no-control-socket", "--log-level", "error"]
    threads = ["--threads", "4"] if workers > 1 else []
    command = [sys.executable, "-m", "gunicorn", *options, *threads, target]
    server = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environ})  # noqa: S603 - our own words
    try:
        _wait_until_open(port)
        yield port
    finally:
        server.terminate()
        server.wait()


def _wait_until_open(port: int) -> None:
    for _ in range(300):
        with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.1)
    raise RuntimeError("the server did not start")


def fetch(port: int, path: str, cookie: str = "") -> tuple[float, bytes]:
    """Seconds from connecting to the last byte, and the body. Raises RuntimeError unless it was a page."""
    began = time.perf_counter()
    connection = HTTPConnection("127.0.0.1", port)
    connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    if response.status != 200:
        raise RuntimeError(f"{path} answered {response.status}")
    return time.perf_counter() - began, body
