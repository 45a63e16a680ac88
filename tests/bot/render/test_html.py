"""Messages as Telegram HTML, judged by Telegram's own parser (TDLib)."""

import json
from typing import Any

import pytest
import tdjson
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.render.clean import clean
from bot.render.html import plain_text, split, to_html
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

tdjson.td_execute(json.dumps({"@type": "setLogVerbosityLevel", "new_verbosity_level": 0}).encode())


def parsed(message: Message) -> tuple[str, list[dict[str, Any]]]:
    """What Telegram makes of the message: text and entities; its refusal fails the test."""
    request = {
        "@type": "parseTextEntities",
        "text": to_html(message),
        "parse_mode": {"@type": "textParseModeHTML"},
    }
    answer = json.loads(tdjson.td_execute(json.dumps(request).encode()) or b"{}")
    assert answer["@type"] == "formattedText", answer
    return answer["text"], answer["entities"]


def kinds(message: Message) -> list[str]:
    """The styles that Telegram shows, in order."""
    return [entity["type"]["@type"].removeprefix("textEntityType") for entity in parsed(message)[1]]


def units(text: str) -> int:
    """UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def line(text: str, style: Style = Style.PLAIN, href: str = "") -> Line:
    """One span."""
    return (Span(text, style, href),)


def said(text: str, href: str = "") -> Message:
    """One paragraph."""
    return Message((Paragraph(line(text, href=href)),))


# Hostile and ordinary characters side by side: markup, other scripts, emoji, overrides, joiners, lone halves.
TEXTS = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="<>&;\"'/ab \n\t=!-", max_size=40),
    st.text(
        alphabet="가나 한\u202e\u200b\u200d\u200c😀👩\u200d👧🏽e\u0301\u030a\ud800\u3164\ufeff\u00ad\r\n&<",
        max_size=40,
    ),
    st.sampled_from(
        [
            "</b>",
            "<a href='x'>",
            "&amp;",
            "&#0;",
            "<!--",
            "evil.example",
            "https://nkhr.example/x",
            "x " * 300,
        ]
    ),
)
ADDRESSES = st.one_of(
    st.just(""),
    st.sampled_from(
        [
            "https://example.org/a?b=1&c=<2>",
            "javascript:alert(1)",
            "http://[::1",
            'https://example.org/"><b>',
            "https://nkhr.example@evil.example/",
            "tg://user?id=1",
            "//example.org",
        ]
    ),
    st.text(max_size=30).map("https://example.org/".__add__),
)
SPANS = st.builds(Span, TEXTS, st.sampled_from(Style), ADDRESSES)
LINES = st.lists(SPANS, max_size=4).map(tuple)
BLOCKS: st.SearchStrategy[Block] = st.one_of(
    st.builds(Heading, LINES),
    st.builds(Paragraph, LINES),
    st.builds(Field, TEXTS, LINES),
    st.builds(
        Items,
        st.lists(LINES, max_size=4).map(tuple),
        st.one_of(st.none(), st.integers(min_value=0, max_value=10_000)),
    ),
    st.builds(Quote, LINES, st.booleans()),
    st.builds(Notice, LINES),
)
CHOICES = st.just(((Choice("More", "/more"),),))


def repeated(block: Block, times: int) -> Block:
    """The block with its text said over and over."""
    match block:
        case Items(lines, start):
            return Items(lines * times, start)
        case Field(label, spans):
            return Field(label, spans * times)
        case Quote(spans, folded):
            return Quote(spans * times, folded)
        case Heading(spans) | Paragraph(spans) | Notice(spans):
            return type(block)(spans * times)


LONG_BLOCKS = st.builds(repeated, BLOCKS, st.integers(min_value=1, max_value=60))
MESSAGES = st.builds(Message, st.lists(BLOCKS, max_size=6).map(tuple), choices=CHOICES, silent=st.booleans())
LONG_MESSAGES = st.builds(
    Message, st.lists(LONG_BLOCKS, max_size=5).map(tuple), choices=CHOICES, silent=st.booleans()
)


class TestAnyMessage:
    """Promises that hold for whatever is put into a message."""

    @given(MESSAGES)
    @settings(max_examples=300, deadline=None)
    def test_telegram_reads_what_was_meant(self, message: Message) -> None:
        """No text, however hostile, breaks the markup or changes what is said."""
        assert parsed(message)[0] == plain_text(message)

    @given(LONG_MESSAGES)
    @settings(max_examples=150, deadline=None)
    def test_every_part_is_taken(self, message: Message) -> None:
        """Each part is within 1024 code units and 100 entities, parses, and says something."""
        for part in split(message, 1024) if plain_text(message) else ():
            text, entities = parsed(part)
            assert text == plain_text(part)
            assert 0 < units(text) <= 1024
            assert len(entities) <= 100

    @given(LONG_MESSAGES)
    @settings(max_examples=150, deadline=None)
    def test_the_parts_say_all_of_it_once(self, message: Message) -> None:
        """Put together, the parts say what the whole says, white space at the cuts aside."""
        parts = split(message, 1024)
        whole, together = plain_text(message), "".join(map(plain_text, parts))
        assert squeezed(together) == squeezed(whole)

    @given(LONG_MESSAGES)
    @settings(max_examples=50, deadline=None)
    def test_buttons_come_last_and_only_the_first_rings(self, message: Message) -> None:
        """Choices stand under the last part; the parts after the first make no sound."""
        parts = split(message, 1024)
        assert [bool(part.choices) for part in parts] == [False] * (len(parts) - 1) + [True]
        assert [part.silent for part in parts] == [message.silent] + [True] * (len(parts) - 1)

    @given(TEXTS)
    def test_cleaning_twice_is_cleaning_once(self, text: str) -> None:
        """A clean text stays as it is."""
        assert clean(clean(text)) == clean(text)


def squeezed(text: str) -> str:
    """Without white space, and without the joiners that may go where a text is cut."""
    return "".join(
        character for character in text if not character.isspace() and character not in "\u200b\u200c\u200d"
    )


class TestLooks:
    """How each block looks."""

    def test_the_whole(self) -> None:
        """Heading, paragraph, fields, list, quote and notice, as a person sees them."""
        message = Message(
            (
                Heading(line("Nine people in danger")),
                Paragraph((Span("They may be "), Span("sent back", Style.BOLD), Span(" today."))),
                Field("Where", line("Laos")),
                Field("By", line("8 December")),
                Items((line("Stop."), line("Protect.")), start=1),
                Items((line("one"), line("two"))),
                Quote(line("We call on <all> states."), folded=True),
                Notice(line("From NKHR.")),
            )
        )
        assert to_html(message) == (
            "<b>Nine people in danger</b>\n\n"
            "They may be <b>sent back</b> today.\n\n"
            "<b>Where:</b> Laos\n<b>By:</b> 8 December\n\n"
            "1. Stop.\n2. Protect.\n\n"
            "• one\n• two\n"
            "<blockquote expandable>We call on &lt;all&gt; states.</blockquote>\n"
            "<i>From NKHR.</i>"
        )

    def test_a_quote_is_a_quote(self) -> None:
        """Folded or not, Telegram shows it set off."""
        assert kinds(Message((Quote(line("words")),))) == ["BlockQuote"]
        assert kinds(Message((Quote(line("words"), folded=True),))) == ["ExpandableBlockQuote"]

    def test_code_stands_alone(self) -> None:
        """Telegram lets no other style into code, so a heading's code is not bold."""
        message = Message((Heading((Span("Type "), Span("/help", Style.CODE))),))
        assert kinds(message) == ["Bold", "Code"]

    def test_nothing_is_nothing(self) -> None:
        """Blocks that cannot be seen leave no trace."""
        assert (
            to_html(Message((Heading(()), Paragraph(line(" \n\u200b")), Items((line(""),)), Quote(())))) == ""
        )


class TestLinks:
    """A link leads where it seems to."""

    def test_a_link_is_a_link(self) -> None:
        """Text and target arrive whole."""
        _, (entity,) = parsed(said("the call", "https://example.org/?a=1&b=2"))
        assert entity["type"]["url"] == "https://example.org/?a=1&b=2"

    @pytest.mark.parametrize(
        "href",
        [
            "javascript:alert(1)",
            "tg://user?id=1",
            "file:///etc/passwd",
            "example.org",
            "https://",
            "http://[",
            "http://x.example:99999/",
        ],
    )
    def test_other_schemes_are_shown_as_text(self, href: str) -> None:
        """Only the web can be linked to; the words stay."""
        assert parsed(said("the call", href)) == ("the call", [])

    @pytest.mark.parametrize(
        ("text", "href", "shown"),
        [
            ("nkhr.example", "https://nkhr.example/a", "nkhr.example"),
            ("https://www.nkhr.example/b", "https://nkhr.example/a", "https://www.nkhr.example/b"),
            ("nkhr.example", "https://evil.example/", "nkhr.example (evil.example)"),
            (
                "blogspot.example",
                "https://evil.blogspot.example/",
                "blogspot.example (evil.blogspot.example)",
            ),
            ("read it", "https://nkhr.example@evil.example/", "read it (evil.example)"),
            ("nkhr。example", "https://evil.example/", "nkhr。example (evil.example)"),
            ("аррӏе.example", "https://apple.example/", "аррӏе.example (apple.example)"),
            ("10.0.0.1", "https://evil.example/", "10.0.0.1 (evil.example)"),
            ("Dr. No. 5", "https://nkhr.example/", "Dr. No. 5"),
            ("nkhr․example", "https://evil.example/", "nkhr․example (evil.example)"),
            ("nkhr·example", "https://evil.example/", "nkhr·example (evil.example)"),
            ("nkhr.xn--p1ai", "https://evil.example/", "nkhr.xn--p1ai (evil.example)"),
            ("@nkhr_news", "https://t.me/evilnews", "@nkhr_news (t.me)"),
            ("t.me/nkhr", "https://t.me/evil", "t.me/nkhr (t.me)"),
            ("@nkhr_news", "https://t.me/nkhr_news", "@nkhr_news"),
            ("@nkhr_news", "https://nkhr.example/", "@nkhr_news"),
            ("now on t.me/nkhr_news.", "https://t.me/nkhr_news", "now on t.me/nkhr_news."),
        ],
    )
    def test_a_disguised_link_shows_its_host(self, text: str, href: str, shown: str) -> None:
        """Where the words look like another address, the real host stands beside them."""
        assert plain_text(said(text, href)) == shown

    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("sign at https://nkhr.оr.kr/act", "sign at https://nkhr.оr.kr (nkhr.xn--r-0tb.kr)/act"),
            ("write to info@аmnesty.org", "write to info@аmnesty.org (xn--mnesty-2nf.org)"),
            ("президент.рф", "президент.рф"),
            ("한국.com and nkhr.or.kr", "한국.com and nkhr.or.kr"),
            ("Ушёл.Then nothing", "Ушёл.Then nothing"),
        ],
    )
    def test_a_host_of_mixed_scripts_in_a_text_is_named(self, text: str, shown: str) -> None:
        """A letter that only looks Latin makes another host, which a client would link to."""
        assert plain_text(said(text, "")) == shown


class TestClean:
    """What is taken out of a text, and what must stay."""

    @pytest.mark.parametrize(
        ("given_text", "expected"),
        [
            ("abc\u202edef\u202c", "abcdef"),
            ("a\u2066b\u2069c\u200ed\u200fe", "abcde"),
            ("pass\u200bword\u200d \ufeffx\u00ady", "password xy"),
            ("a\x00\x07\x1bb\x85c\r\nd\u2028e", "ab\nc\nd\ne"),
            ("a\tb\u00a0c", "a b c"),
            ("\ud83d", "\ufffd"),
            ("e\u0301", "é"),
            ("a\n\n\n\n\nb", "a\n\nb"),
            ("می\u200cخواهم", "می\u200cخواهم"),
            ("👩\u200d👧", "👩\u200d👧"),
            ("❤\ufe0f\u200d🔥", "❤\ufe0f\u200d🔥"),
            ("ភាសា\u200bខ្មែរ", "ភាសា\u200bខ្មែរ"),
            ("क्\u200dष", "क्\u200dष"),
            ("x\U000e0041\U000e0042y", "xy"),
        ],
    )
    def test_clean(self, given_text: str, expected: str) -> None:
        """Overrides, hidden characters and controls go; the joiners of living scripts stay."""
        assert clean(given_text) == expected

    def test_a_title_cannot_forge_a_line(self) -> None:
        """Line breaks inside a heading or a field are spaces."""
        message = Message((Heading(line("Call\nBy: never")), Field("By", line("8 December\nWhere: nowhere"))))
        assert plain_text(message).split("\n\n") == ["Call By: never", "By: 8 December Where: nowhere"]


class TestSplit:
    """Where a long message is cut."""

    def test_a_short_one_is_left_alone(self) -> None:
        """One part, the same message."""
        assert split(said("hello")) == (said("hello"),)

    def test_emoji_count_twice(self) -> None:
        """4096 are code units of UTF-16, not characters."""
        assert len(split(said("😀" * 2048))) == 1
        assert len(split(said("😀" * 2049))) == 2

    def test_blocks_stay_whole_where_they_can(self) -> None:
        """The cut falls between two paragraphs."""
        message = Message((Paragraph(line("a" * 700)), Paragraph(line("b" * 600))))
        assert [plain_text(part) for part in split(message, 1024)] == ["a" * 700, "b" * 600]

    def test_a_list_keeps_its_numbers(self) -> None:
        """Item 17 is item 17 in whatever part it stands."""
        lines = tuple(line(f"demand {number} " + "x" * 90) for number in range(1, 31))
        parts = split(Message((Items(lines, start=1),)), 1024)
        assert len(parts) > 1
        listed = "\n".join(map(plain_text, parts)).split("\n")
        assert [one.split(" x")[0] for one in listed] == [f"{n}. demand {n}" for n in range(1, 31)]

    def test_an_empty_item_keeps_its_number(self) -> None:
        """What is not shown is not counted away either."""
        lines = (line("one"), line(" "), line("three"), *(line("x" * 90) for _ in range(20)))
        first, *_ = split(Message((Items(lines, start=1),)), 1024)
        assert plain_text(first).startswith("1. one\n3. three\n4. xxx")

    def test_a_long_text_is_cut_after_a_sentence(self) -> None:
        """No sentence is torn where one ends in the second half of the part."""
        sentence = "The nine were taken to the border. "
        parts = split(said(sentence * 60), 1024)
        assert all(plain_text(part).endswith(".") for part in parts)
        assert all(plain_text(part).startswith("The") for part in parts)

    def test_a_word_is_not_cut(self) -> None:
        """Without sentences the cut falls between words, across spans too."""
        words = [f"word{number}" for number in range(500)]
        spans = tuple(Span(f"{word} ", Style.BOLD if n % 3 else Style.PLAIN) for n, word in enumerate(words))
        parts = split(Message((Paragraph(spans),)), 1024)
        assert " ".join(map(plain_text, parts)).split() == words

    def test_a_long_quote_stays_a_quote(self) -> None:
        """Every part of it is set off."""
        parts = split(Message((Quote(line("we call on you " * 200), folded=True),)), 1024)
        assert [kinds(part) for part in parts] == [["ExpandableBlockQuote"]] * len(parts)
        assert len(parts) > 1

    def test_a_hundred_entities(self) -> None:
        """Many styled words are parted before Telegram would drop their style."""
        spans = tuple(Span(f"w{n} ", Style.BOLD if n % 2 else Style.ITALIC) for n in range(250))
        parts = split(Message((Paragraph(spans),)))
        assert sum(len(kinds(part)) for part in parts) == 250

    def test_too_small_a_limit_is_an_error(self) -> None:
        """A limit below a caption's cannot be kept with links whole."""
        with pytest.raises(ValueError, match="1024"):
            split(said("x"), 100)
