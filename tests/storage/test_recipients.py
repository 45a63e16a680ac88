"""Recipients are found by a keyed hash, and forgotten without a trace."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta

import pytest
import sqlalchemy as sa

from storage.database import Database, Work
from storage.tables.log import deliveries
from storage.tables.people import recipients
from storage.vault import Vault
from storage.words import DeliveryState, MsgType, RecipientState
from tests.backends import Backend
from tests.builders import ADDRESS, NOON, a_reader, a_route, a_source, an_alert, queued


def test_no_file_of_the_database_holds_an_address_or_a_persons_words(
    database: Database, backend: Backend
) -> None:
    """A thief of the disk reads neither chat ids nor keywords, in tables, indexes or the write-ahead log."""
    with database.write() as work:
        a_reader(work, a_route(keywords=("hidden shelter",)))
        work.sources.ensure(a_source(organisation="Known To All"))
    held = {file.name: file.read_bytes() for file in backend.files()}
    assert any(b"Known To All" in content for content in held.values()), "what is not secret is found"
    for name, content in held.items():
        assert ADDRESS.encode() not in content, name
        assert b"hidden shelter" not in content, name
    with database.read() as work:
        found = work.recipients.find("telegram", ADDRESS)
        assert found is not None
        assert found.address == ADDRESS
        assert work.routes.of(found.id)[0].keywords == ("hidden shelter",)


def test_forget_removes_every_row(database: Database) -> None:
    """After /forget no table knows the recipient."""
    with database.write() as work:
        one = a_reader(work, a_route())
        queued(work, one)
        work.recipients.forget(one.id)
    with database.read() as work:
        assert work.recipients.find("telegram", ADDRESS) is None
        assert list(work.routes.active()) == []
        assert work.counts().waiting == 0


def test_a_suspended_recipient_keeps_its_wishes_but_hears_nothing(database: Database) -> None:
    """Blocked today, back tomorrow: the routes are still there, what waited is not."""
    with database.write() as work:
        one = a_reader(work, a_route("KP"))
        queued(work, one)
        work.recipients.suspend(one.id, NOON)
        assert list(work.routes.active()) == []
        assert work.counts().waiting == 0
        back = work.recipients.ensure("telegram", ADDRESS, "en", NOON)
        assert back.state is RecipientState.ACTIVE
        assert [route.countries for _, route in work.routes.active()] == [("KP",)]


def test_who_comes_back_is_sent_neither_what_is_held_nor_what_is_over(database: Database) -> None:
    """What an admin looks at first waits for that again; a call that was called off is not sent at all."""
    with database.write() as work:
        one = a_reader(work, a_route())
        case = work.cases.open("Nine", NOON)
        held = queued(work, one, held="an admin looks first", alert=an_alert(identifier="held"))
        call = queued(work, one, alert=an_alert(identifier="call", case_id=case))
        good = queued(work, one, alert=an_alert(identifier="good"))
        work.recipients.suspend(one.id, NOON)
        queued(work, alert=an_alert(identifier="end", case_id=case, msg_type=MsgType.CANCEL))
        work.recipients.ensure("telegram", ADDRESS, "en", NOON)
        found = [work.deliveries.of_alert(alert.id)[0] for alert in (held, call, good)]
    assert [one.state for one in found] == [
        DeliveryState.HELD,
        DeliveryState.CANCELLED,
        DeliveryState.QUEUED,
    ]
    assert found[0].detail == "an admin looks first"


def _waits(work: Work, end: int) -> None:
    del work, end


def _decided_against(work: Work, end: int) -> None:
    work.held.drop(end)


def _expired(work: Work, end: int) -> None:
    del end
    work.held.expire(NOON + timedelta(days=30))


def _waits_for_who_left(work: Work, end: int) -> None:
    for one in work.deliveries.of_alert(end):
        work.recipients.suspend(one.recipient_id, NOON)


def _sent(work: Work, end: int) -> None:
    work.held.release(end, NOON)


@pytest.mark.parametrize(
    ("became", "is_over"),
    [
        (_waits, False),
        (_decided_against, False),
        (_expired, False),
        (_waits_for_who_left, False),
        (_sent, True),
    ],
)
def test_an_end_that_no_admin_let_pass_keeps_no_call_from_who_comes_back(
    database: Database, became: Callable[[Work, int], None], *, is_over: bool
) -> None:
    """It may be false: the call is still told, while it waits as after it was decided against."""
    with database.write() as work:
        one, other = a_reader(work, a_route()), a_reader(work, a_route(), address="2")
        case = work.cases.open("Nine", NOON)
        call = queued(work, one, alert=an_alert(identifier="call", case_id=case))
        work.recipients.suspend(one.id, NOON)
        end = queued(
            work,
            other,
            held="an admin looks first",
            alert=an_alert(identifier="end", case_id=case, msg_type=MsgType.CANCEL),
        )
        became(work, end.id)
        assert work.alerts.over([call.id]) == ({call.id} if is_over else set())
        work.recipients.ensure("telegram", ADDRESS, "en", NOON)
        (told,) = work.deliveries.of_alert(call.id)
    assert told.state is (DeliveryState.CANCELLED if is_over else DeliveryState.QUEUED)


def test_a_group_that_became_a_supergroup_is_one_recipient(database: Database) -> None:
    """Routes and waiting alerts follow to the new address, and none is told twice."""
    with database.write() as work:
        old, new = a_reader(work, a_route("KP"), address="-1"), a_reader(work, address="-1002")
        queued(work, old)
        work.recipients.move(old.id, "telegram", "-1002", NOON)
        assert work.recipients.find("telegram", "-1") is None
        assert [route.countries for route in work.routes.of(new.id)] == [("KP",)]
        assert work.counts().waiting == 1


def test_no_reference_moves_with_a_chat(database: Database) -> None:
    """In the new chat the same number names another message, which no correction may hit."""
    with database.write() as work:
        old = a_reader(work, address="-1")
        queued(work, old)
        (delivery,) = work.deliveries.due("telegram", NOON, 1)
        work.attempts.settle(delivery.id, DeliveryState.SENT, reference="77")
        work.recipients.move(old.id, "telegram", "-1002", NOON)
        (moved,) = work.deliveries.of_alert(delivery.alert_id)
    assert (moved.recipient_id, moved.reference) == (old.id, "")


def test_the_same_wish_twice_is_one_route(database: Database) -> None:
    """Pressing a button twice does not subscribe twice."""
    with database.write() as work:
        one = a_reader(work, a_route("KP"), a_route("KP"))
        assert len(work.routes.of(one.id)) == 1


@pytest.mark.parametrize(
    ("old", "new", "left"),
    [
        (DeliveryState.QUEUED, DeliveryState.FAILED, DeliveryState.QUEUED),
        (DeliveryState.SENT, DeliveryState.QUEUED, DeliveryState.SENT),
        (DeliveryState.CANCELLED, DeliveryState.UNCERTAIN, DeliveryState.UNCERTAIN),
    ],
)
def test_of_two_chats_that_become_one_the_row_that_went_furthest_stays(
    database: Database, old: DeliveryState, new: DeliveryState, left: DeliveryState
) -> None:
    """What waits for the one is not lost because the other could not be sent it, and none gets it twice."""
    with database.write() as work:
        group, grown = a_reader(work, address="-1"), a_reader(work, address="-1002")
        call = queued(work, group, grown)
        for one, state in zip(work.deliveries.of_alert(call.id), (old, new), strict=True):
            work.attempts.settle(one.id, state)
        work.recipients.move(group.id, "telegram", "-1002", NOON)
        assert [one.state for one in work.deliveries.of_alert(call.id)] == [left]


def test_what_waits_for_a_chat_that_moves_to_where_nobody_was_reached_is_sent(database: Database) -> None:
    """The platform says that it is there: nothing of it waits for ever."""
    with database.write() as work:
        group, grown = a_reader(work, address="-1"), a_reader(work, address="-1002")
        work.recipients.suspend(grown.id, NOON)
        call = queued(work, group)
        work.recipients.move(group.id, "telegram", "-1002", NOON)
        assert [one.alert_id for one in work.deliveries.due("telegram", NOON, 9)] == [call.id]


def test_what_is_put_back_for_somebody_who_left_meanwhile_waits_for_their_return(database: Database) -> None:
    """It was under way when they blocked us: neither does it wait for ever, nor is it lost."""
    with database.write() as work:
        one = a_reader(work)
        queued(work, one)
        (delivery,) = work.deliveries.due("telegram", NOON, 9)
        work.attempts.begin([delivery.id], NOON)
        work.recipients.suspend(one.id, NOON)
        work.attempts.put_back([delivery])
        (left,) = work.deliveries.many([delivery.id])
        work.recipients.ensure("telegram", ADDRESS, "en", NOON)
        (back,) = work.deliveries.many([delivery.id])
    assert (left.state, left.attempts) == (DeliveryState.CANCELLED, 0)
    assert back.state is DeliveryState.QUEUED


def test_forget_removes_what_is_queued_in_that_moment(database: Database) -> None:
    """A poll has matched an alert for them and not committed yet: one waits, and nothing is left."""
    with database.write() as work:
        one = a_reader(work, a_route())

    def forgets() -> None:
        with database.write() as work:
            work.recipients.forget(one.id)

    with ThreadPoolExecutor(1) as pool:
        with database.write() as work:
            queued(work, one)
            work.connection.execute(sa.text("SELECT 1"))
            leaving = pool.submit(forgets)
            wait([leaving], timeout=0.3)
        leaving.result(timeout=30)
    with database.read() as work:
        assert work.recipients.find("telegram", ADDRESS) is None
        assert work.counts().waiting == 0


def test_a_chat_that_moves_into_another_stays_discreet(database: Database) -> None:
    """Who asked for few words there is not shown in full what the two are told from now on."""
    with database.write() as work:
        old, new = a_reader(work, address="-1"), a_reader(work, address="-1002")
        work.recipients.set_discreet(old.id, discreet=True)
        work.recipients.move(old.id, "telegram", "-1002", NOON)
        moved = work.recipients.get(new.id)
    assert moved is not None
    assert moved.discreet


@pytest.mark.parametrize("known", [False, True])
def test_a_group_that_was_out_of_reach_and_moved_is_there_again(database: Database, known: bool) -> None:
    """Refused, then it became a supergroup: what was kept from it is told where it is now."""
    with database.write() as work:
        group = a_reader(work, a_route("KP"), address="-1")
        if known:
            a_reader(work, address="-1002")
        call = queued(work, group)
        work.recipients.suspend(group.id, NOON)
        work.recipients.move(group.id, "telegram", "-1002", NOON)
        found = work.recipients.find("telegram", "-1002")
        assert found is not None
        assert found.state is RecipientState.ACTIVE
        assert [one.alert_id for one in work.deliveries.due("telegram", NOON, 9)] == [call.id]


def test_a_chat_and_its_topics_are_found_together_without_deciphering_others(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Anybody may throw a bot out of a group again and again: that must not cost all a look at everybody."""
    with database.write() as work:
        for address in ("-100", "-100/7", "-1001", "-1001/7", "7"):
            work.recipients.ensure("telegram", address, "en", NOON)
        work.recipients.ensure("matrix", "-100", "en", NOON)
    opened: list[bytes] = []
    known = Vault.open

    def counted(self: Vault, sealed: bytes, purpose: str) -> str:
        opened.append(sealed)
        return known(self, sealed, purpose)

    monkeypatch.setattr(Vault, "open", counted)
    with database.read() as work:
        found = work.recipients.within("telegram", "-100")
    assert [one.address for one in found] == ["-100", "-100/7"]
    assert len(opened) == 2
    monkeypatch.undo()
    with database.write() as work:
        work.recipients.move(found[1].id, "telegram", "-1005/7", NOON)
    with database.read() as work:
        assert [one.address for one in work.recipients.within("telegram", "-1005")] == ["-1005/7"]


def test_whom_an_earlier_version_stored_is_marked_with_their_chat_at_the_start(
    database: Database, backend: Backend, vault: Vault
) -> None:
    """One who cannot be deciphered is no reason not to start."""
    with database.write() as work:
        for address in ("-100/7", "-100/8", "-100/9"):
            work.recipients.ensure("telegram", address, "en", NOON)
        work.connection.execute(sa.update(recipients).values(chat_trace=None))
        broken = sa.update(recipients).where(recipients.c.id == 2).values(address_sealed=b"broken")
        work.connection.execute(broken)
    again = Database(backend.url, vault)
    again.prepare()
    with again.read() as work:
        assert [one.address for one in work.recipients.within("telegram", "-100")] == ["-100/7", "-100/9"]
    again.close()


def test_another_account_is_not_bound_by_what_the_old_one_was_told(database: Database) -> None:
    """An alert that was put off may go at once; a digest keeps its hour, and so does what has its own."""
    hour, later = NOON + timedelta(hours=1), NOON + timedelta(hours=2)
    with database.write() as work:
        one, other = a_reader(work), a_reader(work, address="43")
        call = queued(work, one, other, alert=an_alert(identifier="call"))
        digest = queued(work, one, lane=4, alert=an_alert(identifier="digest"))
        for reader in (one, other):
            work.deliveries.postpone(reader.id, hour)
            work.rests.rest(reader.id, hour)
        timed = queued(work, one, alert=an_alert(identifier="timed"))
        (waits,) = work.deliveries.of_alert(timed.id)
        work.attempts.settle(waits.id, DeliveryState.QUEUED, not_before=later)
        work.rests.wrote(one.id, NOON)
        work.recipients.turn_to(one.id, "telegram 2000002", NOON)
        assert work.rests.resting("telegram 2000002", NOON) == {}
        assert work.rests.written_to("telegram 2000002", NOON) == {}
        (due,) = work.deliveries.due("telegram 2000002", NOON, 9)
        assert (due.alert_id, due.recipient_id) == (call.id, one.id)
        rows = sa.select(deliveries.c.alert_id, deliveries.c.not_before)
        theirs = work.connection.execute(rows.where(deliveries.c.recipient_id == one.id))
        at = {row.alert_id: row.not_before for row in theirs}
        assert at == {call.id: NOON, digest.id: hour, timed.id: later}
        assert work.rests.resting("telegram", NOON) == {other.id: hour}
