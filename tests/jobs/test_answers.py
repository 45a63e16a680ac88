"""One row that cannot be read or written keeps back nobody else's, and the loop goes on."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from jobs.deliver import Deliverer
from jobs.errands import Finished
from jobs.ledger import Ledger
from jobs.pace import Pace, Place
from storage.database import Database, Work
from storage.people import Recipient
from storage.tables.log import alerts, deliveries
from storage.tables.people import recipients
from storage.words import DeliveryState, MsgType
from tests.builders import NOON, a_reader, an_alert, arrived, queued
from tests.jobs.test_deliver import Clock, Platform, delivery, queue

SENT, QUEUED = DeliveryState.SENT, DeliveryState.QUEUED


def sealed_badly(work: Work, reader: Recipient) -> None:
    """Its address cannot be deciphered."""
    work.connection.execute(
        sa.update(recipients).where(recipients.c.id == reader.id).values(address_sealed=b"rubbish")
    )


def worded_badly(work: Work, reader: Recipient) -> None:
    """Its alert says what this program does not know."""
    of = sa.select(deliveries.c.alert_id).where(deliveries.c.recipient_id == reader.id)
    work.connection.execute(sa.update(alerts).where(alerts.c.id.in_(of)).values(status="Odd"))


@pytest.mark.parametrize("harm", [sealed_badly, worded_badly])
async def test_what_cannot_be_read_waits_and_all_others_are_sent(database: Database, harm: object) -> None:
    """Also what is due for somebody later; it is tried again after an hour, in case it is mended."""
    assert callable(harm)
    ids = [queue(database, f"alert {number}", address=str(number)) for number in range(3)]
    with database.write() as work:
        reader = work.recipients.find("telegram", "1")
        assert reader is not None
        harm(work, reader)
    platform, clock = Platform(), Clock()
    await Deliverer(database, platform, Pace(1e9, gap=0), clock).drain()
    assert [address for address, _, _ in platform.told] == ["0", "2"]
    with database.read() as work:
        log = [work.deliveries.of_alert(one)[0] for one in ids]
    assert [one.state for one in log] == [SENT, QUEUED, SENT]
    assert log[1].not_before == NOON + timedelta(hours=1)


async def test_an_address_that_the_platform_cannot_have_stops_nobody(database: Database) -> None:
    """As whatever else is wrong with one of them."""
    for number in range(3):
        queue(database, f"alert {number}", address=str(number))

    def place(address: str) -> Place:
        if address == "1":
            raise ValueError("no such chat can be")
        return Place(address)

    platform = Platform()
    await Deliverer(database, platform, Pace(1e9, gap=0, place=place), Clock()).drain()
    assert [address for address, _, _ in platform.told] == ["0", "2"]


async def test_of_a_digest_what_can_be_read_is_told(database: Database) -> None:
    """One line that is at fault does not take the others with it."""
    for name in ("a", "b", "c"):
        queue(database, name, lane=4)
    with database.write() as work:
        odd = sa.update(alerts).where(alerts.c.identifier == "b").values(msg_type="odd")
        work.connection.execute(odd)
    platform = Platform()
    await Deliverer(database, platform, Pace(1e9, gap=0), Clock()).drain()
    assert [names for _, names, _ in platform.told] == [("a", "c")]


async def test_who_is_forgotten_in_the_moment_of_the_look_stops_nobody(database: Database) -> None:
    """Between the look for what is to be changed and the look for who they are; one of the two waits."""
    with database.write() as work:
        case, leaves, stays = work.cases.open("Nine", NOON), *(a_reader(work, address=one) for one in "12")
        arrived(work, queued(work, leaves, stays, alert=an_alert(identifier="call", case_id=case)).id, "7")
        end = queued(work, alert=an_alert(identifier="end", case_id=case, msg_type=MsgType.CANCEL))
        work.told.amend(end, NOON)
    leaving: list[Future[None]] = []

    def forgets() -> None:
        with database.write() as work:
            work.recipients.forget(leaves.id)

    with ThreadPoolExecutor(1) as pool:

        def between(*seen: Any) -> None:
            if not leaving and "deliveries.amend_by" in seen[2]:
                leaving.append(pool.submit(forgets))
                wait(leaving, timeout=0.5)

        sa.event.listen(database.engine, "after_cursor_execute", between)
        platform = Platform()
        await Deliverer(database, platform, Pace(1e9, gap=0), Clock()).drain()
        leaving[0].result(timeout=30)
    assert [address for address, _, _ in platform.told] in (["2"], ["1", "2"])
    with database.read() as work:
        assert work.told.next_due("telegram") is None


class Stubborn(Ledger):
    """A ledger that cannot write one of the answers, nor anything that is to be written with it."""

    def _settle(self, work: Work, finished: Sequence[Finished]) -> None:
        super()._settle(work, finished)
        if any(one.errand.recipient.address == "1" for one in finished):
            raise KeyError("a fault of ours")


async def test_an_answer_that_cannot_be_written_takes_no_other_with_it(database: Database) -> None:
    """Three have arrived; of one that cannot be said, and the next start calls it uncertain."""
    ids = [queue(database, f"alert {number}", address=str(number)) for number in range(3)]
    platform = Platform()
    sender = Deliverer(database, platform, Pace(1e9, gap=0), Clock())
    sender._ledger = Stubborn(database, "telegram", Clock())
    await sender.drain()
    ids.append(queue(database, "later", address="9"))
    await sender.drain()
    assert [delivery(database, one).state for one in ids] == [SENT, DeliveryState.SENDING, SENT, SENT]
    assert len(platform.told) == 4
    assert sender.recover() == 1
