"""The Telegram transport against the emulator: what is sent, what is answered, what survives trouble."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bot.commands.request import Reply, Request
from bot.render.message import Choice, Heading, Message, Paragraph, Span
from bot.transports.telegram import TelegramTransport, TokenRefusedError
from bot.transports.telegram_buttons import Buttons
from bot.transports.telegram_face import Face, Shown
from bot.transports.telegram_incoming import read
from jobs.outcome import Gone, Migrated, Rejected, RetryLater, Sent, Uncertain
from storage.vault import Vault
from tests.emulators.telegram import TelegramEmulator, dropped, flood, garbage, refusal, trouble

GROUP = -1001234567890


def says(text: str, *choices: tuple[str, str], silent: bool = False) -> Message:
    """A message of one paragraph, with a row of buttons (label, command)."""
    row = tuple(Choice(label, command) for label, command in choices)
    return Message((Paragraph((Span(text),)),), choices=(row,) if row else (), silent=silent)


class Voice:
    """The commands behind the transport: repeats what it heard, unless it was told an answer."""

    def __init__(self) -> None:
        self.heard: list[Request] = []
        self.hears = asyncio.Event()
        self.left: list[str] = []
        self.answers: dict[str, Reply | Exception] = {}
        self.gate: asyncio.Event | None = None

    async def answer(self, request: Request) -> Reply:
        """Hear the request; a line that begins with /slow waits for the gate."""
        self.heard.append(request)
        self.hears.set()
        if self.gate and request.text.startswith("/slow"):
            await self.gate.wait()
        answer = self.answers.get(request.text, Reply((says(f"heard {request.text}"),)))
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def gone(self, address: str, request_id: str) -> None:
        """Hear that an address was given up."""
        del request_id
        self.left.append(address)


@asynccontextmanager
async def a_bot(
    telegram: TelegramEmulator, voice: Voice, **settings: Any
) -> AsyncIterator[TelegramTransport]:
    """The transport, listening."""
    bot = a_transport(telegram, voice, **settings)
    await bot.start()
    try:
        yield bot
    finally:
        await bot.stop()


def a_transport(telegram: TelegramEmulator, voice: Voice, **settings: Any) -> TelegramTransport:
    """The transport, not yet started."""
    settings = {"token": telegram.token, "api_url": telegram.api_url} | settings
    return TelegramTransport(
        **settings,
        answer=voice.answer,
        apology=lambda language: says(f"sorry ({language})"),
        gone=voice.gone,
    )


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramEmulator]:
    """A Telegram of our own."""
    async with TelegramEmulator() as emulator:
        yield emulator


@pytest.fixture
def voice() -> Voice:
    """What answers."""
    return Voice()


class TestConversation:
    """What people write and press."""

    async def test_a_line_is_answered_in_its_chat(self, telegram: TelegramEmulator, voice: Voice) -> None:
        """The whole line, the address and the person's language reach the command."""
        async with a_bot(telegram, voice):
            await telegram.says(42, "/start", language="ko")
            await telegram.until(42, contains="heard /start")
        (request,) = voice.heard
        assert (request.text, request.address, request.language) == ("/start", "42", "ko")
        assert (request.transport, request.group, request.may_manage) == ("telegram", False, True)

    async def test_a_button_is_its_command(self, telegram: TelegramEmulator, voice: Voice) -> None:
        """Pressing a choice is the same as sending its command, and the press is answered."""
        voice.answers["/start"] = Reply((says("Welcome", ("Everything urgent", "/subscribe")),))
        async with a_bot(telegram, voice):
            await telegram.says(42, "/start")
            await telegram.until(42, contains="Welcome")
            press = await telegram.presses(42, "Everything urgent")
            await telegram.until(42, contains="heard /subscribe")
        assert telegram.world.presses[press] is not None
        assert telegram.texts(42) == ["Welcome", "heard /subscribe"]

    async def test_a_line_that_comes_again_is_known_by_the_same_id(
        self, telegram: TelegramEmulator, voice: Voice
    ) -> None:
        """What was not confirmed comes again at the next start, line or press; whoever answers can tell."""
        voice.answers["/start"] = Reply((says("Welcome", ("Everything urgent", "/subscribe")),))
        telegram.fail("getUpdates", trouble(), nth=3, times=99)  # of its own accord: what is there, then more
        same_key = {"buttons": Buttons(Vault.from_secret(bytes(32)).trace)}
        async with a_bot(telegram, voice, **same_key):
            await telegram.says(42, "/start")
            await telegram.until(42, contains="Welcome")
            await telegram.presses(42, "Everything urgent")
            await telegram.until(42, contains="heard /subscribe")
        telegram.recover()
        async with a_bot(telegram, voice, **same_key):
            await telegram.until_handled()
            await telegram.says(42, "/start")
            await telegram.until_handled()
        ids = [(request.text, request.id) for request in voice.heard]
        assert ids[0] != ids[1]
        assert ids[-1] not in ids[:-1], "the same words said again are another line"
        assert ids[1] in ids[2:-1], "the press was not confirmed"

    async def test_after_a_restart_a_long_button_has_expired(
        self, telegram: TelegramEmulator, voice: Voice
    ) -> None:
        """What was remembered is gone, and the person is told so by /expired."""
        voice.answers["/start"] = Reply((says("Welcome", ("More", "/search " + "x" * 80)),))
        async with a_bot(telegram, voice):
            await telegram.says(42, "/start")
            await telegram.until(42, contains="Welcome")
        async with a_bot(telegram, voice):
            await telegram.presses(42, "More")
            await telegram.until(42, contains="heard /expired")

    async def test_pages_turn_in_place(self, telegram: TelegramEmulator, voice: Voice) -> None:
        """A button that repeats the command its message answered edits it; another one does not."""
        voice.answers["/latest"] = Reply((says("page 1", ("Next", "/latest 2")),))
        voice.answers["/latest 2"] = Reply((says("page 2", ("Back", "/latest"), ("Help", "/help")),))
        async with a_bot(telegram, voice):
            await telegram.says(42, "/latest")
            await telegram.until(42, contains="page 1")
            await telegram.presses(42, "Next")
            page = await telegram.until(42, contains="page 2")
            await telegram.presses(42, "Help")
            await telegram.until(42, contains="heard /help")
        assert [version.text for version in page.versions] == ["page 1", "page 2"]
        assert telegram.texts(42) == ["page 2", "heard /help"]

    async def test_a_failing_command_ends_in_an_apology(
        self, telegram: TelegramEmulator, voice: Voice, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """The person gets one calm line, the log neither address nor text, and the bot goes on."""
        voice.answers["/secret words"] = ValueError("no such thing as secret words")
        async with a_bot(telegram, voice):
            await telegram.says(424242, "/secret words", language="fr")
            await telegram.until(424242, contains="sorry (fr)")
            await telegram.says(424242, "/help")
            await telegram.until(424242, contains="heard /help")
        logged = "".join(capsys.readouterr())
        assert "a command failed" in logged
        assert "secret" not in logged
        assert "424242" not in logged

    async def test_one_chat_in_order_others_beside_it(self, telegram: TelegramEmulator, voice: Voice) -> None:
        """A slow answer holds back the same chat's next line, and nobody else's."""
        voice.gate = asyncio.Event()
        async with a_bot(telegram, voice):
            await telegram.says(42, "/slow")
            await telegram.says(42, "/after")
            await telegram.says(7, "/other")
            await telegram.until(7, contains="heard /other")
            assert telegram.texts(42) == []
            voice.gate.set()
            await telegram.until(42, contains="heard /after")
        assert telegram.texts(42) == ["heard /slow", "heard /after"]

    async def test_too_much_at_once_is_dropped_with_a_word(
        self, telegram: TelegramEmulator, voice: Voice
    ) -> None:
        """Twenty requests of one person may wait; of the rest one line says that they were dropped."""
        voice.gate = asyncio.Event()
        async with a_bot(telegram, voice):
            for _ in range(25):
                await telegram.says(42, "/slow")
            await telegram.says(7, "/other")
            await telegram.until(7, contains="heard /other")
            voice.gate.set()
            await telegram.until(42, contains="more than can be answered")
        assert len(voice.heard) == 20 + 1
        assert sum("more than can be answered" in text for text in telegram.texts(42)) == 1


class TestGroups:
    """Many people, and other bots."""

    async def test_only_commands_for_us_are_heard(self, telegram: TelegramEmulator, voice: Voice) -> None:
        """Talk and commands for other bots are ignored; our own name is taken off."""
        telegram.group(GROUP)
        async with a_bot(telegram, voice):
            await telegram.says(GROUP, f"good morning @{telegram.username}")
            await telegram.says(GROUP, "/help@other_bot now")
            await telegram.says(GROUP, f"/latest@{telegram.username.upper()} KP")
            await telegram.until(GROUP, contains="heard")
        assert [request.text for request in voice.heard] == ["/latest KP"]
        assert voice.heard[0].group

    @pytest.mark.parametrize(
        ("who", "may"), [({"person": 1}, True), ({"person": 2}, False), ({"anonymous": True}, True)]
    )
    async def test_admins_may_manage(
        self, telegram: TelegramEmulator, voice: Voice, who: dict[str, Any], may: bool
    ) -> None:
        """An admin may, anonymous or not; anybody else may not."""
        telegram.group(GROUP, admins={1})
        async with a_bot(telegram, voice):
            await telegram.says(GROUP, "/settings", **who)
            await telegram.until(GROUP, contains="heard")
        assert voice.heard[0].may_manage is may

    async def test_when_telegram_does_not_say_who_is_admin_nobody_is(
        self, telegram: TelegramEmulator, voice: Voice
    ) -> None:
        """An error is no permission."""
        telegram.group(GROUP, admins={1})
        telegram.fail("getChatMember", refusal(400, "Bad Request: member list is inaccessible"))
        async with a_bot(telegram, voice):
            await telegram.says(GROUP, "/settings", person=1)
            await telegram.until(GROUP, contains="heard")
        assert voice.heard[0].may_manage is False

    async def test_a_topic_is_an_address_of_its_own(self, telegram: TelegramEmulator, voice: Voice) -> None:
        """What is asked in a topic is answered there."""
        telegram.group(GROUP, topics={7})
        async with a_bot(telegram, voice):
            await telegram.says(GROUP, "/latest", topic=7)
            message = await telegram.until(GROUP, contains="heard")
        assert voice.heard[0].address == f"{GROUP}/7"
        assert message.thread == 7

    async def test_being_blocked_is_told(self, telegram: TelegramEmulator, voice: Voice) -> None:
        """By a person: the address is given up at once. Groups: test_telegram_groups."""
        telegram.private(42)
        async with a_bot(telegram, voice):
            telegram.blocks(42)
            await telegram.until_handled()
        assert voice.left == ["42"]

    async def test_an_answer_follows_a_group_that_moved(
        self, telegram: TelegramEmulator, voice: Voice
    ) -> None:
        """A group that became a supergroup gets its answer under the new id."""
        telegram.group(-5)
        async with a_bot(telegram, voice):
            await telegram.says(-5, "/latest")
            telegram.upgrades(-5, GROUP)
            await telegram.until(GROUP, contains="heard /latest")


class TestSending:
    """What becomes of a delivery."""

    async def test_sent(self, telegram: TelegramEmulator, voice: Voice) -> None:
        """Sent, with the id; markup arrives as markup, without a preview of links."""
        telegram.private(42)
        async with a_bot(telegram, voice) as bot:
            message = Message((Heading((Span("Nine & <more>"),)), Paragraph((Span("Help."),))), silent=True)
            outcome = await bot.send("42", message, "k")
        (seen,) = telegram.said(42)
        assert outcome == Sent(str(seen.id))
        assert seen.text == "Nine & <more>\n\nHelp."
        assert [entity["type"] for entity in seen.now.entities] == ["bold"]
        assert seen.silent
        assert not seen.preview

    @pytest.mark.parametrize(
        ("fault", "expected"),
        [
            (flood(7), RetryLater(7, "too many messages", everyone=True)),
            (
                refusal(403, "Forbidden: bot was blocked by the user"),
                Gone("Forbidden: bot was blocked by the user"),
            ),
            (refusal(403, "Forbidden: user is deactivated"), Gone("Forbidden: user is deactivated")),
            (refusal(400, "Bad Request: chat not found"), Gone("Chat not found")),
            (refusal(400, "Bad Request: TOPIC_CLOSED"), Gone("Topic_closed")),
            (refusal(400, "Bad Request: message thread not found"), Gone("Message thread not found")),
            (refusal(400, "Bad Request: message is too long"), Rejected("Message is too long")),
            (
                refusal(
                    400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=GROUP
                ),
                Migrated(str(GROUP)),
            ),
            (dropped(accepted=True), Uncertain("the connection broke (ServerDisconnectedError)")),
            (dropped(accepted=False), Uncertain("the connection broke (ServerDisconnectedError)")),
            (garbage(), Uncertain("the server's answer is no JSON object")),
            (trouble(500), RetryLater(15, "the server answered 500", everyone=True, guessed=True)),
            (trouble(502), RetryLater(15, "the server answered 502", everyone=True, guessed=True)),
            (trouble(504), Uncertain("the server answered 504")),
        ],
        ids=str,
    )
    async def test_every_answer_has_its_outcome(
        self, telegram: TelegramEmulator, voice: Voice, fault: Any, expected: Any
    ) -> None:
        """Each of Telegram's answers ends in the one outcome that is treated as it needs."""
        telegram.private(42)
        async with a_bot(telegram, voice) as bot:
            telegram.fail("sendMessage", fault)
            assert await bot.send("42", says("hello"), "k") == expected

    async def test_a_flooded_group_does_not_stop_the_others(
        self, telegram: TelegramEmulator, voice: Voice
    ) -> None:
        """The limit of a group is its own."""
        telegram.group(GROUP)
        async with a_bot(telegram, voice) as bot:
            telegram.fail("sendMessage", flood(30))
            assert await bot.send(str(GROUP), says("hello"), "k") == RetryLater(30, "too many messages")

    async def test_markup_that_is_refused_still_arrives(
        self, telegram: TelegramEmulator, voice: Voice
    ) -> None:
        """A call for help is worth more than its looks."""
        telegram.private(42)
        async with a_bot(telegram, voice) as bot:
            telegram.fail("sendMessage", refusal(400, "Bad Request: can't parse entities: unexpected"))
            assert isinstance(await bot.send("42", says("a < b"), "k"), Sent)
        assert telegram.texts(42) == ["a < b"]

    @pytest.mark.parametrize(
        ("address", "message"), [("nowhere", says("x")), ("42", says(" \u200b")), ("", says("x"))]
    )
    async def test_what_cannot_be_sent(
        self, telegram: TelegramEmulator, voice: Voice, address: str, message: Message
    ) -> None:
        """No address, no text: rejected without asking Telegram."""
        async with a_bot(telegram, voice) as bot:
            assert isinstance(await bot.send(address, message, "k"), Rejected)


class TestLife:
    """Starting, outages, stopping."""

    async def test_the_menu_speaks_each_language(self, telegram: TelegramEmulator, voice: Voice) -> None:
        """English is everybody's default; a language without its own words shows the English ones."""
        face = Face([Shown("start", {"en": "Begin", "ko": "시작"}), Shown("help", {"en": "Help"})])
        async with a_bot(telegram, voice, face=face):
            pass
        assert [one["description"] for one in telegram.world.commands[""]] == ["Begin", "Help"]
        assert [one["description"] for one in telegram.world.commands["ko"]] == ["시작", "Help"]

    async def test_what_was_said_while_away_is_answered(
        self, telegram: TelegramEmulator, voice: Voice
    ) -> None:
        """Pending updates are never dropped, a webhook left behind is removed."""
        telegram.updates.webhook = "https://example.org/hook"
        await telegram.says(42, "/start")
        async with a_bot(telegram, voice):
            await telegram.until(42, contains="heard /start")
        assert telegram.updates.webhook == ""
        assert ("deletewebhook" in dict(telegram.calls)) is True

    async def test_without_a_webhook_none_is_deleted(self, telegram: TelegramEmulator, voice: Voice) -> None:
        """Nothing is changed at Telegram that need not be."""
        async with a_bot(telegram, voice):
            pass
        assert "deletewebhook" not in dict(telegram.calls)

    async def test_a_refused_token_is_said_at_once(
        self, telegram: TelegramEmulator, voice: Voice, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Start raises, and neither the error nor the log quotes the token."""
        caplog.set_level(logging.DEBUG)
        wrong = "987654321:AAabcdefghijklmnopqrstuvwxyz0123456"
        bot = a_transport(telegram, voice, token=wrong)
        with pytest.raises(TokenRefusedError) as refused:
            await bot.start()
        assert wrong not in str(refused.value) + caplog.text
        assert refused.value.__cause__ is None

    async def test_an_outage_at_the_start_is_waited_out(
        self, telegram: TelegramEmulator, voice: Voice, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Start returns, says so in the log, and the bot is there when Telegram is."""
        await telegram.goes_down()
        async with a_bot(telegram, voice):
            await telegram.comes_back()
            await telegram.says(42, "/start")
            await telegram.until(42, contains="heard /start", patience=10)
        assert "telegram does not answer" in "".join(capsys.readouterr())

    async def test_an_outage_later_is_waited_out(self, telegram: TelegramEmulator, voice: Voice) -> None:
        """When Telegram comes back, what was said meanwhile is answered."""
        async with a_bot(telegram, voice):
            await telegram.goes_down()
            await telegram.comes_back()
            await telegram.says(42, "/start")
            await telegram.until(42, contains="heard /start", patience=10)

    async def test_two_programs_on_one_token(
        self, telegram: TelegramEmulator, voice: Voice, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """The conflict is named in the log, and listening goes on."""
        telegram.fail("getUpdates", refusal(409, "Conflict: terminated by other getUpdates request; ..."))
        async with a_bot(telegram, voice):
            await telegram.says(42, "/start")
            await telegram.until(42, contains="heard /start")
        assert "another program uses this bot's token" in "".join(capsys.readouterr())

    async def test_killed_before_the_answer_it_comes_again(
        self, telegram: TelegramEmulator, voice: Voice, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """An update counts as read when it was answered, not when it was fetched."""

        async def killed() -> None:
            """Nothing is wound up, and nothing confirmed any more."""

        voice.gate = asyncio.Event()
        first = a_transport(telegram, voice)
        monkeypatch.setattr(first, "_wind_up", killed)
        await first.start()
        await telegram.says(42, "/slow")
        await voice.hears.wait()
        assert first._life.task is not None
        first._life.task.cancel()
        voice.gate.set()
        await telegram.until(42, contains="heard /slow")
        assert telegram.updates.pending
        async with a_bot(telegram, voice):
            await telegram.until(42, contains="heard /slow", count=2)
        await first.stop()

    async def test_stopping_confirms_what_was_answered(
        self, telegram: TelegramEmulator, voice: Voice
    ) -> None:
        """After a clean stop nothing is answered twice."""
        async with a_bot(telegram, voice):
            await telegram.says(42, "/start")
            await telegram.until(42, contains="heard /start")
        assert telegram.updates.pending == []

    @pytest.mark.parametrize("odd", [{}, {"update_id": "one"}, {"update_id": None}, 5, None])
    async def test_what_is_no_update_at_all_blocks_nobody(
        self, telegram: TelegramEmulator, voice: Voice, odd: object, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Whatever stands among the updates, the others are answered, and confirmed."""
        reads, times = telegram.updates.read, iter(range(3))

        async def read(offset: int, limit: int, seconds: float) -> list[Any]:
            found = await reads(offset, limit, min(seconds, 0.1))
            return [odd, *found] if next(times, None) is not None else found

        monkeypatch.setattr(telegram.updates, "read", read)
        await telegram.says(42, "/start")
        async with a_bot(telegram, voice):
            await telegram.until(42, contains="heard /start")
            await telegram.until_handled()
        assert len(voice.heard) == 1

    async def test_an_update_that_makes_us_stumble_blocks_nobody(
        self, telegram: TelegramEmulator, voice: Voice, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It is passed over and confirmed; what comes after it is answered."""

        def stumbles(update: Any, username: str) -> Any:
            if update.message and update.message.text == "/odd":
                raise AttributeError("'NoneType' object has no attribute 'id'")
            return read(update, username)

        monkeypatch.setattr("bot.transports.telegram_answering.read", stumbles)
        async with a_bot(telegram, voice):
            await telegram.says(42, "/odd")
            await telegram.says(42, "/start")
            await telegram.until(42, contains="heard /start")
            await telegram.until_handled()

    async def test_an_unreadable_update_blocks_nobody(self, telegram: TelegramEmulator, voice: Voice) -> None:
        """What the library cannot parse is passed over, what came with it is answered."""
        telegram.updates.add("message", {"nonsense": True})
        await telegram.says(42, "/start")
        async with a_bot(telegram, voice):
            await telegram.until(42, contains="heard /start")
            await telegram.until_handled()
