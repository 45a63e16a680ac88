"""Reads from a statement what tells its event from another that is worded alike."""

import re
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, lru_cache
from hashlib import blake2b
from urllib.parse import parse_qsl, urlencode, urlsplit
from zlib import crc32

from jobs.steps.classify.cues import HARMS, Cues, find_cues
from jobs.steps.classify.dates import dates_in
from jobs.steps.lexicon.countries import countries_of_tokens, place_spans
from jobs.steps.lexicon.phrases import Phrases
from jobs.steps.lexicon.tables import table
from jobs.steps.lexicon.tokens import Tokens, cut, fold
from jobs.steps.link.names import names_in
from jobs.steps.link.wording import Wording, wording
from storage.records import Statement
from storage.words import MsgType

_READ = 3_000
"""Characters of a text that are read for its event: the lead tells it, the rest is background."""

_STAGES = (("freed", "freed"), ("closed", "closed"), ("put_off", "put off"), ("worst", "carried out"))
"""Groups of cues that tell a stage, in the order in which they are believed."""

_IDENTIFIER = re.compile(
    r"\bUA:?\s{0,2}(\d{1,3}[/.]\d{2})\b"  # Amnesty: UA 68/12, UA 83.18
    r"|\b((?:AFR|AMR|ASA|EUR|MDE|ACT|POL)\s{0,2}\d{2}/\d{3,4}/(?:19|20)\d{2})\b"  # its index
    r"|\b([A-Z]{3}\s{0,2}\d{3}\s{0,2}/\s{0,2}\d{4}\s{0,2}/\s{0,2}OBS\s{0,2}\d{3})"  # OMCT and FIDH
    r"|\b((?:AL|UA|JUA|JAL|OL)\s[A-Z]{3}\s\d{1,2}/20\d{2})\b"  # UN Special Procedures
    r"|\b(A/(?:HRC|C\.3|RES)[/\dA-Z.]{2,24}\d)\b"  # UN symbols
    r"|\b((?:19|20)\d{2}/\d{4}\((?:RSP|INI)\))"  # European Parliament
)
_TRACE = 4_096
"""Bits of a trace."""
_REGION = 3
"""Countries that together tell an event, where two texts name the same and no other."""
_TRACKING = frozenset({"fbclid", "gclid", "ref", "source", "from", "lang"})


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
    identifiers: frozenset[str]
    names: tuple[frozenset[str], ...]
    weak_names: tuple[frozenset[str], ...]
    """Single words at the beginning of a sentence: a name, or any word that stands first."""
    title_names: tuple[frozenset[str], ...]
    numbers: frozenset[int]
    days: frozenset[date]
    places: frozenset[str]
    harms: frozenset[str]
    wording: Wording
    stage: str
    stage_words: str
    named: dict[str, list[frozenset[str]]] = field(init=False, compare=False, repr=False)
    """The names by each word that they are made of; likewise the weak ones."""
    weakly: dict[str, list[frozenset[str]]] = field(init=False, compare=False, repr=False)
    trace: int = field(init=False, compare=False, repr=False)
    """A bit for each thing that statements of one case have in common: most pairs have none."""

    def __post_init__(self) -> None:
        """These follow from the rest."""
        for name, runs in (("named", self.names), ("weakly", self.weak_names)):
            by_bone: dict[str, list[frozenset[str]]] = {}
            for run in runs:
                for bone in run:
                    by_bone.setdefault(bone, []).append(run)
            object.__setattr__(self, name, by_bone)
        alone = {self.url, *self.identifiers, *self.places, *map(str, self.numbers), *map(str, self.days)}
        region = " ".join(sorted(self.countries)) if len(self.countries) >= _REGION else ""
        bits = 0
        for thing in {*alone, *self.named, *self.weakly, region} - {""}:
            bits |= 1 << crc32(thing.encode("utf-8", "replace")) % _TRACE
        object.__setattr__(self, "trace", bits)


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
        identifiers=frozenset(),
        names=(),
        weak_names=(),
        title_names=(),
        numbers=frozenset(),
        days=frozenset(),
        places=frozenset(),
        harms=frozenset(),
        wording=wording(()),
        stage="",
        stage_words="",
    )


def read_traits(statement: Statement) -> Traits:
    """The traits of a statement, read anew."""
    title_end = len(statement.title)
    whole = f"{statement.title}\n{statement.text[:_READ]}"
    text = whole[:_READ]
    tokens = cut(text)
    cues = find_cues(tokens, title_end, statement.language)
    moment = statement.published
    mentions = dates_in(tokens, moment.date() if moment else date(2000, 1, 1))
    dated = {i for m in mentions for i in range(m.first, m.last + 1)}
    spans = place_spans(tokens)
    names = names_in(tokens, {i for first, last, _ in spans for i in range(first, last + 1)})
    stage, stage_words = _stage(statement, cues)
    return Traits(
        title=statement.title,
        text=_digest(whole),
        url=canonical(statement.url),
        source=fold(statement.source_name),
        moment=moment.timestamp() if moment else 0.0,
        kind=str(statement.kind),
        language=statement.language,
        countries=frozenset(statement.countries or countries_of_tokens(tokens)),
        identifiers=frozenset(map(_bare, statement.identifiers)) | _identifiers(text),
        names=tuple(dict.fromkeys(run for _, run, weak in names if not weak)),
        weak_names=tuple(dict.fromkeys(run for _, run, weak in names if weak)),
        title_names=tuple(run for start, run, weak in names if start < title_end and not weak),
        numbers=frozenset(_numbers(tokens, dated, statement.language)),
        days=frozenset(m.day for m in mentions),
        places=frozenset(place for *_, place in spans if place),
        harms=frozenset(harm for harm in HARMS if harm in cues.found),
        wording=wording(tokens.words),
        stage=stage,
        stage_words=stage_words,
    )


def _digest(text: str) -> bytes:
    return blake2b(fold(text).encode("utf-8", "replace"), digest_size=16).digest()


def _stage(statement: Statement, cues: Cues) -> tuple[str, str]:
    """The stage that the title tells, or the text of a follow-up, and its words; empty for a first call."""
    follow_up = statement.alert.msg_type is not MsgType.ALERT
    for only_title in (True, False)[: 1 + follow_up]:
        for group, stage in _STAGES:
            if cues.in_title(group) if only_title else group in cues.found:
                return stage, cues.words(cues.found[group][0])
    return (str(statement.alert.msg_type), statement.title) if follow_up else ("", "")


def canonical(url: str) -> str:
    """A URL without scheme, www, fragment, tracking parameters and a last slash; "" for none."""
    if not url:
        return ""
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return url.strip()
    kept = [
        (k, v)
        for k, v in parse_qsl(parts.query)
        if k.lower() not in _TRACKING and not k.lower().startswith("utm_")
    ]
    query = f"?{urlencode(sorted(kept))}" if kept else ""
    return f"{host}{parts.path.rstrip('/')}{query}"


def _bare(identifier: str) -> str:
    return re.sub(r"[\s:]", "", identifier).upper().replace(".", "/")


def _identifiers(text: str) -> frozenset[str]:
    found = set()
    for match in _IDENTIFIER.finditer(text):
        number = match.group(1)
        found.add(_bare(f"UA{number}" if number else match.group()))
    return frozenset(found)


def _numbers(tokens: Tokens, dated: set[int], language: str) -> set[int]:
    """Counts of persons: a number, in digits or words, with a word for persons soon after it."""
    breaks = frozenset(table("numbers")["breaks"])
    persons, words = _counting(language)
    found: set[int] = set()
    for hit in persons.find(tokens):
        for at in range(hit.first - 1, max(-1, hit.first - 4), -1):
            if (
                at in dated
                or tokens.sentences[at] != tokens.sentences[hit.first]
                or tokens.words[at] in breaks
            ):
                break
            value = _value(tokens, at, words)
            if value is not None:
                found.add(value)
                break
    return {n for n in found if n > 1}


def _value(tokens: Tokens, at: int, words: dict[str, int]) -> int | None:
    """The number that ends at a token; number words of Hangul and Han are several tokens long."""
    word = tokens.words[at]
    if word.isdecimal():
        return int(word) if len(word) <= 5 else None
    for length in (3, 2, 1):
        value = words.get("".join(tokens.words[max(0, at - length + 1) : at + 1]))
        if value is not None:
            return value
    return None


@cache
def _counting(language: str) -> tuple[Phrases[bool], dict[str, int]]:
    rows = table("numbers")
    own = rows.get(language) or rows["en"]
    persons = Phrases((word.strip(), True) for word in own["persons"].split(","))
    words = {
        fold(word): n for n, line in enumerate(own["words"].split(","), start=1) for word in line.split("/")
    }
    return persons, {word.strip(): n for word, n in words.items()}
