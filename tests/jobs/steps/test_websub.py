"""A subscription never ends in silence, is renewed in time, and believes nothing that was not signed."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.steps import websub
from storage.remembered import Subscription
from storage.words import SubscriptionState as State
from tests.builders import NOON, a_source

TOPIC = "https://northlight.example/feed"
SOURCE = a_source(id=3, hub="https://hub.example/", topic=TOPIC)
DAY = timedelta(days=1)
LUCK = st.floats(0, 1, exclude_max=True)


def a_subscription(**given_: object) -> Subscription:
    """One that the hub has yet to be asked for."""
    return replace(websub.wanted(SOURCE, "https://vigil.example", "t", "s", NOON), **given_)  # type: ignore[arg-type]


def an_active(lease: str = "864000") -> Subscription:
    """One that the hub has confirmed at noon."""
    asked, _ = websub.step(a_subscription(), NOON, 0.5)
    assert asked is not None
    return websub.subscribed(asked, lease, NOON, 0.5)


def test_the_hub_is_asked_at_once_and_again_when_it_does_not_come_back() -> None:
    """Later each time, a day apart at most, for as long as the source names it."""
    one, now, pauses = a_subscription(), NOON, []
    for _ in range(20):
        after, mode = websub.step(one, now, 0.0)
        assert after is not None
        assert (mode, after.state, after.asked) == ("subscribe", State.PENDING, now)
        pauses.append(after.due - now)
        one, now = after, after.due
    assert pauses[0] == timedelta(minutes=4)
    assert pauses == sorted(pauses)
    assert pauses[-1] == DAY * 0.8


@given(seconds=st.integers(120, 10_000_000), luck=LUCK)
def test_a_lease_is_renewed_when_a_third_of_it_is_left(seconds: int, luck: float) -> None:
    """So that a hub that is away for a while is asked again, several times, before it forgets us."""
    active = websub.subscribed(a_subscription(), str(seconds), NOON, luck)
    assert active.lease_until is not None
    length = active.lease_until - NOON
    assert length == min(timedelta(seconds=seconds), timedelta(days=90))
    assert length * 0.56 < active.due - NOON <= length * (2 / 3)


def test_a_hub_that_grants_a_second_is_not_asked_every_second() -> None:
    """Once a minute is enough; between the leases the source is polled as ever."""
    assert an_active("1").due == NOON + timedelta(minutes=1)


@pytest.mark.parametrize("lease", ["", "0", "-5", "forever", "1e9", "9" * 40, "٣"])
def test_a_lease_that_is_not_told_is_taken_for_a_day(lease: str) -> None:
    """A hub that says nothing, or nonsense, is asked again soon enough."""
    assert an_active(lease).lease_until == NOON + DAY


def test_a_failed_renewal_leaves_the_subscription_as_it_is_until_the_lease_ends() -> None:
    """The hub still pushes; it is asked again and again, and at the end of the lease it has expired."""
    one = an_active("3600")
    now, states = one.due, []
    while now <= NOON + timedelta(hours=2):
        after, mode = websub.step(one, now, 0.5)
        assert after is not None
        assert mode == "subscribe"
        one = websub.refused(after, "HTTP 503", now, 0.5)
        assert websub.takes(one)
        assert one.detail == "HTTP 503"
        states.append((now < NOON + timedelta(hours=1), one.state))
        now = one.due
    assert {state for within, state in states if within} == {State.ACTIVE}
    assert {state for within, state in states if not within} == {State.EXPIRED}
    assert len(states) > 3


def test_a_hub_that_wants_its_peace_has_it_for_a_day_at_most() -> None:
    """Retry-After is kept to, and never makes us give up."""
    asked, _ = websub.step(a_subscription(), NOON, 0.0)
    assert asked is not None
    assert websub.refused(asked, "HTTP 429", NOON, 0.0, 7200).due == NOON + timedelta(hours=2)
    assert websub.refused(asked, "HTTP 429", NOON, 0.0, 9e9).due == NOON + DAY
    assert websub.refused(asked, "HTTP 429", NOON, 0.0, 0).state is State.WANTED


def test_a_denied_subscription_is_asked_for_again_in_a_month() -> None:
    """Until then a push is not welcome, and a confirmation that nobody asked for is none."""
    denied = websub.denied(an_active(), "closed", NOON, 0.0)
    assert (denied.state, denied.detail, denied.due) == (State.DENIED, "closed", NOON + timedelta(days=30))
    assert not websub.takes(denied)
    assert not websub.confirms(denied, "subscribe", TOPIC)
    again, mode = websub.step(denied, denied.due, 0.0)
    assert again is not None
    assert (again.state, mode) == (State.PENDING, "subscribe")
    assert websub.confirms(again, "subscribe", TOPIC)


def test_only_what_was_asked_for_is_confirmed() -> None:
    """Another topic, another mode, an end that nobody wants: no."""
    fresh = a_subscription()
    assert not websub.confirms(fresh, "subscribe", TOPIC), "it was not asked yet"
    pending, _ = websub.step(fresh, NOON, 0.0)
    assert pending is not None
    assert websub.confirms(pending, "subscribe", TOPIC)
    assert websub.confirms(pending, "subscribe", f"{TOPIC}/"), "WordPress adds a slash"
    assert not websub.confirms(pending, "subscribe", "https://other.example/feed")
    assert not websub.confirms(pending, "unsubscribe", TOPIC)
    assert not websub.confirms(pending, "publish", TOPIC)
    assert websub.confirms(pending, "denied", TOPIC)
    assert not websub.confirms(pending, "denied", "https://other.example/feed")
    active = an_active()
    assert websub.confirms(active, "subscribe", TOPIC), "a hub may extend its lease by itself"
    assert not websub.confirms(active, "unsubscribe", TOPIC)
    assert websub.confirms(active, "denied", TOPIC)
    leaving, mode = websub.step(websub.leaving(active, NOON), NOON, 0.0)
    assert leaving is not None
    assert mode == "unsubscribe"
    assert websub.confirms(leaving, "unsubscribe", TOPIC)
    assert not websub.confirms(leaving, "subscribe", TOPIC), "it was given up"


def test_what_is_left_is_forgotten_without_a_word_where_nothing_was_granted() -> None:
    """Never confirmed, or run out: the hub knows nothing of it."""
    assert websub.step(websub.leaving(a_subscription(), NOON), NOON, 0.0) == (None, "")
    later = NOON + timedelta(days=11)
    assert websub.step(websub.leaving(an_active(), later), later, 0.0) == (None, "")


def test_a_new_public_address_is_told_at_once() -> None:
    """What the hub was told before leads nowhere."""
    moved = websub.rebased(an_active(), "https://new.example", NOON + DAY)
    assert (moved.base, moved.state, moved.due) == ("https://new.example", State.WANTED, NOON + DAY)
    assert moved.lease_until is None


@pytest.mark.parametrize("name", ["sha1", "sha256", "sha384", "sha512"])
def test_a_signature_is_that_of_the_very_bytes_and_of_the_secret(name: str) -> None:
    """By each of the four methods (7.1); one other bit, another secret, or none: no."""
    body, secret = b"<rss/>", "secret"
    digest = hmac.new(secret.encode(), body, getattr(hashlib, name)).hexdigest()
    assert websub.signed(body, f"{name}={digest}", secret)
    assert websub.signed(body, f" {name.upper()}={digest.upper()} ", secret)
    assert not websub.signed(body + b" ", f"{name}={digest}", secret)
    assert not websub.signed(body, f"{name}={digest}", "other")
    assert not websub.signed(body, f"{name}={digest[:-1]}{'0' if digest[-1] != '0' else '1'}", secret)
    assert not websub.signed(body, f"{name}={digest[:-2]}", secret)
    assert not websub.signed(body, digest, secret)
    assert not websub.signed(body, f"md5={digest[:32]}", secret)


@given(body=st.binary(), signature=st.text(), secret=st.text(min_size=1))
def test_no_signature_by_chance(body: bytes, signature: str, secret: str) -> None:
    """Whatever stands in the field, it is judged and not stumbled over."""
    secret = secret.encode("utf-8", "replace").decode()
    assert not websub.signed(body, signature, secret)


Happening = Callable[[Subscription, datetime, float], Subscription | None]
HAPPENINGS: dict[str, Happening] = {
    "its time has come": lambda one, now, luck: websub.step(one, now, luck)[0],
    "the hub would not listen": lambda one, now, luck: websub.refused(one, "HTTP 500", now, luck, 1e6 * luck),
    "the hub comes back": lambda one, now, luck: (
        websub.subscribed(one, str(int(luck * 1e7)), now, luck)
        if websub.confirms(one, "subscribe", TOPIC)
        else one
    ),
    "the hub says no": lambda one, now, luck: (
        websub.denied(one, "no", now, luck) if websub.confirms(one, "denied", TOPIC) else one
    ),
    "we move": lambda one, now, _: (
        websub.rebased(one, "https://b.example", now) if one.state is not State.LEAVING else one
    ),
    "nobody needs it": lambda one, now, _: (
        websub.leaving(one, now) if one.state is not State.LEAVING else one
    ),
}


@given(
    st.lists(st.tuples(st.sampled_from(sorted(HAPPENINGS)), st.floats(0, 40), LUCK), min_size=1, max_size=40)
)
def test_whatever_happens_something_is_due(story: list[tuple[str, float, float]]) -> None:
    """No subscription is ever forgotten, or asked for in a rush; token and secret stay; a lease is known."""
    one: Subscription | None = a_subscription()
    now = NOON
    for name, days, luck in story:
        assert one is not None
        now += days * DAY
        one = HAPPENINGS[name](one, now, luck)
        if one is None:
            assert name == "its time has come"
            return
        assert (one.token, one.secret, one.source_id) == ("t", "s", 3)
        assert one.due <= now + timedelta(days=61) or one.due <= NOON
        if name == "its time has come":
            assert one.due > now, "or the hub would be asked all the time"
        if one.state is State.ACTIVE:
            assert one.lease_until is not None
            assert one.lease_until <= now or one.due <= max(one.lease_until, now + timedelta(minutes=1))
        assert websub.takes(one) == (one.state not in {State.LEAVING, State.DENIED})


@given(LUCK, st.booleans())
def test_a_farewell_ends(luck: float, listens: bool) -> None:
    """Whether the hub listens and never confirms, or does not even listen: after a few words we are gone."""
    one: Subscription | None = websub.leaving(an_active("99999999"), NOON)
    now = NOON
    for _ in range(10):
        assert one is not None
        one, mode = websub.step(one, now, luck)
        if one is None:
            return
        assert mode == "unsubscribe"
        if not listens:
            one = websub.refused(one, "no connection", now, luck)
        assert not websub.takes(one)
        now = one.due
    pytest.fail("it is still saying farewell")
