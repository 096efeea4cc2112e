"""People of an edition in a long list: what it can be narrowed by, and its pages by local government."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Generic, Protocol, TypeVar


class Listed(Protocol):
    """A participant in the list."""

    @property
    def country(self) -> str: ...

    @property
    def government_id(self) -> int: ...

    @property
    def government(self) -> str: ...


P = TypeVar("P", bound=Listed)


class ByGovernment(Generic[P]):
    """Everybody, by local government, and those whom filters leave."""

    everybody: Sequence[P]
    found: Sequence[P]
    per_page: int

    @property
    def countries(self) -> list[str]:
        return sorted({person.country for person in self.everybody})

    @property
    def governments(self) -> list[tuple[int, str]]:
        return list(dict.fromkeys((person.government_id, person.government) for person in self.everybody))

    @property
    def governments_found(self) -> int:
        return len({person.government_id for person in self.found})

    def pages(self, most: int = 0) -> list[list[P]]:
        """The people found in pages of about `most`, no local government torn apart; one empty page for nobody."""
        most = most or self.per_page
        pages: list[list[P]] = [[]]
        for _, group in groupby(self.found, lambda person: person.government_id):
            people = list(group)
            if pages[-1] and len(pages[-1]) + len(people) > most:
                pages.append([])
            pages[-1] += people
        return pages
