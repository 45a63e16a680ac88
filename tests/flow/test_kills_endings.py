"""Killed where a delivery does not simply arrive: digests, repetitions, chats that are gone or have moved.

Alerts and digests are one message each, so that no kill leaves half of one (tests/bot/render).
"""

from datetime import timedelta

import pytest

from storage.people import Recipient, Route
from storage.queries import Query
from storage.words import Digest, Kind, RecipientState
from tests.emulators.telegram import TelegramEmulator, blocked
from tests.feeds import Site, item, rss
from tests.flow.program import Program
from tests.flow.stage import TRAPS
from tests.flow.story import ADMIN, DINNER, PERSON, rung, urgent_call
from tests.flow.test_kills import ON_THE_WAY, UNKNOWABLE

CHANGES = tuple(point for point in TRAPS if point.startswith("a change"))
FREED = (
    "Stop action: nine North Korean refugees released",
    "The nine North Korean refugees held in Shenyang, China, have been released. No further action.",
)
GROUP, MOVED = -4242, -1_000_000_004_242
REFUSED = "a message is accepted"
"""Taken at least: what Telegram answers is its refusal, and the program died before it read that."""


@pytest.mark.parametrize("point", ["a delivery is claimed", *ON_THE_WAY, "the outcome is committed"])
async def test_a_digest_never_comes_twice_whenever_the_program_is_killed(
    vigil: Program, site: Site, telegram: TelegramEmulator, point: str
) -> None:
    """All of its statements share one fate: sent once, or uncertain and not repeated."""
    telegram.private(PERSON)
    vigil.subscribed(PERSON, Route(kinds=tuple(Kind), digest=Digest.DAILY))
    at = vigil.now() - timedelta(minutes=5)
    treaty = item("Statement on the border treaty", "Northlight remembers the treaty of 1962. " * 20, at, "1")
    site.publish("/feed", rss(treaty, item(*DINNER, at, "dinner")))
    assert (await vigil.run("poll"))[0] == 0
    assert vigil.states() == ["queued", "queued"]
    vigil.later(timedelta(hours=25))
    await vigil.dies(point)
    vigil.later(timedelta(minutes=2))
    await vigil.serve()
    await vigil.until(*["uncertain" if point in ON_THE_WAY else "sent"] * 2)
    assert await vigil.stop() == 0
    lost = point in ON_THE_WAY and point not in UNKNOWABLE
    assert [text.startswith("Digest: 2 statements") for text in telegram.texts(PERSON)] == [True] * (not lost)


@pytest.mark.parametrize(
    ("point", "state", "times"),
    [
        ("the outcome is written", "uncertain", 2),
        ("what was interrupted is settled", "sent", 2),
        ("a message is about to leave", "uncertain", 1),
        ("a message is accepted", "uncertain", 2),
    ],
)
async def test_a_repetition_is_not_repeated_whenever_the_program_is_killed_again(
    vigil: Program, site: Site, telegram: TelegramEmulator, point: str, state: str, times: int
) -> None:
    """Killed over an Immediate alert, and again over its repetition: it rings twice at the very most."""
    telegram.private(PERSON)
    vigil.subscribed(PERSON)
    urgent_call(site)
    await vigil.dies("a message is accepted")
    assert rung(telegram) == 1
    vigil.later(timedelta(minutes=2))
    await vigil.dies(point)
    vigil.later(timedelta(minutes=2))
    await vigil.serve()
    await vigil.until(state)
    assert await vigil.stop() == 0
    assert rung(telegram) == times
    assert "deliver.uncertain" in vigil.log()


@pytest.mark.parametrize("point", [REFUSED, "a recipient is suspended", "the outcome is committed"])
async def test_a_chat_that_is_gone_is_given_up_whenever_the_program_is_killed(
    vigil: Program, site: Site, telegram: TelegramEmulator, point: str
) -> None:
    """Its delivery has failed and nothing more is tried there, until it speaks again: then it is told."""
    telegram.private(PERSON)
    vigil.subscribed(PERSON)
    urgent_call(site)
    telegram.fail("sendMessage", blocked(), chat=PERSON, times=99)
    await vigil.dies(point)
    vigil.later(timedelta(minutes=2))
    await vigil.serve()
    await vigil.until("failed")
    assert the_reader(vigil).state is RecipientState.SUSPENDED
    telegram.recover()
    await telegram.says(PERSON, "/settings")
    # What may have arrived once stays the one repetition, and goes as it went.
    told = "1 urgent call that did not ring" if point == "the outcome is committed" else "people at risk"
    await telegram.until(PERSON, contains=told, patience=60)
    await vigil.until("sent")
    assert sum("Nine North Korean refugees" in text for text in telegram.texts(PERSON)) == 1
    assert await vigil.stop() == 0
    assert the_reader(vigil).state is RecipientState.ACTIVE


@pytest.mark.parametrize("point", [REFUSED, "a recipient is moved", "the outcome is committed"])
async def test_a_group_that_moved_is_followed_whenever_the_program_is_killed(
    vigil: Program, site: Site, telegram: TelegramEmulator, point: str
) -> None:
    """The alert rings once where the group is now, and what it asked for went with it; no update told so."""
    telegram.group(GROUP)
    vigil.subscribed(GROUP)
    urgent_call(site)
    telegram.upgrades(GROUP, MOVED)
    telegram.updates.drop()
    await vigil.dies(point)
    vigil.later(timedelta(minutes=2))
    await vigil.serve()
    await vigil.until("sent")
    assert await vigil.stop() == 0
    assert rung(telegram, MOVED) == 1
    assert the_reader(vigil).address == str(MOVED)


@pytest.mark.parametrize("point", CHANGES)
async def test_what_is_over_is_struck_whenever_the_program_is_killed(
    vigil: Program, site: Site, telegram: TelegramEmulator, point: str
) -> None:
    """The end is told once, and the call above it says so in the end."""
    telegram.private(PERSON)
    vigil.subscribed(PERSON)
    urgent_call(site)
    await vigil.serve()
    await vigil.until("sent")
    assert await vigil.stop() == 0
    site.publish("/feed", rss(item(*FREED, vigil.now(), "call")))
    vigil.later(timedelta(hours=1))
    await vigil.dies(point)
    vigil.later(timedelta(minutes=2))
    await vigil.serve()
    await telegram.until(PERSON, contains="Over since", patience=60)
    await vigil.until("sent", "sent")
    assert await vigil.stop() == 0
    assert [text.partition(" · ")[0] for text in telegram.texts(PERSON)] == ["OVER", "OVER"]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("point", ["a removal is accepted"])
async def test_what_was_taken_down_leaves_the_chat_whenever_the_program_is_killed(
    vigil: Program, site: Site, telegram: TelegramEmulator, point: str
) -> None:
    """Marked by a command beside the service; admins hear once that it is gone."""
    telegram.private(PERSON)
    vigil.subscribed(PERSON)
    urgent_call(site)
    await vigil.serve()
    await vigil.until("sent")
    assert await vigil.stop() == 0
    with vigil.database() as database, database.read() as work:
        (hit,) = work.statements.search(Query(words=("refugees",)), 9).hits
    code, out, _ = await vigil.run("admin", "takedown", str(hit.statement.id), "--why", "he is in hiding")
    assert (code, "1 messages about it stand in chats" in out) == (0, True)
    with vigil.database() as database, database.read() as work:
        assert [(one.act, one.matter) for one in work.audit.all()] == [("taken_down", hit.statement.id)]
    telegram.private(ADMIN)
    await vigil.dies(point)
    vigil.later(timedelta(minutes=2))
    await vigil.serve()
    told = await telegram.until(ADMIN, contains="what became of its messages", patience=60)
    assert "Messages removed: 1" in told.text
    assert telegram.texts(PERSON) == []
    assert await vigil.stop() == 0
    assert len([text for text in telegram.texts(ADMIN) if "what became of its messages" in text]) == 1


def the_reader(vigil: Program) -> Recipient:
    """The one recipient there is."""
    with vigil.database() as database, database.read() as work:
        (key,) = work.recipients.traces().values()
        found = work.recipients.get(key)
    assert found is not None
    return found
