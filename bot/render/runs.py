"""Lays a message out as runs of equally styled text: what it says, before any markup is written.

    Message -> sections (one a block, or one a list item) -> runs (text, tags, href)

Both the HTML and the plain text are written from the same runs, so they cannot say different things.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from bot.render import links
from bot.render.clean import clean, one_line
from bot.render.message import (
    Block,
    Field,
    Heading,
    Items,
    Line,
    Message,
    Notice,
    Paragraph,
    Quote,
    Span,
    Style,
)

LONGEST_LINK = 512
"""UTF-16 code units of a link's text; a longer one is shown as plain text, since it is never cut."""

_TAGS = {
    Style.PLAIN: (),
    Style.BOLD: ("b",),
    Style.ITALIC: ("i",),
    Style.CODE: ("code",),
    Style.STRUCK: ("s",),
}


@dataclass(frozen=True, slots=True)
class Run:
    """Text in one style. `tags` are Telegram's, outermost first; `href` is fit to be shown."""

    text: str
    tags: tuple[str, ...] = ()
    href: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """The runs of one block or list item, and what sets it off from the one before."""

    runs: tuple[Run, ...]
    before: str = ""
    quote: str = ""
    """"" or the opening tag's content: "blockquote", "blockquote expandable"."""

    @property
    def text(self) -> str:
        """The runs' text, without `before`."""
        return "".join(run.text for run in self.runs)


def units(text: str) -> int:
    """Length in UTF-16 code units, as Telegram counts (Bot API, "Formatting options")."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def size(sections: Iterable[Section]) -> tuple[int, int]:
    """Code units and entities that Telegram will count, at most."""
    length = entities = 0
    for section in sections:
        length += units(section.before) + units(section.text)
        entities += bool(section.quote) + sum(len(run.tags) + bool(run.href) for run in section.runs)
    return length, entities


def sections(message: Message) -> tuple[Section, ...]:
    """What the message says, in order; blocks without any text are left out."""
    laid_out: list[Section] = []
    before: Block | None = None
    for block in message.blocks:
        for number, section in enumerate(_block(block)):
            between = "" if before is None else "\n" if number else _between(before, block)
            laid_out.append(replace(section, before=between))
            before = block
    return tuple(laid_out)


def _between(before: Block, after: Block) -> str:
    """One line break where blocks belong together or are set off by themselves, else a blank line."""
    together = isinstance(before, Field) and isinstance(after, Field)
    return "\n" if together or isinstance(before, Quote) or isinstance(after, Quote) else "\n\n"


def _block(block: Block) -> Iterator[Section]:
    quote = ""
    match block:
        case Heading(line):
            lines = [_trim(_runs(line, ("b",), single=True))]
        case Field(label, line):
            lines = [_field(label, line)]
        case Items(all_lines, start):
            lines = list(_items(all_lines, start))
        case Quote(line, folded):
            quote = "blockquote expandable" if folded else "blockquote"
            lines = [_trim(_runs(line))]
        case Notice(line):
            lines = [_trim(_runs(line, ("i",)))]
        case Paragraph(line):
            lines = [_trim(_runs(line))]
    yield from (Section(runs, quote=quote) for runs in lines if runs)


def named(label: str) -> str:
    """A field's label as it is shown: "By:"; empty if there is none."""
    name = one_line(label).strip()
    return name if not name or name.endswith((":", "：")) else f"{name}:"


def _field(label: str, line: Line) -> tuple[Run, ...]:
    name = named(label)
    value = _trim(_runs(line, single=True))
    if not name:
        return value
    return _merge([Run(name, ("b",)), *([Run(" "), *value] if value else [])])


def _items(lines: tuple[Line, ...], start: int | None) -> Iterator[tuple[Run, ...]]:
    for number, line in enumerate(lines, start or 0):
        runs = _trim(_runs(line))
        if runs:
            yield _merge([Run("• " if start is None else f"{number}. "), *runs])


def _runs(line: Line, base: tuple[str, ...] = (), *, single: bool = False) -> list[Run]:
    texts: list[Run] = []
    for span in line:
        text = one_line(span.text) if single else clean(span.text)
        texts.extend(_span(replace(span, text=text), base))
    return texts


def _span(span: Span, base: tuple[str, ...]) -> Iterator[Run]:
    """One or two runs: a link whose text looks like another address is followed by its real host."""
    own = _TAGS[span.style]
    # Telegram lets nothing into <code>, nor <code> into anything else.
    tags = own if span.style is Style.CODE else base + tuple(tag for tag in own if tag not in base)
    if not span.text.strip():
        yield Run(span.text)
        return
    href = span.href.strip()
    target = links.host(href) if href and units(span.text) <= LONGEST_LINK else ""
    if not target:
        yield Run(span.text if span.style is Style.CODE else links.exposed(span.text), tags)
        return
    yield Run(span.text, () if span.style is Style.CODE else tags, href)
    if links.disguised(span.text, href):
        yield Run(f" ({links.shown(target)})", base)


def _trim(runs: list[Run]) -> tuple[Run, ...]:
    """Without white space at either end, as Telegram itself trims it."""
    while runs and not runs[0].text.strip():
        runs = runs[1:]
    while runs and not runs[-1].text.strip():
        runs = runs[:-1]
    if runs:
        runs = [replace(runs[0], text=runs[0].text.lstrip()), *runs[1:]]
        runs = [*runs[:-1], replace(runs[-1], text=runs[-1].text.rstrip())]
    return _merge(runs)


def _merge(runs: list[Run]) -> tuple[Run, ...]:
    """Neighbours of one style become one run: fewer entities count against the limit of 100."""
    merged: list[Run] = []
    for run in runs:
        last = merged[-1] if merged else None
        if last and (last.tags, last.href) == (run.tags, run.href) and not run.href:
            merged[-1] = replace(last, text=last.text + run.text)
        else:
            merged.append(run)
    return tuple(merged)
