"""Sets a message for a terminal: wrapped to its width, coloured where it can be, an alert in a frame."""

import errno
from collections.abc import Iterator

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.panel import Panel
from rich.segment import Segment
from rich.style import Style as Look
from rich.table import Table
from rich.text import Text

from bot.render import links
from bot.render.clean import clean, one_line
from bot.render.message import (
    Block,
    Choice,
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

MOST_WIDE = 100
"""Columns: a longer line is hard to read, however wide the window."""

_LOOKS = {
    Style.PLAIN: "",
    Style.BOLD: "bold",
    Style.ITALIC: "italic",
    Style.CODE: "cyan",
    Style.STRUCK: "strike",
}
_BETWEEN = " " * 3
_LINK = "underline"
_ADDRESS = "blue"
_LABEL = "bold cyan"


class _Terminal(Console):
    """As rich's own, but for a pipe that nobody reads: that is told, where rich ends the program."""

    def on_broken_pipe(self) -> None:
        """Go on with the error; called while it is handled."""
        raise BrokenPipeError(errno.EPIPE, "nobody reads any more")


def rendered(message: Message) -> Group:
    """Return the message as a block of text, its choices numbered from 1 below it."""
    return Group(*_parts(message))


def framed(message: Message) -> Panel:
    """Return an alert: the same in a frame with its heading in the upper edge, red where it may ring."""
    colour = "blue" if message.silent else "red"
    first, *rest = message.blocks or (Paragraph(()),)
    title: Text | None = None
    if isinstance(first, Heading):
        title = _text(first.line, f"bold {colour}")
        message = Message(tuple(rest), message.choices, message.silent)
    return Panel(
        rendered(message), title=title, title_align="left", border_style=colour, padding=(1, 2), expand=True
    )


def choices(message: Message) -> tuple[Choice, ...]:
    """Return the choices in the order of their numbers."""
    return tuple(choice for row in message.choices for choice in row)


def terminal(file_console: Console) -> Console:
    """Return the console to write to: at most 100 columns, bare text where colour is not wanted.

    Colour is not wanted when the output is no terminal, or the environment sets NO_COLOR (no-color.org).
    """
    bare = file_console.no_color or not file_console.is_terminal
    return _Terminal(
        file=file_console.file,
        width=min(file_console.width, MOST_WIDE),
        color_system=None if bare else "auto",
        force_terminal=None if not bare else False,
        highlight=False,
        emoji=False,
        markup=False,
    )


def show(console: Console, *shown: RenderableType) -> None:
    """Print; where the output is bare text, without the blanks that fill lines up."""
    with console.capture() as captured:
        console.print(*shown, sep="\n")
    text = captured.get()
    if console.color_system is None:
        text = "".join(f"{line.rstrip()}\n" for line in text.splitlines())
    # Written here and not by rich, which would keep what it could not write and write it again.
    console.file.write(text)
    console.file.flush()


def _parts(message: Message) -> Iterator[RenderableType]:
    before: Block | None = None
    fields: list[Field] = []
    for block in message.blocks:
        if fields and not isinstance(block, Field):
            yield _fields(fields)
            fields = []
        if before is not None and _apart(before, block):
            yield Text()
        if isinstance(block, Field):
            fields.append(block)
        else:
            yield _block(block)
        before = block
    if fields:
        yield _fields(fields)
    offered = choices(message)
    if offered:
        yield Text()
        yield _Choices(offered)


def _apart(before: Block, after: Block) -> bool:
    """Say whether an empty line stands between: not where the second belongs to the first."""
    together = isinstance(before, Field) and isinstance(after, Field)
    introduced = isinstance(before, Paragraph) and isinstance(after, (Items, Quote))
    return not (together or introduced)


def _block(block: Heading | Paragraph | Items | Quote | Notice) -> RenderableType:
    match block:
        case Heading(line):
            return _with_addresses(line, "bold")
        case Items(lines, start):
            return _items(lines, start)
        case Quote(line):
            return _Barred(_with_addresses(line, "italic"))
        case Notice(line):
            return _with_addresses(line, "dim")
        case Paragraph(line):
            return _with_addresses(line)


def _fields(fields: list[Field]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style=_LABEL, no_wrap=True)
    table.add_column(overflow="fold", ratio=1)
    for field in fields:
        table.add_row(one_line(field.label), _with_addresses(field.line))
    return table


def _items(lines: tuple[Line, ...], start: int | None) -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column(justify="right", style="bold", no_wrap=True)
    table.add_column(overflow="fold", ratio=1)
    for number, line in enumerate(lines, start or 0):
        if any(clean(span.text).strip() for span in line):
            table.add_row(" •" if start is None else f"{number}.", _with_addresses(line))
    return table


class _Choices:
    """The choices with their numbers, as many in a line as fit; none is broken in two."""

    def __init__(self, offered: tuple[Choice, ...]) -> None:
        self.offered = offered

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Set the lines here: rich breaks at a no-break space as at any other."""
        line = Text(overflow="fold")
        for number, choice in enumerate(self.offered, 1):
            one = Text.assemble((f"[{number}]", "bold green"), (f" {one_line(choice.label)}", "green"))
            if line and line.cell_len + len(_BETWEEN) + one.cell_len > options.max_width:
                yield line
                line = Text(overflow="fold")
            line.append(_BETWEEN if line else "").append_text(one)
        yield line


def _with_addresses(line: Line, base: str = "") -> RenderableType:
    """Return the text, and below it the full address of every link that its text does not show."""
    text = _text(line, base)
    hidden = [span.href.strip() for span in line if _target(span) and span.href.strip() != span.text.strip()]
    if not hidden:
        return text
    addresses = (
        Text(address, Look.parse(_ADDRESS) + Look(link=address), overflow="fold") for address in hidden
    )
    return Group(text, *addresses)


def _text(line: Line, base: str = "") -> Text:
    text = Text(style=base, overflow="fold")
    for span in line:
        look = Look.parse(_LOOKS[span.style])
        if _target(span):
            look += Look.parse(_LINK) + Look(link=span.href.strip())
        text.append(clean(span.text), look)
    return text


def _target(span: Span) -> str:
    return links.host(span.href.strip()) if span.href else ""


class _Barred:
    """Somebody's own words, with a bar along their left side."""

    def __init__(self, inner: RenderableType) -> None:
        self.inner = inner

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw the bar before every line of what is inside."""
        bar = Segment("│ ", Look(color="yellow"))
        for line in console.render_lines(self.inner, options.update(width=max(1, options.max_width - 2))):
            yield bar
            yield from line
            yield Segment.line()
