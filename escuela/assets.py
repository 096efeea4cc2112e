"""Style sheets, scripts, fonts and pictures: joined, fingerprinted, compressed once, cacheable for ever.

Nothing is built and nothing is written: the style sheets are joined in the order below and the scripts after each
other; each file's address carries the hash of its content. In development a changed file is seen at the next request.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import brotli
from flask import Blueprint, Flask, Response, abort, current_app, request, url_for
from markupsafe import Markup

from escuela.access import public
from escuela.config import ROOT

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

STATIC = ROOT / "static"
FIRST = ("layout", "button", "form", "card", "status", "table", "learning")
"""Components that others build on, in this order; what only one room draws follows."""
STYLES = [
    "tokens",
    "base",
    *(f"components/{name}" for name in FIRST),
    *sorted(f"components/{path.stem}" for path in (STATIC / "css/components").glob("*.css") if path.stem not in FIRST),
]
SCRIPTS = {"escuela.js": "js", "desk.js": "js/desk"}
"""Folders whose scripts are joined: those of every page, and those of who writes, chooses and scores."""
FOR_EVER = "public, max-age=31536000, immutable"
COMPRESSIBLE = {".css", ".js", ".svg"}

bp = Blueprint("assets", __name__)


@dataclass(frozen=True)
class Asset:
    """One file as it is sent."""

    name: str
    content: bytes

    @cached_property
    def fingerprint(self) -> str:
        return hashlib.sha256(self.content).hexdigest()[:12]

    @cached_property
    def encodings(self) -> dict[str, bytes]:
        if Path(self.name).suffix not in COMPRESSIBLE:
            return {}
        return {"br": brotli.compress(self.content), "gzip": gzip.compress(self.content, 9, mtime=0)}

    @property
    def media_type(self) -> str:
        return (
            "font/woff2"
            if self.name.endswith(".woff2")
            else mimetypes.guess_type(self.name)[0] or "application/octet-stream"
        )


class Assets:
    """Every asset by name, read when first asked for; `fresh` reads again when a file has changed (development)."""

    def __init__(self, *, fresh: bool) -> None:
        self.fresh = fresh
        self._kept: dict[str, tuple[float, Asset]] = {}

    def get(self, name: str) -> Asset:
        """Raises FileNotFoundError."""
        kept = self._kept.get(name)
        if kept and not self.fresh:
            return kept[1]
        paths = self._paths(name)
        changed = max(path.stat().st_mtime for path in paths)
        if kept and kept[0] == changed:
            return kept[1]
        content = b"\n".join(path.read_bytes() for path in paths)
        if name == "escuela.css":
            content = self._with_addresses(content.decode()).encode()
        asset = Asset(name, content)
        self._kept[name] = (changed, asset)
        return asset

    def _paths(self, name: str) -> list[Path]:
        if name == "escuela.css":
            return [STATIC / "css" / f"{style}.css" for style in STYLES]
        if name in SCRIPTS:
            return sorted((STATIC / SCRIPTS[name]).glob("*.js"))
        path = (STATIC / name).resolve()
        if not path.is_relative_to(STATIC) or not path.is_file() or path.suffix == ".ttf":
            raise FileNotFoundError(name)
        return [path]

    def _with_addresses(self, css: str) -> str:
        """Style sheets name pictures and fonts by path; the joined one must name their fingerprinted addresses."""

        def address(match: re.Match[str]) -> str:
            name = match[1].replace("../", "")
            try:
                return f'url("{url_for("assets.send", fingerprint=self.get(name).fingerprint, name=name)}")'
            except FileNotFoundError:  # the fonts of a set-up that has not been finished: the fallbacks show
                return 'url("data:,")'

        return re.sub(r'url\("((?:\.\./)+[^"]+)"\)', address, css)


def asset_url(name: str) -> str:
    """The address of an asset, with its fingerprint; for templates."""
    return url_for("assets.send", fingerprint=_assets().get(name).fingerprint, name=name)


def has_asset(name: str) -> bool:
    """Whether there is such a file: fonts are made by the set-up."""
    try:
        _assets().get(name)
    except FileNotFoundError:
        return False
    return True


def icon(name: str) -> Markup:
    """One of the strokes of `img/icons.svg`, drawn inline and hidden from screen readers: words stand beside it."""
    return _drawn(_assets().get("img/icons.svg").content)[name]


@lru_cache(maxsize=1)
def _drawn(icons: bytes) -> dict[str, Markup]:
    drawing = Markup('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="{}"/></svg>')
    strokes = re.findall(r'<symbol id="(\w+)"[^>]*><path d="([^"]+)"', icons.decode())
    return {name: drawing.format(stroke) for name, stroke in strokes}


def _assets() -> Assets:
    found: Assets = current_app.extensions["assets"]
    return found


@bp.get("/recursos/<fingerprint>/<path:name>")
@public
def send(fingerprint: str, name: str) -> ResponseReturnValue:
    try:
        asset = _assets().get(name)
    except FileNotFoundError:
        abort(404)
    response = Response(asset.content, mimetype=asset.media_type)
    best = request.accept_encodings
    for encoding, content in asset.encodings.items():
        if best[encoding] > 0:
            response.data = content
            response.headers["Content-Encoding"] = encoding
            break
    if asset.encodings:
        response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = FOR_EVER if fingerprint == asset.fingerprint else "no-cache"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


@bp.get("/favicon.ico")
@public
def favicon() -> ResponseReturnValue:
    asset = _assets().get("img/favicon.svg")
    return Response(asset.content, mimetype="image/svg+xml", headers={"Cache-Control": "public, max-age=86400"})


def init_app(app: Flask) -> None:
    app.extensions["assets"] = Assets(fresh=not app.config["SETTINGS"].production)
    app.register_blueprint(bp)
    app.add_template_global(asset_url)
    app.add_template_global(has_asset)
    app.add_template_global(icon)
