"""What reading a source yields, and the rules that feeds and pages share."""

import re
from dataclasses import dataclass, replace
from datetime import datetime

from jobs.steps.clean import plain, strip_controls
from jobs.steps.decode import decode, looks_like_html, magic
from jobs.steps.stamps import MOST_EASTERN, Stamp
from storage.records import Entry


def text_or_empty(value: object) -> str:
    """`value` if it is a text: feeds put anything anywhere."""
    return value if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a source showed. `degraded` is "" for a well-formed answer, else what was wrong with it."""

    entries: tuple[Entry, ...]
    title: str = ""
    language: str = ""
    """ISO 639-1, as declared."""
    degraded: str = ""
    format: str = ""
    """"Atom 1.0" or "page"; "" where nothing had to be read."""
    marks: bytes = b""
    """What to hand back as `known` with the next answer, once the entries are stored."""


class NotAFeed(Exception):
    """The answer holds no items to read; `detail` says what it looked like."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


SHORT = 400
"""Characters below which an item with a link is taken for a teaser."""

_CUT = re.compile(
    r"(?:\[?\s?(?:…|\.\.\.|&hellip;)\s?\]?"
    r"|(?:read|show|see|view)\s(?:more|details|all)|continue\sreading|learn\smore|full\s(?:text|story)"
    r"|(?:자세히|더)\s?보기|전문\s?보기|続きを読む|もっと見る|阅读(?:更多|全文)|查看(?:更多|详情)|繼續閱讀"
    r"|weiterlesen|mehr\serfahren|lire\s(?:la\ssuite|plus)|en\ssavoir\splus|leer\sm[áa]s|seguir\sleyendo"
    r"|leia\smais|leggi\s(?:tutto|di\spi[ùu])|lees\s(?:meer|verder)|читать\s(?:далее|дальше|полностью)"
    r"|подробнее|детальніше|czytaj\s(?:dalej|więcej)|devam[ıi]n[ıi]\soku|اقرأ\sالمزيد|ادامه\sمطلب"
    r")[\s.»›→>]{0,6}$",
    re.IGNORECASE,
)
_FOOTER = re.compile(r"\n?The post [^\n]{1,400} (?:appeared first on|first appeared on) [^\n]{1,200}$")


def is_excerpt(text: str, url: str) -> bool:
    """True when the linked page should be read: the text breaks off visibly, or is short beside a link."""
    body = _FOOTER.sub("", text).rstrip()
    return bool(url) and (len(body) < SHORT or bool(_CUT.search(body[-60:])))


def describe(body: bytes, content_type: str = "") -> str:
    """What an answer without items looks like, for an admin: its sort and its first words."""
    if not body.strip():
        return "an empty answer"
    if sort := magic(body):
        return sort
    text = decode(body[:20_000], content_type)
    words = plain(text)
    sort = "XML" if text.lstrip()[:5] == "<?xml" else "plain text"
    sort = "an HTML page" if looks_like_html(body) else sort
    start = " ".join(words[:400].split())
    shown = start if len(start) <= 80 else start[:79].rstrip() + "…"
    return f"{sort}: {shown}" if shown else f"{sort} without text"


def language_code(tag: str) -> str:
    """ISO 639-1 (or 639-3) code of a language tag such as "en-GB" or "ko_KR", else ""."""
    code = re.split(r"[-_]", tag.strip().lower()[:20], maxsplit=1)[0]
    return code if re.fullmatch(r"[a-z]{2,3}", code) else ""


def own_id(text: str) -> str:
    """The publisher's id as it may be stored: one line, no control characters."""
    return " ".join(strip_controls(text).split())


NAMELESS = "…"
"""The title of an item that says nothing which could be one; it stands in every language."""


def finished(entry: Entry, otherwise: str = "") -> Entry | None:
    """`entry` with a title where it had none and its excerpt mark; None when nothing is in it.

    `otherwise` is the title of an item that is to be kept even so.
    """
    title = entry.title or headline(entry.text) or entry.url or next(iter(entry.enclosures), otherwise)
    if not title:
        return None
    return replace(entry, title=title, excerpt=is_excerpt(entry.text, entry.url))


def headline(text: str, longest: int = 120) -> str:
    """The first words of a text that came without a title, cut at a word with "…"."""
    first = text.split("\n", 1)[0]
    if len(first) <= longest:
        return first
    cut = first[:longest].rsplit(" ", 1)[0]
    return (cut if len(cut) > longest // 2 else first[: longest - 1]) + "…"


def not_ahead(stamp: Stamp, now: datetime) -> Stamp:
    """A clock time without a zone that lies ahead of us is an eastern local time, not the future."""
    ahead = stamp.moment - now
    if stamp.zoned or stamp.date_only or not MOST_EASTERN >= ahead > ahead * 0:
        return stamp
    return replace(stamp, moment=now)
