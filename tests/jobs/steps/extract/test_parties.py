"""Who can be asked for something, and for which state an organ speaks."""

import pytest

from jobs.steps.extract import parties
from jobs.steps.extract.blocks import blocks


@pytest.mark.parametrize(
    ("name", "country"),
    [
        ("Embassy of Iran", "IR"),
        ("North Korean embassies", "KP"),
        ("Ministry of Foreign Affairs of Japan", "JP"),
        ("Workers' Party of Korea", "KP"),
        ("people of Iran", None),
        ("citizens of France", None),
        ("UN Mission in Haiti", None),
        ("", None),
    ],
)
def test_states_their_organs_and_officials_have_a_country(name: str, country: str | None) -> None:
    """A people, a firm or a body of many states has none, even where a country is in its name."""
    assert parties.country(name) == country


@pytest.mark.parametrize("name", ["", "a " * 40, "several long winters"])
def test_what_cannot_act_is_no_party(name: str) -> None:
    """Nothing, half a page, or a thing: none of them can be asked."""
    assert not parties.actor(name)


def test_nobody_is_no_party() -> None:
    """An empty name has no parts."""
    assert parties.split("") == []


def test_items_inside_a_paragraph_are_items() -> None:
    """Lawyers write (a) and (b) in one line; each is a block of its own, one letter alone is not."""
    found = blocks("We ask: (a) free him; (b) pay him.")
    assert [(block.marker, block.text) for block in found] == [
        ("", "We ask:"),
        ("(a)", "free him;"),
        ("(b)", "pay him."),
    ]
    assert [block.text for block in blocks("See article (a) of the law.")] == ["See article (a) of the law."]
