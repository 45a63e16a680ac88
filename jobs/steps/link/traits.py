"""Reads from a statement what tells its event from another that is worded alike."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, timedelta
from functools import lru_cache
from hashlib import blake2b
from itertools import combinations
from math import log
from sys import intern

from jobs.steps.classify import GUESSED
from jobs.steps.classify.cues import HARMS, find_cues
from jobs.steps.lexicon.cities import cities
from jobs.steps.lexicon.countries import countries_of_tokens, place_spans
from jobs.steps.lexicon.tokens import Tokens, cut, fold, words_of
from jobs.steps.link.ages import ages_in
from jobs.steps.link.codes import bare, canonical, identifiers_in
from jobs.steps.link.concepts import concepts_in
from jobs.steps.link.counts import persons_counted
from jobs.steps.link.durations import fasting_since
from jobs.steps.link.gazetteer import bodies_in, place_id, places_heard, places_in
from jobs.steps.link.groups import organisations_counted
from jobs.steps.link.name import Names
from jobs.steps.link.names import names_in
from jobs.steps.link.seats import scenes
from jobs.steps.link.stages import is_again, is_yearly, stage_of
from jobs.steps.link.when import days_in
from jobs.steps.link.wording import Wording, leading, wording
from storage.records import Statement
from storage.words import Kind, MsgType

_READ = 3_000
"""Characters of a text that are read for its event: the lead tells it, the rest is background."""

TITLE_STEM = 24
"""Characters of a title that is cut short, at least: fewer may begin another call as well."""

_TITLE = 400
"""Characters of a title that are read for its stage."""


@dataclass(frozen=True, slots=True)
class Traits:
    """What tells one event from another. `moment` is the time of publication in seconds, 0 unknown."""

    title: str
    text: bytes
    """A digest of title and text: the same where the words are the same."""
    url: str
    source: str
    moment: float
    kind: str
    language: str
    countries: frozenset[str]
    title_countries: frozenset[str]
    """Those that its title names."""
    identifiers: frozenset[str]
    names: Names
    numbers: frozenset[int]
    title_numbers: frozenset[int]
    """Those of the title: of how many it is, whatever parts of them the text counts."""
    days: frozenset[date]
    """Days that the text names."""
    told: frozenset[date]
    """Days that it tells by a weekday or by how far they are: "last night"."""
    places: frozenset[str]
    place_words: dict[str, str]
    """How the text itself writes them."""
    scenes: frozenset[str]
    """The places but for capitals that stand for governments (`seats`)."""
    title_scenes: frozenset[str]
    bodies: frozenset[str]
    groups: frozenset[int]
    """How many organisations speak together."""
    concepts: frozenset[str]
    ages: frozenset[int]
    fasting: frozenset[date]
    """Since when somebody has gone without food."""
    yearly: bool
    """Whether its title marks an anniversary."""
    again: bool
    """Whether its title tells that it befell them before."""
    harms: frozenset[str]
    wording: Wording
    stage: str
    """How its title says the case went on (`stages`); "" for a first call."""
    stage_words: str
    stages: frozenset[str]
    """The stages that title and lead tell."""
    msg_type: str
    outcome: bool
    """Whether its title or its lead tells how something went on, or a word of the field does."""
    keys: dict[str, tuple[int, ...]] = field(init=False, compare=False, repr=False)
    """The numbers of the names that have a key: a word of them, how one sounds, or the whole."""
    marks: frozenset[str] = field(init=False, compare=False, repr=False)
    """Everything by which another statement may be found alike: with none in common, none is."""

    def __post_init__(self) -> None:
        """These follow from the rest."""
        keys: dict[str, list[int]] = {}
        for number, name in enumerate(self.names.told):
            for key in name.all_keys():
                keys.setdefault(intern(key), []).append(number)  # thousands of traits share them
        object.__setattr__(self, "keys", {key: tuple(numbers) for key, numbers in keys.items()})
        object.__setattr__(self, "marks", frozenset(keys) | frozenset(self._other_marks()))

    def __setstate__(self, state: Sequence[object]) -> None:
        """As it comes from a worker: what thousands of traits share is kept once."""
        for one, value in zip(fields(self), state, strict=True):
            object.__setattr__(self, one.name, value)
        object.__setattr__(self, "keys", {intern(key): numbers for key, numbers in self.keys.items()})
        object.__setattr__(self, "marks", frozenset(map(intern, self.marks)))

    def sought(self) -> Iterator[str]:
        """The marks of what may be found alike: its own, and of passing things those of the months around."""
        yield from self.marks
        if self.source and self.outcome and not self.names.persons:
            yield from (f"voice {self.source} {self._day() - days}" for days in range(_SOON))
        yield from self._lands(self._day() - 1)
        yield from self._lands(self._day() + 1)
        for day in self.fasting:
            yield from (f"fast {day + timedelta(days=days)}" for days in (-2, -1, 1, 2))
        month = int(self.moment // _MONTH)
        for number in self.numbers:
            if number > _MANY:
                yield from (f"about {_size(number) + by} {month}" for by in (-1, 1))
        for near in (month - 2, month - 1, month + 1, month + 2):
            yield from self._passing(near)

    def _lands(self, day: int) -> Iterator[str]:
        """Of several countries: what befalls whose nationals where is told by others on the same day."""
        if len(self.countries) >= _LANDS:
            yield from (f"lands {' '.join(three)} {day}" for three in combinations(sorted(self.countries), 3))

    def _day(self) -> int:
        return int(self.moment // 86_400)

    def _other_marks(self) -> Iterator[str]:
        if self.source:
            yield f"voice {self.source} {self._day()}"
        yield from (f"fast {day}" for day in self.fasting)
        yield from self._lands(self._day())
        yield from self._passing(int(self.moment // _MONTH))
        yield from (f"day {day}" for day in self.days | self.told)
        yield from (f"code {code}" for code in self.identifiers)
        yield from (f"text {code}" for code in leading(self.wording))
        if self.url:
            yield f"page {self.url}"
        if self.title:
            yield f"title {self.title[:TITLE_STEM]}"

    def _passing(self, month: int) -> Iterator[str]:
        """What tells a case for some weeks: later it is another one in the same place, or of as many."""
        yield from (f"place {place} {month}" for place in self.places)
        yield from (f"number {number} {month}" for number in self.numbers if number > _PAIR)
        yield from (f"groups {number} {month}" for number in self.groups)
        yield from (f"about {_size(number)} {month}" for number in self.numbers if number > _MANY)
        if self.kind == Kind.RESOLUTION:
            yield from (f"body {body} {month}" for body in self.bodies)


def _size(number: int) -> int:
    """The order of a number: of two that differ by a twentieth it is the same, or next to it."""
    return round(log(number) / log(1.06))


_MANY = 20
"""Persons from which on some tell a round number."""
_MONTH = 30 * 86_400
_LANDS = 3
_SOON = 4
"""Days within which a source that calls something off need not say what."""
_OUTCOMES = ("freed", "closed", "put_off", "worst")
"""Groups of cues that tell how a case went on."""
_FAST = "hunger strike"
_PAIR = 2
"""Two persons are a pair; more than these tell a group."""


def features(statement: Statement) -> Traits:
    """The traits of a statement; the last few thousand are kept, since they are asked for often."""
    return _features(replace(statement, text=statement.text[:_READ], demands=()))


@lru_cache(maxsize=4_096)
def _features(statement: Statement) -> Traits:
    """As `features`, for a statement cut to what is read: the cache must not hold whole documents."""
    return read_traits(statement)


def unread_traits(statement: Statement) -> Traits:
    """The traits of a statement whose text could not be read: what stands beside it."""
    return Traits(
        title=statement.title,
        text=_digest(f"{statement.title}\n{statement.text[:_READ]}"),
        url=canonical(statement.url),
        source=fold(statement.source_name),
        moment=statement.published.timestamp() if statement.published else 0.0,
        kind=str(statement.kind),
        language=statement.language,
        countries=frozenset(statement.countries),
        title_countries=frozenset(),
        identifiers=frozenset(),
        names=Names((), {}),
        numbers=frozenset(),
        title_numbers=frozenset(),
        days=frozenset(),
        told=frozenset(),
        places=frozenset(),
        place_words={},
        scenes=frozenset(),
        title_scenes=frozenset(),
        bodies=frozenset(),
        groups=frozenset(),
        concepts=frozenset(),
        ages=frozenset(),
        fasting=frozenset(),
        yearly=False,
        again=False,
        harms=frozenset(),
        wording=wording(()),
        stage="",
        stage_words="",
        stages=frozenset(),
        msg_type=str(statement.alert.msg_type),
        outcome=False,
    )


def read_traits(statement: Statement) -> Traits:
    """The traits of a statement, read anew."""
    title_end = len(statement.title)
    whole = f"{statement.title}\n{statement.text[:_READ]}"
    text = whole[:_READ]
    tokens = cut(text)
    cues = find_cues(tokens, title_end, statement.language)
    moment = statement.published
    days = days_in(tokens, moment.date() if moment else None)
    dated = set(days.tokens)
    places, taken = _places(tokens)
    cued = {i for hits in cues.found.values() for hit in hits for i in (hit.first, hit.last)}
    names = names_in(tokens, taken | dated, cued, title_end, statement.language)
    countries = _countries(statement, tokens)
    places |= _towns(tokens, names)
    title = cut(statement.title[:_TITLE])
    in_title = {at for at in dated if at < len(title.words)}
    title_numbers = persons_counted(title, in_title, statement.language, title=True)
    stage = stage_of(title, statement.language)
    lead = stage_of(cut(statement.text[:_TITLE]), statement.language)
    where = scenes(tokens, places)
    concepts = concepts_in(tokens)
    return Traits(
        title=statement.title,
        text=_digest(whole),
        url=canonical(statement.url),
        source=fold(statement.source_name),
        moment=moment.timestamp() if moment else 0.0,
        kind=str(statement.kind),
        language=statement.language,
        countries=countries,
        title_countries=frozenset(countries_of_tokens(title)) & countries,
        identifiers=frozenset(map(bare, statement.identifiers)) | identifiers_in(text),
        names=_without_issuers(names, statement),
        numbers=persons_counted(tokens, dated, statement.language) | title_numbers,
        title_numbers=title_numbers,
        days=days.named,
        told=days.told,
        places=frozenset(places) | places_heard(names, countries),
        place_words={place: tokens.evidence(*at) for place, at in places.items()},
        scenes=where,
        title_scenes=frozenset(place for place in where if tokens.starts[places[place][0]] < title_end),
        bodies=bodies_in(tokens) | _speaking(statement),
        groups=organisations_counted(tokens, statement.language),
        concepts=concepts,
        ages=ages_in(text),
        fasting=fasting_since(text, moment.date() if moment else None) if _FAST in concepts else frozenset(),
        yearly=is_yearly(title),
        again=is_again(title),
        harms=frozenset(harm for harm in HARMS if harm in cues.found),
        wording=wording(tokens.words),
        stage=stage.name,
        stage_words=stage.words,
        stages=frozenset({stage.name, lead.name} - {""}),
        msg_type=str(statement.alert.msg_type),
        outcome=_tells_outcome(statement, stage.name, lead.name, cues.found),
    )


def _tells_outcome(statement: Statement, stage: str, lead: str, found: Collection[str]) -> bool:
    """Whether its title, its lead or a group of cues tells how something went on."""
    if stage or lead not in {"", "moved"} or statement.alert.msg_type is not MsgType.ALERT:
        return True
    return any(group in found for group in _OUTCOMES)


def _countries(statement: Statement, tokens: Tokens) -> frozenset[str]:
    """The countries it is about, with those that they lie in."""
    found = frozenset(statement.countries or countries_of_tokens(tokens))
    guessed = found & GUESSED.get(statement.language, frozenset())
    if guessed:
        told = frozenset(countries_of_tokens(tokens))
        found = found - (guessed - told) or told  # the country of a language is a guess
    return found | {_WITHIN[country] for country in found & _WITHIN.keys()}


def _places(tokens: Tokens) -> tuple[dict[str, tuple[int, int]], set[int]]:
    """The places that are named, each with its tokens; and the tokens that are part of any place."""
    spans = place_spans(tokens)
    named = {
        place_id(name[:2], tokens.evidence(first, last)): (first, last) for first, last, name in spans if name
    }
    places = places_in(tokens) | named
    within = {i for first, last, _ in spans for i in range(first, last + 1)}
    return places, within | {first for first, _ in places.values()}


def _towns(tokens: Tokens, names: Names) -> dict[str, tuple[int, int]]:
    """The towns of the large table, each with its tokens, but for those in a name of several words."""
    named = {at for name in names.told if len(name.words) > 1 for at in range(name.first, name.first + 3)}
    return {
        place_id(hit.value, tokens.evidence(hit.first, hit.last)): (hit.first, hit.last)
        for hit in cities().find(tokens)
        if hit.first not in named
    }


def _speaking(statement: Statement) -> frozenset[str]:
    """The body that publishes its own resolution: the text calls it "the House"."""
    if statement.kind is not Kind.RESOLUTION or not statement.source_name:
        return frozenset()
    return bodies_in(cut(statement.source_name))


_WITHIN = {"HK": "CN", "MO": "CN", "EH": "MA", "PS": "IL"}
"""Territories of which one text names the one and another the other."""


def _without_issuers(names: Names, statement: Statement) -> Names:
    """The names that are not those of who speaks: all that an organisation publishes may hold its own."""
    own = [frozenset(words_of(speaker)) for speaker in (statement.source_name, *statement.issuers) if speaker]
    told = tuple(name for name in names.told if not any(words.issuperset(name.words) for words in own))
    return names if len(told) == len(names.told) else replace(names, told=told)


def _digest(text: str) -> bytes:
    return blake2b(fold(text).encode("utf-8", "replace"), digest_size=16).digest()
