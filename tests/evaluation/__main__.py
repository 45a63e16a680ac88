"""`make eval`: prints what is reached on the labelled texts, per language, with 95 % bounds."""

import argparse
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from tests.evaluation import cases, documents, entries, queries
from tests.evaluation.figures import Figure

_One = TypeVar("_One")


def main() -> None:
    """Score the halves and sets that were asked for; all of them where none was."""
    asked = argparse.ArgumentParser(prog="make eval", description=__doc__)
    asked.add_argument("--half", choices=("dev", "test"), default="test")
    asked.add_argument("--only", choices=("entries", "cases", "documents", "queries"))
    asked.add_argument("--lang", help="only this language (ISO 639-1)")
    asked.add_argument("-v", "--verbose", action="store_true", help="each miss, in a line")
    given = asked.parse_args()
    if given.only in (None, "entries"):
        labels = [row for row in entries.rows(given.half) if given.lang in (None, row["lang"])]
        judged = entries.judged(labels)
        _told("entries", judged, lambda one: one.label["lang"], entries.figures)
        _listed(entries.misses(judged), verbose=given.verbose)
    if given.only in (None, "cases"):
        pairs = [
            pair for pair in cases.pairs(cases.groups(given.half)) if given.lang in (None, pair.language)
        ]
        _told("cases", pairs, lambda pair: pair.language, cases.figures)
        _listed(cases.misses(pairs), verbose=given.verbose)
    if given.only in (None, "documents"):
        read = [one for one in documents.read(given.half) if given.lang in (None, one.language)]
        _told("documents", read, lambda one: one.language, documents.figures)
        _listed(documents.misses(read), verbose=given.verbose)
    if given.only in (None, "queries"):
        questions = [one for one in queries.questions(given.half) if given.lang in (None, one["lang"])]
        asked_for = queries.asked(questions)
        _told("queries", asked_for, lambda one: one.label["lang"], queries.figures)
        _told("queries, by what is hard about them", asked_for, lambda one: one.label["tag"], queries.figures)
        _listed(queries.misses(asked_for), verbose=given.verbose)


def _told(
    name: str,
    found: Sequence[_One],
    language: Callable[[_One], str],
    figures: Callable[[Sequence[_One]], list[Figure]],
) -> None:
    """The figures of all, then the values alone of each language."""
    print(f"\n{name}")
    whole = figures(found)
    for figure in whole:
        print(f"  {figure}")
    head = "  ".join(f"{figure.name:>20}" for figure in whole)
    print(f"  {'':<8}{head}")
    for code in sorted({language(one) for one in found}):
        part = figures([one for one in found if language(one) == code])
        line = "  ".join(f"{f'{figure.value:.2f} of {figure.of}':>20}" for figure in part)
        print(f"  {code:<20}{line}" if len(code) > 8 else f"  {code:<8}{line}")


def _listed(lines: Iterable[str], *, verbose: bool) -> None:
    for line in lines if verbose else ():
        print(f"    {line}")


if __name__ == "__main__":
    main()
