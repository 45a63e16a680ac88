"""Killed again and again while an alert goes out to many: nobody is missed, and a double is on record.

`VIGIL_KILLS` says how often it is killed (3 if not given), `VIGIL_READERS` how many are told (60).
"""

import os
import random
from datetime import timedelta
from functools import partial

from storage.people import Route
from storage.words import DeliveryState
from tests.emulators.telegram import TelegramEmulator
from tests.feeds import Site
from tests.flow.program import Program
from tests.flow.story import rung, urgent_call

KILLS = int(os.environ.get("VIGIL_KILLS", "3"))
READERS = range(1_000, 1_000 + int(os.environ.get("VIGIL_READERS", "60")))


async def test_a_fan_out_that_is_killed_at_random_misses_nobody(
    vigil: Program, site: Site, telegram: TelegramEmulator
) -> None:
    """Twice reads it only who was being written to when it died, and each such delivery was uncertain."""
    for reader in READERS:
        telegram.private(reader)
    with vigil.database() as database, database.write() as work:
        for reader in READERS:
            known = work.recipients.ensure("telegram", str(reader), "en", vigil.now())
            work.routes.add(known.id, Route())
    urgent_call(site)
    chance = random.Random(os.environ.get("VIGIL_SEED", "7"))  # noqa: S311 - to be repeated, not secret
    for left in range(KILLS, 0, -1):
        unread = sum(not rung(telegram, reader) for reader in READERS)
        # The first four calls of a start are no messages: some kills fall before one, most among them.
        moment = len(telegram.calls) + chance.randint(1, 4 + unread // left)
        await vigil.launch()
        await telegram.until_true(partial(_has_come, telegram, moment), "the moment", patience=90)
        await vigil.kill()
        vigil.later(timedelta(minutes=2))
    await vigil.serve()
    await telegram.until_true(lambda: _is_settled(vigil), "the end", patience=180)
    assert await vigil.stop() == 0
    doubles = 0
    with vigil.database() as database, database.read() as work:
        for reader in READERS:
            known_now = work.recipients.find("telegram", str(reader))
            assert known_now is not None
            (delivery,) = (one for one in work.deliveries.of_alert(1) if one.recipient_id == known_now.id)
            times = rung(telegram, reader)
            assert times <= 2
            assert times >= 1 or delivery.state is DeliveryState.UNCERTAIN, "missed, and nobody knows"
            doubles += times == 2
    assert doubles <= vigil.log().count("deliver.uncertain")


def _has_come(telegram: TelegramEmulator, moment: int) -> bool:
    return len(telegram.calls) >= moment


def _is_settled(vigil: Program) -> bool:
    return not {"queued", "sending"} & set(vigil.states())


async def test_killed_between_the_count_and_the_attempt_an_alert_still_arrives(
    vigil: Program, site: Site, telegram: TelegramEmulator
) -> None:
    """Several at once were about to leave: each is repeated, and rings once."""
    people = READERS[:5]
    for person in people:
        telegram.private(person)
        vigil.subscribed(person)
    urgent_call(site)
    await vigil.dies("an attempt is counted")
    vigil.later(timedelta(minutes=2))
    await vigil.serve()
    await vigil.until(*["sent"] * 5)
    assert await vigil.stop() == 0
    assert [rung(telegram, person) for person in people] == [1] * 5
