"""What admins hear of one source follows from what they believe and what was found."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.steps.telling import heard
from storage.people import Event
from storage.words import EventKind, SourceState
from tests.builders import NOON, a_source

HOUR = timedelta(hours=1)
OK, DARK, GONE, FAILING = SourceState.OK, SourceState.DARK, SourceState.GONE, SourceState.FAILING
NOT_A_FEED, THROTTLED = SourceState.NOT_A_FEED, SourceState.THROTTLED


def polls(states: Iterable[SourceState], every: timedelta = HOUR) -> list[tuple[datetime, Event]]:
    """What admins hear when polls find these states, one after another; (when, what)."""
    now, told = NOON, []
    source = a_source(state=SourceState.NEW)
    for state in states:
        source, events = heard(source, replace(source, state=state, detail=f"was {state}"), now)
        told += [(now, event) for event in events]
        now += every
    return told


def kinds(states: Iterable[SourceState]) -> list[EventKind]:
    """Only what it was about."""
    return [event.kind for _, event in polls(states)]


def test_a_source_that_is_well_is_not_talked_of() -> None:
    """Nor one that fails now and then, or answers in part."""
    assert kinds([OK, FAILING, OK, THROTTLED, SourceState.DEGRADED, SourceState.UNCHANGED]) == []


def test_trouble_is_told_once_and_its_end_once() -> None:
    """However often it is asked meanwhile; what the answer looked like is said."""
    told = polls([OK, FAILING, DARK, DARK, FAILING, DARK, OK, OK])
    assert [event.kind for _, event in told] == [EventKind.ILL, EventKind.WELL]
    (at, ill), (_, well) = told
    assert (ill.state, ill.detail, ill.since) == (DARK, "was dark", at - HOUR), "since it first failed"
    assert (well.state, well.since) == (DARK, ill.since)


def test_a_source_that_is_ill_from_the_first_poll_on_is_told() -> None:
    """A wrong address in the configuration is found without anybody looking."""
    assert kinds([NOT_A_FEED, NOT_A_FEED]) == [EventKind.ILL]


def test_a_lesser_trouble_is_told_when_it_lasts_for_a_day() -> None:
    """A server that says "slow down" for ever leaves the watch as blind as one that is dead."""
    told = polls([OK, *[THROTTLED] * 30])
    assert [(at - NOON, event.kind, event.state) for at, event in told] == [
        (25 * HOUR, EventKind.ILL, THROTTLED)
    ]


def test_that_a_dark_source_is_gone_for_good_is_told_at_once() -> None:
    """It is asked once a week from then on; other changes of a trouble wait for a day."""
    assert [event.state for _, event in polls([OK, DARK, GONE, GONE])] == [DARK, GONE]
    told = polls([OK, DARK, *[NOT_A_FEED] * 30])
    assert [(at - NOON, event.state) for at, event in told] == [(HOUR, DARK), (25 * HOUR, NOT_A_FEED)]


def test_a_source_that_comes_and_goes_is_told_so_once() -> None:
    """One pair of ill and well, one word that it is unsteady; then nothing until it has settled."""
    flapping = [OK, DARK] * 24
    assert kinds(flapping) == [EventKind.ILL, EventKind.WELL, EventKind.UNSTEADY]
    told = polls([*flapping, *[OK] * 40])
    assert [event.kind for _, event in told[3:]] == [EventKind.WELL]
    assert told[3][0] - NOON == 72 * HOUR, "it was well for a day"
    assert told[3][1].state is None
    told = polls([*flapping, *[DARK] * 40])
    assert [(at - NOON, event.kind) for at, event in told[3:]] == [(71 * HOUR, EventKind.ILL)]


def test_trouble_a_day_after_the_last_one_is_told_as_before() -> None:
    """Unsteady is who falls ill twice within a day."""
    states = [OK, DARK, *[OK] * 24, DARK, OK]
    assert kinds(states) == [EventKind.ILL, EventKind.WELL, EventKind.ILL, EventKind.WELL]


@given(st.lists(st.sampled_from(list(SourceState)), max_size=120), st.integers(1, 12))
def test_no_source_can_flood_its_admins(states: list[SourceState], hours: int) -> None:
    """Whatever it does: in any day one ill, one well, one more ill that it is gone, and one word beyond."""
    told = polls(states, every=timedelta(hours=hours))
    for at, _ in told:
        day = [event for when, event in told if at <= when < at + timedelta(days=1)]
        gone = [event for event in day if event.kind is EventKind.ILL and event.state is GONE]
        assert len(day) - len(gone) <= 4


@given(st.lists(st.sampled_from(list(SourceState)), min_size=1, max_size=60))
def test_what_is_told_ends_with_how_it_is(states: list[SourceState]) -> None:
    """Two quiet days later admins believe what is true, whatever was before."""
    for last, word in ((OK, ""), (DARK, DARK)):
        told = polls([*states, *[last] * 60])
        ended = [event for _, event in told][-1:]
        believed = ended[0].state if ended and ended[0].kind is not EventKind.WELL else None
        assert (believed or "") == word


def test_a_move_and_a_silence_are_told_when_they_begin() -> None:
    """And that a source speaks again; that it moved back is part of its going dark."""
    source = a_source(state=OK, newest=NOON - timedelta(days=40), habit=86_400)
    away = replace(source, address="https://user:word@new.example/feed")
    source, events = heard(source, away, NOON)
    assert [(event.kind, event.detail) for event in events] == [(EventKind.MOVED, "https://new.example/feed")]
    mute, events = heard(source, replace(source, silent_since=NOON), NOON)
    assert [event.kind for event in events] == [EventKind.SILENT]
    assert heard(mute, mute, NOON)[1] == ()
    speaking = replace(mute, silent_since=None, newest=NOON)
    _, events = heard(mute, speaking, NOON)
    assert [(event.kind, event.newest, event.since) for event in events] == [
        (EventKind.SPEAKS, NOON, NOON - timedelta(days=40))
    ]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://user:word@a.example/feed", "https://a.example/feed"),
        (
            "https://a.example/feed?lang=ko&token=T0p&p=1#top",
            "https://a.example/feed?lang=ko&token=…&p=1#top",
        ),
        (
            "https://a.example/?apikey=T0p&X-Amz-Signature=T0p",
            "https://a.example/?apikey=…&X-Amz-Signature=…",
        ),
        ("https://a.example/?user_key=T0p&sid=T0p", "https://a.example/?user_key=…&sid=…"),
        (
            "https://a.example/?keyword=key&author=auth&pass=",
            "https://a.example/?keyword=key&author=auth&pass=",
        ),
    ],
)
def test_no_event_holds_what_lets_its_holder_in(url: str, shown: str) -> None:
    """Chats are kept by others: of an address they hear neither password nor token, and all the rest."""
    _, (ill,) = heard(a_source(url=url), a_source(url=url, state=DARK), NOON)
    assert ill.url == shown
    away = a_source(state=OK)
    _, (moved,) = heard(away, replace(away, address=url), NOON)
    assert moved.detail == shown
