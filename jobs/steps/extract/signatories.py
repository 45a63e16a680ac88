"""Counts who signed: the lists under their headings, one name a line or several in a row."""

import re

from jobs.steps.extract import parties, scripts
from jobs.steps.extract.affiliations import OFFICE, WORK, affiliated
from jobs.steps.extract.blocks import Block
from jobs.steps.extract.calendars import western
from jobs.steps.extract.claims import claims, headed
from jobs.steps.extract.data import pattern
from jobs.steps.extract.namelists import (
    ASIDE,
    HONOURED,
    IN_COUNTRY,
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
)
from jobs.steps.extract.printed import name_and_country
from jobs.steps.extract.printed_countries import where_of
from jobs.steps.extract.signed import Found, settle, tabled, take, take_all
from jobs.steps.extract.torn_lists import joined, without_running_heads
from jobs.steps.extract.unheaded import at_end, under_date
from storage.records import Signatories

_FILE = "signatories.toml"
_HEADERS = re.compile(
    r"(?:(?:organi[sz]ations?|signator(?:y|ies)|names?|representatives?|title|position|no\.?|country)\s*){1,5}",
    re.IGNORECASE,
)
"""The head of a table of signatories."""
_COLUMNS = re.compile(r"\b(?:country|país|pays|страна)\b|국가|国名", re.IGNORECASE)


def signatories(blocks: list[Block]) -> Signatories:
    """The listed names counted by sort, their countries, and the claimed numbers beside them."""
    claimed = claims(western(blocks))
    found = Found(
        bodies=claimed[0] is not None or any(SIGNED_BY_BODIES.search(block.text) for block in blocks)
    )
    _walk(found, list(joined(without_running_heads(blocks))))
    if not found.organisations and not found.persons:
        for name, sort in at_end(blocks):
            take(found, name, sort, "")
    elif not found.organisations and claimed[0]:
        for name in under_date(blocks):
            take(found, name, "organisations", "")
    settle(found)
    claimed = (
        claimed[0] or _in_headings(found, "organisations"),
        claimed[1] or _in_headings(found, "persons"),
        claimed[2],
    )
    listed = [*found.organisations.values(), *found.persons.values()]
    return Signatories(
        len(found.organisations), len(found.persons), len(found.countries), *claimed, tuple(listed)
    )


def _in_headings(found: Found, sort: str) -> int | None:
    """How many the headings of all lists of a sort claim together; None where one of them does not say."""
    told = found.headed.get(sort, [])
    return sum(one or 0 for one in told) or None if all(told) else None


def _walk(found: Found, blocks: list[Block]) -> None:
    """Takes up the names of every list that has a heading, or stands under the closing of a letter."""
    mode, country = "", ""
    for at, block in enumerate(blocks):
        item = mode and found.marked and re.match(r"[(（]?\d", block.marker)
        opened, rest = ("", "") if item else heading(block)
        if opened:
            mode, country, found.marked, found.fresh = opened, "", False, True
            head = block.text[: len(block.text) - len(rest)] if rest else block.text
            found.open = not pattern(_FILE, "who_organisations").search(head)
            found.columned = found.columned or _columned(blocks[at + 1 : at + 1 + _BELOW])
            found.paired = opened == "persons" and _paired(blocks[at + 1 : at + 1 + _BELOW])
            found.headed.setdefault(opened, []).append(headed(head))
            if rest:
                country = take_all(found, rest, mode, country, row=True)
                found.fresh = False
        elif not mode and is_closing(block):
            mode = "closing"
            found.closed_by_bodies = _bodies_below(blocks[at + 1 :])
            found.closed_by_persons = _persons_below(blocks[at + 1 : at + 1 + _BELOW])
        elif mode and _number_of_page(blocks, at):
            continue
        elif mode and _over(found, block, mode):
            mode = ""
        elif mode:
            country = _take_block(found, block, mode, country)


def _number_of_page(blocks: list[Block], at: int) -> bool:
    """Whether a line is the number of a page between two entries of a list, as the next of them shows."""
    if at + 1 >= len(blocks) or not scripts.page_foot(blocks[at].text, gap=False):
        return False
    last, following = blocks[at - 1], blocks[at + 1]
    text = following.text
    if ends(following, "organisations") or len(text.split()) > _LINE:
        return False
    head = re.split(r"[,(（]", text)[0]
    told = name_and_country(text)[1] or is_organisation(head) or HONOURED.match(text) or affiliated(text)
    return bool(told or is_country(text) or (last.marker and following.marker))


def _columned(blocks: list[Block]) -> bool:
    """Whether the lines of a list end with their countries and nothing before them: columns run together."""
    lines = [block.text for block in blocks if not (_RULE.fullmatch(block.text) or block.marker)]
    lines = [line for line in lines if not is_country(line.lstrip("# "))]
    ended = [line for line in lines if not _PARTED.search(line) and tabled(line) != line]
    return len(ended) >= _ROWED and len(ended) * 3 >= 2 * len(lines[: len(ended) + 2])


def _paired(blocks: list[Block]) -> bool:
    """Whether two lines each stand together: a name, and below it what that person is."""
    gaps = [block.gap for block in blocks]
    return len(gaps) >= 2 * _ROWED and all(gap is (at % 2 == 0) for at, gap in enumerate(gaps[: 2 * _ROWED]))


_PARTED = re.compile(r"[,;|()/:：—–、]|\s-\s")
"""Marks that part a name from its country."""


def _over(found: Found, block: Block, mode: str) -> bool:
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


def _persons_below(blocks: list[Block]) -> bool:
    """Whether persons stand one a line under a closing, most with what they are behind their names."""
    lines: list[str] = []
    for block in blocks:
        if ends(block, "persons") or (block.gap and len(lines) > 1):
            break
        lines.append(block.text)
    named = [line for line in lines if HONOURED.match(line) or affiliated(line)]
    return len(lines) >= _LINES and len(named) * 5 >= 4 * len(lines)


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


def _take_block(found: Found, block: Block, mode: str, country: str) -> str:
    """Adds what one block prints: one name, or several in a row; gives the country over what follows."""
    titled = scripts.person(f"{block.marker} {block.text}") and scripts.person(f"{block.marker} ")
    marker = (bool(block.marker) and not titled) or bool(NUMBERING.match(block.text))
    marker = marker or (found.columned and _ROW_NUMBER.match(block.text) is not None)
    found.marked = found.marked or (marker and mode != "closing")
    text = f"{block.marker} {block.text}".strip() if titled else block.text.strip()
    text = _LEADER.sub(", ", scripts.unlabelled(scripts.unframed(text)))
    found.barred = found.barred or text.count(" | ") > 1
    if _COLUMNS.search(text) and len(text.split()) < 7:
        found.led = _LED_BY_COUNTRY.match(text) is not None
        found.columned = not found.led
        return ""
    if pattern(_FILE, "regions").fullmatch(WITH_COUNT.sub("", text).rstrip(" :：").lower()) and not marker:
        return ""
    spoken = _spoken_for(text)
    if not (spoken and spoken[1]) and _passed_over(found, block, text, mode, marker=marker):
        return country
    if spoken:
        return _take_spoken(found, spoken, country)
    if placed := _by_country(found, text):
        land, names = placed
        for name in names:
            take(found, name, mode, land)
        return land if found.led else country
    labelled = _persons_behind(text)
    for name in labelled:
        take(found, name, "persons", country)
    row = found.fresh and _ROW.search(text) is not None
    found.fresh = False
    return country if labelled else take_all(found, text, mode, country, row=row)


def _passed_over(found: Found, block: Block, text: str, mode: str, *, marker: bool) -> bool:
    """Whether a line of a list is none of its names."""
    drawn = _HEADERS.fullmatch(text) or _RULE.fullmatch(text)
    return bool(drawn) or _no_name(found, block, text, mode, marker=marker)


def _by_country(found: Found, text: str) -> tuple[str, list[str]] | None:
    """The names of a line that begins with their country, and that country; "" for another place."""
    if found.led and (row := _behind_country(text)):
        return row
    keyed = _keyed(found, text)
    if keyed is None:
        return None
    found.keyed = True
    return (where_of(keyed[0]) or "") if is_country(keyed[0]) else "", keyed[1]


_RULE = re.compile(r"[-–—_=*.·~|: ]{3,200}")
"""A line that is drawn."""
_LEADER = re.compile(r"\s?(?:\.{4,}|…{2,}|_{4,})\s?")
"""Dots that lead from a name to its country."""
_ROW_NUMBER = re.compile(r"\d{1,3}\s+\S")
"""The number of a row in a table whose columns have run together."""
_ROW = re.compile(r"(?:[^,;()]{3,60},\s+){2}[^,;()]{3,60}\s(?:and|et|y|и)\s+[A-ZÀ-ÞА-ЯЁ][^,;()]{2,60}$")
"""Names in a row that ends with "and": no place or country is joined to a name so."""


def _no_name(found: Found, block: Block, text: str, mode: str, *, marker: bool) -> bool:
    """Whether a line is the office of the person above, or heads or tells about names that have bullets."""
    if _below_a_person(found, block, text, mode):
        return True
    if mode == "closing" and not block.gap:
        head, _, role = _DASHED.sub(", ", text).partition(",")
        another = is_personal(text) or (is_personal(head) and _is_role(role.strip()))
        another = another and not (OFFICE.search(head) or is_organisation(head))
        another = another or (
            found.closed_by_persons and (affiliated(text) or _UNNAMED.match(text) is not None)
        )
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


def _below_a_person(found: Found, block: Block, text: str, mode: str) -> bool:
    """Whether a line is what the person above is, in a list of two lines each; its country is noted."""
    below = found.paired and mode == "persons" and not block.gap and not found.fresh
    printed = text.rpartition(",")[2].strip(" .()") if below else ""
    if printed and is_country(printed) and (where := where_of(printed)):
        found.countries.add(where)
    return below


def _is_role(text: str) -> bool:
    """Whether what stands behind a person's name is an office, work or the country."""
    return text[:1].islower() or bool(OFFICE.match(text) or WORK.search(text)) or is_country(text)


_UNNAMED = re.compile(r"(?:name withheld|anonymous)\b", re.IGNORECASE)
_DASHED = re.compile(r"\s[–—-]\s")


def _behind_country(text: str) -> tuple[str, list[str]] | None:
    """The country in the first column of a row, and the names in the second."""
    words = text.split()
    for size in (4, 3, 2, 1):
        head = " ".join(words[:size]).rstrip(" |")
        if len(words) > size and "|" not in head and is_country(head) and (land := where_of(head)):
            rest = " ".join(words[size:]).strip(" |")
            return land, [part.strip() for part in outside(rest, ";") if part.strip()]
    return None


_LED_BY_COUNTRY = re.compile(
    r"\W*(?:(?:no\.?|#)\s)?(?:country|país|pays|страна|国家|国名|국가)\W+\w", re.IGNORECASE
)
"""The head of a table whose first column is the country."""


def _keyed(found: Found, text: str) -> tuple[str, list[str]] | None:
    """A line that begins with a country and a colon, and the names behind it; others in such a list, too."""
    match = LABELLED.match(text) or _LED.match(text)
    if match is not None and match.re is _LED and not is_country(match["head"].strip()):
        return None
    if match is None or not (is_country(match["head"].strip()) or (found.keyed and len(match["head"]) < 40)):
        return None
    rest = match["rest"].strip().rstrip(".")
    separator = ";" if ";" in rest else ","
    return match["head"].strip(), [part.strip() for part in outside(rest, separator) if part.strip()]


_LED = re.compile(r"^(?P<head>[^:：–—-]{2,40})\s[–—-]\s(?P<rest>\S.*)$")
"""A country, a dash and a name."""


def _take_spoken(found: Found, spoken: tuple[str, str], country: str) -> str:
    organisation, person = spoken
    country = take(found, organisation, "organisations", country)
    return take(found, person, "persons", country) if person else country


def _spoken_for(text: str) -> tuple[str, str] | None:
    """The organisation for which a line signs, and the person who does: "Pour la Ligue : Awa Diop"."""
    match = _FOR.match(text) or _ON_BEHALF.match(text)
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


_ON_BEHALF = re.compile(
    r"(?P<person>[^,:：;]{3,50}?)(?:,\s[^,:：;]{3,50})?,?\s+"
    r"(?:(?:for\s+and\s+)?on\s+behalf\s+of|au\s+nom\s+d(?:e|u|es)|au\s+nom\s+d(?=[’'])|en\s+(?:nombre|representación)\s+del?|"
    r"em\s+nome\s+d[aeo]s?|im\s+Namen\s+(?:von|de[rs])|от\s+имени|(?<=,\s)(?:for|pour|por|für))[\s’']+"
    r"(?:la\s+|le\s+|les\s+|l[’']|el\s+|los\s+|las\s+|the\s+|die\s+|den\s+)?(?P<body>[A-ZÀ-ÞА-ЯЁ«“][^:：;]{2,90})$"
)
"""Somebody who signs for a body: "Somchai Rattana, on behalf of Friends of the Highlands, Thailand"."""


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
