"""Plain text out of markup."""

from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.steps.clean import plain, strip_controls


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>One</p><p>Two<br>Three</p>", "One\nTwo\nThree"),
        ("<ul><li>a<li>b</ul>after", "a\nb\nafter"),
        ("<table><tr><td>Aye<td>Kenya<tr><td>No</table>", "Aye Kenya\nNo"),
        ("bare\nlines <b>of</b>\na board", "bare\nlines of\na board"),
        ("<p>folded\n  source\n  lines</p>", "folded source lines"),
        ("AT&T <3 you", "AT&T <3 you"),
        ("Fish &amp;amp; chips", "Fish &amp; chips"),
        ("gone<script>alert(1)</script><style>p{}</style>", "gone"),
        ("<!-- nothing", ""),
        ("\u00a0wide\u3000blanks  ", "wide blanks"),
    ],
)
def test_plain(source: str, text: str) -> None:
    """Blocks become lines, entities are decoded once, what is not text is gone."""
    assert plain(source) == text


def test_what_was_written_about_scripts_cannot_run() -> None:
    """An escaped "<script" is text; its bracket is replaced so that it stays text everywhere."""
    assert plain("&lt;script&gt;") == "\u2039script>"


def test_hidden_characters_go_and_spelling_stays() -> None:
    """Zero-width characters hide things, but Persian and Hindi spell with two of them."""
    assert strip_controls("pay\u200bpal \u202egnp\u2066 \u200cx\ufeff") == "paypal gnp x"
    assert strip_controls("می\u200cخواهم") == "می\u200cخواهم"
    assert strip_controls("क्\u200dष") == "क्\u200dष"


@given(st.text(st.characters(exclude_categories=[]), max_size=200))
def test_no_text_keeps_controls(text: str) -> None:
    """For any text: no control characters but line feeds, no lone surrogates, no script."""
    cleaned = plain(text)
    assert not [c for c in cleaned if category(c) in {"Cc", "Cs"} and c != "\n"]
    assert "<script" not in cleaned.lower()
