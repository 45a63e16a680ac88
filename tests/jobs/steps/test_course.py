"""What an edit changed of a call, and which news of a case makes a sound in a chat that was told of it."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.steps.course import changed, escalates, facts_digest, is_news, is_silent
from storage.records import Addressee, Alert, Assessment, Change, Demand, PersonsAtRisk, Statement
from storage.remembered import Heard
from storage.words import Aspect, MsgType, Severity, Urgency
from tests.builders import URGENT, a_statement, an_alert

CALL = a_statement(
    title="Kim Min-su faces return",
    text="Kim Min-su, 34, is held in Shenyang, China, and faces imminent return. We call on China to act.",
    places=("Shenyang",),
    addressees=(Addressee("China", "CN"),),
    persons_at_risk=PersonsAtRisk(9, 1),
    deadline=date(2026, 3, 14),
    demands=(Demand("China", "halt the return"), Demand("China", "disclose where they are")),
)


@pytest.mark.parametrize(
    ("given_now", "expected"),
    [
        ({"persons_at_risk": PersonsAtRisk(12, 1)}, Change(Aspect.PERSONS, ("9",), ("12",))),
        ({"persons_at_risk": PersonsAtRisk(9)}, Change(Aspect.CHILDREN, ("1",), ())),
        ({"countries": ("CN", "LA")}, Change(Aspect.COUNTRIES, ("KP",), ("LA",))),
        (
            {"places": ("Dandong",), "text": CALL.text.replace("Shenyang", "Dandong")},
            Change(Aspect.PLACES, ("Shenyang",), ("Dandong",)),
        ),
        (
            {"title": "Lee Sang-chul faces return", "text": CALL.text.replace("Kim Min-su", "Lee Sang-chul")},
            Change(Aspect.NAMES, (), ("Lee Sang-chul",)),
        ),
        (
            {"addressees": (Addressee("the Lao government", "LA"),)},
            Change(Aspect.ADDRESSEES, ("China",), ("the Lao government",)),
        ),
        ({"deadline": date(2026, 3, 12)}, Change(Aspect.DEADLINE, ("2026-03-14",), ("2026-03-12",))),
        ({"deadline": None}, Change(Aspect.DEADLINE, ("2026-03-14",), ())),
        (
            {"demands": (*CALL.demands, Demand("China", "let them leave"))},
            Change(Aspect.DEMANDS, (), ("let them leave",)),
        ),
    ],
)
def test_who_where_what_and_when_are_news(given_now: dict[str, object], expected: Change) -> None:
    """Each of them alone makes an update of an edit, and says what was and what is."""
    now = replace(CALL, **given_now)  # type: ignore[arg-type]
    assert changed(CALL, now) == (expected,)
    assert is_news(changed(CALL, now))
    assert facts_digest(now) != facts_digest(CALL)


@pytest.mark.parametrize(
    "given_now",
    [
        {"text": f"{CALL.text} So we said."},
        {"countries": ("KP", "CN")},
        {"demands": (Demand("China", "Disclose  where they are."), Demand("China", "halt the return"))},
    ],
)
def test_other_words_and_another_order_are_none(given_now: dict[str, object]) -> None:
    """A comma that was mended disturbs nobody."""
    now = replace(CALL, **given_now)  # type: ignore[arg-type]
    assert changed(CALL, now) == ()
    assert facts_digest(now) == facts_digest(CALL)


@pytest.mark.parametrize(
    "given_now",
    [
        {"places": (), "text": CALL.text.replace("Shenyang, China,", "the Chinese city of Shenyang")},
        {"addressees": (Addressee("the authorities of China", "CN"),)},
        {"addressees": ()},
        {"title": "UPDATED: Kim Min-su"},
    ],
)
def test_what_is_read_otherwise_and_still_stands_there_is_none(given_now: dict[str, object]) -> None:
    """Places, names and addressees are read by the wording: nobody hears that we no longer see them."""
    now = replace(CALL, **given_now)  # type: ignore[arg-type]
    assert (changed(CALL, now), changed(now, CALL)) == ((), ())


def test_who_is_named_no_longer_is_not_named_again() -> None:
    """A source may have taken a name out for somebody's safety: no message repeats it."""
    now = replace(CALL, title="A refugee faces return", text=CALL.text.replace("Kim Min-su", "A man"))
    assert changed(CALL, now) == ()


def test_how_urgent_it_is_judged_alone_is_no_news_of_an_edit() -> None:
    """What has become urgent rings as such; nobody is told that we think otherwise of the same facts."""
    now = replace(CALL, alert=replace(URGENT, severity=Severity.SEVERE))
    (change,) = changed(CALL, now)
    assert (change.aspect, is_news([change])) == (Aspect.SEVERITY, False)


def update(urgency: Urgency, severity: Severity, **given_now: object) -> Alert:
    """News of a call, judged so."""
    judged = Assessment(urgent=True, urgency=urgency, severity=severity)
    return an_alert(msg_type=MsgType.UPDATE, statement=a_statement(alert=judged), **given_now)


def heard(urgency: Urgency, severity: Severity, *, at_once: bool = True) -> Heard:
    """What a chat was told before, judged so."""
    return Heard("1", urgency, severity, at_once)


def test_an_update_is_heard_only_when_it_is_worse_than_all_before() -> None:
    """Silent at the same level and below; a sound when the urgency or the severity rises."""
    before = [heard(Urgency.EXPECTED, Severity.SEVERE), heard(Urgency.FUTURE, Severity.SEVERE)]
    assert is_silent(update(Urgency.EXPECTED, Severity.SEVERE), before)
    assert is_silent(update(Urgency.FUTURE, Severity.MODERATE), before)
    assert not is_silent(update(Urgency.IMMEDIATE, Severity.SEVERE), before)
    assert not is_silent(update(Urgency.FUTURE, Severity.EXTREME), before)


def test_an_edit_that_makes_it_worse_is_heard() -> None:
    """Then the statement that was told is the one that is worse now: what it was tells the change."""
    rises = (Change(Aspect.URGENCY, (Urgency.EXPECTED,), (Urgency.IMMEDIATE,)),)
    before = [heard(Urgency.IMMEDIATE, Severity.EXTREME)]
    assert not is_silent(update(Urgency.IMMEDIATE, Severity.EXTREME, changes=rises), before)
    falls = (Change(Aspect.SEVERITY, (Severity.EXTREME,), (Severity.MINOR,)),)
    assert is_silent(update(Urgency.IMMEDIATE, Severity.MINOR, changes=falls), before)


def test_the_first_that_a_chat_hears_of_a_case_is_heard() -> None:
    """To them it is no update, whatever others were told."""
    assert not is_silent(update(Urgency.FUTURE, Severity.MINOR), [])


@pytest.mark.parametrize(("at_once", "silent"), [(True, False), (False, True)])
def test_the_end_of_a_call_is_heard_where_the_call_was(at_once: bool, silent: bool) -> None:
    """Whoever was woken by the call hears that it is over; a line in a digest woke nobody."""
    end = an_alert(msg_type=MsgType.CANCEL)
    assert is_silent(end, [heard(Urgency.IMMEDIATE, Severity.EXTREME, at_once=at_once)]) is silent


@given(
    st.sampled_from(Urgency), st.sampled_from(Severity), st.sampled_from(Urgency), st.sampled_from(Severity)
)
def test_nothing_escalates_over_itself(one: Urgency, bad: Severity, other: Urgency, worse: Severity) -> None:
    """The same again is never louder; and of two, not each can be louder than the other in both ways."""
    assert not escalates(update(one, bad), [heard(one, bad)])
    both = [heard(one, bad), heard(other, worse)]
    assert not escalates(update(one, bad), both)
    assert not escalates(update(other, worse), both)


def test_a_statement_without_facts_has_none_to_change() -> None:
    """An empty page edited into an empty page."""
    assert changed(Statement("a"), Statement("b")) == ()
