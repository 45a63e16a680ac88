"""/settings by buttons: one subscription is opened, changed, and shown as it is now."""

from typing import Any

import pytest

from bot.countries import countries_under, initials
from bot.speech import Speech
from storage.database import Database
from storage.people import Route
from storage.words import Digest, Kind, Urgency
from tests.bot.chat import Chat


def test_a_subscription_is_changed_without_typing(chat: Chat) -> None:
    """Three presses: settings, the subscription, its kinds; each press shows what holds now."""
    chat.says("/subscribe KP")
    chat.says("/settings")
    chat.presses("Change 1")
    chat.presses("Kinds")
    read = chat.presses("Resolution")
    assert "once a day a digest of the rest" in read
    assert chat.routes == (Route(countries=("KP",), kinds=(Kind.RESOLUTION,), digest=Digest.DAILY),)
    chat.presses("✓ Resolution")
    assert chat.routes == (Route(countries=("KP",)),)


def test_countries_are_ticked_and_unticked(chat: Chat) -> None:
    """What is chosen bears a mark; "every country" takes all of them back."""
    chat.says("/subscribe KP")
    chat.says("/settings 1 countries")
    assert "✓ North Korea" in chat.offered
    chat.presses("China")
    assert chat.routes == (Route(countries=("KP", "CN")),)
    chat.presses("✓ North Korea")
    assert chat.routes == (Route(countries=("CN",)),)
    chat.presses("Every country")
    assert chat.routes == (Route(),)
    assert "✓ Every country" in chat.offered


@pytest.mark.parametrize(
    ("letters", "language", "label"),
    [
        ("jap", "en", "Japan"),
        ("일", "ko", "일본"),
        ("Côte", "en", "Côte d’Ivoire"),
        ("burma", "en", "Myanmar (Burma)"),
    ],
)
def test_a_country_is_found_by_how_its_name_begins(
    database: Database, letters: str, language: str, label: str
) -> None:
    """In the person's language, and by other names."""
    chat = Chat(database, language=language)
    chat.says("/subscribe KP")
    chat.says(f"/settings 1 countries {letters}")
    assert label in chat.offered


def test_a_button_pressed_twice_or_late_does_no_harm(chat: Chat) -> None:
    """It says what it leads to, not "the other way round"."""
    chat.says("/subscribe")
    for _ in range(2):
        chat.says("/settings 1 country:CN")
    assert chat.routes == (Route(countries=("CN",)),)
    for _ in range(2):
        chat.says("/settings 1 -country:CN")
    assert chat.routes == (Route(),)


def test_how_urgent_and_when(chat: Chat) -> None:
    """The least urgency, and how often the rest comes."""
    chat.says("/subscribe kind:report")
    chat.says("/settings 1 urgency")
    chat.presses("Immediate")
    assert [route.least_urgency for route in chat.routes] == [Urgency.IMMEDIATE]
    chat.presses("Any urgency")
    assert [route.least_urgency for route in chat.routes] == [None]
    chat.says("/settings 1 digest")
    chat.presses("Once a week")
    assert [route.digest for route in chat.routes] == [Digest.WEEKLY]


def test_a_digest_needs_kinds(chat: Chat) -> None:
    """What rings cannot wait; the way to kinds is offered."""
    chat.says("/subscribe")
    assert "A digest holds kinds of statements" in chat.says("/settings 1 digest")
    assert "Kinds" in chat.offered
    assert "A digest holds kinds of statements" in chat.says("/settings 1 digest:weekly")


def test_what_becomes_the_same_is_one(chat: Chat) -> None:
    """Two subscriptions that would say the same are one afterwards."""
    chat.says("/subscribe KP\nKP CN")
    assert "You have this already." in chat.says("/settings 2 -country:CN")
    assert chat.routes == (Route(countries=("KP",)),)


@pytest.mark.parametrize(
    "typed",
    [
        "/settings 0",
        "/settings 9",
        "/settings 1 colour",
        "/settings 1 :KP",
        "/settings 1 country:",
        "/settings 1 country:Chnia",
        "/settings 1 countries qqq",
        "/settings 1 kind:x",
        "/settings 1 urgency:soon",
    ],
)
def test_slips_are_explained_and_change_nothing(chat: Chat, typed: str) -> None:
    """Each with a way on, and without an example of something else."""
    chat.says("/subscribe KP")
    read = chat.says(typed)
    assert "lang:ko" not in read
    assert chat.offered["Settings"] == "/settings"
    assert chat.routes == (Route(countries=("KP",)),)


def test_without_a_subscription_there_is_nothing_to_change(chat: Chat) -> None:
    """It says so, and how to begin."""
    assert "/subscribe" in chat.says("/settings 1")


def test_own_words_stay_as_they_are(chat: Chat) -> None:
    """Keywords, names and exclusions outlive a change of the rest."""
    chat.says('/subscribe KP from:nkhr "prison camp" -fundraising')
    chat.says("/settings 1 country:CN")
    route: Any = chat.routes[0]
    assert (route.countries, route.sources, route.keywords, route.without) == (
        ("KP", "CN"), ("nkhr",), ("prison camp",), ("fundraising",),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("language", "label", "letter", "country"),
    [("en", "Another country", "C", "Côte d’Ivoire"), ("ko", "다른 나라", "ㅋ", "코트디부아르")],
)
def test_any_country_is_reached_without_typing(
    database: Database, language: str, label: str, letter: str, country: str
) -> None:
    """By the letter that its name begins with in the person's language, with and without a subscription."""
    chat = Chat(database, language=language)
    chat.says("/subscribe ?")
    for pressed in (label, letter, country):
        chat.presses(pressed)
    chat.says("/subscribe CN")
    chat.says("/settings 2 countries")
    for pressed in (label, letter, country):
        chat.presses(pressed)
    assert [route.countries for route in chat.routes] == [("CI",), ("CN", "CI")]


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_country_stands_under_one_letter(language: str) -> None:
    """And no letter has more than Telegram's hundred buttons."""
    locale = Speech(language).locale
    under = {letter: countries_under(letter, locale) for letter in initials(locale)}
    assert {len(letter) for letter in under} == {1}
    assert max(map(len, under.values())) < 60
    found = [code for codes in under.values() for code in codes]
    assert len(found) == len(set(found)) > 240
