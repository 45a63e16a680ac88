"""Finds names that stand at the end of a text without a heading: in a row, one a line, under a date."""

import re

from jobs.steps.extract import scripts
from jobs.steps.extract.blocks import Block
from jobs.steps.extract.data import pattern
from jobs.steps.extract.dates import dates_in
from jobs.steps.extract.namelists import (
    ASIDE,
    EAST,
    HONOURED,
    NUMBERING,
    is_organisation,
    is_personal,
    outside,
)

_FILE = "signatories.toml"
_UNNAMED = re.compile(r"(?:name withheld|anonymous|anonyme|anónim[oa]|аноним)", re.IGNORECASE)
_RECENT = re.compile(
    r"\bago$|^il y a\b|\bhace \d|\d\s?(?:분|시간|分|時間|小时)\s?(?:전|前)|назад$|\d:\d\d|https?:|@"
)
"""What stands beside the latest names of a page's counter of signatures, or a contact."""
_LEAST = 3  # names of a list
_ENTRY = 18  # words of an entry
_ROW = 12_000  # characters of a row that is read


def at_end(blocks: list[Block]) -> list[tuple[str, str]]:
    """The names of the longest such list with the sort of each, "persons" or "organisations"."""
    found = _longest(blocks) or _represented(blocks)
    return found or [_by_role(name) for name in under_date(blocks)]


def _represented(blocks: list[Block]) -> list[tuple[str, str]]:
    """Organisations one a line, each with who speaks for it: "국경모임 대표 김가람"."""
    lines = [_SPEAKS.fullmatch(block.text.strip()) for block in blocks]
    found = [line for line in lines if line]
    if len(found) < _LEAST:
        return []
    return [(line["body"], "organisations") for line in found] + [
        (line["person"], "persons") for line in found
    ]


_SPEAKS = re.compile(
    r"(?P<body>[^\d\s.,:：。、]\S{1,24}(?:\s\S{1,14}){0,2}?)\s"
    r"(?:(?:공동|상임)?대표(?:자|이사)?|회장|이사장|위원장|사무국장|(?:共同)?代表(?:理事|世話人|者)?|会長|理事長|事務局長)"
    r"\s?[:：]?\s?(?P<person>[가-힣]{2,4}|[\u3400-\u9fff]{1,4}\s?[\u3040-\u9fff]{1,4})"
)


def _by_role(name: str) -> tuple[str, str]:
    """A name under a date with its sort: a person where a role stands before it, "団長 弁護士 岸本 洋平"."""
    role = _ROLE.match(name)
    return (
        (name[role.end() :], "persons")
        if role and is_personal(name[role.end() :])
        else (name, "organisations")
    )


_ROLE = re.compile(
    r"(?:(?:共同)?(?:副?団長|副?代表|副?会長|事務局長|理事長|委員長|弁護士|牧師|教授|医師|司祭|"
    r"(?:공동|상임)?대표|회장|위원장|사무국장|변호사|목사|교수)[\s\u3000]+){1,3}"
)


def _longest(blocks: list[Block]) -> list[tuple[str, str]]:
    """The longest run of entries that show by their form that somebody signs."""
    best: list[tuple[str, str]] = []
    run: list[tuple[str, str]] = []
    doubted: list[str] = []
    for block in blocks[len(blocks) // 4 :]:
        entries = _entries(block)
        sorts = [(entry, _sort(entry)) for entry in entries]
        shown = sum(bool(sort) for _, sort in sorts)
        if entries and shown and shown * 5 >= len(sorts) * 4:
            usual = "persons" if run and run[-1][1] == "persons" else "organisations"
            run += [(entry, usual) for entry in doubted]
            run += [(entry, sort or usual) for entry, sort in sorts]
            best = run if len(run) > len(best) else best
            doubted = []
        elif run and len(entries) == 1 and not doubted and not block.gap:
            doubted = entries  # one that shows nothing, between those that do
        else:
            run, doubted = [], []
    return best if len(best) >= _LEAST else []


def _entries(block: Block) -> list[str]:
    """The entries of a block: it is one itself, or a row of them."""
    text = block.text
    if len(text) > _ROW or not text:
        return []
    for separator in (";", "；", " · ", " | "):
        if text.count(separator) >= _LEAST - 1:
            parts = [part.strip(" .") for part in outside(text, separator)]
            tail = re.split(r"\.\s+(?=[A-ZÀ-Þ])", parts[-1])[0]
            return [part for part in (*parts[:-1], tail) if part]
    return [] if text[-1] in ":?!。" or len(text.split()) > _ENTRY else [text]


def _sort(entry: str) -> str:
    """Of what sort an entry is, by an honorific or what stands behind a name; "" where nothing shows it."""
    text = NUMBERING.sub("", entry).strip()
    if len(text.split()) > _ENTRY or text[-1:] in "?!:" or _RECENT.search(text):
        return ""
    name = re.split(r"\s*[(（]|,|，|،|\s[–—-]\s", text)[0].strip()
    behind = text[len(name) :].strip(" ,")
    if HONOURED.match(text) or scripts.person(text) or _UNNAMED.match(text):
        return "persons"
    if EAST.search(name):
        return ""
    if len(text) > len(name) and behind and is_personal(name) and not is_organisation(name):
        return "persons"
    return ""


def under_date(blocks: list[Block]) -> list[str]:
    """The three or more names that stand without a heading under the closing date, in a row or one a line."""
    dated = [
        index
        for index, block in enumerate(blocks)
        if (index > len(blocks) // 3 or len(blocks) < _SHORT)
        and len(block.text) < 40
        and dates_in(block.text)
    ]
    names: list[str] = []
    for block in blocks[dated[-1] + 1 :] if dated else ():
        if _ALL.search(block.text) and len(block.text) < 40:
            continue
        text = _ORDER.sub("", block.text)
        if len(text) > 600 or text[-1] in ".。!?" or pattern(_FILE, "end").match(text):
            break
        row = _counted_row(text) or re.split(r",\s|、|，|·|/", ASIDE.sub("", text))
        if any(len(name) > 60 or len(name.split()) > 8 for name in row):
            break
        names += [name.strip() for name in row if name.strip()]
    return names if len(names) >= _LEAST else []


def _counted_row(text: str) -> list[str]:
    """Names that only spaces part, as many as stand behind them in parentheses: "A B C (이상 3개 단체)"."""
    told = _IN_ALL.search(text)
    row = text[: told.start()].split() if told else []
    return row if told and len(row) == int(told["n"]) else []


_IN_ALL = re.compile(
    r"\s?[(（]?(?:이상|총|以上|計)\s?(?P<n>\d{1,3})\s?(?:개|個|团|団|单)?\s?(?:단체|곳|모임|団体|团体)(?:\s?일동)?[)）]?$"
)
_SHORT = 10  # blocks of a text whose date may stand anywhere
_ALL = re.compile(r"일동$|一同$")
"""A line that tells that all of them speak, and names none."""
_ORDER = re.compile(r"\s*[(（](?:가나다|ㄱㄴㄷ|五十音|무)\s?순[)）]\s*$")
