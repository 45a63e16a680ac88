"""Lends what CLDR says about languages, for tables that are built once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from babel import Locale, localedata


@contextmanager
def locales() -> Iterator[Callable[[str], Locale]]:
    """Gives what finds a locale by its code ("zh_Hant"); what was read for it is forgotten at the end.

    Babel keeps every locale that was ever asked for, half a megabyte each, and has no word for letting go.
    """
    known = set(localedata._cache)  # noqa: SLF001 - see above
    try:
        yield Locale.parse
    finally:
        for name in localedata._cache.keys() - known:  # noqa: SLF001 - see above
            localedata._cache.pop(name, None)  # noqa: SLF001 - see above
