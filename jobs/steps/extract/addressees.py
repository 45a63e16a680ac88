"""Lists who is asked or formally addressed, and the countries a document concerns."""

import re
from dataclasses import replace

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
_PETITION_TO = re.compile(
    r"^(?:petition|petici[oó]n|addressed|to be delivered) (?:to|"
    r"a):?\s+(?P<names>[A-Z].{3,200})$",
    re.IGNORECASE,
)
_MISSION = re.compile(r"\b(?:Permanent Mission|Embassy) of [^,;.]{3,70}")
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
    delivered = dict(_delivery(blocks)) if context.appeal else {}
    extra = [*formal, *delivered]
    for name in extra:
        known = (
            any(name == other or _within(name, other) for other in found) or _one_state(name, found) != name
        )
        if name and not known and not parties.vague(name) and not parties.reader(name):
            found[name] = 0
    listed = []
    for name, count in found.items():
        country = parties.country(name) or delivered.get(name)
        of_the_state = (parties.vague(name) and not _organ(name)) or (
            delivered.get(name, "") is None
            and not re.search(r"\b(?:UN|United Nations|EU|High Commissioner)\b", name)
        )
        if country is None and of_the_state and context.state:
            country = context.state
        listed.append(Addressee(name, country, count))
    return tuple(listed)


def of_one_state(asked: list[Demand]) -> list[Demand]:
    """The demands with every state under the first of its names."""
    named: dict[str, int] = {}
    told = []
    for demand in asked:
        name = _one_state(demand.to, named)
        named.setdefault(name, 0)
        told.append(demand if name == demand.to else replace(demand, to=name))
    return told


def _one_state(name: str, found: dict[str, int]) -> str:
    """A state under the name it has already: "Thai authorities" are the "Government of Thailand"."""
    if not parties.plain_state(name):
        return name
    code = parties.country(name)
    return next((one for one in found if parties.plain_state(one) and parties.country(one) == code), name)


def _within(name: str, other: str) -> bool:
    if not name.isascii() and (name in other or other in name) and min(len(name), len(other)) > 2:
        return True  # where no spaces part the words: the head of a body that is listed, or its full name
    mine, theirs = set(parties.tokens_of(name)), set(parties.tokens_of(other))
    return mine <= theirs or theirs <= mine


def _delivery(blocks: list[Block]) -> list[tuple[str, str | None]]:
    """Officials and embassies to which an appeal's letters go, with the country of each; no copies."""
    found: list[tuple[str, str | None]] = []
    on = False
    for index, block in enumerate(blocks):
        if (petition := _PETITION_TO.match(block.text)) and index < 30:
            found += [(parties.clean(name), None) for name in re.split(r",\s+|\s+and\s+", petition["names"])]
            continue
        if _COPIES.match(block.text):
            on = False
        elif _DELIVERY.match(block.text):
            on = True
        elif on and len(block.text) > 200:
            on = False
        elif on and _OFFICIAL.match(block.text):
            mission = _MISSION.search(block.text)
            name = mission.group() if mission else parties.clean(re.split(r"[,:]\s", block.text)[0])[:120]
            found.append((name, _country_of_address(name, blocks[index : index + 8])))
    return found[:12]


def _country_of_address(name: str, lines: list[Block]) -> str | None:
    """The country at the end of a postal address; a mission's is that of the state that sends it."""
    if re.search(r"\b(?:Embassy|Mission|Ambassador|UN|United Nations|EU)\b", name):
        return None
    for number, line in enumerate(lines):
        if number and (line.gap or _OFFICIAL.match(line.text)):
            break
        for part in reversed(re.split(r",\s+", line.text.rstrip(" ."))[number == 0 :]):
            place = re.sub(r"^\d[\d -]*\s+", "", part)
            if len(place) < 40 and parties.names_country(place):
                return parties.country(place)
    return None


def countries(title: str, named: tuple[str, ...], asked: tuple[Addressee, ...]) -> tuple[str, ...]:
    """Countries the document concerns, the principal one first: those asked, then those named."""
    own = [party.country for party in asked if party.country]
    if not own and len(named) < 2:
        return named
    in_title = lexicon.countries_in(title)
    from_title = [code for code in named if code in in_title]
    ordered = dict.fromkeys([*from_title, *own, *named[:4]])
    return tuple(code for code in ordered if code)


def _organ(name: str) -> bool:
    """Whether a bare name is of a body that is hardly the state's which the text is about."""
    return name.lower() in {"commission", "council", "committee"}
