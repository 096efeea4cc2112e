"""The edge: one commit for each request, the reader's language and zone, template filters, security headers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from babel import Locale
from babel.dates import format_date, format_datetime, format_skeleton, get_timezone_location
from babel.support import NullTranslations
from flask import Blueprint, Flask, Response, has_request_context, redirect, request, session, url_for
from flask_babel import format_decimal, format_timedelta, get_locale, get_translations, gettext, ngettext
from flask_login import current_user
from markupsafe import Markup, escape

from escuela import clock
from escuela.access import me_or_none, public
from escuela.columns import LANGUAGES, Localized
from escuela.extensions import babel, csrf, db, reading

if TYPE_CHECKING:
    from datetime import date

    from flask.typing import ResponseReturnValue
    from flask_babel.speaklater import LazyString

    from escuela.editions.models import Edition
    from escuela.people.models import User

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
LANGUAGE_NAMES = {"es": "Español", "pt": "Português", "en": "English"}
LANGUAGE_COOKIE, ZONE_COOKIE = "language", "zone"
COOKIE_AGE = 365 * 24 * 3600

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

bp = Blueprint("web", __name__)


@dataclass(frozen=True, slots=True)
class Entry:
    """A link of the main navigation. `shown` takes the person (None for a visitor); `place` orders the entries."""

    place: int
    title: LazyString
    endpoint: str
    shown: Callable[[User | None], bool]


@dataclass(frozen=True, slots=True)
class Tab:
    """A page of one edition, `url_for(endpoint, edition=slug)`. `shown` takes the person or None, and the edition."""

    place: int
    title: LazyString
    endpoint: str
    shown: Callable[[User | None, Edition], bool]
    below: str = ""
    """The endpoint of the tab that it stands below, in a second row; its path begins with that tab's path."""


@dataclass(frozen=True, slots=True)
class Panel:
    """What a room shows on a page of a room to its left. `html` takes what the page is about and may be empty."""

    place: int
    page: str
    """The endpoint of that page."""
    html: Callable[[Any], str]


NAVIGATION: list[Entry] = []
TABS: list[Tab] = []
PANELS: list[Panel] = []
DESKS: list[Callable[[User], str | None]] = []
"""Each room's views add their own. A desk is where somebody begins who neither takes part nor runs an edition."""


def navigation() -> list[dict[str, Any]]:
    """The entries for this reader, with their addresses and which is current."""
    user = me_or_none()
    return [
        {"title": entry.title, "href": url_for(entry.endpoint), "current": entry.endpoint == request.endpoint}
        for entry in sorted(NAVIGATION, key=lambda entry: entry.place)
        if entry.shown(user)
    ]


def edition_tabs(edition: Edition, below: str = "") -> list[dict[str, Any]]:
    """The pages of an edition that this reader may open. `current`: «page», or «true» for one below it."""
    user = me_or_none()
    row = sorted((tab for tab in TABS if tab.below == below), key=lambda tab: tab.place)
    shown = [tab for tab in row if tab.shown(user, edition)]
    tabs: list[dict[str, Any]] = [
        {"title": tab.title, "href": url_for(tab.endpoint, edition=edition.slug), "endpoint": tab.endpoint}
        for tab in shown
    ]
    around = [tab for tab in tabs if f"{request.path}/".startswith(f"{tab['href']}/")]
    if around:
        nearest = max(around, key=lambda tab: len(tab["href"]))
        nearest["current"] = "page" if nearest["href"] == request.path else "true"
    return tabs


def panels(page: str, about: Any) -> list[Markup]:
    """What other rooms show on a page, in order."""
    shown = (panel.html(about) for panel in sorted(PANELS, key=lambda panel: panel.place) if panel.page == page)
    return [Markup(html) for html in shown if html]  # noqa: S704 - each is a template of ours, escaped already


def reader_language() -> str:
    """The reader's language: of their profile, else of the cookie, else of the browser, else Spanish."""
    user = me_or_none()
    if user is not None:
        return user.lens.language if user.lens else user.language
    if not has_request_context():  # a job or a command
        return LANGUAGES[0]
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen in LANGUAGES:
        return chosen
    return request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]


def reader_zone() -> str | None:
    """The reader's IANA zone: of their profile, else what their browser told our script, else unknown."""
    user = me_or_none()
    if user is None and not has_request_context():
        return None
    name = user.zone if user else request.cookies.get(ZONE_COOKIE, "")
    return name if name in clock.zone_names() else None


def language() -> str:
    """The language of this page, or of this mail while it is written."""
    locale = get_locale()
    return locale.language if locale else LANGUAGES[0]


@bp.post("/idioma")
@public
@csrf.exempt  # type: ignore[untyped-decorator]  # it changes nothing that another site could want changed
def choose_language() -> ResponseReturnValue:
    """Switch language: in the profile of who is signed in, in a cookie for everybody."""
    answer = redirect(same_site(request.form.get("next")) or "/", 303)
    chosen = request.form.get("language")
    if chosen in LANGUAGES:
        user = me_or_none()
        if user is not None and user.lens:
            session["lens"] |= {"language": chosen}
            session.modified = True
        elif user is not None:
            user.language = chosen
        answer.set_cookie(LANGUAGE_COOKIE, chosen, max_age=COOKIE_AGE, samesite="Lax", secure=request.is_secure)
    return answer


def same_site(address: str | None) -> str | None:
    """The address if it is a path of this site, else None."""
    if not address or not address.startswith("/") or address.startswith(("//", "/\\")):
        return None
    return None if any(ord(letter) < 32 or letter == "\\" for letter in address) else address


# --- template filters


def localized(text: Localized | None) -> Markup:
    """A text in the reader's language; in another language it is marked with its `lang`."""
    if not text:
        return Markup()
    words = text.words(language())
    if words.fell_back:
        return Markup('<span lang="{}">{}</span>').format(words.language, words.text)
    return escape(words.text)


def plain(text: Localized | None) -> str:
    """A text in the reader's language without markup: for attributes, titles and mails."""
    return text.words(language()).text if text else ""


def country_name(code: str | None) -> str:
    """ISO 3166-1 alpha-2 in the reader's language."""
    locale = get_locale()
    return locale.territories.get(code, code) if locale and code else ""


def language_name(code: str) -> str:
    """A language as it is called in the reader's, inside a sentence: «español», «portugués»."""
    locale = get_locale()
    return locale.languages.get(code, code) if locale else code


def place_of(zone_name: str) -> str:
    """The place whose clock it is: «hora de Montevideo»."""
    return gettext("%(place)s time", place=_city(zone_name, str(get_locale() or LANGUAGES[0])))


@lru_cache(maxsize=2000)
def _city(zone_name: str, locale: str) -> str:
    """The city of a zone; where Babel has no name for it, its own, without the country: «Catamarca»."""
    return get_timezone_location(zone_name, locale=locale, return_city=True).rsplit("/", 1)[-1]


def day(value: date | datetime, zone_name: str | None = None) -> str:
    """«22 de octubre de 2026»; an instant needs the zone whose calendar it is."""
    if isinstance(value, datetime):
        value = value.astimezone(clock.zone(zone_name or "UTC"))
    return str(format_date(value, "long", locale=get_locale()))


def period(first: date, last: date) -> str:
    """«1 de agosto al 3 de octubre de 2025»: the year once where it is the same."""
    if first == last:
        return day(first)
    skeleton = "MMMMd" if first.year == last.year else "yMMMMd"
    begin = format_skeleton(skeleton, first, locale=get_locale())
    return gettext("%(first)s to %(last)s", first=begin, last=day(last))


def clock_time(at: datetime, zone_name: str, pattern: str) -> str:
    there = clock.zone(zone_name)
    return str(format_datetime(at.astimezone(there), pattern, tzinfo=there, locale=get_locale()))


def hour(at: datetime, zone_name: str | None = None) -> str:
    """«23:59», in Portuguese «23h59», on the clock of `zone_name` (the reader's own by default)."""
    pattern = "HH'h'mm" if language() == "pt" else "HH:mm"
    return clock_time(at, zone_name or reader_zone() or "America/Montevideo", pattern)


def day_and_hour(at: datetime, zone_name: str) -> str:
    """«jueves 22 de octubre de 2026, 23:59, hora de Montevideo»: never a time without its zone.

    Of two equal times when the clocks go back it says which.
    """
    return _day_and_hour(at, zone_name, language(), clock.now().year)


@lru_cache(maxsize=5000)
def _day_and_hour(at: datetime, zone_name: str, locale: str, this_year: int) -> str:
    """The same for whoever reads in `locale`, the language of this page: the instants of an edition are on most."""
    there = at.astimezone(clock.zone(zone_name))
    date_part = format_date(there.date(), _full_date(locale, with_year=there.year != this_year), locale=locale)
    values = {"date": date_part, "hour": hour(at, zone_name), "zone": place_of(zone_name)}
    which = clock.of_two(at, zone_name)
    if which == 1:
        return gettext("%(date)s, %(hour)s, %(zone)s (the first time: the clocks go back)", **values)
    if which == 2:
        return gettext("%(date)s, %(hour)s, %(zone)s (the second time: the clocks have gone back)", **values)
    return gettext("%(date)s, %(hour)s, %(zone)s", **values)


@lru_cache(maxsize=16)
def _full_date(locale: str, *, with_year: bool) -> str:
    """The pattern of «jueves 22 de octubre de 2026»; without its year for dates of this one."""
    pattern = Locale.parse(locale).date_formats["full"].pattern
    if locale.startswith("es"):  # CLDR writes a comma after the day of the week; people do not
        pattern = pattern.replace("EEEE, ", "EEEE ")
    return pattern if with_year else re.sub(r"(,| 'de')? y$", "", pattern)


def own_time(at: datetime, zone_name: str, mine: str | None = None, *, same: bool = True) -> str:
    """The same instant on the reader's own clock, or that it is the same there; empty when their zone is unknown.

    A mail says whose clock it is in `mine`: who causes it is not who reads it. A list, which would say it of every row,
    leaves out that it is the `same`.
    """
    mine = mine or reader_zone()
    if mine is None or mine == zone_name:
        return ""
    if at.astimezone(clock.zone(mine)).utcoffset() == at.astimezone(clock.zone(zone_name)).utcoffset():
        return gettext("Same hour in your zone, %(zone)s.", zone=place_of(mine)) if same else ""
    return gettext("For you: %(when)s.", when=day_and_hour(at, mine))


def time_left(at: datetime) -> str:
    """«Faltan 2 días», «Faltan 3 horas»; empty once it has passed. Always beside the full date."""
    seconds = (at - clock.now()).total_seconds()
    if seconds <= 0:
        return ""
    if seconds >= 48 * 3600:
        return ngettext("%(num)d day left.", "%(num)d days left.", int(seconds // 86400))
    if seconds >= 2 * 3600:
        return ngettext("%(num)d hour left.", "%(num)d hours left.", int(seconds // 3600))
    return ngettext("%(num)d minute left.", "%(num)d minutes left.", max(1, int(seconds // 60)))


def time_since(at: datetime) -> str:
    """«6 días», «4 horas»: how long something has waited."""
    return str(format_timedelta(clock.now() - at, granularity="minute", threshold=1))


def file_size(size: int) -> str:
    """«2,4 MB», «48 KB»."""
    if size >= 1_000_000:
        return f"{format_decimal(round(size / 1_000_000, 1))} MB"
    return f"{format_decimal(max(1, round(size / 1000)))} KB"


def iso(at: datetime) -> str:
    """For the `datetime` attribute of <time>."""
    return at.astimezone(UTC).isoformat(timespec="seconds")


FILTERS = (
    localized,
    plain,
    country_name,
    language_name,
    place_of,
    day,
    period,
    hour,
    day_and_hour,
    own_time,
    time_left,
    time_since,
    file_size,
    iso,
)


# --- around each request


def _begin() -> None:
    reading.set(request.method in SAFE_METHODS)


def _commit(response: Response) -> Response:
    """Returning keeps, refusing forgets, reading never writes."""
    if request.method in SAFE_METHODS or response.status_code >= 400:
        db.session.rollback()
    else:
        db.session.commit()
    return response


def _headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if request.is_secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if response.cache_control.max_age is None:  # neither an asset nor a file of a course
        private = current_user.is_authenticated or response.cache_control.no_store
        headers["Cache-Control"] = "no-store" if private else "no-cache"
    if session.accessed:
        headers.add("Vary", "Cookie")
    return response


def _catalogue() -> NullTranslations:
    """The words of this page's language, of which it asks for a hundred: Flask-Babel looks each one's up anew."""
    locale = get_locale()
    name = locale.language if locale else ""
    if name not in _CATALOGUES:
        _CATALOGUES[name] = get_translations()
    return _CATALOGUES[name]


_CATALOGUES: dict[str, NullTranslations] = {}


def init_app(app: Flask) -> None:
    babel.init_app(app, locale_selector=reader_language)
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # of the extension that Flask-Babel adds
        lambda words: _catalogue().gettext(words), lambda *words: _catalogue().ngettext(*words), newstyle=True
    )
    app.register_blueprint(bp)
    for function in FILTERS:
        app.add_template_filter(function)

    @app.context_processor
    def everywhere() -> dict[str, Any]:
        if not has_request_context():  # a mail that a job writes
            return {"language": language(), "languages": LANGUAGE_NAMES}
        return {
            "language": language(),
            "languages": LANGUAGE_NAMES,
            "here": request.full_path.rstrip("?"),
            "now": clock.now(),
            "me": me_or_none(),
            "navigation": navigation,
            "edition_tabs": edition_tabs,
            "panels": panels,
            "save_data": request.headers.get("Save-Data", "").lower() == "on",
        }

    app.before_request(_begin)
    app.after_request(_commit)
    app.after_request(_headers)  # registered last, so it runs first: it asks who reads, whom a rollback forgets

    @app.teardown_request
    def forget(_error: BaseException | None) -> None:
        reading.set(False)
