"""Counts who signed: the lists under their headings, one name a line or several in a row."""

import re
from dataclasses import dataclass, field

from jobs.steps.extract import parties, scripts
from jobs.steps.extract.affiliations import JUNIOR, OFFICE, TOLD_AFTER, WORK, affiliated, of_persons
from jobs.steps.extract.blocks import Block
from jobs.steps.extract.calendars import western
from jobs.steps.extract.claims import claims
from jobs.steps.extract.data import pattern
from jobs.steps.extract.namelists import (
    ASIDE,
    EAST,
    HONOURED,
    IN_COUNTRY,
    KOREAN_PERSON,
    LABELLED,
    NUMBERING,
    ONLY_POST_NOMINAL,
    SIGNED_BY_BODIES,
    WITH_COUNT,
    ends,
    heading,
    is_closing,
    is_country,
    is_organisation,
    is_personal,
    outside,
    split_names,
    without_running_heads,
)
from jobs.steps.extract.numbers import NUMBER
from jobs.steps.extract.printed import also_printed, name_and_country
from jobs.steps.extract.printed_countries import unflagged, where_of
from jobs.steps.extract.unheaded import at_end, under_date
from storage.records import Signatories

_FILE = "signatories.toml"
_COUNTED = re.compile(
    rf"^(?:and|plus|in addition,?|\+|\.\.\.|…)?\s*(?:and\s+)?(?:{NUMBER})\s+(?:more|other|others|"
    rf"further|additional|org)\w*\b",
    re.IGNORECASE,
)
_AND_MORE = re.compile(
    rf",?\s+(?:and|plus)\s+(?:{NUMBER}|several|many)\s+(?:more|others?)\b|"
    r"\s以上\s?\d{1,4}\s?(?:団体|名|人).*$|"
    r"(?:、|,|\s)?(?:ほか|他|外|另有|以及其他)\s?(?:賛同者|個人)?\d{1,5}\s?(?:名|人|団体|个|個|位).*$|"
    r"(?:\s|,|、)(?:외|등|이외)\s?\d{1,5}\s?(?:명|인|개|곳)?.*$|"
    r"\s(?:et|y|e|и|und|و)\s+(?:otr[oa]s\s+|ещ[её]\s+)?\d{1,5}\s+(?:autres|m[aá]s|otr[oa]s|outr[oa]s|человек|"
    r"weitere|آخر\w*).*$",
    re.IGNORECASE,
)
_EAST_TAIL = re.compile(r"\s*\((?:이상|총|계|以上)[^()]{0,30}\)\s*$")
_TITLES = (
    r"H\.?E|Mr|Mrs|Ms|Mx|Dr|Prof|Professor|Profesora?|Professeure?|Rev|Revd|Reverend|Fr|Sr|Br|Bro|Sis|Sir|"
    r"Dame|Lord|"
    r"Lady|Ven|Adv|Hon|Ambassador|Bishop|Archbishop|Cardinal|Judge|Justice|Rt|Most|The Rt Hon|Mgr|Msgr|"
    r"Baroness|Pr|Me|Mme|MM?|Sra?|Dra|Lic|Licda|Lcda|M\.A|Ing|Abog|Imam|Sister|Brother|Senator|Advocate|"
    r"Pastor|Deacon|"
    r"Sheikh|Rabbi|Doña|Don|Fray|Padre|Hna|Hno|Hermana|Hermano|Madre|"
    r"Abbé|Père|Sœur|Frère|Pasteur|Maître|Maestr[oa]|Venerable|Chief|Elder|Hajji?|P"
)
_PERSON_TITLES = re.compile(rf"^(?:(?:{_TITLES})\b\.?\s+(?:em\.?\s+)?)+")
_POST_NOMINAL = re.compile(
    r",?\s+(?:[A-Z]{2,6}|(?:[A-Z]\.\s?){2,4}|PhD|Ph\.D\.?|Esq\.?|Jr\.?|LL\.[MBD]\.?|M\.?Sc\.?)$"
)
_UNNAMED = re.compile(r"^(?:name withheld|anonymous|익명|匿名|佚名|anonyme|anónimo|аноним)", re.IGNORECASE)
_JOINED = re.compile(r"\b(?:of|for|sans|pour|des|de|por|para|für|и)\b")
_HEADERS = re.compile(
    r"(?:(?:organi[sz]ations?|signator(?:y|ies)|names?|representatives?|title|position|no\.?|country)\s*){1,5}",
    re.IGNORECASE,
)
"""The head of a table of signatories."""
_COLUMNS = re.compile(r"\b(?:country|país|pays|страна)\b|국가|国名", re.IGNORECASE)
_BEFORE_TITLE = re.compile(rf"(?<=[^\W\d_])\s+(?={HONOURED.pattern})")
"""Between two persons in a row, each with an honorific: columns that have run together."""
_SEVERAL_NUMBERED = re.compile(r"(?<=\S)\s+\d{1,3}[.)]\s+(?=\S)")


@dataclass(slots=True)
class _Found:
    organisations: dict[str, str] = field(default_factory=dict)
    persons: dict[str, str] = field(default_factory=dict)
    countries: set[str] = field(default_factory=set)
    bodies: bool = False
    """The text says that organisations sign: a plain name under its closing is one."""
    closed_by_bodies: bool = False
    """The list under the closing of the letter is one of organisations."""
    open: bool = True
    """The heading does not say whether organisations or persons sign."""
    columned: bool = False
    """The list is a table whose last column is the country."""
    person_last: bool = False
    marked: bool = False
    """The running list sets bullets or numbers before its names."""
    fresh: bool = False
    """Nothing stands yet under the heading of the running list."""
    barred: bool = False
    """Bars stand between the names of its rows."""
    doubtful: list[str] = field(default_factory=list)
    """Names of an open list that may be persons': none has a word of bodies, or a country."""
    sure: int = 0
    """Persons of that list who show it."""
    keyed: bool = False
    """Its lines begin with a country and a colon: "Kenya: A, B"."""


def signatories(blocks: list[Block]) -> Signatories:
    """The listed names counted by sort, their countries, and the claimed numbers beside them."""
    claimed = claims(western(blocks))
    found = _Found(
        bodies=claimed[0] is not None or any(SIGNED_BY_BODIES.search(block.text) for block in blocks)
    )
    _walk(found, list(without_running_heads(blocks)))
    if not found.organisations and not found.persons:
        for name, sort in at_end(blocks):
            _take(found, name, sort, "")
    elif not found.organisations and claimed[0]:
        for name in under_date(blocks):
            _take(found, name, "organisations", "")
    _settle(found)
    listed = [*found.organisations.values(), *found.persons.values()]
    return Signatories(
        len(found.organisations), len(found.persons), len(found.countries), *claimed, tuple(listed)
    )


def _walk(found: _Found, blocks: list[Block]) -> None:
    """Takes up the names of every list that has a heading, or stands under the closing of a letter."""
    mode, country = "", ""
    for at, block in enumerate(blocks):
        item = mode and found.marked and re.match(r"[(（]?\d", block.marker)
        opened, rest = ("", "") if item else heading(block)
        if opened:
            mode, country, found.marked, found.fresh = opened, "", False, True
            head = block.text[: len(block.text) - len(rest)] if rest else block.text
            found.open = not pattern(_FILE, "who_organisations").search(head)
            if rest:
                country = _take_all(found, rest, mode, country, row=True)
        elif not mode and is_closing(block):
            mode = "closing"
            found.closed_by_bodies = _bodies_below(blocks[at + 1 :])
        elif mode and _over(found, block, mode):
            mode = ""
        elif mode:
            country = _take_block(found, block, mode, country)


def _settle(found: _Found) -> None:
    """Takes the doubtful names of open lists for persons' where most of the others are."""
    bodies = len(found.organisations) - len(found.doubtful)
    if found.sure > 1 and found.sure > bodies and found.sure * 3 >= len(found.doubtful):
        for key in found.doubtful:
            if name := found.organisations.pop(key, ""):
                name = re.split(r"\s*[(（]|,|，|،| – | - | — ", name)[0].strip()
                found.persons.setdefault(name.lower(), name)


def _over(found: _Found, block: Block, mode: str) -> bool:
    """Whether the running list is over before this block."""
    if found.fresh and _RULE.fullmatch(block.text):
        return False
    if ends(block, mode, opening=found.fresh or found.barred):
        return True
    if mode == "persons" and block.gap and not found.fresh and _is_body(block.text):
        return True
    return mode == "closing" and len(block.text.split()) > _LINE and len(split_names(block.text)) < _ROWED


_LINE = 14  # words of a line under the closing of a letter
_ROWED = 3  # names that are a row


def _is_body(text: str) -> bool:
    """Whether a line names a body and no person: what stands below a list of persons."""
    head = re.split(r"[,(（]", text)[0]
    return is_organisation(head) and not HONOURED.match(text) and not is_personal(head)


def _bodies_below(blocks: list[Block]) -> bool:
    """Whether the names under a closing are in a row or numbered, and many of them are organisations'."""
    names: list[str] = []
    if _one_a_line(blocks[:_BELOW]):
        return True
    for block in blocks[:_BELOW]:
        row = split_names(block.text)
        if ends(block, "organisations") or not (block.marker or len(row) > 1):
            break
        names += row
    return len(names) > 1 and sum(is_organisation(name) for name in names) * 3 >= len(names)


def _one_a_line(blocks: list[Block]) -> bool:
    """Whether bodies stand one a line, and no person with an office."""
    lines: list[str] = []
    for block in blocks:
        if ends(block, "organisations") or (block.gap and len(lines) > 1):
            break
        lines.append(block.text)
    if len(lines) < _LINES or any(HONOURED.match(line) or OFFICE.match(line) for line in lines):
        return False
    return sum(is_organisation(line) or bool(_ABBREVIATED.search(line)) for line in lines) * 5 >= 2 * len(
        lines
    )


_LINES = 5  # names one a line
_ABBREVIATED = re.compile(r"\([A-Z][A-Za-z-]{1,11}\)$")
_BELOW = 12  # blocks


def _take_block(found: _Found, block: Block, mode: str, country: str) -> str:
    """Adds what one block prints: one name, or several in a row; gives the country over what follows."""
    titled = scripts.person(f"{block.marker} {block.text}") and scripts.person(f"{block.marker} ")
    marker = (bool(block.marker) and not titled) or bool(NUMBERING.match(block.text))
    marker = marker or (found.columned and _ROW_NUMBER.match(block.text) is not None)
    found.marked = found.marked or (marker and mode != "closing")
    text = f"{block.marker} {block.text}".strip() if titled else block.text.strip()
    text = _LEADER.sub(", ", scripts.unlabelled(scripts.unframed(text)))
    found.barred = found.barred or text.count(" | ") > 1
    if _COLUMNS.search(text) and len(text.split()) < 7:
        found.columned = True
        return ""
    if pattern(_FILE, "regions").fullmatch(WITH_COUNT.sub("", text).rstrip(" :：").lower()) and not marker:
        return ""
    if _HEADERS.fullmatch(text) or _RULE.fullmatch(text) or _no_name(found, block, text, mode, marker=marker):
        return country
    if keyed := _keyed(found, text):
        key, names = keyed
        found.keyed = True
        for name in names:
            _take(found, name, mode, where_of(key) or "" if is_country(key) else "")
        return country
    if spoken := _spoken_for(text):
        organisation, person = spoken
        country = _take(found, organisation, "organisations", country)
        return _take(found, person, "persons", country) if person else country
    labelled = _persons_behind(text)
    for name in labelled:
        _take(found, name, "persons", country)
    row = found.fresh and _ROW.search(text) is not None
    found.fresh = False
    return country if labelled else _take_all(found, text, mode, country, row=row)


_RULE = re.compile(r"[-–—_=*.·~]{3,200}")
"""A line that is drawn."""
_LEADER = re.compile(r"\s?(?:\.{4,}|…{2,}|_{4,})\s?")
"""Dots that lead from a name to its country."""
_ROW_NUMBER = re.compile(r"\d{1,3}\s+\S")
"""The number of a row in a table whose columns have run together."""
_ROW = re.compile(r"(?:[^,;()]{3,60},\s+){2}[^,;()]{3,60}\s(?:and|et|y|и)\s+[A-ZÀ-ÞА-ЯЁ][^,;()]{2,60}$")
"""Names in a row that ends with "and": no place or country is joined to a name so."""


def _no_name(found: _Found, block: Block, text: str, mode: str, *, marker: bool) -> bool:
    """Whether a line is the office of the person above, or heads or tells about names that have bullets."""
    if mode == "closing" and not block.gap:
        head, _, role = _DASHED.sub(", ", text).partition(",")
        another = is_personal(text) or (is_personal(head) and _is_role(role.strip()))
        another = another and not (OFFICE.search(head) or is_organisation(text))
        below = found.person_last and not another and not HONOURED.match(text)
        if OFFICE.match(text) or below:
            aside = re.search(r"[(（]([^()（）]{2,40})[)）]$", text)
            printed = aside[1] if aside else text.rpartition(",")[2].strip()
            if is_country(printed) and (where := where_of(printed)):
                found.countries.add(where)
            return True
    if (
        text[-1] in ":："
        and mode == "organisations"
        and len(text.split()) > 1
        and not is_country(text.rstrip(" :："))
    ):
        return True  # a heading within the list: "Together with its partners:"
    if not found.marked or marker or mode != "organisations":
        return False
    return not parties.names_country(IN_COUNTRY.sub("", text)) and not (found.open and affiliated(text))


def _is_role(text: str) -> bool:
    """Whether what stands behind a person's name is an office, work or the country."""
    return text[:1].islower() or bool(OFFICE.match(text) or WORK.search(text)) or is_country(text)


_DASHED = re.compile(r"\s[–—-]\s")


def _keyed(found: _Found, text: str) -> tuple[str, list[str]] | None:
    """A line that begins with a country and a colon, and the names behind it; others in such a list, too."""
    match = LABELLED.match(text)
    if match is None or not (is_country(match["head"].strip()) or (found.keyed and len(match["head"]) < 40)):
        return None
    rest = match["rest"].strip().rstrip(".")
    separator = ";" if ";" in rest else ","
    return match["head"].strip(), [part.strip() for part in outside(rest, separator) if part.strip()]


def _spoken_for(text: str) -> tuple[str, str] | None:
    """The organisation for which a line signs, and the person who does: "Pour la Ligue : Awa Diop"."""
    match = _FOR.match(text)
    if match is None:
        return None
    person = (match["person"] or "").strip()
    if person and not (is_personal(re.split(r"[,(（]", person)[0].strip()) or HONOURED.match(person)):
        return None
    return match["body"].strip(), person


_FOR = re.compile(
    r"(?:Pour|Por|For|On behalf of|От|Für|Pel[ao])\s+(?:la\s+|le\s+|les\s+|l[’']|el\s+|los\s+|las\s+|the\s+|"
    r"die\s+|den\s+)?"
    r"(?P<body>[A-ZÀ-ÞА-ЯЁ«“][^:：]{2,80}?)(?:\s*[:：]\s*(?P<person>[^:：]{3,60}))?$"
)


def _persons_behind(text: str) -> list[str]:
    """The persons behind a label, each with an honorific: "Por la Caravana: Doña A (X), Doña B (Y)"."""
    match = LABELLED.match(text)
    if match is None:
        return []
    parts = outside(match["rest"].rstrip("."), ";" if ";" in match["rest"] else ",")
    names: list[str] = []
    for part in (part.strip() for part in parts if part.strip()):
        if names and ONLY_POST_NOMINAL.match(ASIDE.sub("", part)):
            names[-1] += f" {' '.join(ASIDE.findall(part))}"
        else:
            names.append(part)
    return names if len(names) >= 2 and all(HONOURED.match(name) for name in names) else []


def _take_all(found: _Found, text: str, mode: str, country: str, *, row: bool = False) -> str:
    text = JUNIOR.sub(r" \1", _EAST_TAIL.sub("", text))
    cut = _BEFORE_TITLE if mode == "persons" and HONOURED.match(text) else _SEVERAL_NUMBERED
    parts = [part.strip() for part in cut.split(text)]
    if len(parts) < 2:
        parts = split_names(text, persons=mode == "persons", row=row)
    if len(parts) < 2:
        return _take(found, text, mode, country)
    if mode == "organisations" and found.open and of_persons(parts):
        mode = "persons"
    for part in parts:
        country = _take(found, part, mode, country)
    return country


def _take(found: _Found, line: str, mode: str, country: str) -> str:
    """Adds one printed name to the lists; a line that is only a country heads the following ones."""
    text, flag = unflagged(_AND_MORE.split(NUMBERING.sub("", line))[0].strip(" ,;.*|"))
    base = ASIDE.sub("", text)
    text = base if base.isupper() and is_country(base) else text
    text = bare if (bare := IN_COUNTRY.sub("", text)) != text and is_country(bare.rstrip(" :")) else text
    if text and is_country(text):
        found_country = where_of(text)
        if found_country:
            return found_country
    text = _uncounted(text)
    if not text or _COUNTED.search(text):
        return country
    name, printed = name_and_country(_tabled(text) if found.columned else text)
    where = flag or (where_of(printed) if printed else None) or country
    found.countries.update(also_printed(text))
    honoured = bool(HONOURED.match(name))
    bodies = found.bodies or found.closed_by_bodies
    closing = mode == "closing" and not bodies and not is_organisation(name.split(",")[0])
    korean = KOREAN_PERSON.fullmatch(name) is not None
    arabic = (scripts.person(text) or (found.person_last and scripts.brief(name))) and not is_organisation(
        name.split("،")[0]
    )
    person = mode == "persons" or honoured or closing or arabic or korean or (found.open and affiliated(text))
    if person:
        name = re.split(r"\s*[(（]|,|，|،| – | - | — ", scripts.without_office(name))[0].strip()
        name = _POST_NOMINAL.sub("", _POST_NOMINAL.sub("", _PERSON_TITLES.sub("", name)))
    if mode == "closing" and person and not honoured and not is_personal(name):
        if not (where or _JOINED.search(name)) or len(name.split()) > 10:
            return country
        person = False
    if len(name) < 2 or len(re.findall(r"[^\W\d_]", name)) < 2 or (len(name) > 6 and _CODED.match(name)):
        return country
    unnamed = person and _UNNAMED.match(name)
    key = f"{name} {len(found.persons)}".lower() if unnamed else name.lower()
    found.person_last = person
    store = found.persons if person else found.organisations
    store.setdefault(key, name)
    if found.open and mode == "organisations":
        _doubt(found, key, name, person=person)
    if where and not pattern(_FILE, "nowhere").fullmatch(printed or ""):
        found.countries.add(where)
    return country


_CODED = re.compile(r"\W*\d[\d-]{4,}")


def _uncounted(text: str) -> str:
    """An entry without the sentence that tells how many more have signed; "" where that is all of it."""
    if not text or not pattern(_FILE, "counted").search(text):
        return text
    return TOLD_AFTER.split(text)[0] if TOLD_AFTER.search(text) else ""


def _doubt(found: _Found, key: str, name: str, *, person: bool) -> None:
    """Notes in an open list who is a person for sure, and whose name may be one's."""
    found.sure += person
    head = re.split(r"[,(（]", name)[0].strip()
    if not person and is_personal(head) and not is_organisation(head) and not EAST.search(head):
        found.doubtful.append(key)


def _tabled(text: str) -> str:
    """A row of a table whose columns have run together: its number off, its country after a comma."""
    row = re.sub(r"^\d{1,3}\s+", "", text)
    words_of = row.split()
    for size in (3, 2, 1):
        tail = " ".join(words_of[-size:])
        if len(words_of) > size and parties.names_country(tail):
            return f"{' '.join(words_of[:-size])}, {tail}"
    return row
