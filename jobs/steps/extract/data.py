"""Reads the word lists and patterns that stand beside the code as TOML, once each."""

import re
import tomllib
from collections.abc import Callable
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from jobs.steps.extract.anchors import anchor


@cache
def table(name: str) -> dict[str, Any]:
    """The TOML file `name` of this package as it stands."""
    return tomllib.loads(resources.files(__package__).joinpath(name).read_text(encoding="utf-8"))


@cache
def words(name: str, key: str) -> frozenset[str]:
    """The words under `key`, in lower case; `_` in a word stands for a space."""
    value = table(name)[key]
    listed = value.split() if isinstance(value, str) else value
    return frozenset(str(word).replace("_", " ").lower() for word in listed)


@cache
def pattern(name: str, key: str) -> re.Pattern[str]:
    """The alternatives under `key` as one expression of whole words, longest first, any case."""
    return re.compile("|".join(_parts(_listed(name, key))), re.IGNORECASE)


def _listed(name: str, key: str) -> list[str]:
    value = table(name)[key]
    listed = value.split("\n") if isinstance(value, str) else value
    return [item for line in listed if (item := str(line).strip())]


def _parts(listed: list[str], ordered: Callable[[list[str]], list[str]] = list) -> list[str]:
    alternatives = sorted(listed, key=len, reverse=True)
    spaced = [item for item in alternatives if not _unspaced(item)]
    # Korean words carry endings, Japanese and Chinese have no spaces: no word boundary there.
    joined = [item for item in alternatives if _unspaced(item)]
    parts = [rf"(?<!\w)(?:{'|'.join(ordered(spaced))})(?!\w)"] if spaced else []
    return [*parts, *ordered(joined)]


def _by_letter(alternatives: list[str]) -> list[str]:
    """The alternatives that begin with the same plain letter as one, so that few are tried at each place."""
    grouped: dict[str, list[str]] = {}
    others = []
    for item in alternatives:
        plain = item[0].isalpha() and item[1:2] not in {"?", "*", "+", "{"} and "|" not in _outside(item)
        if plain:
            grouped.setdefault(item[0], []).append(item[1:])
        else:
            others.append(item)
    return [*(f"{letter}(?:{'|'.join(rests)})" for letter, rests in grouped.items()), *others]


def _outside(item: str) -> str:
    """An expression without its groups: what stands in none."""
    depth, kept = 0, []
    for char in item:
        depth += (char == "(") - (char == ")")
        kept.append(char if depth == 0 else "")
    return "".join(kept)


@cache
def lowered_pattern(name: str, key: str) -> re.Pattern[str]:
    """Finds something where `pattern` does in a text in lower case, many times faster.

    It need not look at case, and has the alternatives by their first letters: which one it finds may differ.
    """
    return re.compile("|".join(_parts(_listed(name, key), _by_letter)))


@cache
def _plain_pattern(name: str, key: str) -> re.Pattern[str]:
    """As `lowered_pattern`, of a text in ASCII: without the words of other scripts, which are the most."""
    possible = [item for item in _listed(name, key) if anchor(item).isascii()]
    return re.compile("|".join(_parts(possible, _by_letter)) or _NEVER)


_NEVER = "(?!)"


@lru_cache(maxsize=512)
def holds(name: str, key: str, lowered: str) -> bool:
    """Whether `pattern` finds something in a text in lower case; several readers ask of one sentence."""
    expression = _plain_pattern if lowered.isascii() else lowered_pattern
    return expression(name, key).search(lowered) is not None


@cache
def anchors(name: str, key: str) -> tuple[str, ...]:
    """Pieces in lower case of which one stands in whatever `pattern` finds; "" among them says nothing."""
    return tuple(dict.fromkeys(map(anchor, _listed(name, key))))


def may_hold(name: str, key: str, lowered: str) -> bool:
    """Whether `pattern` can find something in a text, given in lower case; its no is sure."""
    return _any_anchor(name, key, plain=lowered.isascii()).search(lowered) is not None


@cache
def _any_anchor(name: str, key: str, *, plain: bool) -> re.Pattern[str]:
    pieces = [piece for piece in anchors(name, key) if piece.isascii() or not plain]
    if "" in pieces:
        return re.compile("")
    grouped: dict[str, list[str]] = {}
    for piece in pieces:
        grouped.setdefault(piece[0], []).append(re.escape(piece[1:]))
    told = (f"{re.escape(first)}(?:{'|'.join(rests)})" for first, rests in grouped.items())
    return re.compile("|".join(told) or _NEVER)


def _unspaced(item: str) -> bool:
    return any("\u3040" <= char <= "\ud7af" for char in item)
