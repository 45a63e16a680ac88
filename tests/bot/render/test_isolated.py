"""Names that are written from right to left turn nothing around in a sentence of ours."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render.alert import alert_message
from bot.render.clean import clean, isolated
from bot.render.html import plain_text, to_html
from bot.render.message import Message, Paragraph, Span
from bot.speech import Speech, languages
from storage.records import PersonsAtRisk
from tests.builders import NOON, a_source, a_statement, an_alert
from tests.emulators.telegram.formatting import parsed

NAME, OTHER = "شبكة حقوق الإنسان", "רופאים לזכויות"
OPEN, CLOSE = "\u2068", "\u2069"
APART = f"{OPEN}{NAME}{CLOSE}"
LETTERS = st.text(st.sampled_from(f"{NAME}{OTHER}ab7 (){OPEN}{CLOSE}\u2066\u2067\u202e\u200f\n"), max_size=30)


def read(message: Message) -> str:
    """What a reader sees, as Telegram's own parser has it."""
    seen = parsed(to_html(message), "HTML", None).text
    assert seen == plain_text(message)
    return seen


@pytest.mark.parametrize("language", languages())
def test_a_foreign_name_stands_apart_in_every_kind_of_sentence(language: str) -> None:
    """Also one of several, and one that is styled; the number behind it stays where it is."""
    speech = Speech(language)
    assert APART in speech.t("Digests come at {hour}.", hour=NAME)
    assert APART in speech.n("{issuers} says:", "{issuers} say:", 1, issuers=NAME)
    assert Span(APART) in speech.line("Asked of {addressee}:", addressee=NAME)
    assert speech.joined([NAME, "Northlight", OTHER]).count(OPEN) == 2
    assert OPEN not in speech.t("Digests come at {hour}.", hour="Northlight")


@pytest.mark.parametrize("language", languages())
def test_an_alert_of_theirs_is_read_in_our_order(language: str) -> None:
    """Judged by TDLib: the isolates arrive, each closed; their own words stay as they wrote them."""
    statement = a_statement(
        title=NAME,
        issuers=(NAME, OTHER),
        text=f"{NAME} 9",
        persons_at_risk=PersonsAtRisk(None, 2),
        places=(OTHER,),
    )
    alert = an_alert(statement=statement, source=a_source(organisation=OTHER))
    text = read(alert_message(alert, Speech(language), NOON))
    assert text.splitlines()[0].split(" · ")[1] == APART
    assert text.count(OPEN) == text.count(CLOSE) >= 3
    assert f"{NAME} 9" in text.replace(APART, "")


@given(LETTERS)
def test_nobody_else_s_marks_reach_beyond_their_own_words(text: str) -> None:
    """What is not closed in its line is taken out; what stays is stable, and holds no other mark."""
    shown = clean(text)
    assert clean(shown) == shown
    assert not set(shown) & set("\u2066\u2067\u202e\u200f")
    for line in shown.split("\n"):
        depth = 0
        for char in line:
            depth += (char == OPEN) - (char == CLOSE)
            assert depth in {0, 1}
        assert depth == 0
    assert read(Message((Paragraph((Span(text),)),))) == shown.strip() or not shown.strip() or "\n" in shown


@given(LETTERS)
def test_to_isolate_twice_is_to_isolate_once(text: str) -> None:
    """A name is passed on from sentence to sentence."""
    assert isolated(isolated(text)) == isolated(text)


def test_an_alert_without_such_names_has_no_mark() -> None:
    """Nothing hidden where nothing needs it."""
    alert = an_alert(statement=replace(a_statement(), issuers=("Northlight", "북방")))
    assert OPEN not in plain_text(alert_message(alert, Speech("ko"), NOON))
