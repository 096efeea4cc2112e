from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from tests.content.folder import Folder


@pytest.fixture
def folder(tmp_path: Path, app: Flask) -> Folder:
    """An edition without a fault. The application has registered the formats of the kinds of activity."""
    return Folder(tmp_path / "courses")
