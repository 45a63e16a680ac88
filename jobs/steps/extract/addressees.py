"""Lists who is asked or formally addressed, and the countries a document concerns."""

import re

from jobs.steps import lexicon
from jobs.steps.extract import parties
from jobs.steps.extract.blocks import Block
from jobs.steps.extract.context import Context
from storage.records import Addressee, Demand

_DELIVERY = re.compile(
    r"^(?:please\s+)?(?:send|write|address\w*|appeals?|letters?|faxes|"
    r"sign\w*)\b[^.]{0,80}\bto\s*:?$|^(?:addresses|appeals to|please send appeals to)\b.{0,60}:?$",
    re.IGNORECASE,
)
_COPIES = re.compile(r"^(?:copies|copy|cc|c\.c\.|con copia|and copies)\b", re.IGNORECASE)
_OFFICIAL = re.compile(
    r"^(?:H\.?\s?E\.?|Mr|Mrs|Ms|Dr|President|Prime Minister|Minister|Ministry|Embassy|"
    r"Permanent Mission|Attorney General|Prosecutor|Director|Ambassador|Chancellor|Governor|"
    r"Secretary|General|"
    r"Supreme|Head|Chief|Office of|High Commissioner|Leader|Commissioner|National|His Excellency|"
    r"Her Excellency|Chairman)\b",
)


def addressees(
    asked: list[Demand], formal: list[str], blocks: list[Block], context: Context
) -> tuple[Addressee, ...]:
    """Every party once with the number of its demands; those only addressed, or written to, with none."""
    found: dict[str, int] = {}
    for demand in asked:
        found[demand.to] = found.get(demand.to, 0) + 1
    delivered = _delivery(blocks) if context.appeal else []
    extra = [*formal, *delivered]
    for name in extra:
        known = any(name == other or _within(name, other) for other in found)
        if name and not known and not parties.vague(name) and not parties.reader(name):
            found[name] = 0
    listed = []
    for name, count in found.items():
        country = parties.country(name)
        of_the_state = (parties.vague(name) and not _organ(name)) or (
            name in delivered and not re.search(r"\b(?:UN|United Nations|EU|High Commissioner)\b", name)
        )
        if country is None and of_the_state and context.state:
            country = context.state
        listed.append(Addressee(name, country, count))
    return tuple(listed)


def _within(name: str, other: str) -> bool:
    mine, theirs = set(parties.tokens_of(name)), set(parties.tokens_of(other))
    return mine <= theirs or theirs <= mine


def _delivery(blocks: list[Block]) -> list[str]:
    """Officials and embassies to which an appeal's letters go; copies are left out."""
    found: list[str] = []
    on = False
    for block in blocks:
        if _COPIES.match(block.text):
            on = False
        elif _DELIVERY.match(block.text):
            on = True
        elif on and len(block.text) > 200:
            on = False
        elif on and _OFFICIAL.match(block.text):
            found.append(parties.clean(re.split(r"[,:]\s", block.text)[0])[:120])
    return found[:12]


def countries(title: str, named: tuple[str, ...], asked: tuple[Addressee, ...]) -> tuple[str, ...]:
    """Countries the document concerns, the principal one first: those asked, then those named."""
    in_title = lexicon.countries_in(title)
    from_title = [code for code in named if code in in_title]
    own = [party.country for party in asked if party.country]
    ordered = dict.fromkeys([*from_title, *own, *named[:4]])
    return tuple(code for code in ordered if code)


def _organ(name: str) -> bool:
    """Whether a bare name is of a body that is hardly the state's which the text is about."""
    return name.lower() in {"commission", "council", "committee"}
