"""Takes up the printed names of those who signed: each by its sort, once, with the country beside it."""

import re
from dataclasses import dataclass, field

from jobs.steps.extract import scripts
from jobs.steps.extract.affiliations import JUNIOR, TOLD_AFTER, affiliated, of_persons
from jobs.steps.extract.data import pattern
from jobs.steps.extract.namelists import (
    ASIDE,
    EAST,
    HONOURED,
    IN_COUNTRY,
    KOREAN_PERSON,
    NUMBERING,
    is_country,
    is_organisation,
    is_personal,
    split_names,
)
from jobs.steps.extract.numbers import NUMBER
from jobs.steps.extract.printed import also_printed, name_and_country
from jobs.steps.extract.printed_countries import unflagged, where_of

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
    r"Pastor|Deacon|Emeritus|Emerita|Assoc|Asst|Associate|Assistant|Adjunct|Barr|"
    r"Sheikh|Rabbi|Doña|Don|Fray|Padre|Hna|Hno|Hermana|Hermano|Madre|"
    r"Abbé|Père|Sœur|Frère|Pasteur|Maître|Maestr[oa]|Venerable|Chief|Elder|Hajji?|P"
)
_PERSON_TITLES = re.compile(rf"^(?:The\s+(?=Rev|Rt|Most|Hon|Very))?(?:(?:{_TITLES})\b\.?\s+(?:em\.?\s+)?)+")
_POST_NOMINAL = re.compile(
    r",?\s+(?:[A-Z]{2,6}|(?:[A-Z]\.\s?){2,4}|PhD|Ph\.D\.?|Esq\.?|Jr\.?|LL\.[MBD]\.?|M\.?Sc\.?)$"
)
_UNNAMED = re.compile(r"^(?:name withheld|anonymous|익명|匿名|佚名|anonyme|anónimo|аноним)", re.IGNORECASE)
_JOINED = re.compile(r"\b(?:of|for|sans|pour|des|de|por|para|für|и)\b")
_BEFORE_TITLE = re.compile(rf"(?<=[^\W\d_])\s+(?={HONOURED.pattern})")
"""Between two persons in a row, each with an honorific: columns that have run together."""
_SEVERAL_NUMBERED = re.compile(r"(?<=\S)\s+\d{1,3}[.)]\s+(?=\S)")


@dataclass(slots=True)
class Found:
    """The names of all lists of a text, and what is known of the list that runs."""

    organisations: dict[str, str] = field(default_factory=dict)
    persons: dict[str, str] = field(default_factory=dict)
    countries: set[str] = field(default_factory=set)
    bodies: bool = False
    """The text says that organisations sign: a plain name under its closing is one."""
    closed_by_bodies: bool = False
    """The list under the closing of the letter is one of organisations."""
    closed_by_persons: bool = False
    """Each of its lines there is a person with work or a body behind."""
    open: bool = True
    """The heading does not say whether organisations or persons sign."""
    columned: bool = False
    """The list is a table whose last column is the country."""
    led: bool = False
    """The list is a table whose first column is the country."""
    paired: bool = False
    """Below each name of the list stands what that person is."""
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
    headed: dict[str, list[int | None]] = field(default_factory=dict)
    """How many each heading says its list holds, by the sort of those who sign."""


def take_all(found: Found, text: str, mode: str, country: str, *, row: bool = False) -> str:
    """Adds the names of a line, one or several in a `row`; gives the country over what follows."""
    text = JUNIOR.sub(r" \1", _EAST_TAIL.sub("", text))
    cut = _BEFORE_TITLE if mode == "persons" and HONOURED.match(text) else _SEVERAL_NUMBERED
    parts = [part.strip() for part in cut.split(text)]
    if mode == "organisations" and len(parts) < 2 and (side := _side_by_side(text)):
        parts = side
    if len(parts) < 2:
        parts = split_names(text, persons=mode == "persons", row=row)
    if len(parts) < 2 or (mode in {"persons", "closing"} and _of_first(parts)):
        return take(found, parts[0] if parts else text, mode, country)
    if mode == "organisations" and found.open and of_persons(parts):
        mode = "persons"
    for part in parts:
        country = take(found, part, mode, country)
    return country


def _side_by_side(text: str) -> list[str]:
    """The names of columns that have run together, each with its country: "Lake Watch (Japan) Nine (UK)"."""
    cells = [match.group().strip() for match in _CELL.finditer(text)] if text.count("(") > 1 else []
    if len(cells) < 2 or sum(map(len, cells)) + len(cells) - 1 < len(text):
        return []
    return cells if all(is_country(ASIDE.findall(cell)[-1].strip(" ()")) for cell in cells) else []


_CELL = re.compile(r"(?!(?:and|et|y|und)\b)[^\W\d_][^();,]{2,80}\([^()]{2,30}\)")
_COUNTRY_LAST = re.compile(r"^([^:]{3,80}): ([^:]{2,40})$")


def _of_first(parts: list[str]) -> bool:
    """Whether a row is a person and parts of a body: "Ann Lee; Department of Law; Oslo University"."""
    if not is_personal(parts[0]) or is_organisation(parts[0]):
        return False
    return all(is_organisation(part) or _UNIT.match(part) for part in parts[1:])


_UNIT = re.compile(r"(?:Department|Faculty|School|Division|Centre|Center) of ")


def take(found: Found, line: str, mode: str, country: str) -> str:
    """Adds one printed name to the lists; a line that is only a country heads the following ones."""
    text, flag = unflagged(_AND_MORE.split(NUMBERING.sub("", line))[0].strip(" ,;.*|"))
    base = ASIDE.sub("", text)
    counted = text != base and text[len(base) :].strip(" ()[]").isdecimal()
    text = base if (base.isupper() or counted) and is_country(base) else text
    text = _COUNTRY_LAST.sub(r"\1, \2", text) if is_country(text.rpartition(": ")[2]) else text
    text = bare if (bare := IN_COUNTRY.sub("", text)) != text and is_country(bare.rstrip(" :")) else text
    if text and is_country(text):
        found_country = where_of(text)
        if found_country:
            found.countries |= {found_country} if found.columned else set()
            return found_country
    text = _uncounted(text)
    if not text or _COUNTED.search(text):
        return country
    name, printed = name_and_country(tabled(text) if found.columned else text)
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
    if mode == "closing" and person and not (honoured or is_personal(name) or _UNNAMED.match(name)):
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


def _doubt(found: Found, key: str, name: str, *, person: bool) -> None:
    """Notes in an open list who is a person for sure, and whose name may be one's."""
    found.sure += person
    head = re.split(r"[,(（]", name)[0].strip()
    if not person and is_personal(head) and not is_organisation(head) and not EAST.search(head):
        found.doubtful.append(key)


def tabled(text: str) -> str:
    """A row of a table whose columns have run together: its number off, its country after a comma."""
    row = re.sub(r"^\d{1,3}\s+", "", text)
    words_of = row.split()
    for size in (3, 2, 1):
        tail = " ".join(words_of[-size:])
        if len(words_of) > size and is_country(tail) and not is_organisation(tail):
            return f"{' '.join(words_of[:-size]).rstrip(' |')}, {tail}"
    return row


def settle(found: Found) -> None:
    """Takes the doubtful names of open lists for persons' where most of the others are."""
    bodies = len(found.organisations) - len(found.doubtful)
    if found.sure > 1 and found.sure > bodies and found.sure * 3 >= len(found.doubtful):
        for key in found.doubtful:
            if name := found.organisations.pop(key, ""):
                name = re.split(r"\s*[(（]|,|，|،| – | - | — ", name)[0].strip()
                found.persons.setdefault(name.lower(), name)
