"""Whom the database finds for an alert is whom the rules name, route by route, on both databases."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs.steps import match
from jobs.steps.lexicon.tokens import words_of
from jobs.steps.sought import Sought
from jobs.wishes import Wishes
from storage import matching
from storage.database import Database, Work
from storage.fitting import Rank
from storage.matching import Timing, Turn
from storage.people import Recipient, Route, Words
from storage.records import Alert, Assessment
from storage.routes import Routes
from storage.words import DeliveryState, Digest, Kind, MsgType, Status, Urgency
from tests.builders import NOON, a_reader, a_source, a_statement, an_alert, kept, queued

TIMING = Timing(
    Turn(1, NOON), Turn(4, NOON + timedelta(hours=20)), Turn(4, NOON + timedelta(days=5, hours=20))
)
TEXT = "Nine refugees in Tumen face return. 정치범수용소로 보내질 것이다. Café owners saw them."


class Undone(Exception):
    """Ends an example's transaction without a trace."""


@contextmanager
def undone(database: Database) -> Iterator[Work]:
    """A transaction of which nothing stays."""
    with suppress(Undone), database.write() as work:
        yield work
        raise Undone


@dataclass(frozen=True)
class Person:
    """Somebody with wishes, and with a past on the case that the alert is about."""

    routes: tuple[Route, ...]
    heard: tuple[DeliveryState, int] | None = None
    drills: bool = False
    suspended: bool = False


def some(*choices: str) -> st.SearchStrategy[tuple[str, ...]]:
    """None, one or two of these: mostly none."""
    return st.one_of(st.just(()), st.lists(st.sampled_from(choices), max_size=2).map(tuple))


kinds = st.one_of(
    st.just(()), st.lists(st.sampled_from((Kind.URGENT_APPEAL, Kind.RESOLUTION)), max_size=2).map(tuple)
)
wishes = st.builds(
    Route,
    countries=some("CN", "kp", "IR"),
    kinds=kinds,
    languages=some("EN", "ko"),
    sources=some("NORTHLIGHT", "hrnk", "Aprrn"),
    keywords=some("cafe owners", "수용소", "prison camp", "tumen", "…"),
    without=some("refugees in", "owners saw them", "nobody"),
    least_urgency=st.sampled_from((None, Urgency.IMMEDIATE, Urgency.FUTURE, Urgency.UNKNOWN)),
    digest=st.sampled_from(Digest),
)
pasts = st.none() | st.tuples(st.sampled_from(DeliveryState), st.sampled_from((1, 4)))
people = st.builds(
    Person,
    routes=st.lists(wishes, max_size=3).map(tuple),
    heard=pasts,
    drills=st.booleans(),
    suspended=st.integers(0, 9).map(lambda n: n == 0),
)
alerts = st.builds(
    lambda urgent, urgency, msg_type, status, kind, language, countries: an_alert(
        identifier="new",
        msg_type=msg_type,
        status=status,
        source=a_source(countries=("IR",)),
        statement=a_statement(
            text=TEXT,
            kind=kind,
            language=language,
            countries=countries,
            issuers=("APRRN",),
            alert=Assessment(msg_type=msg_type, urgent=urgent, urgency=urgency),
        ),
    ),
    urgent=st.booleans(),
    urgency=st.sampled_from(Urgency),
    msg_type=st.sampled_from(MsgType),
    status=st.sampled_from((Status.ACTUAL, Status.ACTUAL, Status.ACTUAL, Status.EXERCISE, Status.DRAFT)),
    kind=st.sampled_from((Kind.URGENT_APPEAL, Kind.RESOLUTION)),
    language=st.sampled_from(("en", "ko", "En", "")),
    countries=st.sampled_from((("CN", "KP"), ("IR",), ())),
)


@dataclass
class Town:
    """The people in one transaction, and what went out to them on the case before."""

    work: Work
    case: int
    told: dict[int, tuple[DeliveryState, int]] = field(default_factory=dict)
    volunteers: set[int] = field(default_factory=set)

    def settle(self, everybody: list[Person]) -> None:
        """They come with their wishes, hear what they heard, and some are lost."""
        for number, person in enumerate(everybody):
            one = a_reader(self.work, *person.routes, address=str(number))
            if person.heard:
                self._tells(one, *person.heard)
            if person.drills:
                self.work.recipients.set_drills(one.id, wanted=True)
                self.volunteers.add(one.id)
            if person.suspended:
                self.work.recipients.suspend(one.id, NOON)

    def _tells(self, one: Recipient, state: DeliveryState, lane: int) -> None:
        earlier = an_alert(identifier=f"earlier {one.id}", case_id=self.case)
        stored = queued(self.work, one, lane=lane, alert=earlier)
        (delivery,) = self.work.deliveries.of_alert(stored.id)
        self.work.attempts.settle(delivery.id, state)
        self.told[one.id] = (state, lane)

    def by_the_rules(self, alert: Alert, *, duplicate: bool) -> dict[tuple[int, str], Rank]:
        """Whom the alert reaches and how soon, each route looked at by itself."""
        found: dict[tuple[int, str], Rank] = {}
        for transport, route in self.work.routes.active():
            one = route.recipient_id
            real = alert.status is Status.ACTUAL  # what they were told was: for a drill it is nothing
            followed = real and one in self.told
            if not match.wants(route, alert, followed=followed, drills=one in self.volunteers):
                continue
            late = Rank.WEEKLY if route.digest is Digest.WEEKLY else Rank.DAILY
            rank = Rank.AT_ONCE if match.at_once(route, alert, followed=followed) else late
            if duplicate and (rank is not Rank.AT_ONCE or (real and self._heard(one))):
                continue
            key = (one, transport)
            found[key] = min(found.get(key, rank), rank)
        return found

    def _heard(self, one: int) -> bool:
        state, lane = self.told.get(one, (DeliveryState.CANCELLED, 4))
        return lane < 4 and state not in {
            DeliveryState.HELD,
            DeliveryState.FAILED,
            DeliveryState.CANCELLED,
        }


@pytest.mark.parametrize("few", [0, 200])
def test_the_database_finds_whom_the_rules_name(
    database: Database, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    """Each once, as early as the earliest of its routes says; in memory or, where many, in one statement."""
    monkeypatch.setattr(matching, "_FEW", few)

    @settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(people, max_size=6), alerts, st.booleans())
    def holds(everybody: list[Person], alert: Alert, duplicate: bool) -> None:
        with undone(database) as work:
            town = Town(work, work.cases.open("the nine", NOON))
            town.settle(everybody)
            (statement,) = kept(work, alert.statement, source=alert.source)
            stored = replace(alert, statement=statement, source=work.sources.ensure(alert.source))
            words = Wishes()
            words.begin(work)
            aim = match.aim_of(stored, words.fitting(stored))
            if match.is_follow_up(stored):
                aim = replace(aim, follows=town.case)
            if duplicate:
                aim = replace(aim, only_at_once=True, unheard=town.case)
            reach = work.matching.reach(aim)
            expected = town.by_the_rules(stored, duplicate=duplicate)
            assert (reach.anyone, reach.at_once) == (bool(expected), Rank.AT_ONCE in expected.values())
            number = work.alerts.add(stored)
            assert work.matching.queue(number, aim, reach, TIMING) == len(expected)
            log = work.deliveries.of_alert(number)
            found = {one.recipient_id: (one.lane, one.not_before, one.state) for one in log}
            assert found == {
                one: (TIMING.of(rank).lane, TIMING.of(rank).at, DeliveryState.QUEUED)
                for (one, _), rank in expected.items()
            }

    holds()


@pytest.mark.parametrize("few", [0, 200])
def test_what_is_held_waits_for_an_admin_and_digests_wait_anyway(
    database: Database, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    """The reason stands beside what would have rung."""
    monkeypatch.setattr(matching, "_FEW", few)
    with database.write() as work:
        now = a_reader(work, Route(kinds=(Kind.REPORT,)), address="1")
        a_reader(work, Route(kinds=(Kind.REPORT,), digest=Digest.WEEKLY), address="2")
        alert = an_alert(statement=a_statement(kind=Kind.REPORT, alert=Assessment()))
        alert = queued(work, alert=alert)
        aim = match.aim_of(alert)
        assert work.matching.queue(alert.id, aim, work.matching.reach(aim), TIMING, held="why") == 2
        log = work.deliveries.of_alert(alert.id)
    assert [(one.recipient_id == now.id, one.state, one.detail) for one in log] == [
        (True, DeliveryState.HELD, "why"),
        (False, DeliveryState.QUEUED, ""),
    ]


@settings(max_examples=60)
@given(
    st.lists(st.text("ab ", max_size=7), max_size=8),
    st.text("ab ", max_size=30),
)
def test_phrases_are_found_wherever_they_stand(phrases: list[str], text: str) -> None:
    """Overlapping, inside one another, one twice: as if each had been looked for by itself."""
    told = words_of(text)
    sought = [words_of(phrase) for phrase in phrases]
    found = {
        number
        for number, words in enumerate(sought)
        if words and any(told[at : at + len(words)] == words for at in range(len(told)))
    }
    assert Sought(sought).found(told) == found
    grown = Sought(sought[:1])
    grown.more(sought[1:])
    assert grown.found(told) == found


def test_a_wish_counts_from_the_moment_it_is_typed_and_no_longer(database: Database) -> None:
    """What is remembered of people's words is read again when anybody changes theirs, or uses /forget."""
    words = Wishes()

    def finds() -> int:
        with database.read() as work:
            words.begin(work)
            return len(words.fitting(an_alert(statement=a_statement(text=TEXT))))

    assert finds() == 0
    with database.write() as work:
        one = a_reader(work, Route(keywords=("tumen",)), address="1")
        other = a_reader(work, Route(keywords=("cafe",)), address="2")
    assert finds() == 2
    with database.write() as work:
        work.routes.clear(one.id)
    assert finds() == 1
    with database.write() as work:
        work.recipients.forget(other.id)
    assert (finds(), words._by_phrase, words._numbers) == (0, {}, {})


def test_of_words_that_others_typed_before_none_is_deciphered_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever types a wish lengthens the next poll by their own words, not by everybody's."""
    words, opened = Wishes(), list[bytes]()
    opening = Routes.opened

    def noted(routes: Routes, sealed: bytes) -> Words:
        opened.append(sealed)
        return opening(routes, sealed)

    monkeypatch.setattr(Routes, "opened", noted)

    def finds(text: str) -> int:
        with database.write() as work:
            words.begin(work)
            return len(words.fitting(an_alert(statement=a_statement(text=text))))

    with database.write() as work:
        for number in range(20):
            a_reader(work, Route(keywords=(f"word{number} camp",)), address=f"{number}")
    assert finds("in word3 camp") == 1
    assert len(opened) == 20
    with database.write() as work:
        reader = a_reader(work, Route(keywords=("word20 camp", "word3 camp")), address="20")
    assert (finds("in word3 camp"), finds("in word20 camp"), len(opened)) == (2, 1, 21)
    with database.write() as work:
        work.recipients.forget(reader.id)
    assert (finds("in word3 camp"), finds("in word20 camp"), len(opened)) == (1, 0, 21)
