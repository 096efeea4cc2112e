"""Comments anchored to a passage of the text or to a spot of a page: where they belong, and how they are shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from flask_babel import lazy_gettext as _l

from escuela.assessments.assignments.judgement import NOTE, tidy
from escuela.assessments.assignments.models import Review, Submission
from escuela.assessments.assignments.renditions import pages_of
from escuela.assessments.assignments.review_models import Remark
from escuela.errors import DomainError
from escuela.extensions import db

MOST = 200
"""Most remarks of one review."""
QUOTE = 2000
"""Most characters of a passage."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a text, and the numbers of the remarks that speak of it; of `ends` it is the last piece."""

    text: str
    numbers: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()


def located(text: str, quote: str, start: int | None = None) -> tuple[int, int] | None:
    """Where the words of a quote stand in a text: there where they are said to be, else the nearest place; else None.

    Spaces and line ends of the quote are any in the text, since a browser copies them its own way.
    """
    if start is not None and text[start : start + len(quote)] == quote:
        return start, start + len(quote)
    places = list(_places(text, quote))
    return min(places, key=lambda place: abs(place[0] - (start or 0)), default=None)


def _places(text: str, quote: str) -> Iterable[tuple[int, int]]:
    words = quote.split()
    kept = [(place, letter) for place, letter in enumerate(text) if not letter.isspace()]
    dense, wanted = "".join(letter for _place, letter in kept), "".join(words)
    at = dense.find(wanted) if wanted else -1
    while at >= 0:
        yield kept[at][0], kept[at + len(wanted) - 1][0] + 1
        at = dense.find(wanted, at + 1)


def numbered(review: Review | None, version: Submission) -> list[Remark]:
    """The remarks of a review in the order in which their places are read; the first is number 1."""
    if review is None:
        return []
    files = [file.id for file in version.files]

    def place(remark: Remark) -> tuple[int, int, int, int, int]:
        if remark.file_id is None:
            return -1, remark.start or 0, 0, 0, remark.id
        which = files.index(remark.file_id) if remark.file_id in files else len(files)
        return which, remark.page or 0, remark.y or 0, remark.x or 0, remark.id

    return sorted(review.remarks, key=place)


def passages(text: str, remarks: Sequence[Remark]) -> list[Passage]:
    """A text cut where remarks begin and end. Those whose words are not in this text are left out."""
    spans: dict[int, tuple[int, int]] = {}
    for number, remark in enumerate(remarks, 1):
        if remark.quote and (span := located(text, remark.quote, remark.start)):
            spans[number] = span
    cuts = sorted({0, len(text), *(cut for span in spans.values() for cut in span)})
    return [
        Passage(
            text[begin:end],
            tuple(number for number, span in spans.items() if span[0] <= begin and end <= span[1]),
            tuple(number for number, span in spans.items() if span[1] == end),
        )
        for begin, end in pairwise(cuts)
    ]


# --- changing them


def placed(review: Review, form: Mapping[str, str]) -> Remark:
    """The new comment that a form of the desk holds, on the words or the page that were chosen. Raises DomainError."""
    text = tidy(form.get("new_remark"))
    file, _dash, page = form.get("place", "").partition("-")
    if len(text) > NOTE:
        raise DomainError(_l("At most %(most)d characters.", most=NOTE))
    if page:
        return on_page(review, text, _number(file) or 0, _number(page) or 0, _spot(form))
    return on_passage(review, text, tidy(form.get("quote")), _number(form.get("start", "")))


def _number(raw: str) -> int | None:
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else None


def _spot(form: Mapping[str, str]) -> tuple[int, int] | None:
    """Per cent from the left and from above, as the desk asks for them, in thousandths; None for the whole page."""
    try:
        x, y = (round(10 * float(form.get(name, "").replace(",", "."))) for name in ("x", "y"))
    except (ValueError, OverflowError):
        return None
    return (x, y) if 0 <= x <= 1000 and 0 <= y <= 1000 else None


def on_passage(review: Review, text: str, quote: str, start: int | None) -> Remark:
    """Comment on words of the text that is reviewed. Raises DomainError where they are not in it."""
    found = located(review.submission.text, quote, start) if quote.strip() else None
    if found is None:
        raise DomainError(_l("These words are not in the text. Copy them from it, or choose a page."))
    begin, end = found
    if end - begin > QUOTE:
        raise DomainError(_l("Choose a shorter passage: at most %(most)d characters.", most=QUOTE))
    return _added(review, Remark(text=text, start=begin, stop=end, quote=review.submission.text[begin:end]))


def on_page(review: Review, text: str, file_id: int, page: int, spot: tuple[int, int] | None) -> Remark:
    """Comment on a page of a file that was handed in, or on a spot of it. Raises DomainError for another page."""
    file = next((each for each in review.submission.files if each.id == file_id), None)
    if file is None or not 1 <= page <= pages_of(file):
        raise DomainError(_l("That page is not in what was handed in. Choose it from the list."))
    x, y = spot or (None, None)
    return _added(review, Remark(text=text, file_id=file.id, page=page, x=x, y=y))


def _added(review: Review, remark: Remark) -> Remark:
    if not remark.text.strip():
        raise DomainError(_l("Write the comment first."))
    if len(review.remarks) >= MOST:
        raise DomainError(_l("This review has its %(most)d comments on places. Say the rest in general.", most=MOST))
    review.remarks.append(remark)
    db.session.flush()
    return remark


def reword(review: Review, words: Mapping[int, str]) -> None:
    """What the page says of each; those that are not on it stay as they are."""
    for remark in review.remarks:
        remark.text = words.get(remark.id, remark.text)


def remove(review: Review, remark_id: int) -> None:
    """Take one out. Once more changes nothing."""
    review.remarks[:] = [remark for remark in review.remarks if remark.id != remark_id]
    db.session.flush()


def drop_empty(review: Review) -> None:
    """What was emptied and left says nothing."""
    review.remarks[:] = [remark for remark in review.remarks if remark.text.strip()]
