"""Formatting: Telegram's own parser judges markup, entities given as JSON, and what is cleaned away."""

import html
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.emulators.client import Client
from tests.emulators.telegram import RefusedError, TelegramEmulator
from tests.emulators.telegram.formatting import Formatted, finished, parsed, units

UNCLEAN = {*range(0x202A, 0x202F), *range(0x2028, 0x202A), 0x30A, 0x333, 0x33F, *range(0x20)}
"""What Telegram takes out of texts or turns into spaces."""
CLEAN = st.text(
    st.characters(
        exclude_categories=["Cs", "Cc", "Co", "Cn"], exclude_characters=[chr(one) for one in UNCLEAN]
    ),
    min_size=1,
    max_size=60,
).filter(lambda text: text == text.strip() and text != "")


def shape(formatted: Formatted) -> list[tuple[str, int, int]]:
    """Kind, offset and length of each entity."""
    return [(one["type"], one["offset"], one["length"]) for one in formatted.entities]


def words_of(text: str, mode: str = "", entities: Any = None) -> str:
    """Why a text is refused."""
    with pytest.raises(RefusedError) as refused:
        finished(parsed(text, mode, entities))
    return refused.value.description.removeprefix("Bad Request: ")


class TestHtml:
    """The tags there are, and no others."""

    @pytest.mark.parametrize(
        ("tag", "kind"),
        [
            *(("b", "bold"), ("i", "italic"), ("u", "underline"), ("s", "strikethrough"), ("code", "code")),
            *(("pre", "pre"), ("tg-spoiler", "spoiler"), ("blockquote", "blockquote")),
            *(("blockquote expandable", "expandable_blockquote"), ('a href="https://x.org/"', "text_link")),
        ],
    )
    def test_tags(self, tag: str, kind: str) -> None:
        """Each is an entity of its own."""
        text = f"<{tag}>nine</{tag.split(maxsplit=1)[0]}>"
        assert shape(finished(parsed(text, "HTML"))) == [(kind, 0, 4)]

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("<h1>x</h1>", 'can\'t parse entities: Unsupported start tag "h1" at byte offset 0'),
            ("a<br>b", 'can\'t parse entities: Unsupported start tag "br" at byte offset 1'),
            (
                "<b><i>x</b></i>",
                'can\'t parse entities: Unmatched end tag at byte offset 7, expected "</i>", found "</b>"',
            ),
            ("<b>x", "can't parse entities: Can't find end tag corresponding to start tag \"b\""),
            ("x</b>", "can't parse entities: Unexpected end tag at byte offset 1"),
            ("3 < 4", 'can\'t parse entities: Unsupported start tag "" at byte offset 2'),
        ],
        ids=["heading", "line break", "crossed", "open", "unopened", "bare"],
    )
    def test_refused(self, text: str, words: str) -> None:
        """In Telegram's words, which name the place in bytes."""
        assert words_of(text, "HTML") == words

    @pytest.mark.parametrize(
        "tag",
        [
            *("strong", "em", "ins", "strike", "del", "STRONG", 'span class="tg-spoiler"'),
            *("tg-emoji emoji-id='1'", 'tg-time unix="1"'),
        ],
    )
    def test_synonyms_are_refused_although_the_parser_takes_them(self, tag: str) -> None:
        """A message that needs one would be one that the measured list of tags does not cover."""
        name = tag.split(maxsplit=1)[0]
        why = f'can\'t parse entities: Unsupported start tag "{name.lower()}" at byte offset 9'
        assert words_of(f"<b>é</b><{tag}>x</{name}>", "HTML") == why

    def test_what_only_looks_like_a_tag_is_none(self) -> None:
        """In an address, or escaped."""
        text = '<a href="https://x.org/?<em>">x</a> &lt;strong&gt;'
        assert finished(parsed(text, "HTML")).text == "x <strong>"
        assert finished(parsed("<strong>x</strong>", "")).text == "<strong>x</strong>", "without a mode"

    def test_quotes_do_not_nest(self) -> None:
        """A quotation inside another is taken, and only the inner one is seen as one."""
        nested = "<blockquote>a<blockquote expandable>b</blockquote>c</blockquote>"
        assert shape(finished(parsed(nested, "HTML"))) == [("blockquote", 0, 3)]

    def test_a_link_to_nowhere_is_no_link(self) -> None:
        """The text stays."""
        assert finished(parsed('<a href="javascript:alert(1)">x</a>', "HTML")) == Formatted("x")

    @given(CLEAN)
    def test_what_is_escaped_arrives_as_it_was(self, text: str) -> None:
        """Whatever the text, and with all of it in bold."""
        arrived = finished(parsed(f"<b>{html.escape(text)}</b>", "HTML"))
        assert arrived.text == text
        assert ("bold", 0, units(text)) in shape(arrived)


class TestMarkdown:
    """Both versions."""

    def test_the_second(self) -> None:
        """With spoilers, quotes and escapes."""
        text = ">*nine* \\_people\\_ ||here||"
        arrived = finished(parsed(text, "MarkdownV2"))
        assert arrived.text == "nine _people_ here"
        assert {kind for kind, _, _ in shape(arrived)} == {"blockquote", "bold", "spoiler"}

    @pytest.mark.parametrize("text", ["Done.", "a-b", "1!", "#tag", "a=b"])
    def test_it_wants_escapes(self, text: str) -> None:
        """Every character that might mean something."""
        assert "is reserved and must be escaped with the preceding '\\'" in words_of(text, "MarkdownV2")

    def test_the_first(self) -> None:
        """Knows no escapes but takes a dot."""
        assert shape(finished(parsed("*nine.*", "Markdown"))) == [("bold", 0, 5)]
        assert words_of("*nine", "Markdown").startswith("can't parse entities: Can't find end of the entity")

    def test_there_are_no_others(self) -> None:
        """But "none" is one."""
        assert words_of("x", "BBCode") == "unsupported parse_mode"
        assert finished(parsed("<b>", "None")).text == "<b>"


class TestEntities:
    """Given as JSON instead of markup."""

    def test_they_are_mended(self) -> None:
        """Sorted, split where they cross, empty ones gone, those that Telegram finds itself passed over."""
        given_ones = [
            {"type": "bold", "offset": 1, "length": 2},
            {"type": "italic", "offset": 0, "length": 2},
            {"type": "code", "offset": 3, "length": 0},
            {"type": "hashtag", "offset": 0, "length": 3},
        ]
        arrived = finished(parsed("abc **d**", "", given_ones))
        assert arrived.text == "abc **d**"
        assert shape(arrived) == [("italic", 0, 1), ("bold", 1, 2), ("italic", 1, 1)]

    @pytest.mark.parametrize(
        ("entity", "words"),
        [
            ({"type": "bold", "offset": -1, "length": 1}, "receive an entity with incorrect offset -1"),
            (
                {"type": "bold", "offset": 2, "length": 9},
                "entity beginning at UTF-16 offset 2 ends after the end of the text at UTF-16 offset 11",
            ),
            ({"offset": 0, "length": 1}, "can't parse MessageEntity: Can't find field \"type\""),
            ({"type": "bold", "length": 1}, "can't parse MessageEntity: Can't find field \"offset\""),
            (
                {"type": "bold", "offset": "x", "length": 1},
                'can\'t parse MessageEntity: Field "offset" must be a Number',
            ),
            (
                {"type": "text_link", "offset": 0, "length": 1},
                "can't parse MessageEntity: Can't find field \"url\"",
            ),
            (
                {"type": "loud", "offset": 0, "length": 1},
                "can't parse MessageEntity: Unsupported type specified",
            ),
            (7, "can't parse MessageEntity: expected an Object"),
        ],
        ids=["before", "behind", "no type", "no offset", "no number", "no address", "unknown", "no object"],
    )
    def test_refused(self, entity: Any, words: str) -> None:
        """By the server, or by TDLib behind it."""
        assert words_of("abc", "", [entity]) == words

    @given(CLEAN, st.data())
    def test_they_stay_where_they_were(self, text: str, data: st.DataObject) -> None:
        """Counted in UTF-16 units, whatever the text."""
        start = data.draw(st.integers(0, len(text) - 1))
        end = data.draw(st.integers(start + 1, len(text)))
        marked = text[start:end].strip()
        start += len(text[start:end]) - len(text[start:end].lstrip())
        entity = {"type": "bold", "offset": units(text[:start]), "length": units(marked)}
        arrived = finished(parsed(text, "", [entity]))
        assert arrived.text == text
        bold = [one for one in arrived.entities if one["type"] == "bold"]
        encoded = arrived.text.encode("utf-16-le")
        seen = "".join(
            encoded[2 * one["offset"] : 2 * (one["offset"] + one["length"])].decode("utf-16-le")
            for one in bold
        )
        assert seen == marked

    async def test_a_message_carries_them(self, telegram: TelegramEmulator, client: Client) -> None:
        """And what Telegram finds beside them, but nothing inside code or links."""
        entities = [{"type": "code", "offset": 0, "length": 6}]
        await client.sends(42, "/start /help https://example.org #nine", entities=entities)
        kinds = [entity["type"] for entity in telegram.said(42)[0].now.entities]
        assert kinds == ["code", "bot_command", "url", "hashtag"]

    @pytest.mark.parametrize(("count", "taken"), [(100, True), (101, False)])
    async def test_a_hundred(self, client: Client, count: int, taken: bool) -> None:
        """More is refused here, so that no formatting is lost without a word."""
        text = "<b>x</b> " * count
        body = await client.call("sendMessage", chat_id=42, text=text, parse_mode="HTML")
        assert body["ok"] is taken


class TestCleaning:
    """What becomes of any text."""

    @pytest.mark.parametrize(
        ("text", "seen"),
        [
            ("  nine \n", "nine"),
            ("a\r\nb\tc\x01d", "a\nb c d"),
            ("a\u202eb\u2028c", "abc"),
            ("**not bold** __nor this__ `or` [a](b)", "**not bold** __nor this__ `or` [a](b)"),
        ],
        ids=["white space", "controls", "overrides", "no markup"],
    )
    def test_characters(self, text: str, seen: str) -> None:
        """Ends are trimmed, controls become spaces, some characters go, and nothing else."""
        assert finished(parsed(text, "")).text == seen

    def test_length_is_measured_afterwards(self) -> None:
        """In UTF-16 units, of a text or of a caption."""
        assert len(finished(parsed(" " + "x" * 4096 + "\n", "")).text) == 4096
        assert words_of("😀" * 2049) == "message is too long"
        assert len(finished(parsed("😀" * 512, ""), caption=True).text) == 512
        with pytest.raises(RefusedError, match="message caption is too long"):
            finished(parsed("😀" * 513, ""), caption=True)
