"""Cuts a page that shows several titled items into one document for each."""

import re
from dataclasses import dataclass, replace
from datetime import date

from jobs.steps.document import Document
from jobs.steps.extract.blocks import collapse, sentences
from jobs.steps.extract.data import pattern, words
from jobs.steps.extract.dates import short_dates_in

_FILE = "listing.toml"
_MOST = 500  # items of one page
_BULLET = re.compile(r"^(?P<indent>\s*)(?:[•·▪◦‣∙●○■□*]|[-–—](?=\s))\s+(?P<body>\S.*)$")
_DATELINE = re.compile(
    r"^(?P<place>[A-Z][A-Z .’'-]{2,30}(?:,\s[\w .’-]{2,40})?(?:,?\s\(?[A-Z][\w ,/.-]{2,30}\)?)?)"
    r"\s+[–—-]{1,2}\s+(?=[A-Z])"
)
_ROW = re.compile(
    r"^(?P<number>\d{1,5}|공지|Notice|NOTICE|\[?Featured\]?)\s*(?:[|\t]|\s{2,})\s*(?P<rest>\S.*)$"
)


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    gap: bool
    index: int


@dataclass(frozen=True, slots=True)
class _Item:
    title: str
    text: str
    when: date | None = None


def split(document: Document) -> tuple[Document, ...]:
    """One document for each separately titled item of a listing; (document,) for anything else."""
    lines = _lines(document.text)
    readings = (_rows, _bullets, _ruled, _dated, _under_dates, _lined, _posts, _headlines)
    for reading in readings if not _one_text(document.text) else readings[:2]:
        items = reading(lines)
        if len(items) >= 2 and not _below_a_text(document.text, items[0].title):
            items = items[:_MOST]
            return tuple(
                replace(
                    document,
                    title=item.title,
                    text=item.text,
                    posted=item.when or document.posted,
                    published=None,
                )
                for item in items
            )
    return (document,)


def _below_a_text(text: str, title: str) -> bool:
    """Whether the first item stands under a long text: then it is a list of other pages at its foot."""
    at = text.find(title[:30])
    return at > _LONG_HEAD and at > 0.4 * len(text)


_LONG_HEAD = 600  # characters
_OPENS = re.compile(
    r"^(?:dear\s|your (?:excellency|majesty)|to whom|monsieur|madame|señor|estimad|"
    r"уважаем|尊敬的|拝啓)",
    re.IGNORECASE,
)
_CLOSES = re.compile(
    r"^(?:yours? (?:sincerely|faithfully|truly)|sincerely|respectfully|signed by|signatories|"
    r"undersigned|atentamente|"
    r"veuillez agréer|с уважением|此致|敬具|recommended action|appeals to|actions? requested|take action)\b",
    re.IGNORECASE,
)
_RECITES = re.compile(
    r"^\s*(?:[-–—]\s+|[A-Z]\.\s+)?(?:having regard to|whereas|recalling|guided by|"
    r"reaffirming)\b",
    re.IGNORECASE,
)


def _one_text(text: str) -> bool:
    """Whether a page is one letter, appeal or resolution, whatever stands around it: by its outward form."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    opens = sum(bool(_OPENS.match(line)) for line in lines)
    closes = sum(bool(_CLOSES.match(line)) for line in lines)
    return (
        closes in {1, 2}
        or (opens == 1 and closes == 1)
        or sum(bool(_RECITES.match(line)) for line in lines) >= 3
    )


def _lines(text: str) -> list[_Line]:
    found: list[_Line] = []
    gap = True
    for index, raw in enumerate(text.splitlines()):
        if not raw.strip():
            gap = True
            continue
        found.append(_Line(raw.rstrip(), gap, index))
        gap = False
    return found


def _rows(lines: list[_Line]) -> list[_Item]:
    """Rows of a board's table: a number or 공지, the title, a writer, a date, a counter."""
    found: list[_Item] = []
    for line in lines:
        match = _ROW.match(line.text.strip())
        if match is None:
            _add_preview(found, line)
            continue
        cells = [cell.strip() for cell in re.split(r"\s*[|\t]\s*|\s{2,}", match["rest"]) if cell.strip()]
        dates = short_dates_in(match["rest"])
        clock = re.search(r"(?<!\d)\d{1,2}:\d{2}(?!\d)", match["rest"])
        if len(cells) < 2 or not (dates or clock) or not any(char.isalpha() for char in cells[0]):
            continue
        found.append(_Item(_clean_title(cells[0]), _clean_title(cells[0]), dates[0].value if dates else None))
    return found if len(found) >= 2 else []


def _add_preview(found: list[_Item], line: _Line) -> None:
    """A line beneath a row is the beginning of its text, where it is longer than a menu's."""
    if found and len(line.text) > _PREVIEW:
        found[-1] = replace(found[-1], text=f"{found[-1].text}\n\n{line.text.strip()}")


_PREVIEW = 40  # characters


def _bullets(lines: list[_Line]) -> list[_Item]:
    """Bulleted previews, each with its title first and a link such as "See details" at its end."""
    found: list[_Item] = []
    open_body: list[str] | None = None
    more = pattern(_FILE, "more")
    for line in lines:
        bullet = _BULLET.match(line.text)
        if bullet:
            open_body = [bullet["body"]]
        elif open_body is not None:
            open_body.append(line.text)
        if (
            open_body is not None
            and (end := _last(more, line.text))
            and end.end() >= len(line.text.rstrip()) - 2
        ):
            body = collapse(" ".join(open_body))
            cut = _last(more, body)
            found.append(_preview(body[: cut.start()].rstrip() if cut else body))
            open_body = None
    return found if len(found) >= 2 else []


def _ruled(lines: list[_Line]) -> list[_Item]:
    """Items between lines of dashes, each with its title first; the page's own head is left out."""
    parts: list[list[_Line]] = [[]]
    for line in lines:
        if _RULE.match(line.text.strip()):
            parts.append([])
        else:
            parts[-1].append(line)
    parts = [part for part in parts if part]
    titled = [part for part in parts[1:] if _title(collapse(part[0].text)) and len(part) > 1]
    if len(titled) < 3 or len(titled) < len(parts) - 2:
        return []
    head = _pinned(parts[0])
    return [_below_its_date(part) or _dated_item(part) for part in ([head] if head else []) + titled]


def _below_its_date(part: list[_Line]) -> _Item | None:
    """An item with its date in a line of its own above its title; None where there is none."""
    above = collapse(part[0].text)
    dates = short_dates_in(above)
    bare = bool(dates) and len(above) - (dates[0].end - dates[0].start) <= _BESIDE
    undated = _UNDATED.match(above) is not None
    if len(part) < 3 or not (bare or undated) or not _title(collapse(part[1].text)) or _meta(part[1].text):
        return None
    return replace(_dated_item(part[1:]), when=dates[0].value if bare else None)


_BESIDE = 12  # characters beside the date of a line that is no more than a date
_UNDATED = re.compile(
    r"(?:undated|no date|without date|sans date|non daté|sin fecha|без даты)\b", re.IGNORECASE
)


def _pinned(lines: list[_Line]) -> list[_Line]:
    """The item that stands under the head of a page, behind "[Featured]" or above a line of its own data."""
    for position, line in enumerate(lines[:-1]):
        if re.fullmatch(
            r"\[?(?:featured|pinned|sticky|notice|공지|top)\]?", line.text.strip(), re.IGNORECASE
        ):
            return lines[position + 1 :]
    for position in range(len(lines) - 1):
        if _meta(lines[position + 1].text) and _title(collapse(lines[position].text)):
            return lines[position:]
    return []


def _meta(text: str) -> bool:
    """A line of an item's data: its date with a few words, or a byline between dots."""
    text = collapse(text)
    dates = short_dates_in(text) if len(text) <= 90 else []
    if dates:
        rest = text[: dates[0].start] + text[dates[-1].end :]
        return len(re.findall(r"[^\W\d_]+", rest)) <= 7
    return len(text) <= 60 and " · " in text


def _dated(lines: list[_Line]) -> list[_Item]:
    """Titles each with a line of its date beneath, and a text that follows."""
    starts = [
        position
        for position in range(len(lines) - 1)
        if _title(collapse(lines[position].text))
        and _meta(lines[position + 1].text)
        and short_dates_in(lines[position + 1].text)
        and not short_dates_in(lines[position].text)
        and (lines[position].gap or position < _HEAD or _ended(lines[position - 1]))
    ]
    if len(starts) < 3:
        return []
    bounds = [*starts[1:], len(lines)]
    return [_dated_item(lines[start:end]) for start, end in zip(starts, bounds, strict=True)]


def _ended(line: _Line) -> bool:
    return pattern(_FILE, "more").fullmatch(line.text.strip(" .…»→[]")) is not None


def _under_dates(lines: list[_Line]) -> list[_Item]:
    """Titles each with its date above, and a text that follows."""
    starts = [
        position
        for position in range(len(lines) - 2)
        if (dates := short_dates_in(collapse(lines[position].text)))
        and len(lines[position].text) - (dates[0].end - dates[0].start) <= _BESIDE
        and _title(collapse(lines[position + 1].text))
        and not _meta(lines[position + 1].text)
        and lines[position].gap
    ]
    if len(starts) < 3:
        return []
    bounds = [*starts[1:], len(lines)]
    found = []
    for start, end in zip(starts, bounds, strict=True):
        item = _dated_item(lines[start + 1 : end])
        found.append(replace(item, when=short_dates_in(lines[start].text)[0].value))
    return found


def _lined(lines: list[_Line]) -> list[_Item]:
    """A page of lines that are a title and its date, before or behind it, and little else."""
    found: list[_Item] = []
    for line in lines:
        text = collapse(_BULLET_SIGN.sub("", line.text))
        dates = short_dates_in(text)
        if len(dates) != 1 or len(text) > 200:
            _add_preview(found, line)
            continue
        before, after = text[: dates[0].start].strip(" (|·-–,:["), text[dates[0].end :].strip(" )|·-–,:]")
        title = before or after
        if not (before and after) and _named(title):
            found.append(_Item(_clean_title(title), title, dates[0].value))
        else:
            _add_preview(found, line)
    return found if len(found) >= 4 and len(found) >= 0.6 * len(lines) else []


def _named(title: str) -> bool:
    return len(title.split()) >= 3 or (len(title) >= 5 and not title.isascii())


_BULLET_SIGN = re.compile(r"^\s*(?:[•·▪◦‣∙●○■□*]|[-–—](?=\s)|\d{1,4}[.)])\s*")
_HEAD = 5
"""Lines at the top of a page that are its name and menu."""


def _dated_item(lines: list[_Line]) -> _Item:
    """An item under its title: its date, the longest form of its title, its text."""
    title, rest, when, data = _clean_title(lines[0].text), lines[1:], None, ""
    if rest and _meta(rest[0].text):
        dates = short_dates_in(rest[0].text)
        data = collapse(rest[0].text)
        for item in reversed(dates):
            data = f"{data[: item.start]}{data[item.end :]}"
        when, rest = (dates[0].value if dates else None), rest[1:]
    cut = title.rstrip("….").strip()
    if (
        rest
        and cut != title
        and collapse(rest[0].text).lower().startswith(cut.lower()[: max(12, len(cut) - 2)])
    ):
        longer = collapse(rest[0].text)
        title, rest = (_clean_title(longer), rest[1:]) if len(longer) < 260 else (title, rest)
    more = pattern(_FILE, "more")
    body = "\n\n".join(line.text for line in rest if not more.fullmatch(line.text.strip(" .…»→[]")))
    return _Item(title, f"{title}\n\n{data.strip(' ·|-–,')}\n\n{body}", when)


_RULE = re.compile(r"[-_=*~─━]{8,}$")


def _last(expression: re.Pattern[str], text: str) -> re.Match[str] | None:
    found = None
    for found in expression.finditer(text[-60:] if len(text) > 60 else text):  # noqa: B007 - the last one is wanted
        pass
    if found is None:
        return None
    offset = max(0, len(text) - 60)
    return expression.search(text, offset + found.start())


def _preview(body: str) -> _Item:
    """A preview's title is repeated, shortened with an ellipsis, before its text."""
    first = re.match(r"(?P<short>.{8,120}?)\s?(?:…|\.\.\.)\s+(?P<rest>\S.*)$", body)
    dates = short_dates_in(body[:400])
    if first:
        short, rest = first["short"].strip(), first["rest"]
        if rest.startswith(short[: max(8, len(short) - 2)]):
            title = _until_text(rest, len(short))
            near = [item.value for item in dates if item.start < len(short) * 3 + 160]
            return _Item(title, _set_apart(title, rest), near[0] if near else None)
        near = [item.value for item in dates]
        return _Item(short + "…", rest, near[-1] if near else None)
    title = _until_text(body, 12)
    return _Item(title, body, dates[0].value if dates else None)


def _set_apart(title: str, text: str) -> str:
    """The title as a paragraph of its own, where the running text begins with it."""
    return f"{title}\n\n{text[len(title) :].strip()}" if text.startswith(title) else text


def _until_text(text: str, least: int) -> str:
    """The title at the beginning of a running text: up to a date, a repeated name, or the first sentence."""
    limit = text[:260]
    dates = [item for item in short_dates_in(limit) if item.start >= least]
    ends = [item.start for item in dates[:1]]
    capitals = re.search(
        r"(?<=[\w)])\s+(?=(?:[A-Z][\w’'.]*\s+){1,4}(?:has|have|had|is|are|was|were|results?|"
        r"collaborated|held|met|took|will)\b)",
        limit[least:],
    )
    if capitals:
        named = limit[least + capitals.start() :]
        article = re.search(r"\s(?=(?:The|This|On|In|An?|It)\s)", named[:80])
        ends.append(least + capitals.start() + (article.start() if article else 0))
    if again := _restart(limit, least):
        ends.append(again)
    if first := sentences(limit):
        ends.append(len(first[0]))
    return _clean_title(text[: min(ends)] if ends else limit)


def _restart(text: str, least: int) -> int | None:
    """Where a name that stands in the title begins the text: "NKHR ... DPRK NKHR's Meeting"."""
    first = text.split(" ", 1)[0].strip(",.:’'")
    if len(first) < 3 or not first[0].isupper():
        return None
    match = re.search(rf"(?<=\w)\s+(?={re.escape(first)}(?:\W|$))", text[least:])
    return least + match.start() if match else None


def _posts(lines: list[_Line]) -> list[_Item]:
    """Posts that end with "Read more", a byline or a footer; the title is the first line of each."""
    more, byline = pattern(_FILE, "more"), pattern(_FILE, "byline")
    starts: list[int] = []
    ends: list[int] = []
    fresh = True
    for position, line in enumerate(lines):
        text = collapse(line.text)
        masthead = not starts and pattern(_FILE, "page_name").fullmatch(text)
        if fresh and not masthead and _title(text) and position + 1 < len(lines):
            starts.append(position)
            fresh = False
        elif not fresh and (
            more.fullmatch(text.rstrip(" .…»>→")) or (byline.fullmatch(text) and _closes(lines, position))
        ):
            ends.append(position)
            fresh = True
    if len(ends) < 2 or len(starts) < 2:
        return []
    bounds = [*starts[1:], len(lines)]
    return [_post(lines[start:end]) for start, end in zip(starts, bounds, strict=True)]


def _closes(lines: list[_Line], position: int) -> bool:
    """A byline closes a post where a title follows; under a title it opens one."""
    following = lines[position + 1] if position + 1 < len(lines) else None
    before = collapse(lines[position - 1].text) if position else ""
    return following is not None and _title(collapse(following.text)) and len(before) > 120


def _post(lines: list[_Line]) -> _Item:
    dates = [item.value for line in lines[:4] if len(line.text) < 120 for item in short_dates_in(line.text)]
    body = "\n\n".join(
        line.text for line in lines[1:] if not pattern(_FILE, "more").fullmatch(line.text.strip())
    )
    title = _clean_title(lines[0].text)
    return _Item(title, f"{title}\n\n{body}", dates[0] if dates else None)


_UNSPACED = re.compile(r"[\u3040-\u9fff]{4}")
_SIGNS = 7  # signs of a title in a script without spaces


def _title(text: str) -> bool:
    count = len(text.split())
    unspaced = _UNSPACED.search(text) is not None and len(text) >= _SIGNS
    if not (2 <= count <= 28 or unspaced) or len(text) > 180 or text[-1] in ".,;:。：；":
        return False
    return (text[0].isupper() or not text[0].isascii() or text[0] in '“‘"[(0123456789') and not pattern(
        _FILE, "chrome"
    ).fullmatch(text)


_ADDRESSED = re.compile(r"(?:to|dear|recommendations? to|à|au|aux|al?|an die)\s", re.IGNORECASE)


def _headlines(lines: list[_Line]) -> list[_Item]:
    """News pasted one after the other on a page that has a name of its own: headlines in title case."""
    if not _container(lines):
        return []
    starts: list[int] = []
    for position, line in enumerate(lines):
        text = collapse(line.text)
        follows = position + 1 < len(lines) and len(lines[position + 1].text) > 160
        if (position > 1 and follows and line.gap and _headline(text)) or (
            _DATELINE.match(text) and len(text) > 160
        ):
            starts.append(position)
    joined = [
        start
        for n, start in enumerate(starts)
        if not (n and starts[n - 1] == start - 1 and _DATELINE.match(collapse(lines[start].text)))
    ]
    if len(joined) < 2:
        return []
    bounds = [*joined[1:], len(lines)]
    found = []
    for start, end in zip(joined, bounds, strict=True):
        text = collapse(lines[start].text)
        dateline = _DATELINE.match(text)
        if dateline:
            title = re.split(
                r",\s(?:demanding|saying|calling|urging|which|who)\b", sentences(text[dateline.end() :])[0]
            )[0]
            found.append(_Item(title.rstrip(" ."), "\n\n".join(line.text for line in lines[start:end])))
        else:
            found.append(_Item(_clean_title(text), "\n\n".join(line.text for line in lines[start:end])))
    return found


def _container(lines: list[_Line]) -> bool:
    """Whether the page opens with its own short name rather than with one text's title."""
    if not lines:
        return False
    head = [text for line in lines[:8] if len(re.findall(r"\s[|>»›·•/]\s", text := collapse(line.text))) < 2]
    repeated = len(head) > 1 and head[0] == head[1]
    return (repeated and len(head[0].split()) <= 4) or any(
        pattern(_FILE, "page").search(text) for text in head if len(text) < 400
    )


def _headline(text: str) -> bool:
    if _ADDRESSED.match(text):
        return False
    written = re.findall(r"[^\W\d_][\w’'-]*", text)
    large = [word for word in written if word.lower() not in words(_FILE, "small")]
    if not 4 <= len(large) <= 22 or text[-1] in ".,;:":
        return False
    capitals = [word for word in large if word[0].isupper()]
    return len(capitals) >= 0.8 * len(large)


def _clean_title(text: str) -> str:
    title = collapse(text)
    title = re.sub(r"^(?:공지|\[?Featured\]?|Notice)\s+", "", title)
    title = re.sub(r"\s*[\[(]\d{1,4}[\])]$|\s*댓글\s*\d+개?$|\s\+\d{1,3}$", "", title)
    return title.strip(" |·•-–—,;:")
