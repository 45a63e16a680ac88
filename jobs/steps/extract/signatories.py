"""Counts who signed: the lists under their headings, one name a line or several in a row."""

import re
import unicodedata
from dataclasses import dataclass, field
from functools import cache

from jobs.steps import lexicon
from jobs.steps.extract import parties, scripts
from jobs.steps.extract.blocks import Block
from jobs.steps.extract.calendars import western
from jobs.steps.extract.claims import claims
from jobs.steps.extract.data import may_hold, pattern, words
from jobs.steps.extract.dates import dates_in
from jobs.steps.extract.numbers import NUMBER
from jobs.steps.lexicon.cldr import locales
from storage.records import Signatories

_FILE = "signatories.toml"
_CLOSING = re.compile(
    r"^(?:yours? )?(?:very )?(?:sincerely|respectfully|faithfully|truly|signed|in solidarity|with respect|"
    r"yours|best regards|kind regards|cordially|on behalf of|atentamente|respetuosamente|"
    r"cordialement)\b.{0,60}$|^(?:veuillez agréer|agréez|reciban|hacemos propicia)\b.{0,140}$",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    rf"^(?:and|plus|in addition,?)?\s*(?:{NUMBER})\s+(?:more|other|others|further|additional|org)\w*\b",
    re.IGNORECASE,
)
_AND_MORE = re.compile(rf",?\s+and\s+(?:{NUMBER}|several|many)\s+(?:more|others?)\b", re.IGNORECASE)
_PERSON_TITLES = re.compile(
    r"^(?:(?:H\.?E|Mr|Mrs|Ms|Mx|Dr|Prof|Professor|Rev|Revd|Reverend|Fr|Sr|Sir|Dame|Lord|Lady|Baroness|"
    r"Hon|Ambassador|"
    r"Bishop|Archbishop|Cardinal|Judge|Justice|Rt|Most|The Rt Hon|Mgr|Pr|Me|Mme|M|Sra?|Dra|Lic|Ing|Imam|"
    r"Sister|Brother|Senator|Advocate|Pastor|Deacon|"
    r"Sheikh|Rabbi)\b\.?\s+)+"
)
_HONOURED = re.compile(
    r"(?:Mr|Mrs|Ms|Dr|Prof|Professor|Rev|Ambassador|Hon|Mgr|Sister|Senator|Bishop|"
    r"Pastor|Father|Fr)\.?\s+[A-Z]"
)
_POST_NOMINAL = re.compile(
    r",?\s+(?:M\.?P\.?|MEP|PhD|Ph\.D\.?|JD|QC|KC|SC|OBE|CBE|MBE|KBE|Esq\.?|MD|SJ|S\.J\.|OP|OSB|Jr\.?)$"
)
_NUMBERING = re.compile(r"^(?:\(?\d{1,3}[.)．、]\s*|\d{1,3}\s*\|\s*|[・○●◇◆■□※★☆ㆍ–—*-]\s*)+")
_LABELLED = re.compile(r"^(?P<head>[^:：]{2,60})\s*[:：]\s*(?P<rest>\S.*)$")
_ASIDE = re.compile(r"\s*[(\[（【〔<][^()\[\]（）【】〔〕<>]{0,60}[)\]）】〕>]")
_WITH_COUNT = re.compile(r"\s*[-–—:]?\s*\(?\d+\)?\s*(?:개|個|个)?\s*$")
_EAST_TAIL = re.compile(r"\s*\((?:이상|총|계|以上)[^()]{0,30}\)\s*$")
_SEPARATORS = (";", "；", "、", " · ", "•", "ㆍ", "／")
_UNNAMED = re.compile(r"^(?:name withheld|anonymous|익명|匿名|佚名|anonyme|anónimo|аноним)", re.IGNORECASE)
_JOINED = re.compile(r"\b(?:of|for|sans|pour|des|de|por|para|für|и)\b")
_COLUMNS = re.compile(r"\b(?:country|país|pays|страна)\b|국가|国名", re.IGNORECASE)
_OFFICE = re.compile(
    r"(?:Executive|Secretary|Director|President|Chair|Co-?ordinator|Spokes|Head|Professor|Chief|Deputy|"
    r"Member|Founder|"
    r"Representative|Dean|Editor|Treasurer|Vice|Director|Coordinador|Présidente?|Directeur|Directrice|"
    r"Portavoz)"
)
_SEVERAL_NUMBERED = re.compile(r"(?<=\S)\s+\d{1,3}[.)]\s+(?=\S)")
_EAST = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


@dataclass(slots=True)
class _Found:
    organisations: dict[str, str] = field(default_factory=dict)
    persons: dict[str, str] = field(default_factory=dict)
    countries: set[str] = field(default_factory=set)
    bodies: bool = False
    """The text says that organisations sign: a plain name under its closing is one."""
    columned: bool = False
    """The list is a table whose last column is the country."""
    person_last: bool = False
    marked: bool = False
    """The running list sets bullets or numbers before its names."""


def signatories(blocks: list[Block]) -> Signatories:
    """The listed names counted by sort, their countries, and the claimed numbers beside them."""
    claimed = claims(western(blocks))
    found = _Found(bodies=claimed[0] is not None)
    mode, country = "", ""
    for block in blocks:
        heading, rest = _heading(block)
        if heading:
            mode, country, found.marked = heading, "", False
            if rest:
                country = _take_all(found, rest, mode, country, row=True)
            continue
        if not mode and _CLOSING.match(block.text):
            mode = "closing"
            continue
        if not mode:
            continue
        if _ends(block, mode):
            mode = ""
            continue
        if mode == "closing" and len(block.text.split()) > 14:
            mode = ""
            continue
        country = _take_block(found, block, mode, country)
    if not found.organisations and not found.persons:
        for name in _row_at_end(blocks):
            _take(found, name, "organisations", "")
    listed = [*found.organisations.values(), *found.persons.values()]
    return Signatories(
        len(found.organisations), len(found.persons), len(found.countries), *claimed, tuple(listed)
    )


def _row_at_end(blocks: list[Block]) -> list[str]:
    """The three or more names that stand without a heading under the closing date, in a row or one a line."""
    dated = [
        index
        for index, block in enumerate(blocks)
        if index > len(blocks) // 2 and len(block.text) < 40 and dates_in(block.text)
    ]
    names: list[str] = []
    for block in blocks[dated[-1] + 1 :] if dated else ():
        if len(block.text) > 600 or block.text[-1] in ".。!?" or pattern(_FILE, "end").match(block.text):
            break
        row = re.split(r",\s|、|，|·|/", _ASIDE.sub("", block.text))
        if any(len(name) > 60 or len(name.split()) > 8 for name in row):
            break
        names += [name.strip() for name in row if name.strip()]
    return names if len(names) >= 3 else []


def heads_list(block: Block) -> bool:
    """Whether a line heads a list of names."""
    return bool(_heading(block)[0])


def _heading(block: Block) -> tuple[str, str]:
    """Which list a line opens (organisations or persons), and the names that follow in it."""
    if found := scripts.heading(block.text):
        return found
    head = scripts.unsigned(block.lowered[:120])
    if not (may_hold(_FILE, "organisations", head) or may_hold(_FILE, "persons", head)):
        return "", ""
    text = unicodedata.normalize("NFKC", _NUMBERING.sub("", scripts.unsigned(block.text[:4000])))
    if len(text) <= 120 and (mode := _mode(text)):
        return mode, ""
    match = _LABELLED.match(text)
    if match and (mode := _mode(match["head"])) and _several(match["rest"]):
        return mode, match["rest"]
    return "", ""


def _mode(text: str) -> str:
    plain = _ASIDE.sub("", text).strip(" :：*#-–—=_")
    plain = _WITH_COUNT.sub("", plain).strip()
    if not plain or len(plain) > 80:
        return ""
    for mode in ("persons", "organisations"):
        if pattern(_FILE, mode).fullmatch(plain):
            return mode
    return ""


def _several(text: str) -> bool:
    return (
        len(text.split()) <= 12 or any(separator in text for separator in _SEPARATORS) or text.count(",") >= 2
    )


def _ends(block: Block, mode: str) -> bool:
    text = block.text
    if scripts.page_foot(text, gap=block.gap):
        return True
    if pattern(_FILE, "end").match(text) or pattern("sections.toml", "tail").fullmatch(text.rstrip(" :：")):
        return True
    if len(_split_names(text)) > 2:
        return False
    limit = 40 if mode == "persons" else 26
    if len(text.split()) > limit:
        return not pattern(_FILE, "counted").search(text)
    if "。" in text or scripts.told(text):
        return True
    return (
        text.endswith(".")
        and len(text.split()) > 9
        and not re.search(r"(?:Inc|Ltd|[A-Z]|e\.V)\.$", text)
        and not pattern(_FILE, "counted").search(text)
    )


def _take_block(found: _Found, block: Block, mode: str, country: str) -> str:
    """Adds what one block prints: one name, or several in a row."""
    titled = scripts.person(f"{block.marker} {block.text}") and scripts.person(f"{block.marker} ")
    marker = (bool(block.marker) and not titled) or bool(_NUMBERING.match(block.text))
    found.marked = found.marked or (marker and mode != "closing")
    text = f"{block.marker} {block.text}".strip() if titled else block.text.strip()
    text = scripts.unframed(text)
    if _COLUMNS.search(text) and len(text.split()) < 7:
        found.columned = True
        return ""
    if (
        mode == "closing"
        and not block.gap
        and (_OFFICE.match(text) or (found.person_last and not _personal(text) and not _HONOURED.match(text)))
    ):
        return country  # the office and the body of the person above
    if pattern(_FILE, "regions").fullmatch(_WITH_COUNT.sub("", text).rstrip(" :").lower()) and not marker:
        return ""
    if found.marked and not marker and mode == "organisations" and not parties.names_country(text):
        # A line without a bullet among lines with one heads them or tells about them.
        return country
    return _take_all(found, text, mode, country)


def _take_all(found: _Found, text: str, mode: str, country: str, *, row: bool = False) -> str:
    text = _EAST_TAIL.sub("", text)
    parts = [part.strip() for part in _SEVERAL_NUMBERED.split(text)]
    if len(parts) < 2:
        parts = _split_names(text, persons=mode == "persons", row=row)
    for part in parts if len(parts) > 1 else [text]:
        country = _take(found, part, mode, country)
    return country


def _split_names(text: str, *, persons: bool = False, row: bool = False) -> list[str]:
    """The names of one line: split at the mark that stands between them, outside of parentheses."""
    masked = _ASIDE.sub(lambda match: "\x01" * len(match.group()), text)
    if parts := scripts.names_in_row(text, masked, persons=persons, row=row):
        return parts
    separator = next((one for one in _SEPARATORS if masked.count(one) >= 1), "")
    if not separator and _EAST.search(text) and " / " in masked:
        separator = " / "
    if not separator and persons and masked.count(",") >= 2 and len(_ASIDE.findall(text)) >= 2:
        separator = ","
    if not separator and (
        (row and masked.count(",") >= 2) or (_EAST.search(text) and masked.count(",") and len(text) < 400)
    ):
        separator = ","
        text, masked = (re.sub(r",?\s+(?:and|et|y)\s+(?=[A-ZÀ-Þ])", ", ", one) for one in (text, masked))
    if not separator and masked.count(",") >= 3 and (_EAST.search(text) or text.count(",") >= 4):
        separator = ","
    if not separator:
        return [text]
    parts, start = [], 0
    for match in re.finditer(re.escape(separator), masked):
        parts.append(text[start : match.start()])
        start = match.end()
    parts.append(text[start:])
    return [part.strip(" .。,") for part in parts if part.strip(" .。,")]


def _take(found: _Found, line: str, mode: str, country: str) -> str:
    """Adds one printed name to the lists; a line that is only a country heads the following ones."""
    text = _AND_MORE.split(_NUMBERING.sub("", line))[0].strip(" ,;.*|")
    if text and _is_country(text):
        found_country = lexicon.country_of(text)
        if found_country:
            return found_country
    if not text or _COUNTED.search(text) or pattern(_FILE, "counted").search(text):
        return country
    name, printed = _name_and_country(_tabled(text) if found.columned else text)
    where = (lexicon.country_of(printed) if printed else None) or country
    honoured = bool(_HONOURED.match(name))
    closing = mode == "closing" and not found.bodies and not _organisation(name.split(",")[0])
    arabic = (scripts.person(text) or (found.person_last and scripts.brief(name))) and not _organisation(
        name.split("،")[0]
    )
    person = mode == "persons" or honoured or closing or arabic
    if person:
        name = re.split(r"\s*[(（]|,|，|،| – | - | — ", scripts.without_office(name))[0].strip()
        name = _POST_NOMINAL.sub("", _POST_NOMINAL.sub("", _PERSON_TITLES.sub("", name)))
    if mode == "closing" and person and not honoured and not _personal(name):
        if not (where or _JOINED.search(name)) or len(name.split()) > 10:
            return country
        person = False
    if len(name) < 2:
        return country
    key = name.lower()
    if person and _UNNAMED.match(name):
        key = f"{key} {len(found.persons)}"
    found.person_last = person
    store = found.persons if person else found.organisations
    store.setdefault(key, name)
    if where and not pattern(_FILE, "nowhere").fullmatch(printed or ""):
        found.countries.add(where)
    return country


def _tabled(text: str) -> str:
    """A row of a table whose columns have run together: its number off, its country after a comma."""
    row = re.sub(r"^\d{1,3}\s+", "", text)
    words_of = row.split()
    for size in (3, 2, 1):
        tail = " ".join(words_of[-size:])
        if len(words_of) > size and parties.names_country(tail):
            return f"{' '.join(words_of[:-size])}, {tail}"
    return row


def _is_country(text: str) -> bool:
    named = parties.names_country(text) or text in printed_names() | _SIGNS
    return "," not in text and named and not _organisation(text)


def _name_and_country(text: str) -> tuple[str, str]:
    """A line split into the name and the country printed with it: in parentheses, after a comma or a dash."""
    for match in re.finditer(r"\s*[(（\[](?P<c>[^()（）\[\]]{1,60})[)）\]]", text):
        printed = match["c"].strip()
        country = _country_in(printed)
        if country or pattern(_FILE, "nowhere").fullmatch(printed):
            return text[: match.start()].strip(" ,") or text, country or printed
    text = re.sub(r"\s*[(（][^()（）]{0,60}[)）]\s*$", "", text).strip(" ,") or text
    for separator in (",", " – ", " - ", " — ", " | ", "\t", " / "):
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


def _country_in(printed: str) -> str:
    """The part of a parenthesis that is a country: "Kenya", "Nairobi, Kenya", "德国,作家"."""
    for part in [printed, *re.split(r"[,，、/;]\s*", printed)]:
        name = part.strip()
        if name and len(name.split()) <= 5 and lexicon.country_of(name) and _names_only(name):
            return name
    return ""


def _names_only(part: str) -> bool:
    """A country's own name or sign, not a place in it."""
    return part in _SIGNS or parties.names_country(part) or part.lower() in printed_names()


@cache
def printed_names() -> frozenset[str]:
    """The names of countries as CLDR has them in the languages of lists, in lower case."""
    with locales() as locale:
        return frozenset(
            name.lower()
            for language in ("fr", "es", "pt", "de", "ru", "ar", "ko", "ja", "zh", "zh_Hant")
            for code, name in locale(language).territories.items()
            if len(code) == 2
        )


_SIGNS = frozenset(
    {
        "RCA",
        "RDC",
        "UK",
        "USA",
        "US",
        "ROK",
        "DPRK",
        "PRC",
        "UAE",
        "EEUU",
        "США",
        "台湾",
        "臺灣",
        "香港",
        "韩国",
        "澳洲",
        "紐西蘭",
    }
)


def _country_only(tail: str) -> bool:
    return lexicon.country_of(tail) is not None and _names_only(tail) and not _organisation(tail)


def _organisation(name: str) -> bool:
    listed = words(_FILE, "organisation_words")
    parts = [re.sub(r"['’]s?$", "", part.strip(",.()")).lower() for part in name.split()]
    return any(part in listed for part in parts) or any(word in name for word in listed if not word.isascii())


def _personal(name: str) -> bool:
    parts = name.split()
    if _EAST.search(name):
        return len(parts) <= 3 and 2 <= len(name) <= 12
    return 2 <= len(parts) <= 5 and all(
        part[:1].isupper()
        or part in {"de", "van", "von", "bin", "al", "da", "dos", "el", "ibn", "bint", "der", "la"}
        for part in parts
    )
