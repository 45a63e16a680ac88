"""Several accounts on one transport: each writes to those who wrote to it, and to nobody else."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from structlog.testing import capture_logs

from bot import speaking
from bot.accounts import missing, settle_accounts
from bot.app import _send
from bot.checks.people import check_further, check_orphans
from bot.commands.request import Request
from bot.config import Config, ConfigError, TelegramConfig, load
from bot.desk import Desk
from bot.installation import matrix_sender, senders
from bot.joining import JOIN, emptiest
from bot.joining import routes as joining
from bot.transports.telegram_check import BotSeen
from bot.voices import voices
from bot.web import serving
from storage.database import Database, Unusable, Work, now_utc
from storage.people import Delivery, Recipient
from storage.words import DeliveryState, RecipientState
from tests.bot.test_config import written
from tests.builders import NOON, a_reader, a_route, a_statement, an_alert, arrived, queued
from tests.emulators.telegram import TelegramEmulator

FIRST, OTHER = "1000001:" + "a" * 35, "2000002:" + "b" * 35
SECOND = "telegram 2000002"


def a_config(first: str = FIRST, *more: str) -> Config:
    """With these bots."""
    return Config(telegram=TelegramConfig(first, more=tuple(TelegramConfig(one) for one in more)))


def a_request(text: str, sender: str = "", *, address: str = "42", number: str = "") -> Request:
    """A line, to the first account or another one."""
    return Request(text, "telegram", address, now_utc(), sender=sender, id=number)


def known(database: Database, address: str = "42") -> Recipient:
    """Who is reached there."""
    with database.read() as work:
        found = work.recipients.find("telegram", address)
        assert found
        return found


def one_alert(work: Work, *who: Recipient, name: str = "call") -> int:
    """An alert that waits for them."""
    told = an_alert(identifier=name, statement=a_statement(title=name), sent=now_utc())
    return queued(work, *who, alert=told).id


def log_of(work: Work, alert: int) -> Sequence[Delivery]:
    """What became of it."""
    return work.deliveries.of_alert(alert)


def due(database: Database, sender: str) -> int:
    """For how many something may leave by this account now."""
    with database.write() as work:
        return len(work.deliveries.due(sender, now_utc() + timedelta(minutes=1), 10))


# Who belongs to whom


async def test_whoever_subscribes_belongs_to_the_account_that_was_asked(database: Database) -> None:
    """No other bot may write to them: Telegram lets only the one that a person started."""
    desk = Desk(database)
    await desk.answer(a_request("/subscribe KP", SECOND))
    await desk.answer(a_request("/subscribe KP", address="43"))
    assert (known(database).sender, known(database, "43").sender) == (SECOND, "telegram")
    with database.write() as work:
        one_alert(work, known(database), known(database, "43"))
    assert (due(database, SECOND), due(database, "telegram")) == (1, 1)
    with database.read() as work:
        assert work.senders.people() == {SECOND: 1, "telegram": 1}


async def test_who_writes_to_another_account_gets_what_waits_from_that_one(database: Database) -> None:
    """Perhaps they have blocked the first. What that one sent it alone could change: it is let be."""
    desk = Desk(database)
    await desk.answer(a_request("/subscribe KP"))
    with database.write() as work:
        told = one_alert(work, known(database), name="told")
        arrived(work, told, "7")
        one_alert(work, known(database), name="waits")
    assert (due(database, "telegram"), due(database, SECOND)) == (1, 0)
    await desk.answer(a_request("/latest", SECOND))
    assert (due(database, "telegram"), due(database, SECOND)) == (0, 1)
    with database.read() as work:
        (one,) = log_of(work, told)
        assert (one.state, one.reference) == (DeliveryState.SENT, "")
    await desk.answer(a_request("/latest"))
    assert (due(database, "telegram"), due(database, SECOND)) == (1, 0)


async def test_that_the_other_account_was_blocked_makes_nobody_unreachable(database: Database) -> None:
    """They have moved; what the account that they belong to hears counts."""
    desk = Desk(database)
    await desk.answer(a_request("/subscribe KP"))
    await desk.answer(a_request("/latest", SECOND))
    await desk.gone("telegram", "42", "1:1")
    assert known(database).state is RecipientState.ACTIVE
    await desk.gone(SECOND, "42", "2:1")
    assert known(database).state is RecipientState.SUSPENDED
    await desk.answer(a_request("/start"))
    assert (known(database).state, known(database).sender) == (RecipientState.ACTIVE, "telegram")


def test_what_is_kept_for_the_return_comes_from_whom_they_return_to(database: Database) -> None:
    """It was kept when they belonged to another one."""
    with database.write() as work:
        reader = a_reader(work, a_route())
        alert = one_alert(work, reader)
        work.recipients.suspend(reader.id, now_utc())
        work.recipients.turn_to(reader.id, SECOND, now_utc())
        work.recipients.ensure(reader.transport, reader.address, "en", now_utc())
        (one,) = log_of(work, alert)
        assert one.state is DeliveryState.QUEUED
    assert (due(database, "telegram"), due(database, SECOND)) == (0, 1)


def test_what_did_not_arrive_is_repeated_by_whom_they_belong_to_by_then(database: Database) -> None:
    """They moved while it was under way."""
    with database.write() as work:
        reader = a_reader(work, a_route())
        (one,) = log_of(work, one_alert(work, reader))
        work.attempts.begin([one.id], NOON)
        work.recipients.turn_to(reader.id, SECOND, now_utc())
        work.attempts.settle(one.id, DeliveryState.QUEUED, not_before=NOON)
    assert (due(database, "telegram"), due(database, SECOND)) == (0, 1)


# All of it, with two bots that know nothing of each other


@asynccontextmanager
async def two_bots(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[list[TelegramEmulator]]:
    """Telegram twice, once for each bot, and the node that holds both accounts."""
    monkeypatch.setattr(speaking, "_LOCK_RETRY", 0.05)
    async with AsyncExitStack() as stack:
        numbers = (1_000_001, 2_000_002)
        platforms = [await stack.enter_async_context(TelegramEmulator(number=each)) for each in numbers]
        one, other = (TelegramConfig(each.token, each.api_url) for each in platforms)
        config = Config(telegram=TelegramConfig(one.token, one.api_url, more=(other,)))
        desk = Desk(database)
        settle_accounts(config, database)
        speakers = await voices(config, desk, stack)
        wake = asyncio.Event()
        sending = [
            asyncio.create_task(_send(database, each, wake, lambda: None, desk)) for each in speakers[1:]
        ]
        yield platforms
        for task in sending:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def test_two_bots_share_what_is_to_be_sent(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each to its own people; where one stands still the other goes on. Each can be found by its link."""
    async with two_bots(database, monkeypatch) as (one, other):
        await one.says(42, "/subscribe")
        await other.says(43, "/subscribe")
        for platform, person in ((one, 42), (other, 43)):
            await platform.until(person, contains="You are subscribed", patience=30)
        await one.goes_down()
        with database.write() as work:
            one_alert(work, known(database), known(database, "43"))
        await other.until(43, contains="call", patience=30)
        await one.comes_back()
        await one.until(42, contains="call", patience=60)
        assert not any("call" in text for text in [*one.texts(43), *other.texts(42)])
    with database.read() as work:
        links = {each.name: each.link for each in work.senders.all()}
    assert links == {"telegram": "https://t.me/emulated_bot", SECOND: "https://t.me/emulated_bot"}


# The configuration


def test_further_accounts_are_as_the_first_where_nothing_else_is_said(tmp_path: Path) -> None:
    """One line is enough for a bot; an account on Matrix needs a folder of its own as well."""
    text = f"""
[telegram]
token = "{FIRST}"
messages_per_second = 20
mode = "polling"
[[telegram.more]]
token = "{OTHER}"
[matrix]
homeserver = "https://m.example"
user = "@vigil:m.example"
password = "p"
[[matrix.more]]
homeserver = "https://n.example"
user = "@vigil:n.example"
password = "q"
store = "second"
"""
    config = load(written(tmp_path, text), {})
    assert config.telegram
    assert config.matrix
    (bot,), (account,) = config.telegram.more, config.matrix.more
    assert (bot.account, bot.messages_per_second, bot.more) == ("2000002", 20, ())
    assert account.store == tmp_path / "second"
    assert {OTHER, "q"} <= config.secrets
    assert senders(config)[3:] == (SECOND, matrix_sender(account)) == (SECOND, "matrix @vigil:n.example")


def test_what_is_wrong_with_further_accounts_is_told_with_their_number(tmp_path: Path) -> None:
    """All of it at once."""
    text = f"""
[telegram]
token = "{FIRST}"
[[telegram.more]]
token = "1000001:{"c" * 35}"
[[telegram.more]]
tokn = "x"
[matrix]
homeserver = "https://m.example"
user = "@vigil:m.example"
password = "p"
[[matrix.more]]
homeserver = "https://m.example"
user = "@vigil:m.example"
password = "p"
store = "matrix-store"
"""
    with pytest.raises(ConfigError) as caught:
        load(written(tmp_path, text), {})
    told = "\n".join(caught.value.faults)
    for words in (
        "telegram.more: names one bot twice",
        "telegram.more[2].token: is missing",
        "telegram.more[2].tokn: is not a key of Vigil: did you mean token?",
        "matrix.more: names one account twice",
        "matrix.more: names one store twice",
    ):
        assert words in told, told


# What must not be mistaken for another


def test_bots_that_changed_places_are_refused(database: Database) -> None:
    """Whoever wrote to the first would be taken for lost by the other one."""
    settle_accounts(a_config(FIRST, OTHER), database)
    settle_accounts(a_config(FIRST, OTHER), database)
    with pytest.raises(Unusable, match="put the token of bot 1000001 back there, and bot 2000002 among"):
        settle_accounts(a_config(OTHER, FIRST), database)
    with database.write() as work:
        work.senders.take(SECOND, "node")
    with pytest.raises(Unusable, match="put a new bot there"):
        settle_accounts(a_config(OTHER), database)
    settle_accounts(a_config("3000003:" + "c" * 35, OTHER), database)


def test_an_account_that_is_left_out_is_told(database: Database) -> None:
    """Its people hear nothing."""
    with database.write() as work:
        work.senders.take(SECOND, "node")
        reader = a_reader(work, a_route())
        work.recipients.turn_to(reader.id, SECOND, now_utc())
        assert missing(a_config(), work) == {SECOND: 1}
        assert missing(a_config(FIRST, OTHER), work) == {}
    with capture_logs() as logs:
        settle_accounts(a_config(), database)
    assert [(row["event"], row["recipients"]) for row in logs] == [("account.missing", 1)]


def test_check_tells_of_each_further_bot_and_of_those_without_one() -> None:
    """A token that is refused, and people whom nobody writes to."""
    bots = {"2": BotSeen("@two"), "3": BotSeen("Telegram refuses the token", "copy it anew")}
    told = [*check_further(bots), *check_orphans({SECOND: 7})]
    assert [(one.what, one.state) for one in told] == [
        ("bot 2", "@two"),
        ("bot 3", "Telegram refuses the token"),
        ("accounts", f"7 belong to {SECOND}, which is not configured"),
    ]
    assert [bool(one.remedy) for one in told] == [False, True, True]


async def test_newcomers_are_led_to_the_bot_with_the_fewest_people(database: Database) -> None:
    """One address that a federation hands out; a bot that has never told its link is left out."""
    with database.write() as work:
        for name in ("telegram", SECOND):
            work.senders.tell(name, link=f"https://t.me/{name.replace(' ', '_')}_bot")
        work.senders.tell("telegram 3000003", link="")
        work.senders.tell("telegram 4000004", link="https://t.me/no_more_configured_bot")
        a_reader(work, a_route(), address="1")
    assert await led(database, "telegram", SECOND, "telegram 3000003") == (
        302,
        "https://t.me/telegram_2000002_bot",
    )
    with database.write() as work:
        for number in range(2):
            work.recipients.turn_to(a_reader(work, a_route(), address=f"2{number}").id, SECOND, now_utc())
        assert emptiest(work, ("telegram", SECOND)) == "https://t.me/telegram_bot"
        assert emptiest(work, ()) == ""
    assert await led(database) == (503, "")


async def led(database: Database, *names: str) -> tuple[int, str]:
    """Where the way in leads, and how."""
    async with (
        serving("web", ("127.0.0.1", 0), joining(database, names)) as (host, port),
        aiohttp.ClientSession() as session,
        session.get(f"http://{host}:{port}{JOIN}", allow_redirects=False) as answer,
    ):
        return answer.status, answer.headers.get("Location", "")
