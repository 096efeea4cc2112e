"""What a browser would send of a form: the page's inputs, as they stand."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from flask import render_template_string
from werkzeug.datastructures import MultiDict

from escuela.editions.forms import ActivityForm
from escuela.editions.kinds import EDITORS
from escuela.editions.models import Edition

COMMON = """
{%- from "ui/writing.html" import localized, moment -%}
{%- from template import fields -%}
{{ localized(form.title) }}{{ localized(form.summary) }}{{ form.required() }}
{{ moment(form.opens, zones) }}{{ moment(form.due, zones) }}
{% for box in form.frameworks %}{{ box() }}{% endfor %}
{{ fields(form, edition) }}"""


class _Inputs(HTMLParser):
    """Templates hold what is not there yet; buttons send nothing unless they are pressed."""

    def __init__(self) -> None:
        super().__init__()
        self.found: MultiDict[str, str] = MultiDict()
        self._hidden = 0
        self._select: tuple[str, list[str], str | None] | None = None
        self._area: tuple[str, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "template":
            self._hidden += 1
        elif self._hidden:
            return
        elif tag == "input" and (given.get("type") not in {"checkbox", "radio"} or "checked" in given):
            self.found.add(name, given.get("value") or "")
        elif tag == "select":
            self._select = name, [], None
        elif tag == "option" and self._select:
            values, chosen = [*self._select[1], given.get("value") or ""], self._select[2]
            self._select = self._select[0], values, values[-1] if "selected" in given else chosen
        elif tag == "textarea":
            self._area = name, []

    def handle_data(self, data: str) -> None:
        if self._area and not self._hidden:
            self._area[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "template":
            self._hidden -= 1
        elif tag == "select" and self._select and not self._hidden:
            name, values, chosen = self._select
            self.found.add(name, chosen if chosen is not None else values[0])
            self._select = None
        elif tag == "textarea" and self._area and not self._hidden:
            self.found.add(self._area[0], "".join(self._area[1]).removeprefix("\n").replace("\n", "\r\n"))
            self._area = None


def inputs(html: str) -> MultiDict[str, Any]:
    parser = _Inputs()
    parser.feed(html)
    return parser.found


def sent(form: ActivityForm, edition: Edition | Any, kind: str) -> MultiDict[str, Any]:
    """What comes back of an activity's form that nobody touched."""
    zones = {"": {zone: zone for field in (form.opens, form.due) if (zone := field.chosen_zone)}}
    page = COMMON.replace("from template", f'from "{EDITORS[kind].template}"')
    return inputs(render_template_string(page, form=form, edition=edition, zones=zones))
