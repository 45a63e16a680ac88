"""Knows the names of countries as lists of signatories print them, in words or as a flag."""

import re
from functools import cache

from jobs.steps import lexicon
from jobs.steps.extract.data import table
from jobs.steps.lexicon.cldr import said

_FILE = "printed_countries.toml"
_LANGUAGES = ("en", "fr", "es", "pt", "de", "ru", "ar", "ko", "ja", "zh", "zh_Hant")
_FLAG = re.compile(r"\s*([\U0001f1e6-\U0001f1ff]{2})\s*")
_FIRST = 0x1F1E6
"""The sign for A of those whose pairs are flags (Unicode, Regional Indicator Symbols)."""
_PICTURE = re.compile(r"\s*[\U0001f300-\U0001faff\u2600-\u27bf]\ufe0f?\s*")


@cache
def printed_names() -> frozenset[str]:
    """The names of countries as CLDR and the table have them in the languages of lists, in lower case."""
    listed = frozenset(
        name.lower()
        for language in _LANGUAGES
        for code, name in said(language).territories.items()
        if len(code) == 2
    )
    return listed | _table().keys()


@cache
def _table() -> dict[str, str]:
    named: dict[str, str] = table(_FILE)["names"]
    return {name.strip().lower(): code for code, names in named.items() for name in names.split(",")}


def where_of(name: str) -> str | None:
    """The ISO code of a country as it is printed in a list; None for what is none."""
    return _table().get(name.lower()) or lexicon.country_of(name)


def unflagged(text: str) -> tuple[str, str]:
    """A line without the flag or picture at either end of it, and the flag's country ("" without one)."""
    flags = _FLAG.findall(text)
    if len(flags) != 1:
        return _PICTURE.sub(" ", text).strip(), ""
    code = "".join(chr(ord("A") + ord(sign) - _FIRST) for sign in flags[0])
    return _FLAG.sub(" ", text).strip(), code
