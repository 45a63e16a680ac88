"""When a quote or a party that was read is the one that was labelled, and the F1 of such a pairing."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from tests.evaluation.figures import f1

_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_]+")
_SMALL = frozenset({"the", "of", "to", "and", "president", "government", "s"})
_LONGEST = 120
_ENOUGH = 0.6

Labelled = dict[str, Any]


def words(text: str | None) -> list[str]:
    """The words of a text; a character each in Korean, Chinese and Japanese."""
    return _WORD.findall(unicodedata.normalize("NFKC", text or "").lower())


def coverage(label: str, said: str | None) -> float:
    """How much of a labelled text another has, 0 to 1; 1 where it holds the whole in one run of words."""
    wanted, got = words(label), words(said)
    if _holds(got, wanted) and len(got) <= _LONGEST:
        return 1.0
    if _holds(wanted, got) and len(got) >= max(3, 0.4 * len(wanted)):
        return 0.9
    if len(got) > 4 * max(4, len(wanted)):
        return 0.0
    return sum((Counter(wanted) & Counter(got)).values()) / max(1, len(wanted))


def same_party(one: Labelled, other: Labelled) -> float:
    """Whether two parties are one: by country where both have one, else by name; the more alike the more."""
    first, second = set(words(one.get("name"))), set(words(other.get("name")))
    alike = len(first & second) / max(1, len(first | second))
    if one.get("country") and other.get("country"):
        return 1 + alike if one["country"] == other["country"] else 0
    first, second = first - _SMALL or first, second - _SMALL or second
    common = first & second
    return 1 + alike if common and len(common) >= 0.5 * min(len(first), len(second)) else 0


def same_demand(
    label: Labelled, said: Labelled, wanted: dict[str, str | None], heard: dict[str, str | None]
) -> float:
    """As much as quote and party agree; `wanted` and `heard` are the countries of the parties named."""
    quotes = label["quote"] if isinstance(label["quote"], list) else [label["quote"]]
    covered = max(coverage(quote, said.get("quote")) for quote in quotes)
    party = same_party(
        {"name": label["to"], "country": wanted.get(label["to"])},
        {"name": said.get("to"), "country": heard.get(said.get("to") or "")},
    )
    return covered + party / 10 if covered >= _ENOUGH and party else 0


def same_title(label: Labelled, said: Labelled) -> float:
    """Whether an item of a listing is the labelled one: a title may be cut short."""
    return max(coverage(label["title"].rstrip("…. "), said.get("title")) - _ENOUGH + 0.01, 0)


def paired(
    labels: Sequence[Labelled], said: Sequence[Labelled], alike: Callable[[Labelled, Labelled], float]
) -> tuple[float, list[str]]:
    """F1 of pairing one to one, the likest first, and what was not found or not asked for.

    A label that is marked `optional` costs nothing where it is missed.
    """
    ranked = sorted(
        ((alike(a, b), -i, -j) for i, a in enumerate(labels) for j, b in enumerate(said)), reverse=True
    )
    mine: set[int] = set()
    theirs: set[int] = set()
    for value, i, j in ranked:
        if value > 0 and i not in mine and j not in theirs:
            mine.add(i)
            theirs.add(j)
    missed = [label for i, label in enumerate(labels) if -i not in mine and not label.get("optional")]
    extra = [one for j, one in enumerate(said) if -j not in theirs]
    remarks = [f"not found: {label}" for label in missed] + [f"not asked for: {one}" for one in extra]
    return f1(len(mine), len(extra), len(missed)), remarks


def _holds(hay: list[str], needle: list[str]) -> bool:
    size = len(needle)
    return bool(needle) and any(hay[at : at + size] == needle for at in range(len(hay) - size + 1))
