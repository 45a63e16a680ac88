"""Reads from a statement what tells its event from another that is worded alike."""

import re
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from urllib.parse import parse_qsl, urlencode, urlsplit

from jobs.steps.classify.cues import HARMS, find_cues
from jobs.steps.lexicon.countries import countries_of_tokens, place_spans
from jobs.steps.lexicon.tokens import cut, fold
from jobs.steps.link.counts import persons_counted
from jobs.steps.link.gazetteer import place_id, places_in
from jobs.steps.link.names import Names, names_in
from jobs.steps.link.stages import stage_of
from jobs.steps.link.when import days_in
from jobs.steps.link.wording import Wording, wording
from storage.records import Statement

_READ = 3_000
"""Characters of a text that are read for its event: the lead tells it, the rest is background."""

_TITLE = 400
"""Characters of a title that are read for its stage."""

_IDENTIFIER = re.compile(
    r"\bUA:?\s{0,2}(\d{1,3}[/.]\d{2})\b"  # Amnesty: UA 68/12, UA 83.18
    r"|\b((?:AFR|AMR|ASA|EUR|MDE|ACT|POL)\s{0,2}\d{2}/\d{3,4}/(?:19|20)\d{2})\b"  # its index
    r"|\b([A-Z]{3}\s{0,2}\d{3}\s{0,2}/\s{0,2}\d{4}\s{0,2}/\s{0,2}OBS\s{0,2}\d{3})"  # OMCT and FIDH
    r"|\b((?:AL|UA|JUA|JAL|OL)\s[A-Z]{3}\s\d{1,2}/20\d{2})\b"  # UN Special Procedures
    r"|\b(A/(?:HRC|C\.3|RES)[/\dA-Z.]{2,24}\d)\b"  # UN symbols
    r"|\b((?:19|20)\d{2}/\d{4}\((?:RSP|INI)\))"  # European Parliament
)
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
    names: Names
    numbers: frozenset[int]
    days: frozenset[date]
    """Days that the text names."""
    told: frozenset[date]
    """Days that it tells by a weekday or by how far they are: "last night"."""
    places: frozenset[str]
    harms: frozenset[str]
    wording: Wording
    stage: str
    """How its title says the case went on (`stages`); "" for a first call."""
    stage_words: str
    msg_type: str
    keys: dict[str, tuple[tuple[int, int], ...]] = field(init=False, compare=False, repr=False)
    """Where each key of a name stands: the number of the name, and that of the word in it (-1: the whole)."""

    def __post_init__(self) -> None:
        """It follows from the rest."""
        keys: dict[str, list[tuple[int, int]]] = {}
        for number, name in enumerate(self.names.told):
            for at, (word, heard) in enumerate(zip(name.words, name.keys, strict=True)):
                for key in {f"w:{word}", *(f"s:{one}" for one in heard)}:
                    keys.setdefault(key, []).append((number, at))
            for key in name.whole:
                keys.setdefault(key, []).append((number, -1))
        object.__setattr__(self, "keys", {key: tuple(places) for key, places in keys.items()})


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
        names=Names((), {}),
        numbers=frozenset(),
        days=frozenset(),
        told=frozenset(),
        places=frozenset(),
        harms=frozenset(),
        wording=wording(()),
        stage="",
        stage_words="",
        msg_type=str(statement.alert.msg_type),
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
    spans = place_spans(tokens)
    places = {place_id(name[:2], tokens.evidence(first, last)) for first, last, name in spans if name}
    places |= set(places_in(tokens))
    taken = {i for first, last, _ in spans for i in range(first, last + 1)}
    cued = {i for hits in cues.found.values() for hit in hits for i in (hit.first, hit.last)}
    names = names_in(tokens, taken | dated, cued, title_end, statement.language)
    stage = stage_of(cut(statement.title[:_TITLE]), statement.language)
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
        names=names,
        numbers=persons_counted(tokens, dated, statement.language),
        days=days.named,
        told=days.told,
        places=frozenset(places),
        harms=frozenset(harm for harm in HARMS if harm in cues.found),
        wording=wording(tokens.words),
        stage=stage.name,
        stage_words=stage.words,
        msg_type=str(statement.alert.msg_type),
    )


def _digest(text: str) -> bytes:
    return blake2b(fold(text).encode("utf-8", "replace"), digest_size=16).digest()


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
