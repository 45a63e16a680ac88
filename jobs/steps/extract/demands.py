"""Walks through an English document and gathers what is asked of whom, each thing once."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from jobs.steps.extract import parties
from jobs.steps.extract.asks import Ask, Frame, asks
from jobs.steps.extract.blocks import Block, sentences
from jobs.steps.extract.context import Context, greeting
from jobs.steps.extract.data import words
from jobs.steps.extract.dates import dates_in
from jobs.steps.extract.likeness import same_demand, same_verb
from jobs.steps.extract.phrases import Phrase, base_verb, verb_phrases
from jobs.steps.extract.voice import issuer_speaks
from storage.records import Demand

_TO_HEADING = re.compile(
    r"^(?:[\dIVX]{1,4}[.)]\s*)?(?:recommendations?\s+)?to\s+(?P<name>(?:the\s+|this\s+|all\s+|"
    r"those\s+|our\s+)?[A-Z“a-z][^:,;]{1,140}?)\s*(?P<end>[,:]|$)",
    re.IGNORECASE,
)
_ESPECIALLY = re.compile(
    r",\s+(?:and\s+)?(?:especially|in particular|particularly|notably|above all)\b[^,;:]{2,80},"
)
_TO_SEVERAL = re.compile(
    r"^to\s+(?P<name>(?:the\s+)?[^:;.]{4,180}?)(?:,\s+(?:which|who|whose|"
    r"where)\b[^:;.]{0,160})?\s*:?$",
    re.IGNORECASE,
)
_OPERATIVE = re.compile(
    r"(?:Takes|Welcomes|Thanks|Supports|Notes|Regrets|Condemns|Deplores|Expresses|Considers|Believes|"
    r"Stresses|"
    r"Emphasi[sz]es|Underlines|Points|Recalls|Reiterates|Reaffirms|Encourages|Applauds|Acknowledges|"
    r"Recogni[sz]es|"
    r"Asks|Suggests|Instructs|Strongly|Calls|Urges|Insists|Demands|Is (?:deeply|gravely|seriously|"
    r"extremely)|Commends|Denounces|"
    r"Decides|"
    r"Appreciates|Affirms|Declares|Requests|Invites|Highlights)\b"
)
_GOES_ON = re.compile(r"(?:;|,|\band)\s+(?:and\s+)?(?:\w+ly\s+|also\s+|further\s+|in\s+this\s+\w+,?\s+)*$")
_NAMED_BEFORE = re.compile(
    r"\b(?:(?:authorities|government|governments|president|ministry|minister|parliament)\s+(?:of|"
    r"in)\s+(?:the\s+)?)?"
    r"[A-Z][\w’'-]+\s+(?:authorities|government)\b|"
    r"[A-Z][\w’'-]+(?:\s+(?:of\s+(?:the\s+)?)?[A-Z][\w’'-]+){0,6}|\b(?:authorities|"
    r"government)\s+of\s+(?:the\s+)?[A-Z]\w+"
)
_INTERNAL = re.compile(
    r"its (?:own )?(?:secretariat|secretary|president|bureau|committee|delegation|"
    r"chair|clerk)",
    re.IGNORECASE,
)
_SHOULD_HEADING = re.compile(
    r"^(?P<name>[^:;]{2,120}?)\s+(?:should|must|is called (?:up)?on to|"
    r"are called (?:up)?on to)(?:\s+\w+ly)?(?:\s+to)?\s*:$"
)
_DEMANDS_HEADING = re.compile(
    r"^(?:our |the |we |therefore,? we |key |main )*(?:demands?|recommendations?|we demand|"
    r"calls? to action|we call for|what we (?:ask|demand))(?: (?:the )?(?:following|that))?\s*:?$",
    re.IGNORECASE,
)
_PURPOSE = re.compile(r"\b(?:transmit|forward|circulate|communicate|bring)\b")
_READER_ACTS = re.compile(
    r"^(?:please\s+)?(?:write|send|fax|sign|share|donate|copy|report back|quote|email|e-mail|post|"
    r"tweet|call|phone|join|visit|click|contact|spread|forward|check|organi[sz]e|pray|"
    r"subscribe|follow|inform|reply|respond)\b",
    re.IGNORECASE,
)
_MOST = 400  # demands; no document of people has more, and each is compared with those before it
_REFLEX = re.compile(r"\b(?:we|I) (?:do not|don['’]t|are not) ask", re.IGNORECASE)
_RECITAL = re.compile(
    r"^[–—-]?\s*(?:[A-Z]{1,2}\.\s+)?(?:having regard|whereas|recall(?:s|ing)|noting|welcoming|"
    r"guided|reaffirming|recogni[sz]ing|bearing in mind|deeply (?:concerned|alarmed)|considering|"
    r"taking note|acknowledging|alarmed by|having (?:considered|examined|received)|mindful|convinced|"
    r"reminds|stressing|underlining|concerned (?:by|that|about|at))\b(?!\s+concerned,?\s+we)",
    re.IGNORECASE,
)
_ASKING_ITEM = re.compile(
    r"(?:calling (?:up)?on|urging|asking|demanding|requesting|expressing|reminding|calling for|"
    r"welcoming|noting)\b",
    re.IGNORECASE,
)
_ASKS_ANEW = re.compile(
    r"(?:(?:further|also|strongly|and)\s+)?(?:Call(?:s)? (?:up)?on|Urges?|Requests?|Appeals? to|"
    r"Invites?|Asks?|Demands?|"
    r"Express(?:es)?|Welcomes?|Thanks?|Condemns?|Resolves?|Decides?|Encourages?|Recommends?)\b"
)
_PARTY_ITEM = re.compile(
    r"(?P<party>(?:the\s+)?[A-Z][^,;:]{2,120}?)(?:,\s+[^;:]{2,160}?,|,)?\s+to\s+(?=(?:not\s+)?[a-z]+\b)"
)
_AND = re.compile(r"(?:[,;]|\band)\s+(?:\w+ly\s+|also\s+|further\s+|furthermore,?\s+|and\s+|therefore\s+)*$")


@dataclass(slots=True)
class _Walk:
    """What has been read so far and bears on what follows."""

    context: Context
    section: str = ""
    section_lasts: bool = False
    opened: tuple[str, ...] | None = None
    """The parties of a request whose list follows; None when no list is open."""
    listed: bool = False
    marked: bool = False
    """The items of the open list have bullets or numbers."""
    last: tuple[str, ...] = ()
    asked: bool = False
    """The sentence before has asked something."""
    announced: list[Demand] = field(default_factory=list)
    loose: list[Demand] = field(default_factory=list)
    """Things called for without saying from whom: "the release of X" in a title."""
    demands: list[Demand] = field(default_factory=list)
    formal: list[str] = field(default_factory=list)


def demands(
    title: str, blocks: list[Block], context: Context, issued: date | None
) -> tuple[list[Demand], list[str]]:
    """The demands in order, and the names of those formally addressed ("To the people of X")."""
    walk = _Walk(context, formal=list(context.letter_to))
    read = ([Block(title)] if title else []) + blocks
    for block, following in zip(read, [*read[1:], Block("")], strict=False):
        _read_block(walk, block, following, issued)
    kept = list(_without_announcements(walk))
    firm = [demand for demand in kept if demand not in walk.loose]
    return firm if len(firm) > 1 else kept, walk.formal


def _without_announcements(walk: _Walk) -> Iterator[Demand]:
    """The demands but for those that the opening only announces and the text then makes."""
    said = [demand for demand in walk.demands if demand not in walk.announced]
    for demand in walk.demands:
        if demand in walk.announced and any(
            _same_party(demand.to, other.to) and same_verb(demand, other) for other in said
        ):
            continue
        yield demand


def _state_party(context: Context) -> tuple[str, ...]:
    return ("authorities",) if context.state else ()


def _one_of_a_row(walk: _Walk, name: str, following: Block) -> bool:
    """A line "to X" over a list: parties that are named side by side, or anybody after others were."""
    if not following.marker or base_verb(name.split(maxsplit=1)[0]):
        return False
    return bool(walk.section) or any(parties.actor(part) for part in parties.split(name))


def _read_block(walk: _Walk, block: Block, following: Block, issued: date | None) -> None:
    text = block.text
    if greeting(block) and walk.context.letter_to:
        walk.section, walk.opened = "", None
        return
    if (heading := _SHOULD_HEADING.match(text)) and parties.actor(heading["name"]):
        walk.opened, walk.listed = _named(walk, heading["name"]), False
        return
    if _DEMANDS_HEADING.match(text):
        walk.opened, walk.listed = _context_party(walk), False
        return
    body = _section(walk, block, following)
    if not body:
        return
    if following.marker and text[-1:].isalnum() and re.match(r"(?:not )?to\s", following.text, re.IGNORECASE):
        body = f"{body}:"  # a line that opens a list as one with a colon does
    body = (
        re.sub(r"^please\s+(?:\w+ly\s+)?(?=[a-z])", "", body, flags=re.IGNORECASE) if body != text else body
    )
    if body != text and _imperative(body) and body[0].islower():
        _store(walk, tuple(parties.split(walk.section)), verb_phrases(sentences(body)[0]), issued)
        return
    if walk.opened is not None and _list_item(walk, block, issued):
        return
    for sentence in block.sentences if body == text else sentences(body):
        _read_sentence(walk, sentence, issued)


def _section(walk: _Walk, block: Block, following: Block) -> str:
    """Notes whom a section speaks to where a block begins one ("To X, ..."); gives what is left to read."""
    text = _ESPECIALLY.sub(",", block.text, count=1) if block.text[:3].lower() == "to " else block.text
    if (match := _TO_HEADING.match(text)) and _addresses(match, text):
        walk.section = parties.clean(match["name"])
        walk.section_lasts = match["end"] != ","
        walk.formal.extend(parties.split(walk.section))
        walk.opened = tuple(parties.split(walk.section)) if match["end"] != "," else None
        walk.listed = False
        return text[match.end() :].strip()
    if walk.section and not walk.section_lasts and not block.marker:
        walk.section = ""
    elif party := _over_a_list(block, following):
        walk.section, walk.section_lasts = party, True
        walk.opened, walk.listed = tuple(parties.split(party)), False
        return ""
    elif (several := _TO_SEVERAL.match(text)) and _one_of_a_row(walk, several["name"], following):
        walk.section, walk.section_lasts = parties.clean(several["name"]), True
        walk.formal.extend(parties.split(walk.section))
        walk.opened, walk.listed = tuple(parties.split(walk.section)), False
        return ""
    return block.text


def _over_a_list(block: Block, following: Block) -> str:
    """The party that a line only names over a list of what it is to do: "The Egyptian authorities"."""
    match = None if block.marker or not following.marker else _BARE_PARTY.match(block.text)
    if match is None or len(match["name"].split()) > 18 or not _told_to(following.text):
        return ""
    name = parties.clean(match["name"])
    plain = not re.search(
        r"\b(?:is|are|was|were|has|have|we|must|should|calls?|urges?|urging|asking|that)\b", name
    )
    plain = (
        plain and not (base_verb(name.split(maxsplit=1)[0]) or name.startswith("Please")) if name else False
    )
    named = any(parties.actor(part) for part in parties.split(name))
    return name if name and plain and named and not parties.vague(name) else ""


def _told_to(item: str) -> bool:
    first = re.sub(r"^(?:not\s+)?(?:to\s+)?(?:\w+ly\s+)?", "", item, flags=re.IGNORECASE).split(maxsplit=1)
    return bool(first) and base_verb(first[0])


_BARE_PARTY = re.compile(
    r"(?:(?:for|on|from)\s+(?=the\s))?(?P<name>(?:[Tt]he\s+)?[A-Z][^.!?;:]{1,160}?)(?:\s+to)?\s*:?$"
)


def _addresses(match: re.Match[str], text: str) -> bool:
    name = match["name"]
    if match["end"] == ",":
        rest = text[match.end() :].lstrip()
        speaks = bool(re.match(r"(?:we|I)\b", rest, re.IGNORECASE))
        return name != "ourselves" and (
            speaks or (rest[:1].islower() and base_verb(rest.split(maxsplit=1)[0]))
        )
    if match["end"] == ":":
        return parties.actor(name) and not base_verb(name.split(maxsplit=1)[0])
    return (
        len(text) < 100
        and parties.actor(name)
        and not base_verb(name.split(maxsplit=1)[0])
        and text[-1] not in ".!?"
    )


def _list_item(walk: _Walk, block: Block, issued: date | None) -> bool:
    """Reads a block as an item of the open list; False closes the list where the block is none."""
    text = block.text.strip('“" ')
    first = re.sub(r"^(?:and\s+|to\s+|please\s+)+", "", text, flags=re.IGNORECASE)
    if not block.marker and (
        _ASKS_ANEW.match(text) or (walk.listed and walk.marked and not text[0].islower())
    ):
        walk.opened, walk.marked = None, False
        return False
    if _ASKING_ITEM.match(first):
        for sentence in block.sentences:
            _read_sentence(walk, sentence, issued)
    elif re.match(r"that\b", first, re.IGNORECASE):
        for ask in asks(f"We demand {first}"):
            _take(walk, ask, issued, forced=walk.opened or ())
    elif _imperative(first):
        _take_imperative(walk, block, issued)
    elif block.marker and _own_party(walk, text, issued):
        pass
    elif block.marker and len(text) < 600 and _nominal(text):
        quote = " ".join(text.rstrip(" .;,").split()[:60])
        _store(walk, walk.opened or (), [Phrase(quote, first.split(maxsplit=1)[0].lower())], issued)
    else:
        if not block.marker:
            walk.opened = None
            walk.section = "" if walk.listed else walk.section
        return False
    walk.listed, walk.marked = True, walk.marked or bool(block.marker)
    return True


def _imperative(text: str) -> bool:
    """Whether a line begins with the verb of what is asked."""
    heads = text.split(maxsplit=2)[:2]
    if not heads:
        return False
    adverb = heads[0].endswith("ly") and len(heads) > 1 and base_verb(heads[1])
    return base_verb(heads[0]) or adverb or heads[0].lower() in {"not", "never"}


def _take_imperative(walk: _Walk, block: Block, issued: date | None) -> None:
    """An item's verb phrases; of a paragraph the first sentence, what follows is read as any other."""
    told = block.sentences
    lowered = re.sub(r"^(?:and\s+|to\s+|please\s+)+", "", told[0].strip('“" '), flags=re.IGNORECASE)
    if block.marker or len(told) == 1 or not lowered.lower().startswith("be "):
        _store(walk, walk.opened or (), verb_phrases(lowered), issued)
    for sentence in told[1:] if not block.marker else ():
        _read_sentence(walk, sentence, issued)


def _own_party(walk: _Walk, text: str, issued: date | None) -> bool:
    """An item that names whom it asks: "the Ministry of Justice, pending their release, to treat him"."""
    match = _PARTY_ITEM.match(text)
    if match is None or re.match(r"[A-Z][a-z]+(?:s|ing)\b", text) or asks(text):
        return False
    if not any(parties.actor(part) or part[:1].isupper() for part in parties.split(match["party"])):
        return False
    walk.listed = True
    _store(walk, _named(walk, match["party"]), verb_phrases(text[match.end() :]), issued)
    return True


def _nominal(text: str) -> bool:
    head = " ".join(text.split()[:6]).lower()
    return (
        bool(re.match(r"(?:an?|the|immediate|unconditional|full|prompt|all|no|\w+ing)\b", head))
        and not asks(text)
        and len(text.split()) > 2
    )


def _read_sentence(walk: _Walk, sentence: str, issued: date | None) -> None:
    if _REFLEX.search(sentence):
        return
    if _RECITAL.match(sentence):
        return
    again = walk.asked and _GOES_ON_ASKING.match(sentence)
    walk.asked = False
    own, ended = False, 0
    for ask in asks(sentence):
        if again and ask.modal and ask.frame is Frame.DOING:
            _store(walk, walk.last, verb_phrases(_lowered(ask.what)), issued)
            walk.asked = True
            continue
        between = sentence[ended : ask.start]
        goes_on = own and ask.form in {"s", "gerund"} and bool(_AND.search(between))
        own = goes_on or issuer_speaks(ask, sentence, walk.context) or _operative(ask, sentence)
        if own:
            _take(walk, ask, issued)
            ended = ask.start
            walk.asked = True


_GOES_ON_ASKING = re.compile(
    r"(?:It|They|He|She|The (?:government|authorities))\s+(?:\w+ly\s+|also\s+)?(?:must|should|ought to)\b"
)


def _operative(ask: Ask, sentence: str) -> bool:
    """So: "Thanks Costa Rica, and asks it to ...": the body that speaks goes on in an operative paragraph."""
    return ask.form == "s" and bool(_OPERATIVE.match(sentence)) and bool(_GOES_ON.search(ask.before))


def _pointed_at(ask: Ask) -> str:
    """Whom "it" or "them" means where a party stands before it in the same sentence; "" where none does."""
    if ask.party.lower() not in {"it", "them", "him", "her"}:
        return ""
    before = _OPERATIVE.sub("", ask.before[-300:])
    named = [match.group() for match in _NAMED_BEFORE.finditer(before)]
    return next((name for name in reversed(named) if parties.actor(name)), "")


def _take(walk: _Walk, ask: Ask, issued: date | None, forced: tuple[str, ...] = ()) -> None:
    if _INTERNAL.match(ask.party):
        return
    party = _pointed_at(ask) or ask.party
    named = _named(walk, party) if party else (forced or _context_party(walk))
    if (
        walk.context.appeal
        and ask.party
        and parties.reader(ask.party)
        and not (walk.context.letter_to and parties.vague(ask.party))
    ):
        return
    if ask.frame is Frame.OPEN:
        walk.opened, walk.listed = named, False
        return
    if not named or (
        re.match(r"its?\b|his\b", ask.party.lower())
        and len(ask.party.split()) > 1
        and "president secretary" in ask.party.lower()
    ):
        return
    if (
        not ask.party
        and named == _state_party(walk.context)
        and ask.form in {"gerund", "past"}
        and not walk.context.appeal
    ):
        return
    walk.last = named
    before = len(walk.demands)
    if ask.frame is Frame.DOING:
        _store(
            walk,
            named,
            verb_phrases(_lowered(ask.what)),
            issued,
            internal=bool(re.match(r"(?:its|his)\s", ask.party)),
        )
    else:
        quote = " ".join(re.sub(r"^(?:that|for)\s+", "", ask.what).split()[:60])
        _store(walk, named, [Phrase(_closed(quote), _thing_verb(quote))], issued)
    if ask.what.rstrip().endswith(":"):
        walk.opened, walk.listed = named, False
    if ask.frame is Frame.THING and not party and ask.form != "gerund":
        walk.loose.extend(walk.demands[before:])
    if ask.announces:
        walk.announced.extend(walk.demands[before:])


def _closed(quote: str) -> str:
    return quote.strip(" ,;:.“”\"'")


def _thing_verb(quote: str) -> str:
    match = re.search(r"\bbe\s+(\w+)", quote)
    return match[1].lower() if match else quote.split(maxsplit=1)[0].lower() if quote.split() else ""


def _lowered(what: str) -> str:
    return what.strip().lstrip('“"')


def _named(walk: _Walk, name: str) -> tuple[str, ...]:
    """The parties that a noun phrase means here."""
    found: list[str] = []
    name = re.sub(r"^(you),\s.*$", r"\1", name)
    for part in parties.split(name):
        if walk.context.letter_to and not walk.section and re.match(r"your\s+\w+$", name):
            found.extend(_context_party(walk, "your government"))
        elif (parties.vague(part) and not _organ_by_itself(walk, part)) or re.match(
            r"(?:its|his|her|their)\b", name
        ):
            found.extend(_context_party(walk, part))
        elif walk.section and _same_as_section(walk.section, part):
            found.append(walk.section)
        else:
            found.append(_as_named_before(walk, part))
    return tuple(dict.fromkeys(found))


def _organ_by_itself(walk: _Walk, part: str) -> bool:
    """So: "the Commission" is a body of that name unless the text speaks to one whose name ends so."""
    if part.lower() not in words("parties.toml", "organs"):
        return False
    spoken_to = [walk.section, *walk.context.letter_to]
    return not any(part.lower() in name.lower() for name in spoken_to)


def _as_named_before(walk: _Walk, part: str) -> str:
    """A state under the name it had first: "the PRC" is the "People's Republic of China" above."""
    if not parties.plain_state(part):
        return part
    code = parties.country(part)
    earlier = [*walk.formal, *(demand.to for demand in walk.demands)]
    return next(
        (name for name in earlier if parties.plain_state(name) and parties.country(name) == code), part
    )


def _same_as_section(section: str, part: str) -> bool:
    one, other = parties.country(section), parties.country(part)
    if one and one == other:
        return True
    inside = {word for word in parties.tokens_of(part) if len(word) > 2}
    return bool(inside) and inside <= set(parties.tokens_of(section))


def _context_party(walk: _Walk, part: str = "") -> tuple[str, ...]:
    """Who is meant where the text only points: the section's, the letter's, the last one named, the state."""
    lowered = part.lower()
    if walk.section:
        return tuple(parties.split(walk.section))
    if walk.context.letter_to and lowered in words("parties.toml", "spoken_to"):
        return walk.context.letter_to
    if lowered in {"you", "everyone", "all"}:
        return ()
    if lowered in {"government", "authorities", "regime", "state"} and not walk.opened:
        states = [demand.to for demand in reversed(walk.demands) if parties.plain_state(demand.to)]
        if states:
            return (states[0],)
    pointed = part and lowered not in {"it", "them", "they", "him", "her"}
    state = (part if pointed else "authorities",) if walk.context.state else ()
    return walk.opened or walk.last or state


def _store(
    walk: _Walk, named: tuple[str, ...], phrases: list[Phrase], issued: date | None, *, internal: bool = False
) -> None:
    for phrase in phrases:
        if internal and _PURPOSE.search(phrase.quote):
            continue
        if walk.context.appeal and not named and _READER_ACTS.match(phrase.quote):
            continue
        for name in named:
            walk.last = named
            _add(walk, Demand(name, phrase.quote, phrase.verb, phrase.condition, _limit(phrase, issued)))


def _limit(phrase: Phrase, issued: date | None) -> date | None:
    match = re.search(r"\b(?:by|before|until|no later than)\s+(?=\S{0,12}\s?\d)", phrase.quote)
    near = (
        dates_in(phrase.quote[match.end() : match.end() + 40], issued.year if issued else None)
        if match
        else []
    )
    return near[0].value if near and near[0].start < 12 else None


def _add(walk: _Walk, demand: Demand) -> None:
    """Keeps a demand unless it stands there already; of two wordings the one with more words stays."""
    if len(walk.demands) >= _MOST:
        return
    for index, known in enumerate(walk.demands):
        if _same_party(known.to, demand.to) and same_demand(known, demand):
            if len(demand.quote) > len(known.quote):
                walk.demands[index] = replace(demand, to=known.to)
            return
    walk.demands.append(demand)


def _same_party(one: str, other: str) -> bool:
    if one == other:
        return True
    country = parties.country(one)
    return country is not None and country == parties.country(other)
