"""What is written for Matrix: whole in both forms, within an event, in tags that clients show."""

import json
import re
from html import unescape

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.render.html import plain_text
from bot.render.matrix import LARGEST, parts
from bot.render.message import Choice, Heading, Items, Message, Paragraph, Quote, Span, Style

LARGEST_EVENT = 65_536
"""Bytes (Client-Server API, "Size limits")."""
TEXTS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=200)


def shown(html: str) -> str:
    """What a client shows of it, without spaces."""
    return "".join(unescape(re.sub(r"<[^>]+>", "", html)).split())


def test_styles_and_choices() -> None:
    """Struck text is `del`, lines are breaks, choices are numbered below a blank line."""
    message = Message(
        (
            Heading((Span("URGENT"),)),
            Paragraph((Span("was", Style.STRUCK), Span(" <now>\nand then"))),
            Quote((Span("their words"),)),
            Items(((Span("one"),),)),
        ),
        choices=((Choice("Full text", "/statement 7"), Choice("Mute", "/mute 3")),),
    )
    (part,) = parts(message)
    assert part.html == (
        "<b>URGENT</b><br><br><del>was</del> &lt;now&gt;<br>and then<blockquote>their words</blockquote>• one"
        "<br><br>1 · Full text<br>2 · Mute"
    )
    assert part.body.endswith("• one\n\n1 · Full text\n2 · Mute")
    assert part.commands == ("/statement 7", "/mute 3")
    assert part.content()["msgtype"] == "m.notice"
    assert part.content(rings=True)["msgtype"] == "m.text"


@settings(max_examples=20)
@given(st.lists(st.builds(lambda text, times: text * times, TEXTS, st.integers(1, 60)), max_size=6))
def test_whole_and_within_an_event(texts: list[str]) -> None:
    """Whatever the text, all of it is in the parts, the same as HTML and in plain, none too large."""
    message = Message(tuple(Paragraph((Span(text, Style.BOLD),)) for text in texts))
    made = parts(message)
    assert "".join("".join(part.body.split()) for part in made) == "".join(plain_text(message).split())
    for part in made:
        assert shown(part.html) == "".join(part.body.split())
        assert len(json.dumps(part.content())) <= LARGEST
        assert len(json.dumps(part.edit("$1"))) * 4 / 3 < LARGEST_EVENT - 2_000, "enciphered, in base64"


def test_a_long_text_can_be_called_off_in_any_script() -> None:
    """An edit says all of it anew, and is no event twice as large: its beginning stands for the rest."""
    message = Message((Paragraph((Span("북한이탈주민 아홉 명이 송환될 처지에 있습니다. " * 100),)),))
    for part in parts(message):
        edit = part.edit("$1")
        assert edit["m.new_content"] == part.content()
        assert edit["body"].startswith("* 북한이탈주민")
        assert len(json.dumps(edit)) * 4 / 3 < LARGEST_EVENT - 2_000


def test_only_what_is_to_be_typed_begins_with_the_mark_of_matrix() -> None:
    """Commands that are set off, and labels that repeat one; no path, address, quotation or title."""
    typed = ("/help subscribe", '/subscribe KP "use /latest"', "/quiet 22:00-07:00 Asia/Seoul", "/start")
    theirs = ("/srv/vigil/start", "https://a.org/help", "either/or", "/search@bot", " /latest")
    message = Message(
        (
            Heading((Span("/latest news"),)),
            *(Paragraph((Span(text, Style.CODE),)) for text in (*typed, *theirs)),
            Paragraph((Span("/search", Style.CODE, "https://a.org/search"), Span(" and /forget yes"))),
            Items(((Span("/mute 3", Style.CODE), Span(" · /mute")),)),
            Quote((Span("/privacy", Style.CODE), Span(" /status"))),
        ),
        ((Choice("/search camp", "/search camp"), Choice("/help", "/why 3"), Choice("", "/mute 3")),),
    )
    (part,) = parts(message)
    assert part.body.splitlines() == [
        *("/latest news", ""),
        *(line for text in typed for line in (f"!{text[1:]}", "")),
        *(line for text in theirs for line in (text.strip(), "")),
        *("/search and /forget yes", "", "• !mute 3 · /mute", "/privacy /status"),
        *("", "1 · !search camp", "2 · /help", "3 · !mute"),
    ]
    assert shown(part.html) == "".join(part.body.split())
    assert part.commands == ("/search camp", "/why 3", "/mute 3"), "what a number sends is no matter of looks"
