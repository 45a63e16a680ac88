"""Lends what CLDR says about languages, for tables that are built once."""

from functools import cache
from typing import NamedTuple, TypeAlias

from babel import Locale, localedata

Forms: TypeAlias = dict[str, dict[str, dict[int, str]]]
"""Names by number: of a form ("format", "stand-alone"), then of a width ("wide", "abbreviated")."""


class Said(NamedTuple):
    """What a language calls territories, by their codes, months from 1, and weekdays from Monday, 0."""

    territories: dict[str, str]
    months: Forms
    days: Forms


@cache
def said(code: str) -> Said:
    """The names in the language of a code ("zh_Hant"); read once.

    Babel keeps every locale that was ever asked for, half a megabyte each, and has no word for letting go.
    What all inherit is kept.
    """
    known = set(localedata._cache) | {"root"}  # noqa: SLF001 - see above
    try:
        locale = Locale.parse(code)
        forms = (
            {form: _wide(widths) for form, widths in named.items()} for named in (locale.months, locale.days)
        )
        return Said(dict(locale.territories), *forms)
    finally:
        for name in localedata._cache.keys() - known:  # noqa: SLF001 - see above
            localedata._cache.pop(name, None)  # noqa: SLF001 - see above


def _wide(widths: dict[str, dict[int, str]]) -> dict[str, dict[int, str]]:
    return {width: dict(widths[width]) for width in ("wide", "abbreviated")}
