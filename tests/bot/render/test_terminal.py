"""The terminal: aligned, numbered, harmless, and bare where colour is not wanted."""

from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console, RenderableType

from bot.render.message import (
    Choice,
    Field,
    Heading,
    Items,
    Message,
    Notice,
    Paragraph,
    Quote,
    Span,
    Style,
)
from bot.render.terminal import choices, framed, rendered, show, terminal

KOREAN = "중국은 탈북 난민의 강제 송환을 즉시 중단하여야 합니다. " * 4
MESSAGE = Message(
    (
        Heading((Span("긴급 · 중국", Style.BOLD),)),
        Field("지역", (Span("중국, 북한"),)),
        Field("Also carried by", (Span(KOREAN),)),
        Paragraph((Span("Asked of China:"),)),
        Items(((Span(KOREAN),), (Span("two"),)), start=9),
        Quote((Span(KOREAN),), folded=True),
        Paragraph((Span("The page", href="https://northlight.example/a?b=1"),)),
        Notice((Span("a remark"),)),
    ),
    ((Choice("Full text", "/statement 1"), Choice("최신 글", "/latest")),),
)


def drawn(thing: RenderableType, width: int = 80) -> str:
    """What a pipe receives."""
    out = StringIO()
    show(terminal(Console(file=out, width=width)), thing)
    return out.getvalue()


def coloured(thing: RenderableType) -> str:
    """What a terminal receives."""
    out = StringIO()
    show(Console(file=out, width=80, force_terminal=True, color_system="truecolor", _environ={}), thing)
    return out.getvalue()


def test_a_frame_is_aligned_whatever_the_script() -> None:
    """Korean characters are two columns wide; the right edge stands in one line all the same."""
    lines = drawn(framed(MESSAGE)).splitlines()
    assert {cell_len(line) for line in lines} == {80}
    assert lines[0].startswith("╭─ 긴급 · 중국 ")


def test_values_and_items_hang_under_each_other() -> None:
    """A second line begins where the first one's text began."""
    lines = drawn(rendered(MESSAGE)).splitlines()
    label = next(n for n, line in enumerate(lines) if line.startswith("Also carried by"))
    assert lines[label].index("중국은") == 17
    assert lines[label + 1].startswith(" " * 17)
    assert any(line.startswith(" 9. 중국은") for line in lines)
    assert any(line.startswith("10. two") for line in lines)


def test_an_item_without_text_is_no_lone_bullet() -> None:
    """As on every platform it is left out, and the others keep their numbers."""
    lines: tuple[tuple[Span, ...], ...] = ((Span("one"),), (Span(" \u200b"),), (Span("three"),))
    assert drawn(rendered(Message((Items(lines),)))) == " • one\n • three\n"
    assert drawn(rendered(Message((Items(lines, start=1),)))) == "1. one\n3. three\n"


def test_somebody_s_words_carry_a_bar() -> None:
    """Every line of a quotation, so that it cannot be taken for ours."""
    quote = drawn(rendered(Message((Quote((Span(KOREAN),)),)))).splitlines()
    assert len(quote) > 1
    assert all(line.startswith("│ ") for line in quote)


def test_a_link_shows_where_it_leads() -> None:
    """The address stands below its text; an address that is its own text stands once."""
    read = drawn(rendered(MESSAGE))
    assert "The page\nhttps://northlight.example/a?b=1\n" in read
    own = Span("https://northlight.example/", href="https://northlight.example/")
    assert drawn(rendered(Message((Paragraph((own,)),)))).count("northlight") == 1
    bad = Span("The page", href="javascript:alert(1)")
    assert drawn(rendered(Message((Paragraph((bad,)),)))) == "The page\n"


def test_choices_are_numbered_and_never_broken() -> None:
    """The number is what is typed; a label keeps together, and to its number, however narrow it is."""
    assert "[1] Full text   [2] 최신 글\n" in drawn(rendered(MESSAGE))
    assert [choice.command for choice in choices(MESSAGE)] == ["/statement 1", "/latest"]
    labels = ("Take it back", "Everything urgent", "One country", "One organisation", "조용한 시간 없애기")
    many = Message((), (tuple(Choice(label, "/help") for label in labels),))
    for width in (24, 40, 80):
        lines = drawn(rendered(many), width).splitlines()
        assert max(map(cell_len, lines)) <= width
        for number, label in enumerate(labels, 1):
            assert any(f"[{number}] {label}" in line for line in lines)
    assert len(drawn(rendered(many), 80).strip().splitlines()) == 2


def test_a_pipe_gets_bare_text() -> None:
    """No colour codes and no blanks at the ends of lines."""
    read = drawn(rendered(MESSAGE))
    assert "\x1b" not in read
    assert all(line == line.rstrip() for line in read.splitlines())


def test_no_color_is_heeded(monkeypatch: pytest.MonkeyPatch) -> None:
    """no-color.org: set, to whatever, it means bare text on a terminal too."""
    monkeypatch.setenv("NO_COLOR", "1")
    out = StringIO()
    show(terminal(Console(file=out, width=80, force_terminal=True)), framed(MESSAGE))
    assert "\x1b" not in out.getvalue()


def test_a_terminal_gets_colour() -> None:
    """Red where it may ring, and links that can be clicked."""
    assert "\x1b[" in coloured(framed(MESSAGE))
    assert "\x1b]8;" in coloured(rendered(MESSAGE))


def test_what_a_publisher_wrote_cannot_steer_the_terminal() -> None:
    """Escape sequences, bells and rich's own markup arrive as harmless text."""
    evil = Span("\x1b]0;owned\x07\x1b[2J[bold red]x[/] :boom:")
    everywhere = Message(
        (Heading((evil,)), Field(evil.text, (evil,)), Items(((evil,),)), Quote((evil,)), Notice((evil,))),
        ((Choice(evil.text, "/x"),),),
    )
    read = drawn(rendered(everywhere))
    assert "\x1b" not in read
    assert "\x07" not in read
    assert "[bold red]x[/] :boom:" in read


@given(st.text(max_size=300), st.integers(20, 120))
def test_any_text_can_be_drawn_within_any_width(text: str, width: int) -> None:
    """Nothing fails, and no line of a frame is longer than the window."""
    message = Message((Heading((Span(text),)), Field("x", (Span(text),)), Quote((Span(text),))))
    for line in drawn(framed(message), width).splitlines():
        assert cell_len(line) <= width
