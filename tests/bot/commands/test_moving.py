"""/move: what somebody asked for goes along to another chat, once, and nothing stays behind."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.commands import moving
from jobs.allowance import Allowance
from storage.database import Database
from storage.people import Delivery
from storage.tables import metadata
from storage.tables.log import alerts, deliveries
from storage.tables.people import handovers, recipients
from storage.words import DeliveryState, DeskRole, Stance
from tests.bot.chat import Chat
from tests.builders import NOON
from tests.filled import fill


@pytest.fixture(autouse=True)
def allowance(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has tried any code yet."""
    monkeypatch.setattr(moving, "_ALLOWANCE", Allowance(moving._TRIES, 200))


@pytest.fixture
def telegram(database: Database) -> Chat:
    """A private chat on Telegram that has asked for something, in an archive that holds something."""
    with database.write() as work:
        fill(work)
    chat = Chat(database, transport="telegram", address="77")
    chat.says('/subscribe KP "camp"')
    chat.says("/settings lang:ko")
    chat.says("/quiet 22:00-07:00 Asia/Seoul")
    with database.write() as work:
        work.stances.take(recipient(chat), 1, Stance.FOLLOW)
        work.deliveries.queue(1, [(recipient(chat), "telegram", NOON)], 1)
        work.deliveries.queue(2, [(recipient(chat), "telegram", NOON)], 1)
        of = (deliveries.c.recipient_id == recipient(chat), deliveries.c.alert_id == 2)
        sent = {"state": DeliveryState.SENT, "reference": "77 4"}
        work.connection.execute(sa.update(deliveries).where(*of).values(**sent))
    return chat


@pytest.fixture
def matrix(database: Database) -> Chat:
    """The same person's room on Matrix."""
    return Chat(database, transport="matrix", address="!room:t.test")


def recipient(chat: Chat) -> int:
    """Its number."""
    found = chat.recipient()
    assert found is not None
    return found.id


def code(chat: Chat) -> str:
    """The line that the other chat is to be sent."""
    return next(line for line in chat.says("/move").splitlines() if line.startswith("/move "))


def log(chat: Chat) -> list[Delivery]:
    """What was sent there, or waits to be."""
    with chat.database.read() as work:
        found = [work.deliveries.of_alert(number) for number in (1, 2)]
    return [one for some in found for one in some if one.recipient_id == recipient(chat)]


def test_everything_goes_along_and_the_old_chat_is_gone(telegram: Chat, matrix: Chat) -> None:
    """Routes with their words, language, hours, cases, what waits; of the old address no row is left."""
    before, routes = telegram.recipient(), telegram.routes
    assert before is not None
    assert routes
    with telegram.database.read() as work:
        trace = work.connection.scalar(
            sa.select(recipients.c.address_trace).where(recipients.c.id == before.id)
        )
    assert "Everything is here now" in matrix.says(code(telegram))
    assert telegram.recipient() is None
    now = matrix.recipient()
    assert now is not None
    assert now == replace(before, transport="matrix", address="!room:t.test", sender="matrix")
    assert matrix.routes == routes
    with matrix.database.read() as work:
        assert [(stance, case) for stance, case, _ in work.stances.of(now.id)] == [(Stance.FOLLOW, 1)]
        theirs = sa.select(deliveries.c.transport).where(deliveries.c.recipient_id == now.id)
        assert set(work.connection.scalars(theirs)) == {"matrix"}
        for table in metadata.sorted_tables:
            for column in table.columns:
                if column.name.endswith("_trace"):
                    assert trace not in list(work.connection.scalars(sa.select(column)))
    assert {(one.state, one.reference) for one in log(matrix)} == {
        (DeliveryState.QUEUED, ""),
        (DeliveryState.SENT, ""),
    }
    assert "Nothing is stored" in telegram.says("/privacy")


def test_a_code_serves_once_and_not_for_long(telegram: Chat, matrix: Chat) -> None:
    """Nor the one before it, nor in the chat that it is from; only its keyed hash is kept."""
    telegram.says("/settings lang:en")
    first = code(telegram)
    line = code(telegram)
    with telegram.database.read() as work:
        theirs = handovers.c.recipient_id == recipient(telegram)
        (trace,) = work.connection.scalars(sa.select(handovers.c.trace).where(theirs))
        assert line.removeprefix("/move ") not in str(trace)
    assert "does not work" in matrix.says(first)
    assert "the one that it is from" in telegram.says(line)
    late = replace(matrix, now=NOON + timedelta(minutes=16))
    assert "does not work" in late.says(line)
    assert "Everything is here now" in matrix.says(line.lower().replace("-", ""))
    assert "does not work" in Chat(matrix.database, "matrix", address="!other:t.test").says(line)


def test_who_guesses_is_soon_refused(telegram: Chat, matrix: Chat) -> None:
    """A few codes an hour from one chat; a right one is not counted."""
    for number in range(moving._TRIES):
        assert "does not work" in matrix.says(f"/move AAAA-AAAA-AAAA-AAA{number + 2}")
    assert "Too many codes" in matrix.says("/move AAAA-AAAA-AAAA-BBBB")
    assert "Everything is here now" in matrix.says(code(telegram))


def test_it_joins_what_the_other_chat_asked_for(telegram: Chat, matrix: Chat) -> None:
    """Both wishes stand; one person, one row, and nothing comes twice."""
    matrix.says("/subscribe CN kind:resolution")
    with matrix.database.write() as work:
        work.deliveries.queue(1, [(recipient(matrix), "matrix", NOON)], 1)
    matrix.says(code(telegram))
    assert {route.countries for route in matrix.routes} == {("KP",), ("CN",)}
    assert len(log(matrix)) == 2
    found = matrix.recipient()
    assert found is not None
    assert (found.language, found.quiet) == ("ko", (1320, 420))


def test_where_it_is_not_done(telegram: Chat, matrix: Chat) -> None:
    """Among others; where nothing was asked for; with a role at the desk, which does not go along."""
    telegram.says("/settings lang:en")
    assert "private chat" in replace(telegram, group=True).says("/move")
    assert "asked for nothing" in matrix.says("/move")
    with telegram.database.write() as work:
        assert work.staff.join(work.staff.invite(DeskRole.ADMIN, NOON), "telegram", "77", NOON)
    assert "Ask an owner" in telegram.says("/move")


def test_while_something_is_being_sent_nothing_changes(telegram: Chat, matrix: Chat) -> None:
    """Its outcome belongs to the old chat; the same code serves in a moment."""
    line, before = code(telegram), log(telegram)
    of = (deliveries.c.recipient_id == recipient(telegram), deliveries.c.alert_id == 1)

    def becomes(state: DeliveryState) -> None:
        with telegram.database.write() as work:
            work.connection.execute(sa.update(deliveries).where(*of).values(state=state))

    becomes(DeliveryState.SENDING)
    assert "just being sent" in matrix.says(line)
    assert matrix.recipient() is None
    becomes(DeliveryState.QUEUED)
    assert log(telegram) == before
    assert "Everything is here now" in matrix.says(line)


def test_a_chat_that_came_by_a_code_is_found_among_its_chats_topics(telegram: Chat, matrix: Chat) -> None:
    """What becomes of the new chat is meant for them; what becomes of the old one is not."""
    matrix.says(code(telegram))
    with matrix.database.read() as work:
        assert [one.id for one in work.recipients.within("matrix", "!room:t.test")] == [recipient(matrix)]
        assert work.recipients.within("telegram", "77") == ()


@pytest.mark.parametrize("which", ["old", "new"])
def test_what_was_kept_for_whoever_blocked_a_chat_comes_in_the_other(
    telegram: Chat, matrix: Chat, which: str
) -> None:
    """Whichever of the two could not be reached: the code says that somebody is there."""
    matrix.says("/subscribe CN kind:resolution")
    line = code(telegram)
    lost = {"old": telegram, "new": matrix}[which]
    with telegram.database.write() as work:
        work.connection.execute(sa.update(alerts).values(expires=NOON + timedelta(days=1)))
        gone = recipient(lost)
        if lost is matrix:
            work.connection.execute(
                sa.delete(deliveries).where(deliveries.c.recipient_id == recipient(telegram))
            )
            work.deliveries.queue(1, [(gone, "matrix", NOON)], 1)
        work.recipients.suspend(gone, NOON)
    assert "Everything is here now" in replace(matrix, now=NOON + timedelta(minutes=5)).says(line)
    (one,) = [one for one in log(matrix) if one.alert_id == 1]
    assert one.state is DeliveryState.QUEUED
    with matrix.database.read() as work:
        assert work.deliveries.is_due("matrix", NOON + timedelta(minutes=5), [recipient(matrix)])


@pytest.mark.parametrize("which", ["old", "new"])
def test_few_words_are_said_where_either_chat_wanted_so(telegram: Chat, matrix: Chat, which: str) -> None:
    """Whoever looks at the screen of the one may look at that of the other."""
    matrix.says("/subscribe CN kind:resolution")
    with telegram.database.write() as work:
        work.recipients.set_discreet(recipient({"old": telegram, "new": matrix}[which]), discreet=True)
    matrix.says(code(telegram))
    found = matrix.recipient()
    assert found is not None
    assert found.discreet
