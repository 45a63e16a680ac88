"""Counts who signed: the lists under their headings, and the numbers that the text claims."""

import re
from dataclasses import dataclass, field

from jobs.steps import lexicon
from jobs.steps.extract import parties
from jobs.steps.extract.blocks import Block
from jobs.steps.extract.data import pattern, words
from jobs.steps.extract.numbers import NUMBER, number
from storage.records import Signatories

_FILE = "signatories.toml"
_CLAIM_GAP = r"\s+(?:[\w'’-]+\s+){0,4}?"
_ORGANISATIONS = re.compile(
    rf"(?<![\w.,/])(?P<n>{NUMBER}){_CLAIM_GAP}(?:(?:non-?governmental |non-?government |"
    rf"civil society |human rights |rights |international )*"
    r"(?:organi[sz]ations|groups|ngos|associations|bodies|unions|churches))\b",
    re.IGNORECASE,
)
_PERSONS = re.compile(
    rf"(?<![\w.,/])(?P<n>{NUMBER}){_CLAIM_GAP}(?:individuals|persons|people|experts|academics|"
    rf"lawmakers|parliamentarians|scholars|citizens|signatories)\b",
    re.IGNORECASE,
)
_COUNTRIES = re.compile(
    rf"\bfrom\s+(?:\w+\s+){{0,2}}?(?P<n>{NUMBER})\s+(?:\w+\s+){{0,2}}?(?:countries|states|nations)\b",
    re.IGNORECASE,
)
_SIGNING = re.compile(
    r"\b(?:on behalf of|undersigned|signed by|signatories|we,|endorsed by|joined by|the following|"
    r"representing|join)\b",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"\b(?:last (?:year|month|december|november|\w+)|wrote|earlier|previous|in (?:19|20)\d\d|300 other)\b",
    re.IGNORECASE,
)
_KOREAN = re.compile(r"(?P<n>\d{1,4})\s?(?:개|여개)\s?(?:\S{0,6}\s)?(?:단체|시민단체)")
_CLOSING = re.compile(
    r"^(?:yours? )?(?:sincerely|respectfully|faithfully|truly|signed|in solidarity|with respect|"
    r"yours|best regards|kind regards|cordially)\b.{0,40}$",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    rf"^(?:and\s+)?(?:{NUMBER})\s+(?:more|other|others|further|additional)\b|cannot be named|"
    rf"wish(?:es)? to remain anonymous|and others$",
    re.IGNORECASE,
)
_AND_MORE = re.compile(rf",?\s+and\s+(?:{NUMBER}|several|many)\s+(?:more|others?)\b", re.IGNORECASE)
_PERSON_TITLES = re.compile(
    r"^(?:(?:H\.?E|Mr|Mrs|Ms|Dr|Prof|Professor|Rev|Fr|Sr|Sir|Lord|Lady|Baroness|Hon|Ambassador|"
    r"Bishop|Archbishop|Cardinal|Judge|Justice|Rt|The Rt Hon)\.?\s+)+"
)
_POST_NOMINAL = re.compile(r",?\s+(?:MP|MEP|PhD|Ph\.D\.?|JD|QC|KC|OBE|CBE|Esq\.?|MD|SJ|OP|Jr\.?)$")
_NUMBERING = re.compile(r"^\(?\d{1,3}[.)]\s*")


@dataclass(slots=True)
class _Found:
    organisations: dict[str, str] = field(default_factory=dict)
    persons: dict[str, str] = field(default_factory=dict)
    countries: set[str] = field(default_factory=set)


def signatories(blocks: list[Block]) -> Signatories:
    """The listed names counted by sort, their countries, and the claimed numbers beside them."""
    found = _Found()
    mode, country = "", ""
    for index, block in enumerate(blocks):
        heading = _heading(block)
        if heading:
            mode, country = heading, ""
            if heading == "country":
                mode = "organisations"
            continue
        if not mode and _CLOSING.match(block.text):
            mode = "closing"
            continue
        if not mode:
            continue
        if _ends(block, mode):
            mode = ""
            continue
        if mode == "closing" and not _enough(blocks, index):
            mode = ""
            continue
        country = _take(found, block, mode, country)
    claims = _claims(blocks)
    listed = [*found.organisations.values(), *found.persons.values()]
    return Signatories(
        len(found.organisations), len(found.persons), len(found.countries), *claims, tuple(listed)
    )


def _heading(block: Block) -> str:
    """Which list a heading opens: organisations, persons or a committee; "" for any other line."""
    text = _NUMBERING.sub("", block.text).rstrip(":").strip()
    if len(text) > 90:
        return ""
    plain = re.sub(r"\s*\(?\d+\)?\s*$", "", text)
    for mode in ("persons", "organisations"):
        if pattern(_FILE, mode).fullmatch(plain):
            return mode
    return ""


def _ends(block: Block, mode: str) -> bool:
    text = block.text
    if pattern(_FILE, "end").match(text):
        return True
    limit = 40 if mode == "persons" else 26
    return len(text.split()) > limit or (
        text.endswith(".") and len(text.split()) > 9 and not re.search(r"(?:Inc|Ltd|[A-Z])\.$", text)
    )


def _enough(blocks: list[Block], index: int) -> bool:
    return len(blocks[index].text.split()) <= 14


def _take(found: _Found, block: Block, mode: str, country: str) -> str:
    """Adds one printed line to the lists; a line that is only a country heads the following ones."""
    text = _AND_MORE.split(_NUMBERING.sub("", block.text))[0].strip(" ,;.*")
    if text and _is_country(text) and not block.marker:
        found_country = lexicon.country_of(text)
        if found_country:
            return found_country
    if not text or _COUNTED.search(text):
        return country
    name, printed = _name_and_country(text)
    where = (lexicon.country_of(printed) if printed else None) or country
    honoured = bool(re.match(r"(?:Mr|Mrs|Ms|Dr|Prof|Professor|Rev|Ambassador)\.?\s+[A-Z]", name))
    person = mode == "persons" or honoured or (mode == "closing" and not _organisation(name.split(",")[0]))
    if person:
        name = _POST_NOMINAL.sub(
            "", _PERSON_TITLES.sub("", name.split(",")[0].split(" – ")[0].split(" - ")[0].strip())
        )
        name = re.split(r"\s*\(", name)[0].strip()
    if not name or len(name) < 2 or (mode == "closing" and person and not _personal(name)):
        return country
    store = found.persons if person else found.organisations
    store.setdefault(name.lower(), name)
    if where and not pattern(_FILE, "nowhere").fullmatch(printed or ""):
        found.countries.add(where)
    return country


def _is_country(text: str) -> bool:
    return "," not in text and parties.names_country(text) and not _organisation(text)


def _name_and_country(text: str) -> tuple[str, str]:
    """A line split into the name and the country at its end: after a comma, a dash or in parentheses."""
    if match := re.search(r"\s*[(\[](?P<c>[^()\[\]]{2,40})[)\]]\s*$", text):
        if lexicon.country_of(match["c"]) or pattern(_FILE, "nowhere").fullmatch(match["c"].strip()):
            return text[: match.start()].strip(" ,"), match["c"].strip()
        text = text[: match.start()].strip(" ,") or text
    for separator in (",", " – ", " - ", " — ", " | ", "\t"):
        head, mark, tail = text.rpartition(separator)
        tail = tail.strip()
        if (
            mark
            and head
            and len(tail.split()) <= 6
            and (_country_only(tail) or pattern(_FILE, "nowhere").fullmatch(tail))
        ):
            return head.strip(" ,"), tail
    return text, ""


def _country_only(tail: str) -> bool:
    return lexicon.country_of(tail) is not None and tail[:1].isupper() and not _organisation(tail)


def _organisation(name: str) -> bool:
    listed = words(_FILE, "organisation_words")
    return any(re.sub(r"['’]s?$", "", part.strip(",.()")).lower() in listed for part in name.split())


def _personal(name: str) -> bool:
    parts = name.split()
    return 2 <= len(parts) <= 5 and all(
        part[:1].isupper() or part in {"de", "van", "von", "bin", "al", "da", "dos", "el"} for part in parts
    )


def _claims(blocks: list[Block]) -> tuple[int | None, int | None, int | None]:
    """Claimed organisations, persons and countries: from the sentence that says who signs."""
    best: tuple[int | None, int | None, int | None] = (None, None, None)
    for block in blocks:
        if not _SIGNING.search(block.text) and not _KOREAN.search(block.text):
            continue
        for sentence in re.split(r"(?<=[.!?])\s+(?=[A-Z])", block.text):
            if _PAST.search(sentence) or not (_SIGNING.search(sentence) or _KOREAN.search(sentence)):
                continue
            match = _ORGANISATIONS.search(sentence)
            organisations = number(match["n"]) if match else None
            if korean := _KOREAN.search(sentence):
                organisations = int(korean["n"])
            if organisations is None:
                continue
            persons = _PERSONS.search(sentence, match.end() if match else 0)
            countries = _COUNTRIES.search(sentence)
            return (
                organisations,
                number(persons["n"]) if persons else None,
                number(countries["n"]) if countries else None,
            )
    return best
