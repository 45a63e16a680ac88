"""Messages that replace or take back what cannot be changed any more."""

import pytest

from bot.render.amend import Shown, replacing, taking_back
from bot.render.html import plain_text
from bot.render.message import Choice, Heading, Message, Paragraph, Span
from bot.speech import Speech, languages
from tests.builders import NOON

NEWS = Message(
    (Heading((Span("UPDATE · China"),)), Paragraph((Span("Two were sent back."),))),
    choices=((Choice("Full text", "/statement 7"),),),
    silent=True,
)
BARE = Message((Paragraph((Span("It was a mistake."),)),))
EARLIER = Shown(Message((Heading((Span("URGENT · China"),)), Paragraph((Span("Nine people."),)))), NOON)


def test_the_new_says_under_its_heading_what_it_replaces() -> None:
    """The heading stays the first thing read; choices and sound stay as they were."""
    made = replacing(NEWS, EARLIER, Speech("en"))
    assert plain_text(made) == (
        "UPDATE · China\n\n"
        "This replaces what was shown here on 10 March 2026, 12:00 UTC: “URGENT · China”.\n\n"
        "Two were sent back."
    )
    assert (made.choices, made.silent) == (NEWS.choices, True)


def test_what_takes_back_says_so_first() -> None:
    """Whoever reads one line at night reads that it is over."""
    assert plain_text(taking_back(BARE, EARLIER, Speech("en"))) == (
        "TAKEN BACK\n\n"
        "What was shown here on 10 March 2026, 12:00 UTC no longer holds: “URGENT · China”.\n\n"
        "It was a mistake."
    )


def test_a_heading_is_kept_beside_the_banner() -> None:
    """What it is about stays in the first line."""
    assert plain_text(taking_back(NEWS, EARLIER, Speech("en"))).startswith("TAKEN BACK · UPDATE · China\n\n")


def test_what_has_no_heading_gets_one() -> None:
    """Otherwise the mark itself would be cut to the width of a title."""
    assert plain_text(replacing(BARE, EARLIER, Speech("en"))).startswith("CHANGED\n\nThis replaces")


@pytest.mark.parametrize("make", [replacing, taking_back])
@pytest.mark.parametrize("language", languages())
def test_what_is_not_known_any_more_is_not_named(make: object, language: str) -> None:
    """After a restart the mark says less, and nothing that is not known; in every language."""
    assert callable(make)
    speech = Speech(language)
    unknown, known = plain_text(make(NEWS, None, speech)), plain_text(make(NEWS, EARLIER, speech))
    assert "URGENT · China" in known
    assert "2026" in known
    assert "“" not in unknown
    assert unknown.count("\n\n") == 2


def test_a_long_text_without_heading_is_named_by_its_first_words() -> None:
    """Enough to find it again, on one line."""
    text = "Nine people are held near the border and will be sent back within days, says the group."
    shown = Shown(Message((Paragraph((Span(text),)),)), NOON)
    assert shown.name.endswith("…")
    assert text.startswith(shown.name[:-1])
    assert len(shown.name) <= 60
