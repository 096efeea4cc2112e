"""Which Chromium the browser tests and the screens drive, and how it is started.

`python -m tests.chromium` tells in one line when there is none, with the command to get it.
"""

import ctypes
import os
import shutil
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
INSTALL = "sudo apt-get install --no-install-recommends chromium libatomic1 (on Ubuntu: sudo snap install chromium)"

# No sandbox: as root Chromium starts in no other way, and it visits only our own pages. The rest keeps it from
# asking the outside world for updates, accounts and the like.
LAUNCH_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def executable() -> str | None:
    """The path of the browser: the one in CHROMIUM, or else the first that is installed."""
    named = os.environ.get("CHROMIUM")
    return shutil.which(named) if named else next(filter(None, map(shutil.which, NAMES)), None)


def available() -> str | None:
    """None when there is a browser that can be driven, otherwise the reason why not and the command to get it."""
    if not executable():
        return f"Left out: tests in the browser, as there is no Chromium. Get it: {INSTALL}"
    if not _can_drive():
        return f"Left out: tests in the browser, as Playwright needs libatomic. Get it: {INSTALL}"
    return None


def _can_drive() -> bool:
    """Playwright's own Node.js needs this library on Linux, and minimal systems lack it."""
    try:
        return sys.platform != "linux" or bool(ctypes.CDLL("libatomic.so.1"))
    except OSError:
        return False


if __name__ == "__main__":
    if reason := available():
        print(reason)
        sys.exit(1)
