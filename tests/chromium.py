"""Which Chromium the browser tests and the screens drive, and how it is started.

`python -m tests.chromium` tells in one line when there is none, with the command to get it.
"""

import os
import shutil
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
INSTALL = "sudo apt-get install --no-install-recommends chromium"

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
    """None when there is a browser, otherwise the reason why not and the command to get it."""
    if executable():
        return None
    return f"Left out: tests in the browser, as there is no Chromium. Get it: {INSTALL}"


if __name__ == "__main__":
    if reason := available():
        print(reason)
        sys.exit(1)
