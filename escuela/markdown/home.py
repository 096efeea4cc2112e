"""What the addresses in a text mean: `media/map.svg` and `lesson:que-es-un-dato`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from escuela.columns import Localized

MEDIA, LESSON = "media/", "lesson:"
OURS = "/ediciones/"
BANK = "/banco-de-preguntas/"
"""Pictures of questions of the bank, which quizzes of any edition show."""
ABROAD = ("https://", "http://", "mailto:", "tel:")
_TARGETS = re.compile(r"(?<=\]\()(media/[^)\s]+|lesson:[a-z0-9-]+)|(?<=\]: )(media/\S+|lesson:[a-z0-9-]+)")

_ANY_TARGET = re.compile(r"(?<=\]\()[^)\s]+|(?<=\]: )\S+")
_ADDRESSES = re.compile(rf"(?<=\]\(){OURS}[^)\s]+|(?<=\]: ){OURS}\S+")


def words_alone(texts: Localized) -> Localized:
    """What people read of a text, wherever its links lead: the same for what is written and what is `addressed`."""
    return Localized({language: _ANY_TARGET.sub("", text) for language, text in texts.items()})


@dataclass(frozen=True, slots=True)
class Medium:
    """A file beside a text: its weight in bytes and, of a picture, its size in pixels where it is known."""

    media_type: str
    size: int
    width: int | None = None
    height: int | None = None

    @property
    def sort(self) -> str:
        """image, audio, video, text or application."""
        return self.media_type.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Home:
    """Where a text lives: the files beside it by name, the address of their folder, and lessons' addresses by slug."""

    media: Mapping[str, Medium] = field(default_factory=dict)
    lessons: Mapping[str, str] = field(default_factory=dict)
    folder: str = ""

    def medium(self, target: str) -> Medium | None:
        return self.media.get(target.removeprefix(MEDIA)) if target.startswith(MEDIA) else None

    def link(self, target: str) -> str | None:
        """Where a link leads; None where it may not lead."""
        if target.startswith(LESSON):
            return self.lessons.get(target.removeprefix(LESSON))
        if target.lower().startswith(ABROAD) or re.fullmatch(r"#[\w-]+", target):
            return target
        return self.source(target)

    def source(self, target: str) -> str | None:
        """Where a picture, a sound or a video comes from: files of ours only."""
        if self.medium(target):
            return self.folder + target.removeprefix(MEDIA)
        return target if re.fullmatch(rf"(?:{OURS}|{BANK})[\w./-]+", target, re.ASCII) and ".." not in target else None

    def addressed(self, texts: Localized) -> Localized:
        """A text that is rendered where it is shown, with the full addresses of what it links to."""
        return Localized({language: _TARGETS.sub(self._full, text) for language, text in texts.items()})

    def _full(self, match: re.Match[str]) -> str:
        return self.link(match[0]) or match[0]

    def written(self, texts: Localized) -> Localized:
        """What `addressed` was made from: the text as its author wrote it."""
        lessons = {address: LESSON + slug for slug, address in self.lessons.items()}

        def short(match: re.Match[str]) -> str:
            name = match[0].removeprefix(self.folder)
            return MEDIA + name if self.folder and name in self.media else lessons.get(match[0], match[0])

        return Localized({language: _ADDRESSES.sub(short, text) for language, text in texts.items()})
