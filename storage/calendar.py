"""When statements were said, as terms of the index: months, and years where all of one is meant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from storage.vocabulary import Term, Vocabulary

_MOST = 5_000


@dataclass(frozen=True, slots=True)
class Calendar:
    """The months and years under which anything is filed, the earliest first."""

    months: tuple[Term, ...]
    years: dict[str, Term]
    of_year: dict[str, frozenset[int]]
    """The numbers of all months of a year that there are."""

    @classmethod
    def of(cls, vocabulary: Vocabulary) -> "Calendar":
        """All that the vocabulary holds."""
        years = vocabulary.beginning("year:", _MOST)
        months = vocabulary.beginning("month:", _MOST)
        return cls.made(months, {one.text.removeprefix("year:"): one for one in years})

    @classmethod
    def made(cls, months: Sequence[Term] = (), years: dict[str, Term] | None = None) -> "Calendar":
        """Of these months, in order, and years."""
        of_year: dict[str, set[int]] = {}
        for one in months:
            of_year.setdefault(_said(one)[:-2], set()).add(one.id)
        return cls(tuple(months), years or {}, {year: frozenset(ids) for year, ids in of_year.items()})

    def between(self, since: date | None, before: date | None) -> list[Term]:
        """The months that hold any of these days, the earliest first."""
        first = f"{since:%Y%m}" if since else ""
        last = f"{before - timedelta(days=1):%Y%m}" if before and before > date.min else "999999"
        return [one for one in self.months if first <= _said(one) <= last]

    def spans(self, months: Sequence[Term]) -> tuple[int, ...]:
        """The numbers of these months, or of a year in place of all months of it that there are."""
        every = self.of_year
        found: dict[int, None] = {}
        chosen = {one.id for one in months}
        for one in months:
            year = _said(one)[:-2]
            is_whole = len(every[year]) > 1 and year in self.years and every[year] <= chosen
            found[self.years[year].id if is_whole else one.id] = None
        return tuple(found)


def _said(month: Term) -> str:
    return month.text.removeprefix("month:")
