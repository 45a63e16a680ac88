"""Tells hosts that can be taken for another's: one letter aside, or letters that only look alike."""

import unicodedata
from contextlib import suppress
from functools import lru_cache
from itertools import zip_longest

from jobs.site import same_site, site_of

_LATIN = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u04bb\u0501\u051b\u051d\u043a\u043c\u0442\u0432\u043d\u04cf"
    "\u03bf\u03c1\u03b1\u03b9\u03bd\u03ba\u03c4\u03c5\u0251\u0261\u0131\u01420135",
    "aeopcyxijshdqwkmtbhlopaivktuagiloles",
)
"""Letters of Cyrillic, Greek and rare ones of Latin, and digits, by the Latin letters they look like."""
_DRAWN = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("-", ""))
_LONG = 6
"""In a shorter name one other letter makes an honest other name: NKHR, NKDB."""


def alike(one: str, other: str) -> bool:
    """Whether two hosts of different owners look so much alike that one may be taken for the other.

    The same name under another suffix is not meant: organisations have sections in many countries.
    """
    if same_site(one, other):
        return False
    first, second = _name(one), _name(other)
    if first == second or not first or not second:
        return False
    seen, like = _seen(first), _seen(second)
    return seen == like or (min(len(seen), len(like)) >= _LONG and _one_apart(seen, like))


@lru_cache(maxsize=4_096)  # the hosts of the sources, each with each
def _name(host: str) -> str:
    """What somebody registered, without its suffix, in letters."""
    name = site_of(host).partition(".")[0]
    with suppress(UnicodeError):
        name = name.encode("ascii").decode("idna")
    return name.casefold()


@lru_cache(maxsize=4_096)
def _seen(name: str) -> str:
    """The name as it is taken in at a glance."""
    plain = "".join(one for one in unicodedata.normalize("NFKD", name) if not unicodedata.combining(one))
    plain = plain.translate(_LATIN)
    for drawn, letter in _DRAWN:
        plain = plain.replace(drawn, letter)
    return plain


def _one_apart(one: str, other: str) -> bool:
    """Whether one letter more, less or other, or two that changed places, make one of the other."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = next((n for n, (a, b) in enumerate(zip_longest(one, other)) if a != b), len(one))
    a, b = one[start:], other[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[:2][::-1] and a[2:] == b[2:])
