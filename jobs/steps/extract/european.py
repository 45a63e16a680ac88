"""Finds demands in French, Spanish, German and Portuguese sentences by the frames of `european.toml`."""

import re
from collections.abc import Iterator
from functools import cache

from jobs.steps.extract import parties
from jobs.steps.extract.blocks import Block
from jobs.steps.extract.context import Context
from jobs.steps.extract.data import table
from storage.records import Demand

_FILE = "european.toml"
LANGUAGES = frozenset({"fr", "es", "de", "pt"})
_ARTICLE = re.compile(
    r"^(?:l[’']|(?:le|la|les|el|los|las|une?|una|der|die|das|den|dem|o|a|os|as)\s+)(?=\S)", re.IGNORECASE
)
_REPORTED = re.compile(r"\b(?:a demandé|avait|ont demandé|pidió|pidieron|forderte|pediu)\b", re.IGNORECASE)


@cache
def _frames(language: str) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    row = table(_FILE)[language]
    you = "|".join(row["you"])
    asking = re.compile(
        rf"(?:\b(?P<you>{you})\s+)?(?<!\w){row['verb']}(?P<party>[^.;:]{{0,140}}?)\s*(?<!\w){row['link']}"
        rf"(?=(?P<what>{row['what']}))",
        re.IGNORECASE,
    )
    must = re.compile(rf"(?P<party>[^.;:,]{{3,90}}?)\s+{row['must']}(?=\w)", re.IGNORECASE)
    return asking, must, re.compile(row["and"], re.IGNORECASE)


def demands(blocks: list[Block], language: str, context: Context) -> list[Demand]:
    """The demands of a text in one of `LANGUAGES`, each with the party that is asked."""
    found: list[Demand] = []
    for block in blocks:
        for sentence in block.sentences:
            for demand in _sentence(sentence, language, context):
                if not any(demand.quote == known.quote and demand.to == known.to for known in found):
                    found.append(demand)
    return found


def _sentence(sentence: str, language: str, context: Context) -> Iterator[Demand]:
    asking, must, joint = _frames(language)
    if _REPORTED.search(sentence):
        return
    if match := asking.search(sentence):
        names = _names(match["party"], context, spoken_to=bool(match["you"]) or not match["party"])
    elif match := must.search(sentence):
        names = _names(match["party"], context, spoken_to=False)
        names = [name for name in names if parties.country(name) or parties.actor(name)]
    else:
        return
    for piece in joint.split(sentence[match.end() :]):
        quote = piece.strip(' ,;.:!»”"')
        for name in names if quote else ():
            yield Demand(name, quote, quote.split()[0].lower())


def _names(party: str, context: Context, *, spoken_to: bool) -> list[str]:
    name = _ARTICLE.sub("", party.strip(" ,"))
    if spoken_to or not name:
        return list(context.letter_to)
    return [name] if len(name.split()) <= 16 else []
