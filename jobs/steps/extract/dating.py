"""Tells which date of a document is that of writing, which of posting, and which is a deadline."""

import re
from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from jobs.steps.extract.blocks import Block
from jobs.steps.extract.data import may_hold, pattern
from jobs.steps.extract.dates import Found, dates_in, moved, short_dates_in

_FILE = "dates.toml"
_HEAD, _FOOT = 30, 30
"""Blocks at either end of a page among which its dates stand."""
_STAMP = 200  # characters of a line of a site's data
_LINE = 130  # characters of a line that is hardly more than its date
_LEAD = 400  # characters of a paragraph's beginning
_STARTED = re.compile(
    r"\b(?:petition|campaign) (?:was )?(?:started|launched|created|begun)\b|\bpetición iniciada\b|"
    r"\bpétition (?:lancée|créée)\b|\bпетиция (?:создана|запущена)",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"(?<!\d)\d{1,2}[:h]\d{2}(?!\d)")
_LABELS = re.compile(r"(?:^|\s{1,9}|[|·])[^\W\d][\w ]{2,22}:\s")
_ASIDE_DATE = re.compile(r"\([^)]*$|\bsession\b|\d{1,2}(?:\s\w+)?\s?[-–]\s?$|\bUA:?\s?\d")
_AFTER_WORD = re.compile(
    r"\b(?:on|in|since|of|until|by|to|from|for|before|after|last|between|and|every|le|el|"
    r"am)\s*$",
    re.IGNORECASE,
)
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_CITED = re.compile(
    r"[–—-]?\s*(?:having regard|recalling|whereas|see\b|noting|pursuant|welcoming)", re.IGNORECASE
)
_PLACE = re.compile(
    r"^\W{0,3}(?P<place>[^\W\d_][^\d.;:|]{1,70}?),?\s+(?:(?:the|le|el|a|à|den|am|em|il)\s+)?"
    r"(?:[^\W\d_]+day,?\s+|(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|miércoles|jueves|"
    r"viernes|sábado|domingo),?\s+)?$"
)
_DATELINE = re.compile(r"^\s*(?:года|г\.)?\)?\s*(?:[–—-]{1,2}|:)\s+\S")
_LIMIT_AFTER = re.compile(
    r"\s?(?:[(（][^()（）]{1,6}[)）])?\s?(?:(?:[上下]午|正午|오후|오전|午後|午前)\S{0,6}\s?)?"
    r"(?:까지|まで|之前|以前|前|为止|為止|截止|必着)"
)
_LINKED = re.compile(
    r"^(?:see also|voir aussi|à lire aussi|lire aussi|ver también|lea también|читайте также|related|next|"
    r"prev\w*|précédent|suivant|anterior|siguiente|entrada (?:anterior|siguiente)|article \w+)\b",
    re.IGNORECASE,
)
_REGISTERED = re.compile(r"^(?:distributed|registered|circulated|received)\b", re.IGNORECASE)


def posted(blocks: list[Block], written: date | None = None) -> date | None:
    """The date of posting that a page prints: a board's stamp, "Posted on", a line of its data.

    A date alone in a line at the head is one where the text gives an earlier one as that of its writing.
    """
    for key in ("posted", "copied"):
        stamp = pattern(_FILE, key)
        for block in blocks:
            if _LINKED.match(block.text):
                continue
            if block.counts and may_hold(_FILE, key, block.lowered) and (match := stamp.search(block.text)):
                if key == "copied":
                    near = short_dates_in(block.text[match.start() : match.end() + 40])
                    if near:
                        return near[-1].value
                elif stamped := _beside(block.text, match):
                    return stamped
    ends = [*blocks[:_HEAD], *blocks[max(_HEAD, len(blocks) - _FOOT) :]]
    return next(_stamped(ends), None) or next(_registered(blocks[-_FOOT:]), None) or _alone(blocks, written)


def _stamped(lines: list[Block]) -> Iterator[date]:
    """The dates in lines of a site's data: with a time of day, counters, labels or bars around them."""
    for block in lines:
        if block.counts and is_stamp(block.text):
            yield from (item.value for item in dates_in(block.text))


def _registered(foot: list[Block]) -> Iterator[date]:
    """The date of registration or distribution, in the line that says so or the next."""
    for at, block in enumerate(foot):
        if _REGISTERED.match(block.text):
            for line in foot[at : at + 2]:
                yield from (item.value for item in dates_in(line.text) if len(line.text) < _LINE)


def _alone(blocks: list[Block], written: date | None) -> date | None:
    """A date that stands alone in a line at the head, where it is later than that of writing."""
    for before, block in pairwise([Block("-"), *blocks[:_HEAD]]):
        distributed = before.lowered.startswith("distr")
        found = dates_in(block.text) if block.counts and len(block.text) < 30 and not distributed else []
        alone = found and not re.search(r"[^\W\d_]{3,}", block.text[found[0].end :])
        if written and alone and written < found[0].value and (found[0].value - written).days < _SOON:
            return found[0].value
    return None


_SOON = 60  # days between writing and posting


def is_stamp(text: str) -> bool:
    """Whether a line is a site's data on a text: when and by whom it was put there, how often seen."""
    if len(text) > _STAMP or not dates_in(text):
        return False
    return bool(
        _CLOCK.search(text)
        or (text[-1] not in ".!?" and pattern(_FILE, "stamp").search(text))
        or len(_LABELS.findall(text)) >= 4
        or len(re.findall(r"\s[|·•]\s", text)) >= 2
    )


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
    return next(_by_rank(title, blocks), None)


def _by_rank(title: str, blocks: list[Block]) -> Iterator[date]:
    """The dates that may be that of writing, the surest first."""
    yield from _said(blocks)
    if begun := _begun(blocks):
        yield begun
    yield from _plain_lines([*blocks[:6], *reversed(blocks)])
    head, foot = blocks[:_HEAD], blocks[-_FOOT:]
    yield from _placed(head)
    yield from _placed(foot)
    yield from (item.value for item in dates_in(title) if not _ASIDE_DATE.search(title[: item.start]))
    stamps = (pattern(_FILE, "posted"), pattern(_FILE, "copied"), pattern(_FILE, "not_written"))
    lines = [*_lines(head[:16], stamps, alone=True), *_lines(foot, stamps, alone=True)]
    yield from (value for value, worded in lines if worded)
    yield from (value for value, _ in lines)
    yield from (value for value, _ in _lines(head[:16], stamps, alone=False))
    posted = [may_hold(_FILE, "posted", block.lowered) and stamps[0].search(block.text) for block in head]
    yield from _stamped([block for block, found in zip(head, posted, strict=True) if not found])


def _said(blocks: list[Block]) -> Iterator[date]:
    """Dates behind words of adoption or issue, in the line or the next one."""
    for index, block in enumerate(blocks):
        if not block.counts or not may_hold(_FILE, "written", block.lowered) or is_stamp(block.text):
            continue
        if match := pattern(_FILE, "written").search(block.text):
            if index >= _TOP and _OTHERS.search(block.text[: match.start()]):
                continue
            rest = block.text[match.end() :] or (blocks[index + 1].text if index + 1 < len(blocks) else "")
            near = dates_in(rest[:60])
            if near and near[0].start < 45:
                yield near[0].value


_TOP = 12  # blocks
_OTHERS = re.compile(
    r"\b(?:Declarations?|Conventions?|Covenants?|Charter|Protocols?|Constitution|Act|Law|Decree|Pact|Guidelines|"
    r"Principles|Déclaration|Pacte|[Ll]oi|Declaración|Pacto|[Ll]ey)\b[^.;]{0,90}$"
)
"""An instrument that others adopted."""


def _placed(lines: list[Block]) -> Iterator[date]:
    """Dates behind a place, alone in their line or before a dash: "Geneva, 5 May 2020", "(Rome, May 4) –"."""
    never, posting = pattern(_FILE, "not_written"), pattern(_FILE, "posted")
    for block in lines:
        text = block.text
        if not block.counts or is_stamp(text) or _CITED.match(text):
            continue
        found = dates_in(text[:_LINE])
        before = text[: found[0].start] if found else ""
        if not before or not _PLACE.match(before) or never.search(before) or posting.search(before):
            continue
        rest = text[found[-1].end :]
        short = len(text) <= _LINE and len(re.findall(r"\w+", rest)) <= 2 and _plain(text[: found[0].start])
        if short or (_DATELINE.match(rest) and len(text[: found[0].start].split()) <= _PLACED):
            yield found[0].value


_PLACED = 6  # words of a place


def _plain(place: str) -> bool:
    """Whether what stands before a date names a place rather than tells or titles something."""
    words = re.findall(r"[\w’'-]+", place)
    return len(words) <= _PLACED + 4 and (_TELLS.search(place) is None) and words[0][:1].isupper()


_TELLS = re.compile(
    r"\b(?:will|was|were|we|he|she|they|on|conference|meeting|session|deadline|vigil|rally|march|issue|vol|no|"
    r"from|until|by|before|after|since|posted|updated|published|born|report|day)\b",
    re.IGNORECASE,
)


def _begun(blocks: list[Block]) -> date | None:
    """The day on which a petition was begun, as its page tells: "1 July 2022 – Petition started"."""
    for block in blocks:
        if block.counts and (match := _STARTED.search(block.text)) and len(block.text) < 120:
            found = dates_in(block.text[: match.start()])
            return found[-1].value if found else None
    return None


def _lines(
    blocks: list[Block], stamps: tuple[re.Pattern[str], ...], *, alone: bool
) -> Iterator[tuple[date, bool]]:
    """Dates of short lines (date lines) or, not `alone`, at the beginning of longer ones; if in words."""
    for block in blocks:
        text = block.text
        if not block.counts or (alone and not _date_line(text)) or _CITED.match(text) or is_stamp(text):
            continue
        for item in dates_in(text[:_LEAD] if not alone else text):
            around = text[max(0, item.start - 40) : item.start]
            if not alone and (
                item.start > 260 or _AFTER_WORD.search(around) or pattern(_FILE, "narrative").search(around)
            ):
                continue
            if not any(stamp.search(text[max(0, item.start - 60) : item.end + 20]) for stamp in stamps):
                yield item.value, re.search(r"[^\W\d_]", text[item.start : item.end]) is not None


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
    found = dates_in(text) if len(text) <= _LINE else []
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
        for sentence in block.sentences if _may_limit(block) else ():
            for item in dates_in(sentence, year):
                value = _on_or_after(item, issued)
                if value is None or not _limits(sentence, item) or never.search(sentence):
                    continue
                best.append((0 if asked.search(sentence) else 1, value))
    best.sort(key=lambda pair: pair[0])
    return best[0][1] if best else None


def _may_limit(block: Block) -> bool:
    return block.counts and (
        may_hold(_FILE, "by", block.lowered)
        or (not block.text.isascii() and _LIMIT_AFTER.search(block.text) is not None)
    )


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
        value = moved(value, value.year + 1)
    return None if issued and value < issued else value
