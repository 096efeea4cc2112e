"""The shape of the house, checked from the code itself: who imports whom, who guards which door, what is documented."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from babel.messages.extract import DEFAULT_KEYWORDS
from flask import Flask

from escuela import ROOMS
from escuela.access import is_public
from escuela.config import ROOT, Settings
from escuela.extensions import db
from tests.conftest import Client

RANKS = {
    "messages": 0,
    "people": 1,
    "frameworks": 2,
    "editions": 3,
    "admissions": 4,
    "calls": 5,
    "applications": 6,
    "evaluations": 7,
    "selection": 8,
    "assessments.quizzes": 5,
    "assessments.assignments": 5,
    "jury": 6,
    "tutoring": 5,
    "content": 6,
    "learning": 6,
    "media": 7,
    "authoring": 8,
    "publishing": 8,
    "certificates": 7,
    "gradebook": 7,
}
WIRING = {
    "escuela",
    "escuela.jobs",
    "escuela.cli",
    "escuela.demo",
    "escuela.demo.cast",
    "escuela.demo.stories",
    "escuela.demo.reviews",
    "escuela.demo.calls",
    "escuela.demo.marks",
    "escuela.demo.jury",
    "escuela.demo.granted",
    "escuela.demo.bank",
}
"""Modules that put the rooms together: they may know them all, and no room may know them."""
EDGE = {"views", "cli", "setup", "forms"}
PURE = {"models", "policies", "queries"}
ORDER = {"models": 0, "policies": 1, "queries": 1, "services": 2, "forms": 2, "views": 3, "cli": 3, "setup": 3}
REQUEST_BOUND = {"request", "session", "current_user", "g", "flash", "redirect", "url_for", "abort"}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted((ROOT / "escuela").rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        yield name, ast.parse(path.read_text(encoding="utf-8"))


def imports(tree: ast.Module) -> Iterator[tuple[str, set[str]]]:
    """What a module imports when it runs; what only the type checker sees is left out."""
    hidden = {
        id(child)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for child in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in hidden:
            continue
        if isinstance(node, ast.ImportFrom) and node.module:
            names = {alias.name for alias in node.names}
            yield node.module, names
            for name in names:  # `from escuela.editions import policies` imports a module too
                yield f"{node.module}.{name}", set()
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, set()


def room_of(module: str) -> str | None:
    inside = module.removeprefix("escuela.") + "."
    return next((room for room in RANKS if inside.startswith(room + ".")), None)


def test_every_room_is_open_and_ranked() -> None:
    assert set(ROOMS) == set(RANKS)


def test_a_room_imports_only_rooms_to_its_left() -> None:
    wrong = [
        f"{name} imports {target}"
        for name, tree in modules()
        if (room := room_of(name))
        for target, _names in imports(tree)
        if (other := room_of(target)) and other != room and RANKS[other] >= RANKS[room]
    ]
    assert wrong == []


def test_only_the_wiring_knows_every_room() -> None:
    wrong = [
        f"{name} imports {target}"
        for name, tree in modules()
        if room_of(name) is None and name not in WIRING
        for target, _names in imports(tree)
        if room_of(target)
    ]
    backwards = [
        f"{name} imports {target}"
        for name, tree in modules()
        if room_of(name)
        for target, _ in imports(tree)
        if target in WIRING - {"escuela"}
    ]
    assert wrong + backwards == []


def test_inside_a_room_imports_go_one_way() -> None:
    wrong = []
    for name, tree in modules():
        room, part = room_of(name), name.rsplit(".", 1)[-1]
        if room is None or part not in ORDER:
            continue
        for target, _names in imports(tree):
            other = target.removeprefix(f"escuela.{room}.")
            if other in ORDER and target != name and ORDER[other] > ORDER[part]:
                wrong.append(f"{name} imports {target}")
    assert wrong == []


def test_rules_and_verbs_know_no_request() -> None:
    wrong = [
        f"{name} uses {', '.join(sorted(names & REQUEST_BOUND))}"
        for name, tree in modules()
        if room_of(name) and name.rsplit(".", 1)[-1] in PURE | {"services", "completion", "marking", "award"}
        for target, names in imports(tree)
        if target in {"flask", "flask_login", "flask_security"} and names & REQUEST_BOUND
    ]
    assert wrong == []


def test_services_never_commit() -> None:
    """The edge commits; only jobs, which work off rows one by one, commit as they go, and they say so here."""
    commits = {
        f"{name}.{function.name}"
        for name, tree in modules()
        if room_of(name) and name.rsplit(".", 1)[-1] not in EDGE
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef) and "db.session.commit()" in ast.unparse(function)
    }
    assert {name for name in commits if not name.startswith(JOBS)} == set()


JOBS = (
    *("escuela.messages.services._", "escuela.certificates.drawing.", "escuela.content.load."),
    "escuela.assessments.assignments.renditions.",
)


def given(converter: str | None) -> str:
    """Something that a part of an address takes: a number, the first of the words that it knows, any text."""
    if converter and converter.startswith("any("):
        return converter.removeprefix("any(").rstrip(")").partition(",")[0]
    return "1" if converter == "int" else "x"


def test_a_visitor_gets_past_the_doorman_only_where_a_view_is_public(app: Flask, client: Client) -> None:
    refused = []
    for rule in app.url_map.iter_rules():
        if is_public(rule.endpoint):
            continue
        address = re.sub(r"<(?:([^:>]+):)?\w+>", lambda found: given(found[1]), rule.rule)
        for method in {"GET", "POST"} & (rule.methods or set()):
            answer = client.open(address, method=method)
            expected = 303 if method == "GET" else 401
            if answer.status_code != expected or (method == "GET" and "/ingresar" not in answer.location):
                refused.append(f"{method} {rule.rule}: {answer.status_code}")
    assert refused == []


APPLYING = (
    *("start", "link", "renew", "leave", "form", "save", "governments", "upload", "detach", "file", "hand_in"),
    *("withdraw", "resume"),
)
"""Pages of who applies: no account comes before acceptance. Each asks for the application that the browser may open."""


def test_public_pages_are_these_and_no_others(app: Flask) -> None:
    public = {rule.endpoint for rule in app.url_map.iter_rules() if is_public(rule.endpoint)}
    assert public == {
        *(f"applications.{each}" for each in APPLYING),
        "assets.favicon",
        "assets.send",
        "calls.call",
        "calls.calls",
        "certificates.check",
        "certificates.verify",
        "learning.edition",
        "learning.editions",
        "learning.home",
        "people.invitation",
        "selection.reply",
        "web.choose_language",
        *(endpoint for endpoint in public if endpoint.startswith("security.")),
    }


def test_every_setting_is_in_the_table_of_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `([A-Z_]+)` \|", readme, re.MULTILINE))
    assert documented == {field.name.upper() for field in fields(Settings)}


def commands(app: Flask) -> Iterator[str]:
    for name, command in app.cli.commands.items():
        if name in {"db", "routes", "run", "shell", "limiter", "users", "roles"}:  # of the extensions
            continue
        inner = getattr(command, "commands", None)
        yield from (f"flask {name} {each}" for each in inner) if inner else [f"flask {name}"]


def test_every_command_is_in_the_readme(app: Flask) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [command for command in commands(app) if f"`{command}" not in readme] == []


def test_models_and_migrations_agree(app: Flask) -> None:
    context = MigrationContext.configure(db.session.connection(), opts={"compare_type": True})
    assert compare_metadata(context, db.metadata) == []


TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_a_template_stays_in_its_room(path: Path) -> None:
    own = str(path.parent.relative_to(ROOT / "templates")).removesuffix("/mail").removesuffix("/email")
    for target in re.findall(r'{%-? *(?:from|import|include|extends) "([^"]+)"', path.read_text(encoding="utf-8")):
        assert target.startswith(("ui/", "layouts/", f"{own}/")), target


@pytest.mark.parametrize(
    "path",
    [path for path in TEMPLATES if "mail" not in str(path) and path.name != "sheet.html"],
    ids=lambda path: str(path.relative_to(ROOT / "templates")),
)
def test_a_page_has_no_inline_style_or_script(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.findall(r'\sstyle="|<style|<script(?![^>]*src)|\son[a-z]+="', text) == []


def test_colours_stay_in_the_tokens() -> None:
    sheets = [
        path for path in (ROOT / "static/css").rglob("*.css") if path.name not in {"tokens.css", "certificate.css"}
    ]
    named = {path.name: re.findall(r"#[0-9a-fA-F]{3,8}\b", path.read_text()) for path in sheets}
    assert {
        name: found for name, found in named.items() if set(found) - {"#fff", "#000", "#333", "#999", "#0f3f4b"}
    } == {}


def test_every_sentence_is_marked_by_a_name_that_the_catalogues_are_made_from() -> None:
    """Under another name, as `lazy_ngettext as _ln`, its sentences stay in English and no catalogue lacks them."""
    extracted = {*DEFAULT_KEYWORDS, "_l", "lazy_gettext", "lazy_ngettext", "lazy_pgettext", "lazy_npgettext"}
    wrong = [
        f"{name} imports {each.name} as {each.asname}"
        for name, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "flask_babel"
        for each in node.names
        if "gettext" in each.name and (each.asname or each.name) not in extracted
    ]
    assert wrong == []


def test_every_room_has_tests_of_its_own() -> None:
    rooms = {room.replace(".", "/") for room in ROOMS}
    assert {room for room in rooms if not list((ROOT / "tests" / room).glob("test_*.py"))} == set()
