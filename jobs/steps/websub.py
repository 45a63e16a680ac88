"""Decides what becomes of a subscription with a hub (W3C WebSub, sections 5 to 7), and touches nothing.

    wanted -> pending -> active -> (renewed while active) -> expired -> pending ...
    any of them -> denied, by the hub;  any of them -> leaving, when its source names it no more

What goes wrong is tried again, later each time. The source is polled all the while.
"""

import hashlib
import hmac
import re
from dataclasses import replace
from datetime import datetime, timedelta

from storage.records import Source
from storage.remembered import Subscription
from storage.words import SubscriptionState as State

SUBSCRIBE, UNSUBSCRIBE, DENIED = "subscribe", "unsubscribe", "denied"
LEASE_WISHED = timedelta(days=10)
"""What the recommendation calls a good default."""
_PATIENCE = timedelta(minutes=5)
"""How long a hub has to come back with its verification, before it is asked again."""
_LONGEST_PAUSE = timedelta(days=1)
_AFTER_DENIAL = timedelta(days=30)
_LEASE_UNSAID = timedelta(days=1)
_LONGEST_LEASE = timedelta(days=90)
_SOONEST = timedelta(minutes=1)
"""A hub that grants seconds is not asked every few of them."""
_FAREWELLS = 5
_SECONDS = re.compile(r"[0-9]{1,12}")
_HASHES = {"sha1": hashlib.sha1, "sha256": hashlib.sha256, "sha384": hashlib.sha384, "sha512": hashlib.sha512}
_ANY_HASH = re.compile(r"(sha1|sha256|sha384|sha512)=([0-9a-f]{40,128})")


def wanted(source: Source, base: str, token: str, secret: str, now: datetime) -> Subscription:
    """A subscription that the hub has yet to be asked for."""
    return Subscription(source.id, source.hub, source.topic, base, token, secret, now)


def leaving(known: Subscription, now: datetime) -> Subscription:
    """Nobody needs it any more."""
    return replace(known, state=State.LEAVING, asked=None, failures=0, due=now)


def rebased(known: Subscription, base: str, now: datetime) -> Subscription:
    """We live elsewhere now: the hub is asked at once to push there; what it was told before is void."""
    return replace(known, base=base, state=State.WANTED, asked=None, lease_until=None, failures=0, due=now)


def step(known: Subscription, now: datetime, luck: float) -> tuple[Subscription | None, str]:
    """What is to be done when its time has come: the subscription as it is then, and the mode to ask for.

    None means that it is to be dropped without a word. `luck` is a chance in [0, 1).
    """
    failures = known.failures + (known.asked is not None)
    lapsed = known.lease_until is None or known.lease_until <= now
    asked = replace(known, asked=now, failures=failures, due=now + _pause(failures, luck))
    if known.state is State.LEAVING:
        # What was never confirmed, or has ended by itself, needs no farewell.
        return (None, "") if lapsed or failures >= _FAREWELLS else (asked, UNSUBSCRIBE)
    if known.state is State.ACTIVE and not lapsed:
        return _within_lease(asked), SUBSCRIBE
    return replace(asked, state=State.PENDING), SUBSCRIBE


def refused(
    known: Subscription, why: str, now: datetime, luck: float, wish: float | None = None
) -> Subscription:
    """The hub could not be asked, or would not listen; `wish` is for how many seconds it wants its peace."""
    state = known.state
    if state is State.PENDING:
        state = State.WANTED if known.lease_until is None else State.EXPIRED
    wished = min(timedelta(seconds=wish or 0), _LONGEST_PAUSE)
    pause = max(_pause(known.failures + 1, luck), wished)
    later = replace(known, state=state, detail=why, due=now + pause)
    return _within_lease(later) if known.lease_until and known.lease_until > now else later


def confirms(known: Subscription, mode: str, topic: str) -> bool:
    """Whether we did ask for what a hub wants confirmed (5.3), or still want what it has granted.

    A hub may deny at any time (5.2). Some write the topic with a slash that it had not, or without.
    """
    if topic.rstrip("/") != known.topic.rstrip("/"):
        return False
    if known.state is State.LEAVING:
        return mode == UNSUBSCRIBE and known.asked is not None
    if mode == DENIED:
        return True
    return mode == SUBSCRIBE and (known.state is State.ACTIVE or known.asked is not None)


def subscribed(known: Subscription, lease: str, now: datetime, luck: float) -> Subscription:
    """The hub has our word: it pushes for as many seconds, and is asked anew when two thirds are over."""
    seconds = int(lease) if _SECONDS.fullmatch(lease) else 0
    length = min(timedelta(seconds=seconds), _LONGEST_LEASE) if seconds else _LEASE_UNSAID
    return replace(
        known,
        state=State.ACTIVE,
        detail="",
        asked=None,
        failures=0,
        lease_until=now + length,
        due=now + max(_SOONEST, length * (2 / 3 - luck / 10)),
    )


def denied(known: Subscription, reason: str, now: datetime, luck: float) -> Subscription:
    """The hub will not, or not any longer (5.2): it is asked again in a month, in case that was a mistake."""
    due = now + _AFTER_DENIAL * (1 - luck / 10)
    return replace(
        known, state=State.DENIED, detail=reason, asked=None, lease_until=None, failures=0, due=due
    )


def takes(known: Subscription) -> bool:
    """Whether a push is welcome: also one that overtakes the verification, or comes after the lease."""
    return known.state not in (State.LEAVING, State.DENIED)


def signed(body: bytes, signature: str, secret: str) -> bool:
    """Whether the hub signed these very bytes (7.1: `sha256=...`), told in constant time."""
    found = _ANY_HASH.fullmatch(signature.strip().lower())
    if not found:
        return False
    expected = hmac.new(secret.encode(), body, _HASHES[found[1]]).hexdigest()
    return hmac.compare_digest(expected, found[2])


def _pause(failures: int, luck: float) -> timedelta:
    pause: timedelta = _PATIENCE * 2 ** min(failures, 16)
    return min(pause, _LONGEST_PAUSE) * (0.8 + 0.2 * luck)


def _within_lease(asked: Subscription) -> Subscription:
    """What runs out is looked at when it does."""
    return replace(asked, due=min(asked.due, asked.lease_until)) if asked.lease_until else asked
