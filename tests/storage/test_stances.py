"""What recipients want of one case, and what becomes of an alert for their sake."""

import pytest
import sqlalchemy as sa

from storage.database import Database, Work
from storage.tables.people import stances
from storage.words import DeliveryState, MsgType, Stance
from tests.builders import NOON, a_reader, an_alert, queued


def states(work: Work, alert_id: int) -> dict[int, tuple[DeliveryState, int]]:
    """Where each recipient's delivery of the alert is, and in which lane."""
    return {one.recipient_id: (one.state, one.lane) for one in work.deliveries.of_alert(alert_id)}


def test_followers_get_it_once_and_at_once(database: Database) -> None:
    """Also who asked for nothing, and who would have it in a digest; who left gets nothing."""
    with database.write() as work:
        case = work.cases.open("Nine", NOON)
        told, digest, only, gone = (a_reader(work, address=name) for name in ("1", "2", "3", "4"))
        for reader in (told, digest, only, gone):
            work.stances.take(reader.id, case, Stance.FOLLOW)
        work.recipients.suspend(gone.id, NOON)
        alert = queued(work, told, lane=2, alert=an_alert(case_id=case))
        work.deliveries.queue(alert.id, [(digest.id, "telegram", NOON)], 4)
        assert work.stances.followed(case)
        assert work.stances.queue(alert.id, case, 2, NOON) == 1
        assert states(work, alert.id) == dict.fromkeys(
            (told.id, digest.id, only.id), (DeliveryState.QUEUED, 2)
        )


def test_what_an_admin_looks_at_first_is_held_for_followers_too(database: Database) -> None:
    """No way round the storm guard."""
    with database.write() as work:
        case, reader = work.cases.open("Nine", NOON), a_reader(work)
        work.stances.take(reader.id, case, Stance.FOLLOW)
        alert = queued(work, alert=an_alert(case_id=case))
        work.stances.queue(alert.id, case, 2, NOON, held="an admin looks first")
        assert states(work, alert.id) == {reader.id: (DeliveryState.HELD, 2)}


def test_a_follower_who_would_have_it_in_a_digest_waits_for_the_admin_too(database: Database) -> None:
    """At once means: as soon as an admin lets it go."""
    with database.write() as work:
        case, reader = work.cases.open("Nine", NOON), a_reader(work)
        work.stances.take(reader.id, case, Stance.FOLLOW)
        alert = queued(work, alert=an_alert(case_id=case))
        work.deliveries.queue(alert.id, [(reader.id, "telegram", NOON)], 4)
        work.stances.queue(alert.id, case, 2, NOON, held="an admin looks first")
        assert states(work, alert.id) == {reader.id: (DeliveryState.HELD, 2)}


def test_a_muted_case_is_told_to_nobody_who_muted_it(database: Database) -> None:
    """Only to them, only of this case; what waits by then does not come any more, but its end does."""
    with database.write() as work:
        case, other = work.cases.open("Nine", NOON), work.cases.open("Ten", NOON)
        tired, awake = a_reader(work, address="1"), a_reader(work, address="2")
        waits = queued(work, tired, alert=an_alert(identifier="waits", case_id=case))
        end = queued(work, tired, alert=an_alert(identifier="e", case_id=case, msg_type=MsgType.CANCEL))
        elsewhere = queued(work, tired, alert=an_alert(identifier="other", case_id=other))
        work.stances.take(tired.id, case, Stance.MUTE)
        later = queued(work, tired, awake, alert=an_alert(identifier="later", case_id=case))
        assert work.stances.hush(later.id, case) == 1
        assert [states(work, one.id)[tired.id][0] for one in (waits, end, elsewhere, later)] == [
            DeliveryState.CANCELLED,
            DeliveryState.QUEUED,
            DeliveryState.QUEUED,
            DeliveryState.CANCELLED,
        ]
        assert states(work, later.id)[awake.id][0] is DeliveryState.QUEUED
        assert not work.stances.followed(case)


def test_the_last_word_counts(database: Database) -> None:
    """Followed, then muted: muted. Dropped: neither."""
    with database.write() as work:
        case, reader = work.cases.open("Nine", NOON), a_reader(work)
        for stance in (Stance.FOLLOW, Stance.MUTE):
            work.stances.take(reader.id, case, stance)
        assert work.stances.of(reader.id) == ((Stance.MUTE, case, "Nine"),)
        assert work.stances.drop(reader.id, case) is Stance.MUTE
        assert work.stances.drop(reader.id, case) is None
        assert work.stances.of(reader.id) == ()


def test_who_is_forgotten_leaves_no_stance(database: Database) -> None:
    """Every row about the recipient goes."""
    with database.write() as work:
        reader = a_reader(work)
        work.stances.take(reader.id, work.cases.open("Nine", NOON), Stance.FOLLOW)
        work.recipients.forget(reader.id)
        assert work.connection.scalar(sa.select(sa.func.count()).select_from(stances)) == 0


@pytest.mark.parametrize("known", [True, False])
def test_a_chat_that_moves_takes_its_stances_along(database: Database, known: bool) -> None:
    """Into a chat that has some of its own: those stay, the others join them."""
    with database.write() as work:
        cases = [work.cases.open(name, NOON) for name in ("Nine", "Ten")]
        reader = a_reader(work, address="-1")
        for case in cases:
            work.stances.take(reader.id, case, Stance.FOLLOW)
        if known:
            work.stances.take(a_reader(work, address="-1002").id, cases[0], Stance.MUTE)
        work.recipients.move(reader.id, "telegram", "-1002", NOON)
        moved = work.recipients.find("telegram", "-1002")
        assert moved is not None
        first = Stance.MUTE if known else Stance.FOLLOW
        assert [one for one, *_ in work.stances.of(moved.id)] == [first, Stance.FOLLOW]
