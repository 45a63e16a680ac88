"""Reads filter words, the same in every command: countries, kind:, from:, "phrases", -words, years."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import takewhile
from typing import Literal

from bot.commands import keys, values
from bot.commands.addressees import JOINING, addressed, country_at
from bot.commands.mistake import Mistake, Several, Unknown
from bot.commands.relative import Time, time_at
from bot.commands.tokens import Part, parts
from bot.commands.values import joined, split
from bot.countries import countries_near, country_named, is_code, state_named, without_links
from bot.meanings import senses, with_other_names
from bot.speech import Speech, msgid
from storage.queries import Query, Sort
from storage.terms import fold
from storage.words import Digest, Kind, Urgency

_CODES_AS_WORDS = re.compile("AI|AM|AS|AT|BE|BY|DO|ID|IN|IS|IT|ME|MY|NO|PS|SO|TO|TV")
"""Codes that in a search are words, even in capitals."""
_PAGE = re.compile(r"(?<!\S)page[:：]\s?\S{0,20}", re.IGNORECASE)
_BETWEEN = re.compile(r"[()\[\]{}<>|;:*=+^~\\]+")
_LONGEST_NAME = 5
"""Words in the longest name of a country that is tried."""

_FILTERS = ("country", "kind", "lang", "from")
_ARCHIVE = (*_FILTERS, "to", "since", "before", "year", "page")
_SEARCH = (*_ARCHIVE, "sort")


@dataclass(frozen=True, slots=True)
class Grammar:
    """What a command takes: its keys, and what a bare word means there."""

    keys: tuple[str, ...]
    bare: Literal["country", "word", "addressee"]
    example: str


SUBSCRIBE = Grammar((*_FILTERS, "urgency", "digest"), "country", '/subscribe KP CN "prison camp"')
LATEST = Grammar(_ARCHIVE, "country", "/latest China kind:resolution 2005")
SEARCH = Grammar(_SEARCH, "word", '/search "prison camp" to:China since:2005')
DEMANDS = Grammar(_ARCHIVE, "addressee", "/demands 2005 China")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a line asks for. Empty means "any"."""

    countries: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    languages: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    to_names: tuple[str, ...] = ()
    to_organs: tuple[tuple[str, str], ...] = ()
    """A country with a name: somebody of this country who bears it."""
    least_urgency: Urgency | None = None
    digest: Digest | None = None
    since: date | None = None
    before: date | None = None
    year: int | None = None
    """Given when a year was named alone: it may stand in the text rather than be its date."""
    said: tuple[str, ...] = ()
    """Words beside others that were read as a time: "last month" may also stand in the text."""
    sort: Sort = Sort.BEST
    page: int = 1


def read(line: str, grammar: Grammar, speech: Speech, today: date) -> Wanted:
    """Return what the line asks for; raises Mistake with a sentence for the person, and nothing else.

    `today` is the person's: "last month" is counted from it.
    """
    found = Wanted()
    bare: list[str] = []
    waiting = list(parts(line))
    while waiting:
        part = waiting.pop(0)
        if part.key and not _known(part, grammar):
            part = Part(f"{part.typed}{part.text}", quoted=part.quoted, negative=part.negative)
        if part.bare:
            bare.extend(split(part.text, ",") if grammar.bare != "word" else (part.text,))
            continue
        found, bare = _with_bare(found, bare, grammar, today), []
        found = _keyed(found, part, waiting, speech, today) if part.key else _phrase(found, part, grammar)
    found = _with_bare(found, bare, grammar, today)
    if found.since and found.before and found.since >= found.before:
        raise Mistake(
            "Nothing lies since {since} and before {before}.", since=found.since, before=found.before
        )
    return found


def looked_for(wanted: Wanted) -> Wanted:
    """Return the wish with a year that stands beside words as one of them, not as a filter.

    A resolution of 2005 may have been posted, and dated, years later.
    """
    if wanted.year is None or not (wanted.words or wanted.phrases):
        return wanted
    return replace(wanted, words=joined(wanted.words, str(wanted.year)), since=None, before=None)


def regardless(wanted: Wanted) -> Wanted | None:
    """Return the wish without its bare time; one alone is looked for in texts. None where there is none."""
    if wanted.said:
        words = wanted.words if wanted.words or wanted.phrases else wanted.said
        return replace(wanted, words=words, said=(), since=None, before=None)
    if wanted.year is None or wanted.since is None:
        return None
    return replace(wanted, phrases=joined(wanted.phrases, str(wanted.year)), since=None, before=None)


def query_of(wanted: Wanted) -> Query:
    """Return the question to the archive."""
    years = (str(wanted.year),) if wanted.year and wanted.since is None else ()
    return Query(
        words=wanted.words,
        phrases=wanted.phrases,
        without=wanted.without,
        kinds=wanted.kinds,
        countries=wanted.countries,
        languages=wanted.languages,
        sources=with_other_names(wanted.sources),
        to=wanted.to,
        to_names=with_other_names(wanted.to_names),
        to_organs=tuple(
            (code, name) for code, organ in wanted.to_organs for name in with_other_names((organ,))
        ),
        since=wanted.since,
        before=wanted.before,
        sort=wanted.sort,
        senses=senses(wanted.words, years),
    )


def with_page(line: str, page: int) -> str:
    """Return the same line asking for another page; for the first it asks for none."""
    return f"{without_page(line)} page:{page}" if page > 1 else without_page(line)


def without_page(line: str) -> str:
    """Return the line with no page asked for."""
    return " ".join(_PAGE.sub("", line).split())


def _known(part: Part, grammar: Grammar) -> bool:
    """Say whether the command has this key. A near miss is a mistake; "UA: 68/12" in a search is none."""
    key = part.key
    if keys.needed(key) in grammar.keys:
        if part.negative:
            raise Mistake("“{key}:” cannot be left out with “-”; only words can.", key=key)
        return True
    near = keys.nearest(key, grammar.keys)
    if key in {"urgency", "digest", *_SEARCH} or near or grammar.bare == "country":
        known = " ".join(f"{name}:" for name in grammar.keys)
        if near:
            raise Mistake(
                "“{key}:” is not understood here. Did you mean “{nearest}:”? These are: {known}",
                key=key,
                nearest=near,
                known=known,
            )
        raise Mistake("“{key}:” is not understood here. These are: {known}", key=key, known=known)
    return False


def _phrase(found: Wanted, part: Part, grammar: Grammar) -> Wanted:
    if part.negative:
        return replace(found, without=joined(found.without, part.text))
    if grammar.bare == "addressee":
        code = state_named(part.text.split())
        if code:
            return replace(found, to=joined(found.to, code))
        return replace(found, to_names=joined(found.to_names, part.text))
    code = country_named(part.text) if grammar.bare == "country" else None
    if code:
        return replace(found, countries=joined(found.countries, code))
    return replace(found, phrases=joined(found.phrases, part.text))


def _with_bare(found: Wanted, words: list[str], grammar: Grammar, today: date) -> Wanted:
    """Add a run of bare words: times, countries, and whatever the command takes a word for."""
    rest, found = _relative(found, words, grammar, today)
    rest, found = _timed(found, rest, grammar)
    if grammar.bare == "addressee":
        return _with_addressed(found, rest)
    others: list[str] = []
    while rest:
        taken, code = _filter_at(rest) if grammar.bare == "word" else country_at(rest, values.country_spoken)
        if code:
            found = replace(found, countries=joined(found.countries, code))
        elif grammar.bare == "word":
            taken = 1
            others.extend(_apart(rest[0]))
        elif fold(rest[0]) in JOINING or not without_links(rest[:1]):
            taken = 1
        else:
            values.one_country(rest[0])
            raise _no_country(rest, grammar)
        del rest[:taken]
    return replace(found, words=joined(found.words, *others))


def _with_addressed(found: Wanted, words: Sequence[str]) -> Wanted:
    whom = addressed(words)
    return replace(
        found,
        to=joined(found.to, *whom.countries),
        to_names=joined(found.to_names, *whom.names),
        to_organs=joined(found.to_organs, *whom.organs),
    )


def _relative(found: Wanted, words: Sequence[str], grammar: Grammar, today: date) -> tuple[list[str], Wanted]:
    """Take a time that is said from today on out of a run of bare words: "last month"."""
    for at in range(len(words) if "since" in grammar.keys else 0):
        taken, time = time_at(words[at:], today)
        if time:
            said = words[at : at + taken] if grammar.bare == "word" else ()
            rest = [*words[:at], *words[at + taken :]]
            return rest, _within(
                replace(found, said=tuple(said)), time.bounds, is_word=grammar.bare == "word"
            )
    return list(words), found


def _timed(found: Wanted, words: Sequence[str], grammar: Grammar) -> tuple[list[str], Wanted]:
    """Take the times out of a run of bare words: a year, a month; of several, from first to last."""
    if "year" not in grammar.keys:
        return list(words), found
    # In a search what has a hyphen may be a word of the text.
    times = {
        word: values.span(word) for word in words if grammar.bare != "word" or values.YEAR.fullmatch(word)
    }
    spans = [span for span in times.values() if span]
    rest = [word for word in words if not times.get(word)]
    if not spans or (grammar.bare == "word" and rest and len(spans) > 1):
        return list(words), found
    since, before = min(first for first, _ in spans), max(last for _, last in spans)
    return rest, _within(found, (since, before))


def _apart(word: str) -> list[str]:
    """Return the words that brackets and the like part, as in "NEAR(camp"; a symbol, "377(V)", is one."""
    if any(map(str.isdigit, word)):
        return [word]
    return [piece for piece in _BETWEEN.split(word) if any(map(str.isalnum, piece))] or [word]


def _filter_at(words: Sequence[str]) -> tuple[int, str | None]:
    """Return the code that a search begins with: in capitals a filter, but "UA 68/12" is none."""
    word = words[0]
    mark = any(char.isdigit() for char in "".join(words[1:3])) and not all(
        map(values.YEAR.fullmatch, words[1:3])
    )
    is_filter = is_code(word) and word.isupper() and not _CODES_AS_WORDS.fullmatch(word) and not mark
    return (1, word) if is_filter else (0, None)


def _no_country(words: Sequence[str], grammar: Grammar) -> Unknown:
    """Return what is wrong with the first words: they are tried together, for "Nroth Korea" is one name."""
    taken, codes = countries_near(words)
    word = " ".join(words[: taken or 1])
    if "year" in grammar.keys:
        told = msgid("“{word}” is no country that I know. To find a word: {example}")
        if codes:
            told = msgid(
                "“{word}” is no country that I know. Did you mean {nearest}? To find a word: {example}"
            )
        return Unknown(told, codes, word, word=word, example=f"/search {word}")
    told = msgid("“{word}” is no country that I know. A keyword stands in quotation marks: {quoted}")
    if codes:
        told = msgid(
            "“{word}” is no country that I know. Did you mean {nearest}? "
            "A keyword stands in quotation marks: {quoted}"
        )
    return Unknown(told, codes, word, word=word, quoted=f'"{word}"')


def _keyed(found: Wanted, part: Part, waiting: list[Part], speech: Speech, today: date) -> Wanted:
    if not part.text:
        raise Mistake("After “{key}:” a word is missing.", key=part.key)
    key = keys.meant(part.key)
    if key in {"country", "to"}:
        return _placed(found, replace(part, key=key), waiting)
    if key in _TIMES:
        following = (more.text for more in takewhile(lambda more: more.bare, waiting))
        taken, time = time_at((*part.text.split(), *following), today)
        if time:
            del waiting[: max(0, taken - len(part.text.split()))]
            return _TIMES[key](found, time)
    given = (part.text,) if part.quoted else tuple(split(part.text))
    return _ADDED[key](found, given or (part.text,), speech)


_TIMES: dict[str, Callable[[Wanted, Time], Wanted]] = {
    "since": lambda found, time: replace(found, since=time.first),
    "before": lambda found, time: replace(found, before=time.first),
    "until": lambda found, time: replace(found, before=time.end),
    "date": lambda found, time: _within(found, time.bounds),
    "year": lambda found, time: _in_year(found, time.first.year),
}
"""What a time that is said from today on adds after each key: "since:last month"."""
_ADDED: dict[str, Callable[[Wanted, tuple[str, ...], Speech], Wanted]] = {
    "kind": lambda found, given, speech: replace(
        found, kinds=joined(found.kinds, *values.kinds(given, speech))
    ),
    "lang": lambda found, given, speech: replace(
        found, languages=joined(found.languages, *values.languages(given, speech))
    ),
    "from": lambda found, given, _: replace(found, sources=joined(found.sources, *given)),
    "urgency": lambda found, given, speech: replace(found, least_urgency=values.urgency(given, speech)),
    "digest": lambda found, given, speech: replace(found, digest=values.digest(given, speech)),
    "since": lambda found, given, _: replace(found, since=values.day(given[-1])),
    "before": lambda found, given, _: replace(found, before=values.day(given[-1])),
    "until": lambda found, given, _: replace(found, before=values.time(given[-1])[1]),
    "date": lambda found, given, _: _within(found, values.time(given[-1])),
    "year": lambda found, given, _: _in_year(found, values.year(given[-1])),
    "page": lambda found, given, _: replace(found, page=values.page(given[-1])),
    "sort": lambda found, given, speech: replace(found, sort=values.sort(given, speech)),
}
"""What each key adds to the wish; "country" and "to" may take words that follow as well."""


def _placed(found: Wanted, part: Part, waiting: list[Part]) -> Wanted:
    """Add countries; somebody asked who is no country is kept by name."""
    try:
        codes = tuple(_countries(part, waiting))
    except Several:
        raise
    except Mistake:
        if part.key == "country":
            raise
        return _with_addressed(found, part.text.split())
    if part.key == "to":
        return replace(found, to=joined(found.to, *codes))
    return replace(found, countries=joined(found.countries, *codes))


def _countries(part: Part, waiting: list[Part]) -> Iterator[str]:
    """Give the countries after a key; a name of several words may go on in the parts that wait."""
    if part.quoted:
        yield values.country(part.text)
        return
    pieces = list(split(part.text))
    for value in pieces[:-1]:
        yield values.country(value)
    last = pieces[-1] if pieces else ""
    for count in range(_LONGEST_NAME - 1, 0, -1):
        following = waiting[:count]
        if len(following) == count and all(more.bare for more in following):
            code = country_named(" ".join((last, *(more.text for more in following))))
            if code:
                del waiting[:count]
                yield code
                return
    yield values.country(last)


def _in_year(found: Wanted, year: int) -> Wanted:
    return replace(found, since=date(year, 1, 1), before=date(year + 1, 1, 1), year=year)


def _within(found: Wanted, span: tuple[date | None, date | None], *, is_word: bool = False) -> Wanted:
    """Add a time; a whole year is named by its number, unless other words name it."""
    since, before = span
    is_year = since and span == (date(since.year, 1, 1), date(since.year + 1, 1, 1))
    year = since.year if since and is_year and not is_word else None
    return replace(found, since=since, before=before, year=year)
