"""Keeps what an English document has asked so far, and tells whom a name or a pointing word means there."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from jobs.steps.extract import parties
from jobs.steps.extract.context import Context
from jobs.steps.extract.data import words
from jobs.steps.extract.dates import dates_in
from jobs.steps.extract.headings import Turn, style
from jobs.steps.extract.likeness import alike, same_demand, same_verb
from jobs.steps.extract.phrases import Phrase
from storage.records import Demand

_MOST = 400  # demands; no document of people has more, and each is compared with those before it
_READER_ACTS = re.compile(
    r"^(?:please\s+)?(?:write|send|fax|sign|share|donate|copy|report back|quote|email|e-mail|post|"
    r"tweet|call|phone|join|visit|click|contact|spread|forward|check|organi[sz]e|pray|"
    r"subscribe|follow|inform|reply|respond)\b",
    re.IGNORECASE,
)
_ALL_OF_THEM = re.compile(
    r"(?:both|each|all (?:two|three|four|of)|the (?:two|three|four))(?:\s+(?:of\s+)?(?:the\s+|these\s+)?"
    r"(?:governments?|states?|countries|authorities|parties|sides|of them))?$|they$|"
    r"these (?:governments|states|countries|authorities)$",
    re.IGNORECASE,
)


_YOU = re.compile(r"you(?: both| all| two| too| again)?$", re.IGNORECASE)
_VOCATIVE = re.compile(r"^you,\s+(?P<name>.+)$", re.IGNORECASE)


@dataclass(slots=True)
class Walk:
    """What has been read so far and bears on what follows."""

    context: Context
    issued: date | None
    section: tuple[str, ...] = ()
    """Whom a heading turned to: pointing words mean them until the next heading."""
    also: tuple[str, ...] = ()
    """Who is named in that heading beside them."""
    passing: bool = False
    """The section ends with its block: "To X, we say ..."."""
    opened: tuple[str, ...] | None = None
    """The parties of a request whose list follows; None when no list is open."""
    turning: bool = False
    """A sentence has asked without saying whom, over lines that do: "Congress demands of:"."""
    pledging: bool = False
    """The open list says what the issuer itself holds or will do."""
    listed: bool = False
    marked: bool = False
    """The items of the open list have bullets or numbers."""
    marker: str = ""
    """The marker of the block that is read."""
    above: str = ""
    """The kind of marker of the block that opened the list: the next of that kind is no item of it."""
    last: tuple[str, ...] = ()
    mentioned: tuple[str, ...] = ()
    """Several that a sentence has just named side by side, for "these governments"."""
    recipient: tuple[str, ...] = ()
    """To whom the text says that its letter or declaration was handed or sent."""
    asked: bool = False
    """The sentence before has asked something."""
    told_of: tuple[str, ...] = ()
    """Of whom the sentence before tells something, for "they must"."""
    relative: bool = False
    """The open list says what something that is asked for does: "a resolution that: - establishes ..."."""
    passage: int = 0
    """Counts the lists and the paragraphs: what one of them asks twice is meant twice."""
    announced: list[Demand] = field(default_factory=list)
    loose: list[Demand] = field(default_factory=list)
    """Things called for without saying from whom: "the release of X" in a title."""
    demands: list[Demand] = field(default_factory=list)
    passages: list[int] = field(default_factory=list)
    formal: list[str] = field(default_factory=list)

    def open(self, named: tuple[str, ...] | None) -> None:
        """A list of what `named` are to do begins; None where none is open any more."""
        self.opened, self.listed, self.marked, self.pledging = named, False, False, False
        self.relative = False
        self.above = style(self.marker) if self.marker else ""
        self.passage += 1

    def turn(self, to: Turn) -> None:
        """The text turns to somebody."""
        self.section, self.also, self.passing, self.mentioned = to.parties, to.also, not to.lasts, ()
        self.open(to.parties if to.lists else None)
        if to.formal:
            self.formal.extend((*to.parties, *to.also))

    def leave(self) -> None:
        """What was said to somebody has ended."""
        self.section, self.also, self.passing, self.turning = (), (), False, False
        self.open(None)

    def named(self, name: str) -> tuple[str, ...]:
        """The parties that a noun phrase means here."""
        found: list[str] = []
        if vocative := _VOCATIVE.match(name):
            return self.spoken_to(vocative["name"])
        if _ALL_OF_THEM.match(name) and (several := self.mentioned or self.section or self.last):
            return several
        for part in parties.split(name):
            if _YOU.match(part):
                found.extend(self.section or self.context.letter_to)
            elif self.context.letter_to and not self.section and re.match(r"your\s+\w+$", name):
                found.extend(self.pointed("your government"))
            elif (parties.vague(part) and not self._organ_by_itself(part)) or re.match(
                r"(?:its|his|her|their)\b", name
            ):
                found.extend(self.pointed(part))
            else:
                same = [one for one in (*self.section, *self.also) if _means(part, one)]
                everybody = re.match(r"all\b|every", name.strip(), re.IGNORECASE)
                generic = not same and not everybody and _generic(part)
                own = self.section if generic else ()
                found.extend(same[:1] or own or (self._as_before(part),))
        return tuple(dict.fromkeys(found))

    def spoken_to(self, name: str) -> tuple[str, ...]:
        """Who of those a letter greets is called by a name or office: "you, Mr. High Commissioner"."""
        called = {word for word in parties.tokens_of(name) if len(word) > 3}
        greeted = [one for one in self.context.letter_to if called & set(parties.tokens_of(one))]
        return tuple(greeted) or self.section or self.context.letter_to or (parties.clean(name),)

    def pointed(self, part: str = "") -> tuple[str, ...]:
        """Who is meant where the text only points: the section's, the letter's, the last named, the state."""
        lowered = part.lower()
        if self.section:
            return self.section
        if self.context.letter_to and lowered in words("parties.toml", "spoken_to"):
            return self.context.letter_to
        if lowered in {"you", "everyone", "all"}:
            return ()
        if lowered in {"government", "authorities", "regime", "state"} and not self.opened:
            states = [demand.to for demand in reversed(self.demands) if parties.plain_state(demand.to)]
            if states:
                return (states[0],)
        if self.recipient and not part and not self.opened:
            return self.recipient
        pointed = part and lowered not in {"it", "them", "they", "him", "her"}
        state = (part if pointed else "authorities",) if self.context.state else ()
        return self.opened or self.last or state

    def store(self, named: tuple[str, ...], phrases: list[Phrase]) -> None:
        """Notes that each of `named` is asked each of `phrases`."""
        for phrase in phrases:
            if phrase.quote.startswith("be followed by "):
                continue  # what comes after that which is asked
            if self.context.appeal and not named and _READER_ACTS.match(phrase.quote):
                continue
            for name in named:
                self.last = named
                self._add(
                    Demand(name, phrase.quote, phrase.verb, phrase.condition, _limit(phrase, self.issued))
                )

    def for_reader(self, sentence: str) -> bool:
        """Whether a command is what the reader of an appeal is to do."""
        return self.context.appeal and _READER_ACTS.match(sentence) is not None

    def kept(self) -> list[Demand]:
        """The demands but for those that the opening only announces and the text then makes."""
        said = list(self._said())
        firm = [demand for demand in said if demand not in self.loose]
        return firm if len(firm) > 1 else said

    def _said(self) -> Iterator[Demand]:
        made = [demand for demand in self.demands if demand not in self.announced]
        for demand in self.demands:
            if demand in self.announced and any(
                _same_party(demand.to, other.to) and same_verb(demand, other) for other in made
            ):
                continue
            yield demand

    def _add(self, demand: Demand) -> None:
        """Keeps a demand unless it stands there already; of two wordings the one with more words stays."""
        if len(self.demands) >= _MOST:
            return
        for index, known in enumerate(self.demands):
            here = self.passages[index] == self.passage and not (
                _holds(known.quote, demand.quote) or alike(known, demand)
            )
            if not here and _same_party(known.to, demand.to) and same_demand(known, demand):
                if len(demand.quote) > len(known.quote):
                    self.demands[index] = replace(demand, to=known.to)
                return
        self.demands.append(demand)
        self.passages.append(self.passage)

    def _organ_by_itself(self, part: str) -> bool:
        """So: "the Commission" is a body of that name unless the text speaks to one whose name ends so."""
        if part.lower() not in words("parties.toml", "organs"):
            return False
        spoken_to = [*self.section, *self.context.letter_to]
        return not any(part.lower() in name.lower() for name in spoken_to)

    def _as_before(self, part: str) -> str:
        """A state under the name it had first: "the PRC" is the "People's Republic of China" above."""
        if not parties.plain_state(part):
            return part
        code = parties.country(part)
        earlier = [*self.formal, *(demand.to for demand in self.demands)]
        return next(
            (name for name in earlier if parties.plain_state(name) and parties.country(name) == code), part
        )


def _generic(part: str) -> bool:
    """Whether a name is nobody's own and of no body that can be asked: under a heading it means that one."""
    return part.islower() and not parties.actor(part)


def _means(part: str, section: str) -> bool:
    """Whether a name in a section means the one it turned to: the same state, or a shorter form."""
    one, other = parties.country(section), parties.country(part)
    if one and one == other and parties.plain_state(section) and parties.plain_state(part):
        return True
    inside = {word for word in parties.tokens_of(part) if len(word) > 2}
    return bool(inside) and inside <= set(parties.tokens_of(section))


def _limit(phrase: Phrase, issued: date | None) -> date | None:
    match = re.search(r"\b(?:by|before|until|no later than)\s+(?=\S{0,12}\s?\d)", phrase.quote)
    near = (
        dates_in(phrase.quote[match.end() : match.end() + 40], issued.year if issued else None)
        if match
        else []
    )
    return near[0].value if near and near[0].start < 12 else None


def _holds(one: str, other: str) -> bool:
    return one in other or other in one


def _same_party(one: str, other: str) -> bool:
    if one == other:
        return True
    country = parties.country(one)
    return country is not None and country == parties.country(other)
