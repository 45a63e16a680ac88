"""A restore is whole or nothing, sends nothing twice without a word, and brings nobody back who left."""

import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.accounts import settle_accounts
from bot.config import Config, TelegramConfig
from jobs.notices import Admins, at_desk
from jobs.restore import InUse, NotEmpty, Restored, Unnumbered, restore
from storage.appeals import Draft
from storage.backup import reading
from storage.copy import rows_out, tables_of
from storage.database import Database, StorageError, Work
from storage.locks import NODES, among_others
from storage.nodes import Node
from storage.people import Delivery, Recipient, Route
from storage.queries import Query
from storage.records import Assessment
from storage.tables import metadata
from storage.tables.log import alerts, deliveries
from storage.tables.people import handovers, recipients, routes, stances
from storage.vault import Vault
from storage.words import AppealState, DeliveryState, DeskRole, RecipientState, Stance, Urgency
from tests.builders import NOON, URGENT, a_source, a_statement, an_alert, an_entry, queued
from tests.filled import fill

LATER = NOON + timedelta(hours=5)
CALM = Assessment(urgency=Urgency.FUTURE)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the backup is."""
    return tmp_path / "vigil.backup"


@pytest.fixture
def new(database: Database, tmp_path: Path) -> Iterator[Database]:
    """A database on a new machine, with the same key."""
    made = Database(f"sqlite:///{tmp_path / 'new.db'}", database.vault)
    made.prepare()
    yield made
    made.close()


def bring_back(
    database: Database,
    file: Path,
    *,
    replace: bool = True,
    with_missing: bool = False,
    with_unnumbered: bool | None = None,
    tombstones: Collection[str] = (),
) -> Restored:
    """The restore, five hours after noon."""
    with reading(file) as saved:
        return restore(
            *(database, saved, LATER, ("telegram",)),
            replace=replace,
            with_missing=with_missing,
            with_unnumbered=with_unnumbered,
            tombstones=tombstones,
        )


def waiting(
    database: Database,
    name: str,
    *,
    assessment: Assessment = URGENT,
    not_before: datetime = NOON,
    expires: datetime = NOON + timedelta(days=1),
) -> None:
    """One alert waits for one recipient."""
    with database.write() as work:
        source = work.sources.ensure(a_source())
        entry_id = work.entries.add(source.id, an_entry(uid=name), NOON)
        made = a_statement(entry_id=entry_id, alert=assessment)
        statement = work.statements.get(work.statements.add(made, source, NOON))
        alert = an_alert(identifier=name, statement=statement, source=source, expires=expires)
        recipient = work.recipients.ensure("telegram", "1", "en", NOON)
        work.routes.add(recipient.id, Route())
        work.deliveries.queue(work.alerts.add(alert), [(recipient.id, "telegram", not_before)], 1)


def lose(database: Database) -> None:
    """The machine was lost: on the new one the tables are there, and nothing in them."""
    with database.write() as work:
        rows_out(work.connection, tables_of(work.connection))


def the_delivery(database: Database) -> Delivery:
    """The only one there is."""
    with database.read() as work:
        (found,) = work.deliveries.of_alert(1)
    return found


def known(database: Database) -> set[str]:
    """The addresses of everyone in the database."""
    with database.read() as work:
        people = (work.recipients.get(key) for key in work.recipients.traces().values())
        return {person.address for person in people if person}


def test_what_was_there_is_there_again(database: Database, new: Database, file: Path) -> None:
    """On a new machine, whatever the kind of database; the archive answers, people are reached."""
    with database.write() as work:
        fill(work)
    written = database.back_up(file, NOON)
    done = bring_back(new, file, replace=False)
    assert done.rows == written.rows
    assert (done.recipients, done.same_history, known(new)) == (2, False, {"-1001", "terminal"})
    with new.read() as work:
        assert work.counts().statements == 2
        assert work.statements.search(Query(words=("강제북송",)), 5).total == 1
        assert {route.keywords for _, route in work.routes.active()} == {(), ("수용소",)}
    new.prepare()


def test_the_database_goes_back_to_what_it_was(database: Database, file: Path) -> None:
    """What came after the backup is gone from the archive."""
    with database.write() as work:
        fill(work)
    database.back_up(file, NOON)
    waiting(database, "later")
    bring_back(database, file)
    with database.read() as work:
        assert work.counts().statements == 2
        assert work.statements.get(3) is None


def test_an_account_keeps_the_keys_by_which_people_know_it(
    database: Database, new: Database, file: Path
) -> None:
    """On a new machine those of the backup; where they were made anew since, the ones that are published."""
    account = "@vigil:example.org"
    with database.write() as work:
        fill(work)
    database.back_up(file, NOON)
    with database.write() as work:
        work.identities.keep(account, "made anew")
    bring_back(database, file)
    bring_back(new, file, replace=False)
    with database.read() as work, new.read() as there:
        assert (work.identities.get(account), there.identities.get(account)) == (
            "made anew",
            "the keys of an account",
        )


@pytest.mark.parametrize(
    ("assessment", "expires", "state"),
    [
        (URGENT, LATER + timedelta(seconds=1), DeliveryState.QUEUED),
        (URGENT, LATER - timedelta(seconds=1), DeliveryState.UNCERTAIN),
        (CALM, LATER + timedelta(days=1), DeliveryState.UNCERTAIN),
    ],
    ids=["Immediate", "expired", "anything else"],
)
@pytest.mark.parametrize("claimed", [False, True])
def test_what_waited_may_have_been_sent_since(
    database: Database,
    file: Path,
    assessment: Assessment,
    expires: datetime,
    state: DeliveryState,
    claimed: bool,
) -> None:
    """Immediate alerts are repeated, marked as such; the rest is uncertain; both are counted."""
    waiting(database, "alert", assessment=assessment, expires=expires)
    if claimed:
        with database.write() as work:
            due = work.deliveries.due("telegram", NOON, 10)
            work.attempts.begin([one.id for one in due], NOON)
    database.back_up(file, NOON)
    lose(database)
    done = bring_back(database, file)
    found = the_delivery(database)
    repeated = state is DeliveryState.QUEUED
    assert (found.state, found.detail.startswith("repeated")) == (state, repeated)
    assert "a backup was restored" in found.detail
    assert (done.again, done.uncertain) == ((1, 0) if repeated else (0, 1))


def test_what_was_repeated_once_is_not_repeated_by_a_restore(database: Database, file: Path) -> None:
    """Restored again before it could be sent, it is not queued a third time."""
    waiting(database, "alert")
    database.back_up(file, NOON)
    lose(database)
    bring_back(database, file)
    again = file.with_name("again")
    database.back_up(again, LATER)
    lose(database)
    with reading(again) as saved:
        done = restore(database, saved, LATER + timedelta(minutes=1), (), replace=True)
    assert (done.again, done.uncertain) == (0, 1)


def test_what_was_not_due_yet_is_sent_at_its_time(database: Database, file: Path) -> None:
    """Tomorrow's digest cannot have been sent: there is nothing uncertain about it."""
    waiting(database, "digest", assessment=CALM, not_before=LATER + timedelta(seconds=1))
    database.back_up(file, NOON)
    lose(database)
    done = bring_back(database, file)
    assert (the_delivery(database).state, done.again, done.uncertain) == (DeliveryState.QUEUED, 0, 0)


@pytest.mark.parametrize("state", [DeliveryState.SENT, DeliveryState.HELD, DeliveryState.CANCELLED])
def test_what_did_not_wait_to_be_sent_stays_as_it_was(
    database: Database, file: Path, state: DeliveryState
) -> None:
    """The notification log of the past is not rewritten, and what an admin looks at waits for the admin."""
    waiting(database, "alert")
    with database.write() as work:
        work.attempts.settle(1, state, detail="as it was")
    database.back_up(file, NOON)
    lose(database)
    bring_back(database, file)
    assert (the_delivery(database).state, the_delivery(database).detail) == (state, "as it was")


def test_who_used_forget_since_the_backup_stays_forgotten(database: Database, file: Path) -> None:
    """Neither the person nor a route nor a delivery of theirs comes back, and it is said how many."""
    with database.write() as work:
        one, _ = fill(work)
    database.back_up(file, NOON)
    with database.write() as work:
        work.recipients.forget(one.id)
    done = bring_back(database, file)
    assert (done.forgotten, known(database)) == (1, {"terminal"})
    assert (done.rows["recipients"], done.rows["routes"], done.rows["deliveries"]) == (1, 1, 1)


def test_even_the_only_one_who_used_forget_stays_forgotten(database: Database, file: Path) -> None:
    """Nobody is left to compare with, but it is still the database that the backup was made of."""
    waiting(database, "alert")
    database.back_up(file, NOON)
    with database.write() as work:
        work.recipients.forget(1)
    assert bring_back(database, file).forgotten == 1
    assert known(database) == set()


def test_who_left_does_not_come_back_on_a_new_machine(database: Database, new: Database, file: Path) -> None:
    """By the tombstones that were kept elsewhere; who came anew since counts as who came since."""
    with database.write() as work:
        one, _ = fill(work)
        work.recipients.ensure("telegram", "5", "en", NOON)
    database.back_up(file, NOON)
    with database.write() as work:
        work.recipients.forget(one.id)
        work.recipients.ensure(one.transport, one.address, "en", LATER)
        left = work.tombstones.all()
    later = file.with_name("later.backup")
    database.back_up(later, LATER)
    done = bring_back(new, file, replace=False, tombstones=left)
    assert (done.forgotten, done.missing, known(new)) == (1, 0, {"terminal", "5"})
    with new.write() as work:
        assert work.tombstones.all() == left, "nor will they the next time"
        assert left == {one for one in left if len(one) == 64}
        assert one.address not in repr(left)
    assert bring_back(new, later, with_missing=True).forgotten == 0, "who came anew is another row"
    assert known(new) == {one.address, "terminal", "5"}


def test_a_backup_that_cannot_tell_who_left_brings_nobody_back_unasked(
    database: Database, new: Database, file: Path
) -> None:
    """Its rows are of before tombstones: refused, and nothing is changed, until somebody says what is to be.

    Who came later, under a number, comes back in any case; over the database that knows it needs no word.
    """
    with database.write() as work:
        for name in ("5", "6"):
            work.recipients.ensure("telegram", name, "en", NOON)
        work.connection.execute(sa.update(recipients).values(mark=None))
        work.recipients.ensure("telegram", "7", "en", NOON)
        a_call = an_alert(statement=a_statement(title="Nine"))
        queued(work, *work.recipients.many((1, 2, 3)).values(), alert=a_call)
    database.back_up(file, NOON)
    with pytest.raises(Unnumbered, match="2"):
        bring_back(new, file, replace=False)
    assert known(new) == set()
    done = bring_back(new, file, replace=False, with_unnumbered=False)
    assert (done.unnumbered, done.rows["deliveries"], known(new)) == (2, 1, {"7"})
    lose(new)
    done = bring_back(new, file, replace=False, with_unnumbered=True)
    assert (done.unnumbered, done.rows["deliveries"], known(new)) == (2, 3, {"5", "6", "7"})
    with database.write() as work:
        work.recipients.forget(1)
    done = bring_back(database, file)
    assert (done.missing, done.unnumbered, known(database)) == (1, 0, {"6", "7"})


def test_who_moved_to_another_chat_is_not_written_to_in_the_old_one(
    database: Database, new: Database, file: Path
) -> None:
    """They left it, perhaps as it endangers them. A group that only got another number is still there."""
    with database.write() as work:
        ids = {name: work.recipients.ensure("telegram", name, "en", NOON).id for name in ("7", "-5", "-6")}
    database.back_up(file, NOON)
    with database.write() as work:
        work.handovers.take(ids["7"], "matrix", "!room:a.example", NOON)
        work.recipients.move(ids["-5"], "telegram", "-100123", NOON)
        work.recipients.move(ids["-6"], "telegram", "-100123", NOON)
        left = work.tombstones.all()
    assert bring_back(new, file, replace=False, tombstones=left).forgotten == 1
    assert known(new) == {"-5", "-6"}


@pytest.mark.parametrize("how", ["by a code", "the group became another"])
def test_who_left_does_not_come_back_as_the_chat_that_theirs_was_joined_with(
    database: Database, new: Database, file: Path, how: str
) -> None:
    """Both chats were known when the backup was made; of the two rows one is left, and then none."""
    with database.write() as work:
        old, other = (work.recipients.ensure("telegram", one, "en", NOON).id for one in ("-7", "-1009"))
    if how == "the group became another":
        with database.write() as work:
            work.recipients.forget(other)
    database.back_up(file, NOON)
    with database.write() as work:
        if how == "by a code":
            work.handovers.take(old, "telegram", "-1009", NOON)
        else:
            work.recipients.ensure("telegram", "-1009", "en", NOON)  # it wrote before Telegram told
            work.recipients.move(old, "telegram", "-1009", NOON)
        person = work.recipients.find("telegram", "-1009")
        assert person is not None
        work.recipients.forget(person.id)
        left = work.tombstones.all()
    bring_back(new, file, replace=False, tombstones=left)
    assert known(new) == set()


def test_who_left_the_desk_and_everything_is_not_at_the_desk_again(
    database: Database, new: Database, file: Path
) -> None:
    """Admins are told of the watch: who used /forget would be written to, and have the role once more."""
    with database.write() as work:
        for address in ("901", "902"):
            work.recipients.ensure("telegram", address, "en", NOON)
            work.staff.join(work.staff.invite(DeskRole.ADMIN, NOON), "telegram", address, NOON)
    database.back_up(file, NOON)
    with database.write() as work:
        leaves = work.recipients.find("telegram", "902")
        assert leaves is not None
        work.recipients.forget(leaves.id)
        left = work.tombstones.all()
    bring_back(new, file, replace=False, tombstones=left)
    with new.read() as work:
        assert at_desk(work, Admins()) == (("telegram", "901"),)


def test_a_key_that_was_exchanged_brings_nobody_back(
    database: Database, new: Database, file: Path, tmp_path: Path
) -> None:
    """Tombstones are of no key: what was made under the one before is compared all the same."""
    before, after = new.vault, Vault.from_secret(bytes(32))
    with database.write() as work:
        one, _ = fill(work)
    database.back_up(file, NOON)
    with database.write() as work:
        work.recipients.forget(one.id)
        left = work.tombstones.all()
    fresh = Database(f"sqlite:///{tmp_path / 'fresh.db'}", after)
    fresh.prepare()
    with reading(file, (before, after)) as saved:
        done = restore(fresh, saved, LATER, ("telegram",), tombstones=left)
    assert (done.forgotten, known(fresh)) == (1, {"terminal"})
    fresh.close()


def test_who_was_lost_by_mistake_comes_back_when_asked_for(database: Database, file: Path) -> None:
    """The operator knows whether it was /forget, or what the restore is to undo."""
    with database.write() as work:
        one, _ = fill(work)
    database.back_up(file, NOON)
    with database.write() as work:
        for table in (deliveries, routes, stances, handovers):
            work.connection.execute(sa.delete(table).where(table.c.recipient_id == one.id))
        work.connection.execute(sa.delete(recipients).where(recipients.c.id == one.id))
    done = bring_back(database, file, with_missing=True)
    assert (done.missing, known(database)) == (1, {"-1001", "terminal"})


def test_a_database_that_was_begun_anew_forgets_nobody(database: Database, new: Database, file: Path) -> None:
    """It never knew them: that they are not in it says nothing."""
    with database.write() as work:
        fill(work)
    database.back_up(file, NOON)
    with new.write() as work:
        source = work.sources.ensure(a_source())
        entry_id = work.entries.add(source.id, an_entry(), LATER)
        work.statements.add(a_statement(entry_id=entry_id), source, LATER)
        work.recipients.ensure("telegram", "9", "en", LATER)
    done = bring_back(new, file)
    assert (done.same_history, done.missing, known(new)) == (False, 0, {"-1001", "terminal", "9"})


def test_who_came_after_the_backup_is_kept(database: Database, file: Path) -> None:
    """Somebody who subscribed yesterday waits for alerts, and cannot be told that a restore lost the wish."""
    with database.write() as work:
        fill(work)
    database.back_up(file, NOON)
    with database.write() as work:
        new = work.recipients.ensure("telegram", "77", "ko", LATER)
        work.routes.add(new.id, Route(keywords=("새 낱말",)))
    done = bring_back(database, file)
    assert (done.joined, known(database)) == (1, {"-1001", "terminal", "77"})
    with database.read() as work:
        person = work.recipients.find("telegram", "77")
        assert person is not None
        assert person.language == "ko"
        assert [route.keywords for route in work.routes.of(person.id)] == [("새 낱말",)]


@dataclass(frozen=True)
class Change:
    """What a person, or a platform, did after the backup was made, and what is true from then on."""

    done: Callable[[Work, Recipient], object]
    state: RecipientState = RecipientState.ACTIVE
    language: str = "en"
    routes: tuple[tuple[str, ...], ...] = ((),)


CHANGES = {
    "/unsubscribe": Change(lambda work, person: work.routes.clear(person.id), routes=()),
    "/unsubscribe 1, /subscribe": Change(
        lambda work, person: (
            work.routes.clear(person.id),
            work.routes.add(person.id, Route(keywords=("b",))),
        ),
        routes=(("b",),),
    ),
    "blocked": Change(
        lambda work, person: work.recipients.suspend(person.id, NOON), RecipientState.SUSPENDED
    ),
    "language": Change(lambda work, person: work.recipients.set_language(person.id, "ko"), language="ko"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_people_are_as_they_are_now_and_not_as_they_were(
    database: Database, file: Path, change: Change
) -> None:
    """Who unsubscribed or blocked the bot since the backup is not subscribed again by a restore."""
    with database.write() as work:
        one, other = fill(work)
    database.back_up(file, NOON)
    with database.write() as work:
        change.done(work, one)
    done = bring_back(database, file)
    assert (done.present, done.missing, done.joined, done.recipients) == (2, 0, 0, 2)
    with database.read() as work:
        person = work.recipients.find("telegram", "-1001")
        assert person is not None
        assert (person.state, person.language) == (change.state, change.language)
        assert tuple(route.keywords for route in work.routes.of(person.id)) == change.routes
        assert [route.keywords for route in work.routes.of(other.id)] == [("수용소",)], (
            "the other's are not touched"
        )


def test_the_other_way_round_who_subscribed_again_stays_subscribed(database: Database, file: Path) -> None:
    """A person who had nothing when the backup was made, and waits for alerts now, is not silenced by it."""
    with database.write() as work:
        one = work.recipients.ensure("telegram", "1", "en", NOON)
        work.recipients.suspend(one.id, NOON)
    database.back_up(file, NOON)
    with database.write() as work:
        work.routes.add(work.recipients.ensure("telegram", "1", "en", LATER).id, Route())
    bring_back(database, file)
    with database.read() as work:
        assert [transport for transport, _ in work.routes.active()] == ["telegram"]


def test_people_keep_what_is_theirs_whatever_their_numbers(
    database: Database, new: Database, file: Path
) -> None:
    """In a database that was begun anew the same people have other ids: nobody gets another's routes."""
    with database.write() as work:
        one, other = (work.recipients.ensure("telegram", name, "en", NOON) for name in ("one", "other"))
        work.routes.add(one.id, Route(keywords=("then",)))
        work.routes.add(other.id, Route(keywords=("then",)))
    database.back_up(file, NOON)
    with new.write() as work:
        for name in ("third", "other", "one"):
            person = work.recipients.ensure("telegram", name, "en", LATER)
            work.routes.add(person.id, Route(keywords=(name,)))
    done = bring_back(new, file)
    assert (done.present, done.joined) == (2, 1)
    with new.read() as work:
        for name in ("one", "other", "third"):
            found = work.recipients.find("telegram", name)
            assert found is not None
            assert [route.keywords for route in work.routes.of(found.id)] == [(name,)]


@pytest.mark.parametrize("state", [DeliveryState.SENT, DeliveryState.CANCELLED, DeliveryState.QUEUED])
def test_what_became_of_an_alert_since_is_known_and_not_guessed(
    database: Database, file: Path, state: DeliveryState
) -> None:
    """What waited in the backup, and was sent since, is sent; nothing of it is uncertain or repeated."""
    waiting(database, "alert")
    database.back_up(file, NOON)
    with database.write() as work:
        work.attempts.settle(1, state, reference="77", detail="as it is")
    done = bring_back(database, file)
    found = the_delivery(database)
    assert (found.state, found.reference, found.detail) == (state, "77", "as it is")
    assert (done.again, done.uncertain, done.ended) == (0, 0, 0)


def test_who_came_after_the_backup_still_gets_what_waits(database: Database, file: Path) -> None:
    """A restore between an alert and its sending takes it from nobody."""
    waiting(database, "alert")
    database.back_up(file, NOON)
    with database.write() as work:
        new = work.recipients.ensure("telegram", "77", "ko", LATER)
        work.deliveries.queue(1, [(new.id, "telegram", LATER)], 1)
    bring_back(database, file)
    with database.read() as work:
        people = [work.recipients.find("telegram", address) for address in ("1", "77")]
        waits = [one.recipient_id for one in work.deliveries.of_alert(1)]
    assert waits == [person.id for person in people if person]
    assert len(waits) == 2


def test_who_used_forget_and_came_anew_has_no_past(database: Database, file: Path) -> None:
    """The new person at the old address does not get back what /forget removed: no route and no delivery."""
    waiting(database, "alert")
    database.back_up(file, NOON)
    with database.write() as work:
        work.recipients.forget(1)
        work.routes.add(work.recipients.ensure("telegram", "1", "ko", LATER).id, Route(keywords=("new",)))
    done = bring_back(database, file)
    assert (done.present, done.missing, done.again) == (1, 0, 0)
    with database.read() as work:
        person = work.recipients.find("telegram", "1")
        assert person is not None
        assert [route.keywords for route in work.routes.of(person.id)] == [("new",)]
        assert work.deliveries.of_alert(1) == ()


@pytest.mark.parametrize("blocked", [False, True], ids=["/unsubscribe", "blocked"])
def test_what_waited_for_somebody_who_left_is_cancelled(
    database: Database, file: Path, blocked: bool
) -> None:
    """Even an Immediate alert that the present database knows nothing of any more; and it is counted."""
    waiting(database, "alert")
    database.back_up(file, NOON)
    lose(database)
    with database.write() as work:
        person = work.recipients.ensure("telegram", "1", "en", LATER)
        if blocked:
            work.routes.add(person.id, Route())
            work.recipients.suspend(person.id, NOON)
    done = bring_back(database, file)
    assert (the_delivery(database).state, done.ended, done.again) == (DeliveryState.CANCELLED, 1, 0)


def test_every_table_about_people_has_its_place_in_a_restore() -> None:
    """A new one either is about people alone, and is kept by itself, or needs thought as the log did."""
    both = set()
    for table in metadata.sorted_tables:
        others = {key.column.table.name for key in table.foreign_keys}
        if "recipients" in others and len(others) > 1:
            both.add(table.name)
    assert both == {"deliveries", "stances"}


def test_what_people_want_of_a_case_stays_as_it_is_now(database: Database, file: Path) -> None:
    """Unmuted since: not muted again. Muted since: muted. Of a case that came later, nothing is left."""
    with database.write() as work:
        person = work.recipients.ensure("telegram", "1", "en", NOON)
        unmuted, muted = work.cases.open("Nine", NOON), work.cases.open("Ten", NOON)
        work.stances.take(person.id, unmuted, Stance.MUTE)
    database.back_up(file, NOON)
    with database.write() as work:
        work.stances.drop(person.id, unmuted)
        work.stances.take(person.id, muted, Stance.MUTE)
        work.stances.take(person.id, work.cases.open("Eleven", LATER), Stance.FOLLOW)
    bring_back(database, file)
    with database.write() as work:
        found = work.recipients.find("telegram", "1")
        assert found is not None
        assert work.stances.of(found.id) == ((Stance.MUTE, muted, "Ten"),)


def test_whoever_follows_a_case_wants_something(database: Database, file: Path) -> None:
    """No subscription, but a case that is followed: what waits in the backup is sent."""
    waiting(database, "alert")
    with database.write() as work:
        case = work.cases.open("Nine", NOON)
    database.back_up(file, NOON)
    with database.write() as work:
        person = work.recipients.ensure("telegram", "1", "en", LATER)
        work.routes.clear(person.id)
        work.stances.take(person.id, case, Stance.FOLLOW)
        work.connection.execute(sa.delete(deliveries))
        work.connection.execute(sa.delete(alerts))
    assert bring_back(database, file).ended == 0


def test_a_database_that_holds_something_is_not_replaced_unasked(database: Database, file: Path) -> None:
    """A mistaken address in the configuration costs nothing."""
    with database.write() as work:
        fill(work)
    database.back_up(file, NOON)
    waiting(database, "later")
    with pytest.raises(NotEmpty):
        bring_back(database, file, replace=False)
    with database.read() as work:
        assert work.counts().statements == 3


def test_sources_of_the_configuration_are_no_reason_to_hold_back(
    database: Database, new: Database, file: Path
) -> None:
    """A start on the new machine writes them down, and which bot is the first; and nothing else."""
    with database.write() as work:
        fill(work)
    database.back_up(file, NOON)
    bot = TelegramConfig("1000001:" + "a" * 35, "https://api.telegram.example/bot")
    settle_accounts(Config(telegram=bot), new)
    with new.write() as work:
        work.sources.configure([a_source(name="third")])
        work.nodes.come_round(Node("n9", "machine:9", "1.0", ()), NOON)
    assert bring_back(new, file, replace=False).recipients == 2


def test_whose_turn_it_is_to_send_does_not_come_again(database: Database, new: Database, file: Path) -> None:
    """A sender that was stopped in the middle of a step would take another's term for its own.

    Where the keys of an account are, and what leads to it, is as it is now; of one that is known no more as
    it was.
    """
    with database.write() as work:
        third = max(work.senders.take("telegram", "machine:1") for _ in range(3))
        work.senders.tell("matrix", mark="first folder", link="https://matrix.to/#/@vigil:example.org")
        work.senders.tell("telegram 2000002", mark="2000002")
    database.back_up(file, NOON)
    with database.write() as work:
        assert work.senders.take("telegram", "machine:2") > third
        work.senders.tell("matrix", mark="made anew", link="")
    bring_back(database, file)
    bring_back(new, file, replace=False)
    with database.write() as work, new.write() as there:
        assert not work.senders.holds("telegram", third)
        for one in (work, there):
            assert one.senders.take("telegram", "x") > third
        matrix = work.senders.get("matrix")
        assert (matrix.mark, matrix.link) == ("made anew", "https://matrix.to/#/@vigil:example.org")
        assert there.senders.get("matrix").mark == "first folder"
        assert work.senders.get("telegram 2000002").mark == "2000002"


def test_nothing_is_restored_while_a_node_polls(shared: Database, file: Path) -> None:
    """It holds no account, and would go on writing with numbers of another time."""
    waiting(shared, "alert")
    shared.back_up(file, NOON)
    with among_others(shared.engine, NODES, lambda _: None), pytest.raises(InUse, match=NODES):
        bring_back(shared, file)
    assert bring_back(shared, file).present == 1


def test_what_nodes_were_at_work_then_is_not_said(database: Database, new: Database, file: Path) -> None:
    """They would be taken for dead ones."""
    with database.write() as work:
        fill(work)
    database.back_up(file, NOON)
    bring_back(new, file, replace=False)
    with new.read() as work:
        assert work.nodes.all(NOON) == ()


def test_what_admins_decided_of_sources_stays_decided(database: Database, file: Path) -> None:
    """Removed since, put on trial since, paused since, added since: a backup does not undo it."""
    with database.write() as work:
        fill(work)
        work.sources.configure([a_source()])
        for name in ("removed", "tried"):
            made = work.sources.add(a_source(name=name, url=f"https://{name}.example/feed"), NOON)
            work.sources.put_on_trial(made.id, None)
    database.back_up(file, NOON)
    with database.write() as work:
        found = {one.name: one for one in work.sources.all()}
        work.sources.remove(found["removed"].id)
        work.sources.put_on_trial(found["tried"].id, LATER)
        work.sources.halt(found["northlight"].id, LATER)
        work.sources.add(a_source(name="later", url="https://later.example/feed"), LATER)
    bring_back(database, file)
    with database.read() as work:
        there = {one.name: one for one in work.sources.all()}
        assert not work.looks.are_waiting(NOON)
    assert "removed" not in there
    assert there["tried"].on_trial == LATER
    assert there["northlight"].halted == LATER
    assert (there["later"].added, there["later"].on_trial) == (LATER, LATER)


def test_nothing_is_restored_while_somebody_sends(database: Database, file: Path) -> None:
    """The service must be stopped first: it holds what it read before."""
    waiting(database, "alert")
    database.back_up(file, NOON)
    waiting(database, "later")
    with database.sender_lock("telegram"), pytest.raises(InUse, match="telegram"):
        bring_back(database, file)
    with database.read() as work:
        assert work.counts().statements == 2


def test_a_backup_that_does_not_hold_together_changes_nothing(database: Database, file: Path) -> None:
    """A row that refers to nothing is found out halfway; what was there stands, and can be added to."""
    with database.write() as work:
        fill(work)
    database.back_up(file, NOON)
    with closing(sqlite3.connect(file)) as opened:
        opened.execute("UPDATE deliveries SET alert_id = 999 WHERE id = 1")
        opened.commit()
    waiting(database, "later")
    with pytest.raises(StorageError, match="did not take the backup"):
        bring_back(database, file)
    with database.read() as work:
        assert work.counts().statements == 3
    waiting(database, "even later")


def test_an_appeal_that_was_about_to_go_out_is_a_draft_again(database: Database, file: Path) -> None:
    """It may have gone out since the backup was taken: nobody gets it twice, and two people look again."""
    words = Draft("Nine face return", "Write today.", "en")
    with database.write() as work:
        made = work.appeals.add("a" * 64, words, NOON)
        work.appeals.approve(made.id, "b" * 64)
        work.appeals.cool(made.id, NOON + timedelta(minutes=1))
    database.back_up(file, NOON)
    bring_back(database, file)
    with database.read() as work:
        found = work.appeals.get(made.id)
        assert found is not None
        assert (found.state, found.approved, found.draft) == (AppealState.DRAFT, (), words)
        assert work.appeals.due(LATER + timedelta(days=9)) == ()
