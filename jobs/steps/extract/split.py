"""Cuts a page that shows several titled items into one document for each."""

import re
from dataclasses import replace

from jobs.steps.document import Document
from jobs.steps.extract.blocks import collapse, sentences
from jobs.steps.extract.board import rows
from jobs.steps.extract.data import pattern, words
from jobs.steps.extract.dated_rows import dated, dated_below, lined, marked, ruled, under_dates
from jobs.steps.extract.dates import short_dates_in
from jobs.steps.extract.listing import FILE, Item, Line, clean_title, closes, is_title, lines_of
from jobs.steps.extract.namelists import is_organisation
from jobs.steps.extract.operative import OPERATIVE
from jobs.steps.extract.stacked import stacked
from jobs.steps.extract.stamped import stamped

_MOST = 500  # items of one page
_BULLET = re.compile(r"^(?P<indent>\s*)(?:[•·▪◦‣∙●○■□*]|[-–—](?=\s))\s+(?P<body>\S.*)$")
_DATELINE = re.compile(
    r"^(?P<place>[A-Z][A-Z .’'-]{2,30}(?:,\s[\w .’-]{2,40})?(?:,?\s\(?[A-Z][\w ,/.-]{2,30}\)?)?)"
    r"\s+[–—-]{1,2}\s+(?=[A-Z])"
)


def split(document: Document) -> tuple[Document, ...]:
    """One document for each separately titled item of a listing; (document,) for anything else."""
    lines = lines_of(document.text)
    readings = (
        rows,
        _bullets,
        ruled,
        stamped,
        dated,
        under_dates,
        lined,
        stacked,
        marked,
        dated_below,
        _posts,
        _headlines,
    )
    for reading in readings if not _one_text(document.text) else readings[:2]:
        items = reading(lines)
        if len(items) >= 2 and not _below_a_text(document.text, items[0].title):
            items = items[:_MOST]
            owner = document.organisation or _owner(lines, items[0].title)
            return tuple(
                replace(
                    document,
                    title=item.title,
                    text=item.text,
                    posted=item.when or document.posted,
                    published=None,
                    organisation=owner,
                )
                for item in items
            )
    return (document,)


def _owner(lines: list[Line], first: str) -> str:
    """The organisation whose name heads the page above its first item: it speaks in the items."""
    for line in lines[:_MASTHEAD]:
        text = collapse(line.text)
        if text.startswith(first[:_SAME]):
            break
        text = _SECTION.split(text)[0]
        if (
            len(text.split()) <= _NAME
            and text[:1].isupper()
            and text[-1] not in ".,;:!?"
            and is_organisation(text)
        ):
            return re.sub(r"\s*\([^()]{2,20}\)$", "", text)
    return ""


_SECTION = re.compile(r"\s*[:|»›]\s+|\s[–—-]\s")
"""What parts the owner of a page from its section: "Peninsula Watch | News"."""
_MASTHEAD = 6  # lines at the top of a page
_NAME = 9  # words of an organisation's name
_SAME = 20  # characters by which a line is an item's title


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
    r"reaffirming|bearing in mind|mindful (?:of|that)|deeply concerned|alarmed (?:by|at)|"
    r"concerned (?:that|at|by|about)|"
    r"noting (?:that|with)|taking note)\b",
    re.IGNORECASE,
)
_OPERATES = re.compile(rf"^\s*\d{{1,2}}\.\s+{OPERATIVE}")
"""A numbered paragraph of a resolution."""


def _one_text(text: str) -> bool:
    """Whether a page is one letter, appeal or resolution, whatever stands around it: by its outward form."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    opens = sum(bool(_OPENS.match(line)) for line in lines)
    closes = sum(bool(_CLOSES.match(line)) for line in lines)
    return (
        closes in {1, 2}
        or (opens == 1 and closes == 1)
        or sum(bool(_RECITES.match(line)) for line in lines) >= 3
        or sum(bool(_OPERATES.match(line)) for line in lines) >= 3
    )


def _bullets(lines: list[Line]) -> list[Item]:
    """Bulleted previews, each with its title first and a link such as "See details" at its end."""
    found: list[Item] = []
    open_body: list[str] | None = None
    more = pattern(FILE, "more")
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
            found.append(_titled_preview(open_body) or _running_preview(open_body))
            open_body = None
    return found if len(found) >= 2 else []


def _running_preview(lines: list[str]) -> Item:
    """A preview whose title runs into its text."""
    body = collapse(" ".join(lines))
    cut = _last(pattern(FILE, "more"), body)
    return _preview(body[: cut.start()].rstrip() if cut else body)


def _titled_preview(lines: list[str]) -> Item | None:
    """A preview with its title in a line of its own, its text and data below; None where it has none."""
    title = collapse(lines[0])
    repeated = _REPEATED.fullmatch(title)
    if repeated and repeated["whole"].startswith(repeated["cut"][:_SAME]):
        title = repeated["whole"]
    if len(lines) < 2 or not is_title(title) or len(title) > _TITLE or short_dates_in(title):
        return None
    body = collapse(" ".join(lines[1:]))
    cut = _last(pattern(FILE, "more"), body)
    body = body[: cut.start()].rstrip() if cut else body
    dates = short_dates_in(pattern("dates.toml", "copied").sub("", body))
    return Item(clean_title(title), f"{clean_title(title)}\n\n{body}", dates[-1].value if dates else None)


_TITLE = 140  # characters
_REPEATED = re.compile(r"(?P<cut>.{8,120}?)\s?(?:…|\.\.\.)\s+(?P<whole>.{8,200})")
"""A title that is cut, and again in full."""


def _last(expression: re.Pattern[str], text: str) -> re.Match[str] | None:
    found = None
    for found in expression.finditer(text[-60:] if len(text) > 60 else text):  # noqa: B007 - the last one is wanted
        pass
    if found is None:
        return None
    offset = max(0, len(text) - 60)
    return expression.search(text, offset + found.start())


def _preview(body: str) -> Item:
    """A preview's title is repeated, shortened with an ellipsis, before its text."""
    first = re.match(r"(?P<short>.{8,120}?)\s?(?:…|\.\.\.)\s+(?P<rest>\S.*)$", body)
    dates = short_dates_in(body[:400])
    if first:
        short, rest = first["short"].strip(), first["rest"]
        if rest.startswith(short[: max(8, len(short) - 2)]):
            title = _until_text(rest, len(short))
            near = [item.value for item in dates if item.start < len(short) * 3 + 160]
            return Item(title, _set_apart(title, rest), near[0] if near else None)
        near = [item.value for item in dates]
        return Item(short + "…", rest, near[-1] if near else None)
    title = _until_text(body, 12)
    return Item(title, body, dates[0].value if dates else None)


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
    return clean_title(text[: min(ends)] if ends else limit)


def _restart(text: str, least: int) -> int | None:
    """Where a name that stands in the title begins the text: "NKHR ... DPRK NKHR's Meeting"."""
    first = text.split(" ", 1)[0].strip(",.:’'")
    if len(first) < 3 or not first[0].isupper():
        return None
    match = re.search(rf"(?<=\w)\s+(?={re.escape(first)}(?:\W|$))", text[least:])
    return least + match.start() if match else None


def _posts(lines: list[Line]) -> list[Item]:
    """Posts that end with "Read more", a byline or a footer; the title is the first line of each."""
    more, byline = pattern(FILE, "more"), pattern(FILE, "byline")
    starts: list[int] = []
    ends: list[int] = []
    fresh = True
    for position, line in enumerate(lines):
        text = collapse(line.text)
        masthead = not starts and pattern(FILE, "page_name").fullmatch(text)
        if fresh and not masthead and is_title(text) and position + 1 < len(lines):
            starts.append(position)
            fresh = False
        elif not fresh and (
            more.fullmatch(text.rstrip(" .…»>→")) or (byline.fullmatch(text) and closes(lines, position))
        ):
            ends.append(position)
            fresh = True
    if len(ends) < 2 or len(starts) < 2:
        return []
    starts[0] = _first_title(lines, starts[0], ends[0])
    bounds = [*starts[1:], len(lines)]
    return [_post(lines[start:end]) for start, end in zip(starts, bounds, strict=True)]


def _first_title(lines: list[Line], start: int, end: int) -> int:
    """Where the first post begins beneath the page's name and menu: right above the first running text."""
    menu = False
    for at in range(start, end):
        text = collapse(lines[at].text)
        menu = menu or _MENU.search(lines[at].text[:300]) is not None
        if len(text) > _SHORT or text[-1] in ".。":
            above = at - 1
            found = menu and above > start and lines[above].gap and is_title(collapse(lines[above].text))
            return above if found else start
    return start


_SHORT = 90  # characters
_MENU = re.compile(
    r"(?:\S{1,40}\s*[|｜›»>·•/]\s*\S.{0,40}?){2}|(?:[^\s.,]{1,20}(?: [^\s.,]{1,20})?(?:\s{2,}|\u3000)){3}"
)


def _post(lines: list[Line]) -> Item:
    dates = [item.value for line in lines[:4] if len(line.text) < 120 for item in short_dates_in(line.text)]
    body = "\n\n".join(
        line.text for line in lines[1:] if not pattern(FILE, "more").fullmatch(line.text.strip())
    )
    title = clean_title(lines[0].text)
    return Item(title, f"{title}\n\n{body}", dates[0] if dates else None)


_ADDRESSED = re.compile(r"(?:to|dear|recommendations? to|à|au|aux|al?|an die)\s", re.IGNORECASE)


def _headlines(lines: list[Line]) -> list[Item]:
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
            found.append(Item(title.rstrip(" ."), "\n\n".join(line.text for line in lines[start:end])))
        else:
            found.append(Item(clean_title(text), "\n\n".join(line.text for line in lines[start:end])))
    return found


def _container(lines: list[Line]) -> bool:
    """Whether the page opens with its own short name rather than with one text's title."""
    if not lines:
        return False
    head = [text for line in lines[:8] if len(re.findall(r"\s[|>»›·•/]\s", text := collapse(line.text))) < 2]
    repeated = len(head) > 1 and head[0] == head[1]
    return (repeated and len(head[0].split()) <= 4) or any(
        pattern(FILE, "page").search(text) for text in head if len(text) < 400
    )


def _headline(text: str) -> bool:
    if _ADDRESSED.match(text):
        return False
    written = re.findall(r"[^\W\d_][\w’'-]*", text)
    large = [word for word in written if word.lower() not in words(FILE, "small")]
    if not 4 <= len(large) <= 22 or text[-1] in ".,;:":
        return False
    capitals = [word for word in large if word[0].isupper()]
    return len(capitals) >= 0.8 * len(large)
