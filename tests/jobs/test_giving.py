"""An account goes to another program between two messages, and one that hangs holds up no other."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import pytest

from jobs import leaving
from jobs.deliver import Deliverer
from jobs.leaving import GIVE_WITHIN, Giving
from jobs.manner import Manner
from jobs.outcome import Outcome, Sent
from jobs.pace import Pace
from storage.database import Database
from storage.people import Recipient
from storage.records import Alert
from storage.words import DeliveryState
from tests.jobs.test_deliver import Clock, Platform, delivery, queue


def test_nothing_leaves_for_a_moment_and_then_all_but_what_hangs() -> None:
    """Two seconds for what is under way; then others go on until that has ended, and then it goes."""
    at, wanted = [0.0], [True]
    giving = Giving(lambda: wanted[0], lambda: at[0])
    assert giving.waits({"hangs", "arrives"})
    at[0] += GIVE_WITHIN
    assert giving.waits({"hangs"})
    at[0] += 0.1
    assert not giving.waits({"hangs"})
    assert not giving.waits({"hangs", "another"})
    at[0] += 8
    assert giving.waits({"another"}), "it has ended: what is under way arrives, and then it goes"
    assert giving.waits(set())
    wanted[0] = False
    assert not giving.waits(set())


@dataclass
class Hanging(Platform):
    """Answers nothing to the first until it is let; the others at once."""

    let: asyncio.Event = field(default_factory=asyncio.Event)
    reached: list[str] = field(default_factory=list)

    async def tell(
        self, alerts: Sequence[Alert], recipient: Recipient, key: str, now: datetime, manner: Manner
    ) -> Outcome:
        """One attempt."""
        await super().tell(alerts, recipient, key, now, manner)
        self.reached.append(recipient.address)
        if recipient.address == "1":
            await self.let.wait()
        return Sent("1")


async def test_a_message_that_hangs_while_an_account_is_given_over_holds_up_no_other(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others arrive meanwhile; the account goes when it has ended, and nothing is under way."""
    monkeypatch.setattr(leaving, "GIVE_WITHIN", 0.1)
    platform, going = Hanging(), [False]
    sender = Deliverer(database, platform, Pace(1e9, gap=0), Clock(), goes=lambda: going[0])
    first = queue(database, "first", address="1")
    task = asyncio.create_task(sender.drain())
    while not platform.reached:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    going[0] = True
    later = [queue(database, f"call {number}", address=str(number)) for number in (2, 3)]
    for _ in range(600):
        if len(platform.reached) == 3:
            break
        await asyncio.sleep(0.05)
    assert platform.reached == ["1", "2", "3"]
    assert not task.done()
    platform.let.set()
    await asyncio.wait_for(task, 60)
    assert {delivery(database, one).state for one in (first, *later)} == {DeliveryState.SENT}
