"""Nobody is remembered for longer than it serves them."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from jobs import prune
from jobs.notices import Admins, announce_at_once
from jobs.prune import IDLE, TOLD, Pruner
from jobs.spread import Part, parts
from jobs.unasked import withdraw
from storage import engines
from storage.database import Database, Work
from storage.people import Event, Recipient, Route
from storage.queries import Query
from storage.retention import STANDS
from storage.words import CaseState, DeliveryState, DeskRole, EventKind, Stance
from tests.builders import NOON, a_reader, an_alert, arrived, kept, queued
from tests.builders import a_statement as a_call

LATER = NOON + IDLE + timedelta(days=1)


def _wants(work: Work, one: Recipient) -> None:
    work.routes.add(one.id, Route())


def _follows(work: Work, one: Recipient) -> None:
    case = work.cases.open("Nine", NOON)
    kept(work, a_call(case_id=case))
    work.stances.take(one.id, case, Stance.FOLLOW)


def _was_told_lately(work: Work, one: Recipient) -> None:
    told = queued(work, alert=an_alert())
    work.deliveries.queue(told.id, [(one.id, one.transport, LATER - timedelta(days=30))], 1)
    arrived(work, told.id)
    work.retention.settle_down(LATER)


def _waits(work: Work, one: Recipient) -> None:
    queued(work, one, alert=an_alert(expires=LATER + timedelta(days=1)))


def test_who_wants_nothing_any_more_is_forgotten(database: Database) -> None:
    """After the time that the operator set, not a day before; whoever looked in and left is one of them."""
    with database.write() as work:
        a_reader(work, address="1")
        a_reader(work, Route(), address="2")
    assert Pruner(database).prune(NOON + IDLE) == 0
    assert Pruner(database).prune(LATER) == 1
    with database.read() as work:
        assert work.recipients.find("telegram", "1") is None
        assert work.recipients.find("telegram", "2") is not None


@pytest.mark.parametrize("reason", [_wants, _follows, _was_told_lately, _waits])
def test_whoever_may_have_to_hear_more_is_remembered(database: Database, reason: object) -> None:
    """A wish, a case that is followed, a call that may be taken back, something that waits for them."""
    with database.write() as work:
        one = a_reader(work, address="1")
        assert callable(reason)
        reason(work, one)
    assert Pruner(database).prune(LATER) == 0


def test_somebody_who_comes_back_meanwhile_is_not_forgotten(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look and the deed they have asked for something."""
    with database.write() as work:
        one = a_reader(work, address="1")
        number = one.id
    looked = Pruner._absent

    def then(self: Pruner, work: Work, now: datetime, part: Part | None) -> tuple[int, ...]:
        found = looked(self, work, now, part)
        monkeypatch.setattr(Pruner, "_absent", looked)
        with database.write() as other:
            other.routes.add(number, Route())
        return found

    monkeypatch.setattr(Pruner, "_absent", then)
    Pruner(database).prune(LATER)
    with database.read() as work:
        assert work.recipients.find("telegram", "1") is not None


def test_one_look_finds_all_who_are_to_be_forgotten(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everybody is looked through once, however many go; a part that is done twice forgets nobody else."""
    monkeypatch.setattr(prune, "_PEOPLE", 2)
    with database.write() as work:
        idle = [a_reader(work, address=str(number)).id for number in range(5)]
        stays = a_reader(work, Route(), address="stays").id
    asked: list[str] = []
    sa.event.listen(database.engine, "before_cursor_execute", lambda _c, _x, words, *_: asked.append(words))
    pruner = Pruner(database)
    cut = pruner.absent(LATER)
    assert [one for one in idle if not any(part.first <= one <= part.last for part in cut)] == []
    assert sum(pruner.forget(part, LATER) for part in cut) == 5
    assert sum(pruner.forget(part, LATER) for part in cut) == 0
    looks = [words for words in asked if "NOT (EXISTS (SELECT * FROM routes" in " ".join(words.split())]
    assert sum("recipients.id BETWEEN" not in words for words in looks) == 2, "with few words, and with all"
    with database.read() as work:
        assert set(work.recipients.many([*idle, stays])) == {stays}


def test_what_many_are_is_cut_into_ranges_that_stay_the_same() -> None:
    """So that the same range does not wait twice, whoever of it is left."""
    assert parts([205, 3, 199, 1000], 200, 9) == (Part(0, 199), Part(200, 399), Part(1000, 1199))
    assert parts([3], 200, 9) == (Part(0, 199),)
    assert parts(range(1000), 200, 2) == (Part(0, 199), Part(200, 399))
    assert parts([], 200, 9) == ()


ADMIN = ("telegram", "7")


def _unsubscribed(work: Work, one: Recipient) -> None:
    work.routes.clear(one.id)
    withdraw(work, one, LATER)


def _is_named(work: Work, one: Recipient) -> None:
    work.recipients.move(one.id, *ADMIN, NOON)


@pytest.mark.parametrize("reason", [_unsubscribed, _is_named])
def test_the_time_is_counted_from_what_they_wanted_last_and_not_from_their_first_day(
    database: Database, reason: Callable[[Work, Recipient], None]
) -> None:
    """A pause of some days is no reason to forget how a chat is to be spoken to; nor is it for an admin."""
    with database.write() as work:
        one = a_reader(work, Route(), address="1")
        work.routes.clear(one.id)
        reason(work, one)
    pruner = Pruner(database, admins=Admins((ADMIN,)))
    for days in (0, 2, 60):
        assert pruner.prune(LATER + timedelta(days=days)) == 0
    assert pruner.prune(LATER + IDLE + timedelta(days=1)) == (reason is _unsubscribed)


def test_who_wanted_few_words_is_remembered_for_a_year(database: Database) -> None:
    """Forgotten earlier, they would be written to in full when they ask for something again."""
    with database.write() as work:
        one = a_reader(work, Route(), address="1")
        work.recipients.set_discreet(one.id, discreet=True)
        work.routes.clear(one.id)
        withdraw(work, one, LATER)
    pruner = Pruner(database)
    for days in (2, 91, 364):
        assert pruner.prune(LATER + timedelta(days=days)) == 0
    assert pruner.prune(LATER + timedelta(days=367)) == 1


def test_who_is_at_the_desk_does_not_lose_the_role_while_they_cannot_be_reached(database: Database) -> None:
    """A lost account for a month, and one day nobody would be there to approve anything."""
    with database.write() as work:
        for address in ("1", "2", "7"):
            work.recipients.suspend(a_reader(work, address=address).id, NOON)
        work.staff.join(work.staff.invite(DeskRole.ADMIN, NOON), "telegram", "2", NOON)
    assert Pruner(database, admins=Admins((ADMIN,))).prune(NOON + timedelta(days=40)) == 1
    with database.read() as work:
        assert [one.role for one in work.staff.all()] == [DeskRole.ADMIN]
        assert work.recipients.find("telegram", "1") is None


def _told_of(work: Work, name: str, sent: datetime, *people: Recipient, case: int | None = None) -> int:
    told = an_alert(identifier=name, statement=a_call(title=name, case_id=case), case_id=case, sent=sent)
    number = queued(work, *people, alert=told).id
    arrived(work, number)
    return number


def test_who_was_told_is_known_until_the_case_has_rested_for_long(database: Database) -> None:
    """Its end has to come to just those; then the log need not grow for ever. What waits stays."""
    later = NOON + TOLD + timedelta(days=1)
    with database.write() as work:
        one, other = a_reader(work, Route(), address="1"), a_reader(work, Route(), address="2")
        open_case, rested = work.cases.open("Nine", NOON), work.cases.open("Ten", NOON)
        lone = _told_of(work, "lone", NOON, one, other)
        old = _told_of(work, "old", NOON, one, case=rested)
        followed = _told_of(work, "followed", NOON, one, case=open_case)
        work.cases.touch(open_case, CaseState.UPDATED, later - timedelta(days=2))
        waits = queued(work, one, alert=an_alert(identifier="waits", expires=later + timedelta(days=9))).id
    Pruner(database).prune(NOON + TOLD - timedelta(days=1))
    with database.read() as work:
        assert len(work.deliveries.of_alert(lone)) == 2
    Pruner(database).prune(later)
    with database.read() as work:
        left = {key: len(work.deliveries.of_alert(key)) for key in (lone, old, followed, waits)}
    assert left == {lone: 0, old: 0, followed: 1, waits: 1}


def test_the_log_is_pruned_in_small_steps_and_for_a_while(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits long for a lock, and one run ends however much has gathered: the next one goes on."""
    monkeypatch.setattr(prune, "_AT_ONCE", 2)
    with database.write() as work:
        people = [a_reader(work, Route(), address=str(number)) for number in range(5)]
        told = _told_of(work, "call", NOON, *people)
    writes = 0
    wrote = Database.write

    def counted(self: Database) -> object:
        nonlocal writes
        writes += 1
        return wrote(self)

    monkeypatch.setattr(prune, "_WITHIN", 0.0)
    Pruner(database).prune(NOON + TOLD + timedelta(days=1))
    with database.read() as work:
        assert len(work.deliveries.of_alert(told)) == 5
    monkeypatch.setattr(prune, "_WITHIN", 60.0)
    Pruner(database).prune(NOON + TOLD)  # the usual number of transactions
    monkeypatch.setattr(Database, "write", counted)
    Pruner(database).prune(NOON + TOLD)
    usual, writes = writes, 0
    Pruner(database).prune(NOON + TOLD + timedelta(days=1))
    assert writes == usual + 3
    with database.read() as work:
        assert work.deliveries.of_alert(told) == ()


def test_who_was_told_of_the_watch_is_forgotten_when_it_is_long_over(database: Database) -> None:
    """The row of the message, its name and the notice; not while somebody has still to be told."""
    told = Admins((("telegram", "901"), ("telegram", "902")))
    with database.write() as work:
        announce_at_once(work, Event(EventKind.ONLINE, NOON), told, NOON)
        first, second = work.deliveries.of_notice(1)
        work.attempts.settle(first.id, DeliveryState.SENT, reference="7")
    pruner = Pruner(database, admins=told)
    pruner.prune(NOON + timedelta(days=29))
    with database.read() as work:
        assert len(work.deliveries.of_notice(1)) == 2
    pruner.prune(NOON + timedelta(days=31))
    with database.write() as work:
        assert [one.id for one in work.deliveries.of_notice(1)] == [second.id]
        work.attempts.settle(second.id, DeliveryState.SENT, reference="8")
    pruner.prune(NOON + timedelta(days=32))
    with database.read() as work:
        assert work.deliveries.of_notice(1) == ()
        assert work.notices.latest(1) == ()


def _places(database: Database, *calls: int) -> list[int]:
    """Of how many messages it is known where they stand, by alert."""
    with database.read() as work:
        return [sum(bool(one.reference) for one in work.deliveries.of_alert(key)) for key in calls]


def test_where_messages_stand_is_forgotten_once_and_in_small_steps(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a hundred million a month those of sixty days would be looked at each hour, for nothing."""
    monkeypatch.setattr(prune, "_AT_ONCE", 2)
    later = NOON + STANDS + timedelta(hours=1)
    with database.write() as work:
        people = [a_reader(work, Route(), address=str(number)) for number in range(5)]
        old = _told_of(work, "old", NOON, *people)
        same = _told_of(work, "same", NOON, *people[:1])
        young = _told_of(work, "young", later, *people)
    asked: list[str] = []
    sa.event.listen(
        database.engine,
        "before_cursor_execute",
        lambda _c, _x, words, *_: asked.append(words.split("SET")[-1]),
    )
    monkeypatch.setattr(prune, "_WITHIN", 0.0)
    Pruner(database).prune(later)
    assert _places(database, old, same, young) == [5, 1, 5], "it goes on at another time"
    monkeypatch.setattr(prune, "_WITHIN", 60.0)
    Pruner(database).prune(later)
    assert _places(database, old, same, young) == [0, 0, 5]
    assert sum(words.startswith(" reference=") for words in asked) == 4, "of five by two, and of one"
    asked.clear()
    Pruner(database).prune(later + timedelta(hours=1))
    assert not [words for words in asked if "deliveries.reference !=" in words]
    Pruner(database).prune(later + STANDS)
    assert _places(database, young) == [0]


def test_an_index_that_came_apart_is_laid_together_in_small_steps(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each poll adds a segment to FTS5's; the same is found, also after a kill between two steps."""
    monkeypatch.setattr(engines, "_SEGMENTS", 2)
    monkeypatch.setattr(engines, "_PORTION", 1)
    for number in range(7):
        with database.write() as work:
            kept(work, *(a_call(title=f"River {number} {one}", text=f"camp{one}") for one in range(40)))

    def found() -> tuple[int, ...]:
        with database.read() as work:
            return tuple(
                hit.statement.id for hit in work.statements.search(Query(words=("river",)), 300).hits
            )

    def segments() -> list[int]:
        if database.is_shared:
            return [1]  # PostgreSQL's vacuum does it
        with database.engine.connect() as connection:
            counts = "SELECT count(DISTINCT segid) FROM {}_idx"
            names = ("statement_index", "statement_index_title")
            return [connection.scalar(sa.text(counts.format(name))) or 0 for name in names]

    before = found()
    assert len(before) == 280
    assert database.is_shared or min(segments()) > 2
    with database.write() as work:
        more = work.statements.merge_index()
    assert found() == before
    assert more is not database.is_shared
    Pruner(database).merge(pause=0.0)
    Pruner(database).merge(pause=0.0)
    assert max(segments()) == 1
    assert found() == before
    with database.write() as work:
        assert not work.statements.merge_index()
        kept(work, a_call(title="River again"))
    assert len(found()) == 281
