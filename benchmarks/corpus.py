"""Statements for the archive's measurements: as many as wanted, in eight languages, always the same.

Sentences of the labelled entries are put together anew, so that words are as frequent as they are in life;
names and words that only a few statements hold are made up, so that the vocabulary grows as it does in life.
Of the entries only those are taken whose words no text is packed with (`storage/often`).
"""

import json
import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from storage.records import Addressee, Demand, Entry, Statement
from storage.words import Kind
from tests.evaluation.often import is_taught

_EXAMPLES = Path(__file__).parents[1] / "tests" / "data" / "eval" / "dev.jsonl"
_SENTENCE = re.compile(r"(?<=[.!?。！？؟])\s*")
_SYLLABLES = re.findall("..", "kalomirenshotaveldurbechigorhusimjanospraquisemtoluyazhe")
_FIRST = datetime(2000, 1, 1, tzinfo=UTC)
_DAYS = 27 * 365
_SENTENCES, _NAMES = 20, 3
"""Of a statement, about: some 2,000 bytes."""
_TAIL = 3_000_000
"""Made-up words."""


def statements(number: int, seed: int = 1) -> Iterator[tuple[Entry, Statement]]:
    """So many entries, each with what it says."""
    chance = random.Random(seed)  # noqa: S311 - not a secret
    lines = _EXAMPLES.read_text(encoding="utf-8").splitlines()
    examples = [one for one in map(json.loads, lines) if not is_taught(one)]
    by_language: dict[str, list[str]] = {}
    for one in examples:
        by_language.setdefault(one["lang"], []).extend(
            part for part in _SENTENCE.split(one["summary"]) if part
        )
    kinds = list(Kind)
    for at in count():
        if at == number:
            return
        one = chance.choice(examples)
        language = one["lang"]
        sentences = by_language[language]
        said = [chance.choice(sentences) for _ in range(max(2, round(chance.gauss(_SENTENCES, 5))))]
        said += [f"{_rare(chance).capitalize()} {_rare(chance)}." for _ in range(_NAMES)]
        chance.shuffle(said)
        text = ("" if language in ("ja", "zh") else " ").join(said)
        moment = _FIRST + timedelta(days=_DAYS * (at / number) ** 0.5, seconds=chance.randrange(86_400))
        title = f"{one['title']} {chance.choice(said)}"[:150]
        entry = Entry(
            uid=f"b{at}",
            title=title,
            url=f"https://example.org/{at}",
            text=text,
            language=language,
            published=moment,
        )
        party = [f"Government of {code}" for code in one["countries"][:1]]
        yield (
            entry,
            Statement(
                title=title,
                kind=kinds[chance.randrange(len(kinds))] if chance.random() < 0.2 else Kind(one["kind"]),
                language=language,
                url=entry.url,
                text=text,
                published=moment,
                countries=tuple(one["countries"]),
                addressees=tuple(map(Addressee, party, one["countries"], [1])),
                demands=tuple(Demand(name, said[0]) for name in party),
                external_id=entry.uid,
            ),
        )


def _rare(chance: random.Random) -> str:
    """A made-up word; the earlier ones are as much more frequent as Zipf says."""
    rank = int(_TAIL ** chance.random())
    word = ""
    while rank or len(word) < 4:
        rank, at = divmod(rank, len(_SYLLABLES))
        word += _SYLLABLES[at]
    return word
