"""Finds dates as documents print them, and tells which one is of writing, of posting, a deadline."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from itertools import chain

from jobs.steps.extract.blocks import Block
from jobs.steps.extract.data import may_hold, pattern, table
from jobs.steps.extract.numbers import number

_FILE = "dates.toml"
_STARTED = re.compile(
    r"\b(?:petition|campaign) (?:was )?(?:started|launched|created|begun)\b|\bpetición iniciada\b|"
    r"\bpétition (?:lancée|créée)\b|\bпетиция (?:создана|запущена)",
    re.IGNORECASE,
)
_HAN_DATE = re.compile(
    r"(?P<y>[一二〇○零两三四五六七八九]{4})年(?P<m>[一二三四五六七八九十]{1,2})月(?P<d>[一二三四五六七八九十廿]{1,3})日"
)
_ASIDE_DATE = re.compile(r"\([^)]*$|\bsession\b|\d{1,2}(?:\s\w+)?\s?[-–]\s?$|\bUA:?\s?\d")
_DAY_ONLY = re.compile(r"(?<![\d年년])(?<!年\s)(?P<m>\d{1,2})\s?[月월]\s?(?P<d>\d{1,2})\s?[日일]")
_LIMIT_AFTER = re.compile(
    r"\s?(?:[(（][^()（）]{1,6}[)）])?\s?(?:(?:[上下]午|正午|오후|오전|午後|午前)\S{0,6}\s?)?(?:까지|まで|之前|以前|前|为止|為止|截止|必着)"
)
_DIGIT = re.compile(r"\d")
_DAY = re.compile(r"(?<!\w)\d{1,2}(?!\d)")
_WORD_BEFORE = re.compile(r"[^\W\d_]{3,12}\.?\s{1,3}\Z")
_NUMERIC = re.compile(
    r"(?<![\d./-])(?P<y>(?:19|20)\d\d)\s?(?P<s>[-./])\s?(?P<m>\d{1,2})\s?(?P=s)\s?(?P<d>\d{1,2})(?![\d/])"
    r"|(?<!\d)(?P<cy>(?:19|20)\d\d)\s?[年년](?:[(（][^()（）]{2,8}[)）])?\s?(?P<cm>\d{1,2})\s?[月월]\s?(?P<cd>\d{1,2})\s?[日일]"
    r"|(?<![\d./-])(?P<sd>\d{1,2})(?P<t>[./])(?P<sm>\d{1,2})(?P=t)(?P<sy>(?:19|20)\d\d)(?!\d)"
)
_AFTER_WORD = re.compile(
    r"\b(?:on|in|since|of|until|by|to|from|for|before|after|last|between|and|every|le|el|"
    r"am)\s*$",
    re.IGNORECASE,
)
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_CITED = re.compile(
    r"[–—-]?\s*(?:having regard|recalling|whereas|see\b|noting|pursuant|welcoming)", re.IGNORECASE
)
_SHORT = re.compile(r"(?<![\d./:-])(?P<y>\d\d)(?P<s>[-./])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})(?![\d./:-])")


@dataclass(frozen=True, slots=True)
class Found:
    """A date in a text and where it stands; `exact` is False when the year was not printed."""

    value: date
    start: int
    end: int
    exact: bool = True


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


@cache
def _months() -> dict[str, int]:
    return {name: number for number, names in enumerate(table(_FILE)["months"], 1) for name in names}


@cache
def _named() -> re.Pattern[str]:
    month = "|".join(sorted((re.escape(name) for name in _months()), key=len, reverse=True))
    day = r"\d{1,2}(?:st|nd|rd|th|er|º|\.)?"
    return re.compile(
        rf"(?<!\w)(?:(?P<d1>{day})(?:\s+(?:of|de|day\ of))?\s+(?P<m1>{month})\.?,?(?:\s+(?:of|"
        rf"de|del))?(?:\s+(?P<y1>(?:19|20)\d\d))?"
        rf"|(?P<m2>{month})\.?\s+(?P<d2>{day})(?!\d)(?:,?\s+(?P<y2>(?:19|20)\d\d))?)(?!\w)",
        re.IGNORECASE,
    )


def _named_in(text: str) -> Iterator[re.Match[str]]:
    """Dates whose month has a name, looked for at the numbers that may be their days."""
    end = 0
    for day in _DAY.finditer(text):
        if day.start() < end:
            continue
        month = _WORD_BEFORE.search(text, max(end, day.start() - 16), day.start())
        found = _named().match(text, month.start()) if month else None
        found = found or _named().match(text, day.start())
        if found:
            end = found.end()
            yield found


def dates_in(text: str, year: int | None = None) -> list[Found]:
    """All calendar dates of a text in order; one without a year takes `year` where it is given."""
    return list(_remembered(text, year)) if len(text) < _SHORT_TEXT else _dates_in(text, year)


_SHORT_TEXT = 500
"""Characters up to which the dates of a text are kept for the next reader of the same text."""


@lru_cache(maxsize=256)
def _remembered(text: str, year: int | None) -> tuple[Found, ...]:
    return tuple(_dates_in(text, year))


def _dates_in(text: str, year: int | None) -> list[Found]:
    found = _han_dates(text) if "年" in text else []
    if not _DIGIT.search(text):  # every other date has one, and most sentences have none
        return found
    for match in _NUMERIC.finditer(text):
        y, m, d = (
            match[a] or match[b] or match[c]
            for a, b, c in (("y", "cy", "sy"), ("m", "cm", "sm"), ("d", "cd", "sd"))
        )
        value = _made(int(y), int(m), int(d)) or (_made(int(y), int(d), int(m)) if match["sd"] else None)
        if value:
            found.append(Found(value, match.start(), match.end()))
    if year is not None and ("月" in text or "월" in text):
        found += _days_without_year(text, year, found)
    return sorted([*found, *_named_dates(text, year)], key=lambda item: item.start)


def _days_without_year(text: str, year: int, taken: list[Found]) -> Iterator[Found]:
    """Korean and Japanese days that are printed without a year: 9月15日."""
    for match in _DAY_ONLY.finditer(text):
        value = _made(year, int(match["m"]), int(match["d"]))
        if value and not any(item.start <= match.start() < item.end for item in taken):
            yield Found(value, match.start(), match.end(), exact=False)


def _named_dates(text: str, year: int | None) -> Iterator[Found]:
    """Dates whose month has a name."""
    months = _months()
    for match in _named_in(text):
        name = (match["m1"] or match["m2"]).lower()
        if name == "may" and match["m2"] == "may":
            continue
        printed = match["y1"] or match["y2"]
        if not printed and year is None:
            continue
        day = int(re.sub(r"\D", "", match["d1"] or match["d2"]))
        if value := _made(int(printed) if printed else year or 1, months[name], day):
            yield Found(value, match.start(), match.end(), exact=bool(printed))


def _han_dates(text: str) -> list[Found]:
    """Dates in Chinese numerals: 二〇一〇年十一月十五日."""
    found = []
    for match in _HAN_DATE.finditer(text):
        year = number("".join("〇" if char in "○零" else char for char in match["y"]))
        month, day = number(match["m"]), number(match["d"].replace("廿", "二十"))
        if value := _made(year or 1, month or 0, day or 0):
            found.append(Found(value, match.start(), match.end()))
    return found


def short_dates_in(text: str) -> list[Found]:
    """Dates of a board row: as `dates_in`, and with a year of two digits (16-11-24 is 24 November 2016)."""
    found = dates_in(text)
    for match in _SHORT.finditer(text):
        if value := _made(2000 + int(match["y"]), int(match["m"]), int(match["d"])):
            found.append(Found(value, match.start(), match.end()))
    return sorted(found, key=lambda item: item.start)


def posted(blocks: list[Block]) -> date | None:
    """The date of posting that a page prints: a board's stamp, "작성일", "Posted on"."""
    for key in ("posted", "copied"):
        stamp = pattern(_FILE, key)
        for block in blocks:
            if block.counts and may_hold(_FILE, key, block.lowered) and (match := stamp.search(block.text)):
                if key == "copied":
                    near = short_dates_in(block.text[match.start() : match.end() + 40])
                    if near:
                        return near[-1].value
                elif stamped := _beside(block.text, match):
                    return stamped
    return next(_clocked(blocks[:10]), None)


def _clocked(head: list[Block]) -> Iterator[date]:
    """The dates with a time of day behind them, as boards print in a line of data: "2019.11.29 10:12"."""
    for block in head:
        for item in dates_in(block.text) if block.counts and len(block.text) < 120 else ():
            if re.match(r"\s*[–-]?\s+\d{1,2}:\d{2}", block.text[item.end : item.end + 8]):
                yield item.value


def _beside(text: str, label: re.Match[str]) -> date | None:
    """The date that stands directly behind a label of posting, or before it: "2021年3月9日 掲載"."""
    after = short_dates_in(text[label.end() : label.end() + 45])
    if after and after[0].start <= 14:
        return after[0].value
    before = text[max(0, label.start() - 30) : label.start()]
    found = short_dates_in(before)
    return found[-1].value if found and len(before) - found[-1].end <= 2 else None


def written(title: str, blocks: list[Block]) -> date | None:
    """The date the text gives as that of its writing, adoption or first issue."""
    stamps = (pattern(_FILE, "posted"), pattern(_FILE, "copied"), pattern(_FILE, "not_written"))
    for index, block in enumerate(blocks):
        if not block.counts or not may_hold(_FILE, "written", block.lowered):
            continue
        if match := pattern(_FILE, "written").search(block.text):
            rest = block.text[match.end() :] or (blocks[index + 1].text if index + 1 < len(blocks) else "")
            near = dates_in(rest[:60])
            if near and near[0].start < 45:
                return near[0].value
    if begun := _begun(blocks):
        return begun
    if (plain := next(_plain_lines([*blocks[:6], *reversed(blocks)]), None)) is not None:
        return plain
    if titled := [item for item in dates_in(title) if not _ASIDE_DATE.search(title[: item.start])]:
        return titled[0].value
    head = blocks[:16]
    candidates = chain(
        _lines(head, stamps, alone=True),
        _lines(blocks[-25:], stamps, alone=True),
        _lines(head, stamps, alone=False),
    )
    return next(candidates, None)


def _begun(blocks: list[Block]) -> date | None:
    """The day on which a petition was begun, as its page tells: "1 July 2022 – Petition started"."""
    for block in blocks:
        if block.counts and len(block.text) < 120 and (match := _STARTED.search(block.text)):
            found = dates_in(block.text[: match.start()])
            return found[-1].value if found else None
    return None


def _lines(blocks: list[Block], stamps: tuple[re.Pattern[str], ...], *, alone: bool) -> Iterator[date]:
    """Dates of short lines (date lines) or, not `alone`, near the beginning of longer ones."""
    for block in blocks:
        text = block.text
        if not block.counts or (alone and not _date_line(text)) or _CITED.match(text):
            continue
        for item in dates_in(text[:400] if not alone else text):
            around = text[max(0, item.start - 40) : item.start]
            if not alone and (
                item.start > 260 or _AFTER_WORD.search(around) or pattern(_FILE, "narrative").search(around)
            ):
                continue
            if not any(stamp.search(text[max(0, item.start - 60) : item.end + 20]) for stamp in stamps):
                yield item.value


def _plain_lines(blocks: list[Block]) -> Iterator[date]:
    """Lines of an unspaced script or of Korean that are their date and nothing else, as statements end."""
    for block in blocks:
        found = dates_in(block.text) if block.counts and len(block.text) < _PLAIN else []
        rest = block.text[: found[0].start] + block.text[found[-1].end :] if len(found) == 1 else "."
        if found and _WIDE.search(block.text) and not re.search(r"[^\W_]", _WEEKDAY.sub("", rest)):
            yield found[0].value


_PLAIN = 40  # characters of a line that is a date
_WIDE = re.compile(r"[\u3040-\u9fff\uac00-\ud7af]|^[\d.\s]+$")
_WEEKDAY = re.compile(
    r"[(（](?:[月火水木金土日월화수목금토일]|星期.|周.|週.)(?:曜日?|요일)?[)）]|付け?|자$|於|于|현재|現在|기준"
)


def _date_line(text: str) -> bool:
    """A short line that is hardly more than its date: with a place, a weekday, a label or a code."""
    found = dates_in(text) if len(text) <= 130 else []
    if not found:
        return False
    rest = text[: found[0].start] + text[found[-1].end :]
    if _UNSPACED.search(rest) and (len(rest) > 40 or "。" in rest):
        return False
    return len(rest.split()) <= 9 and not re.search(r"\b(?:will|was|were|we|he|she|they|on)\b", rest)


def deadline(blocks: list[Block], issued: date | None) -> date | None:
    """The last day for what the document asks of its readers or addressees; None where none is given."""
    best: list[tuple[int, date]] = []
    year = issued.year if issued else None
    asked, never = pattern(_FILE, "asked"), pattern(_FILE, "subsidiary")
    for block in blocks:
        limits = block.counts and (may_hold(_FILE, "by", block.lowered) or _LIMIT_AFTER.search(block.text))
        for sentence in block.sentences if limits else ():
            for item in dates_in(sentence, year):
                value = _on_or_after(item, issued)
                if value is None or not _limits(sentence, item) or never.search(sentence):
                    continue
                best.append((0 if asked.search(sentence) else 1, value))
    best.sort(key=lambda pair: pair[0])
    return best[0][1] if best else None


def _limits(sentence: str, item: Found) -> bool:
    """Whether "by", "before", "until" or their like in another language stands at the date."""
    article = r"\W{0,3}(?:the\s+|el\s+|le\s+|dem\s+)?(?:\w+day,?\s+)?(?:\d{1,2}[:.]\d\d\s*\w*,?\s*)?$"
    before = sentence[max(0, item.start - 80) : item.start]
    if re.search(f"(?:{pattern(_FILE, 'by').pattern}){article}", before, re.IGNORECASE):
        return True
    return bool(_LIMIT_AFTER.match(sentence[item.end : item.end + 6]))


def _on_or_after(item: Found, issued: date | None) -> date | None:
    """The date as one to come: without a printed year it may lie in the next one; None when it has passed."""
    value = item.value
    if issued and value < issued and not item.exact:
        value = _made(value.year + 1, value.month, value.day) or value
    return None if issued and value < issued else value
