"""The catalogue of frameworks: what is in it, and how it reaches the database."""

from __future__ import annotations

from collections import Counter

from flask import Flask
from sqlalchemy import func, select

from escuela.columns import LANGUAGES
from escuela.extensions import db
from escuela.frameworks.catalogue import catalogue, codes, digest
from escuela.frameworks.models import Framework, FrameworkItem, FrameworkLink
from escuela.frameworks.services import load_catalogue
from tests.conftest import counting


def test_the_agenda_2030_has_its_17_goals_and_169_targets() -> None:
    kinds = Counter(item.kind for item in catalogue().items if item.framework == "ods")
    assert (kinds["goal"], kinds["target"]) == (17, 169)


def test_the_other_frameworks_are_there_with_their_parts() -> None:
    assert [item.id for item in catalogue().frameworks] == [
        "sendai",
        "ods",
        "paris",
        "aaaa",
        "nua",
        "mcr",
        "crf14",
        "crf24",
    ]
    kinds = Counter((item.framework, item.kind) for item in catalogue().items)
    assert (kinds["sendai", "priority"], kinds["sendai", "target"], kinds["mcr", "essential"]) == (4, 7, 10)


def test_every_item_has_a_name_in_three_languages_and_stands_below_its_parent() -> None:
    before: set[str] = set()
    for item in catalogue().items:
        assert set(item.title) == set(LANGUAGES)
        assert item.parent is None or item.parent in before
        assert (item.parent is None) == (set(item.short) == set(LANGUAGES))
        before.add(item.id)
    assert before == set(codes())
    assert {link.item for link in catalogue().links} | {link.other for link in catalogue().links} <= before


def test_the_catalogue_is_loaded_whole(app: Flask) -> None:
    assert load_catalogue() == len(catalogue().items)
    db.session.flush()
    for model, number in ((Framework, 8), (FrameworkItem, len(codes())), (FrameworkLink, len(catalogue().links))):
        assert db.session.scalar(select(func.count()).select_from(model)) == number
    item = db.session.get_one(FrameworkItem, "ods.11.5")
    assert (item.code, item.kind, item.parent_id, item.framework.short["en"]) == ("11.5", "target", "ods.11", "SDGs")
    assert db.session.get_one(FrameworkItem, "ods.11").facts["colour"] == "#FD9D24"


def test_loading_it_again_costs_one_query(app: Flask) -> None:
    load_catalogue()
    with counting() as ran:
        assert load_catalogue() == 0
    assert len(ran) == 1


def test_a_newer_catalogue_changes_what_differs_and_takes_nothing_away(app: Flask) -> None:
    load_catalogue()
    item = db.session.get_one(FrameworkItem, "mcr.e02")
    item.title = {**item.title, "es": "Otro nombre"}
    root = db.session.get_one(Framework, "mcr")
    root.digest = "of an older catalogue"
    db.session.add(
        FrameworkItem(
            id="mcr.old", framework_id="mcr", parent_id="mcr", position=999, code="x", kind="x", title={}, facts={}
        )
    )
    db.session.flush()
    assert load_catalogue() == 1
    assert db.session.get_one(FrameworkItem, "mcr.e02").title["es"].startswith("Identificar")
    assert db.session.get(FrameworkItem, "mcr.old") is not None
    assert db.session.get_one(Framework, "mcr").digest == digest()


def test_the_commands(app: Flask) -> None:
    flask = app.test_cli_runner()
    assert flask.invoke(args=["frameworks", "load"]).output == f"{len(codes())} items added or changed.\n"
    assert flask.invoke(args=["frameworks", "load"]).output == "The catalogue is up to date.\n"
    assert flask.invoke(args=["frameworks", "list"]).output.startswith("sendai         Marco de Sendai")
    mcr = flask.invoke(args=["frameworks", "list", "mcr"]).output.splitlines()
    assert all(line.startswith("mcr") for line in mcr)
    assert len(mcr) == sum(item.framework == "mcr" for item in catalogue().items)
    unknown = flask.invoke(args=["frameworks", "list", "nada"])
    assert unknown.exit_code == 2
    assert "nada is none of sendai, ods" in unknown.output
