"""A call that is over asks nobody any more, wherever it is read; one that is not over still does."""

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.commands.inline import offers
from bot.render.html import plain_text
from jobs.intake import Intake, Item
from jobs.parser import Parser
from storage.database import Database
from storage.records import Signatories
from storage.words import CaseState
from tests.bot.chat import Chat
from tests.builders import NOON, a_source, an_entry
from tests.feeds import item, rss
from tests.jobs.test_after_the_end import STOP, says
from tests.jobs.watching import CALL, POST, Watch, a_watch

OVER = "This call is over (10 March 2026). Nothing is asked any more."
REPORT = (
    "Northlight report on nine North Korean refugees in Shenyang",
    "Northlight publishes its yearly report about North Korean refugees in China.",
)


@pytest.fixture
async def watch(database: Database) -> AsyncIterator[Watch]:
    """#2 is a call by northlight; another source is watched besides."""
    async with a_watch(database) as made:
        for path, name in (("/a", "northlight"), ("/b", "other")):
            made.publish(path, rss(item(*POST, made.now - timedelta(days=9), "0")))
            made.over_feed(path, name, organisation=name)
            await made.polls(name)
        await says(made, "northlight", CALL, "call")
        made.later(minutes=10)
        yield made


def numbered(watch: Watch, title: str) -> int:
    """The statement with this title, the newest of several."""
    return watch.statements()[title].id


def told_by_all(watch: Watch, number: int) -> list[str]:
    """What everything that leads to a call says of it."""
    chat = Chat(watch.database)
    chat.says("/settings lang:en")
    lines = [f"/act {number}", f"/statement {number}", f"/start a{number}", f"/start s{number}"]
    with watch.database.read() as work:
        found = {one.number: one for one in offers("", "", "en", work, NOON).offers}
    cited = plain_text(found[number].message)
    return [*map(chat.says, [*lines, f"/cite {number}"]), cited]


def signed_by(watch: Watch, number: int, name: str) -> None:
    """Somebody is among those who signed it."""
    with watch.database.write() as work:
        statement = work.statements.get(number)
        assert statement is not None
        known = replace(statement, signatories=Signatories(organisations=1, names=(name,)))
        work.statements.parties.remove(number)
        work.statements.parties.add(number, known, "northlight", None)


def about(chat: Chat, line: str, number: int) -> str:
    """What a list says of one statement, below its title."""
    found = re.search(rf"^#{number} .*\n(.*)$", chat.says(line), re.MULTILINE)
    assert found, chat.read
    return found[1]


async def test_what_is_over_says_so_wherever_it_is_read(watch: Watch) -> None:
    """First of all where one reads it or is to act, and in a citation; what became of it is a tap away."""
    number = numbered(watch, CALL[0])
    assert not any("over" in told for told in told_by_all(watch, number))
    await says(watch, "northlight", STOP, "stop")
    *read, cite, cited = told_by_all(watch, number)
    assert all(told.startswith(OVER) for told in read), read
    assert OVER in cite
    assert cited == cite
    chat = Chat(watch.database)
    acts = chat.says(f"/act {number}")
    assert "How to act" not in acts
    assert "Asked of" not in acts
    assert "stopped" in chat.presses("What became of it")
    signed_by(watch, number, "Northlight Friends")
    for line in ("/latest", "/search refugees Shenyang", "/signed Northlight Friends"):
        assert about(chat, line, number).endswith(" · over")
    korean = Chat(watch.database, language="ko", address="2").says(f"/act {number}")
    assert korean.startswith("이 호소는 종료되었습니다(2026년 3월 10일). 더 이상 하실 일은 없습니다.")


async def test_what_ends_a_call_is_not_acted_on(watch: Watch) -> None:
    """It asks for nothing, and is not said to name nobody."""
    await says(watch, "northlight", STOP, "stop")
    read = Chat(watch.database).says(f"/act {numbered(watch, STOP[0])}")
    assert read.startswith(OVER)
    assert "neither" not in read


async def test_an_end_that_waits_for_an_admin_ends_nothing(watch: Watch) -> None:
    """Somebody else's word for it, which nobody was told: people are still asked."""
    await says(watch, "other", STOP, "stop")
    number = numbered(watch, CALL[0])
    assert not any("over" in told for told in told_by_all(watch, number))
    chat = Chat(watch.database)
    assert chat.says(f"/act {number}").startswith("How to act")
    assert not about(chat, "/latest", number).endswith("over")
    held = chat.says(f"/act {numbered(watch, STOP[0])}")
    assert held.startswith("It says that a call is over; how that stands now is in its case.")


async def test_a_case_that_goes_on_again_is_not_over(watch: Watch) -> None:
    """Arrested again: whoever comes by the first call must not read that nothing is asked."""
    number = numbered(watch, CALL[0])
    await says(watch, "northlight", STOP, "stop")
    watch.later(minutes=10)
    assert await says(watch, "northlight", CALL, "again")
    again = numbered(watch, CALL[0])
    for one in {number, again}:
        assert not any("over" in told for told in told_by_all(watch, one))


async def test_a_report_in_the_case_is_not_over(watch: Watch) -> None:
    """It asked for nothing, so nothing of it ended."""
    await says(watch, "northlight", REPORT, "report")
    number = numbered(watch, REPORT[0])
    call = watch.statements()[CALL[0]]
    assert watch.statements()[REPORT[0]].case_id == call.case_id
    await says(watch, "northlight", STOP, "stop")
    assert not about(Chat(watch.database), "/latest", number).endswith("over")
    assert about(Chat(watch.database), "/latest", call.id).endswith("over")


@pytest.mark.parametrize(("whose", "over"), [("northlight", True), ("other", False)])
async def test_a_stop_that_was_imported_ends_the_call_that_its_source_made(
    database: Database, whose: str, over: bool
) -> None:
    """An archive of years tells nobody to act for who has been free for long; another's word ends nothing."""
    of = {name: a_source(name=name, url="", organisation=name) for name in ("northlight", "other")}

    async def batch() -> AsyncIterator[Sequence[Item]]:
        for source, (title, text), uid in (("northlight", CALL, "call"), (whose, STOP, "stop")):
            at = NOON + timedelta(hours=uid == "stop")
            yield [(an_entry(uid=uid, title=title, text=text, published=at), of[source])]

    await Intake(database, Parser(), lambda: NOON + timedelta(days=2)).take(batch())
    with database.read() as work:
        call, stop = work.statements.after(0, 10)
        assert call.case_id == stop.case_id
        assert (call.id in work.alerts.over_since([call.id, stop.id])) is over
    with database.write() as work:  # what rang on its case later was taken back
        work.cases.touch(call.case_id or 0, CaseState.WITHDRAWN, NOON + timedelta(days=3))
    assert Chat(database).says(f"/act {call.id}").startswith(OVER) is over
