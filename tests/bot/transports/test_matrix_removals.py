"""What was taken down leaves the rooms of a real Synapse, with every version of it."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.announce import Announcer
from jobs.deliver import Deliverer
from jobs.pace import Pace
from jobs.takedown import take_down
from storage.database import Database
from storage.words import Cause
from tests.bot.transports.a_bot import Bot, texts
from tests.builders import NOON, a_reader, a_route, a_statement, an_alert, queued
from tests.synapse import Person, Synapse


@pytest.fixture
def person(synapse: Synapse) -> Person:
    """Somebody with a client that is not ours."""
    return synapse.register()


@pytest.fixture
def bot(synapse: Synapse, tmp_path: Path) -> Bot:
    """The bot's account."""
    return Bot(tmp_path, synapse.register())


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_what_was_taken_down_is_redacted_in_every_version(
    bot: Bot, person: Person, database: Database
) -> None:
    """The call and its edit; of a digest all versions, and it comes anew, without a sound and that line.

    Nothing of it is left in what the homeserver gives out.
    """
    room = person.room(bot.account.user)
    bot.account.joins(room)
    with database.write() as work:
        reader = a_reader(work, a_route(), transport="matrix", address=room)
        case = work.cases.open("Nine", NOON)
        named = a_statement(
            title="Ri hides near the river", text="Ri hides there. We call on China.", case_id=case
        )
        call = queued(work, reader, alert=an_alert(identifier="call", statement=named, case_id=case))
    async with bot.runs() as transport:

        async def sends() -> None:
            await Deliverer(database, Announcer(transport), Pace(1e9, gap=0), lambda: NOON).drain()

        await sends()
        with database.write() as work:
            lines = [an_alert(identifier="line", statement=replace(call.statement, external_id="2"))]
            lines.append(an_alert(identifier="other", statement=a_statement(title="Ten others")))
            taken, _ = (queued(work, reader, lane=4, alert=line) for line in lines)
            edit = an_alert(identifier="edit", cause=Cause.EDIT, statement=call.statement, case_id=case)
            edit = replace(edit, source=work.sources.ensure(edit.source))
            edit = replace(edit, id=work.alerts.add(edit))
            assert work.told.amend(edit, NOON, statement_id=call.statement.id) == 1
        await sends()
        before = texts(person, room, bot.account.user)
        assert sum("river" in body for body in before) == 3, "the call, its edit, the digest"
        with database.write() as work:
            for one in (call, taken):
                take_down(work, one.statement.id, "why", NOON)
        await sends()
    assert "river" not in str(person.events(room))
    (digest,) = texts(person, room, bot.account.user)
    assert "taken down, for somebody's safety" in digest
    assert "Ten others" in digest
    last = [one for one in person.events(room) if one["type"] == "m.room.message" and one["content"]][-1]
    assert last["content"]["msgtype"] == "m.notice"
    with database.read() as work:
        gone = work.removals.going()
        cleared = [work.removals.cleared(one, NOON, timedelta()) for one in gone]
        assert [(one.gone, one.changed) for one in cleared] == [(1, 0), (0, 1)]
