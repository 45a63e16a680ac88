"""Flood rules: each by itself, all together, and for any order of requests."""

from datetime import UTC, datetime

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import Bot
from telegram.error import RetryAfter

from tests.emulators.client import Client
from tests.emulators.telegram import Clock, FloodRules, RefusedError, TelegramEmulator
from tests.emulators.telegram.flood import Bucket, FloodGate, Window

GROUP = -1001234567890
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def a_gate(rules: FloodRules) -> tuple[FloodGate, Clock]:
    """A gate, and the clock it reads, which stands still."""
    clock = Clock(NOON, running=False)
    return FloodGate(rules, clock), clock


def refused_for(gate: FloodGate, chat: int) -> int:
    """The seconds to wait, 0 if the message passes."""
    try:
        gate.let_pass(chat)
    except RefusedError as refusal:
        return int(refusal.parameters["retry_after"])
    return 0


class TestRules:
    """Each can be had alone."""

    def test_thirty_a_second_over_all_chats(self) -> None:
        """The 31st in one second waits, whoever it is for."""
        gate, clock = a_gate(FloodRules(chat_burst=None, per_minute_in_a_group=None))
        assert [refused_for(gate, chat) for chat in range(1, 32)] == [0] * 30 + [1]
        clock.move(1)
        assert refused_for(gate, 31) == 0

    def test_one_a_second_in_a_chat(self) -> None:
        """Three at once may pass, then one a second; other chats do not mind."""
        gate, clock = a_gate(FloodRules(per_second=None, per_minute_in_a_group=None))
        assert [refused_for(gate, 42) for _ in range(4)] == [0, 0, 0, 1]
        assert refused_for(gate, 7) == 0
        clock.move(1)
        assert [refused_for(gate, 42) for _ in range(2)] == [0, 1]
        clock.move(60)
        assert [refused_for(gate, 42) for _ in range(4)] == [0, 0, 0, 1]

    def test_twenty_a_minute_in_groups_and_channels(self) -> None:
        """The 21st waits for the first to be a minute old; a person may be written to on and on."""
        gate, clock = a_gate(FloodRules(per_second=None, chat_burst=None))
        waits = []
        for _ in range(21):
            waits.append(refused_for(gate, GROUP))
            clock.move(1)
        assert waits == [0] * 20 + [40]
        assert [refused_for(gate, 42) for _ in range(50)] == [0] * 50

    def test_all_of_them_must_be_met(self) -> None:
        """The longest wait is told."""
        gate, clock = a_gate(FloodRules())
        for _ in range(20):
            assert refused_for(gate, GROUP) == 0
            clock.move(1)
        assert refused_for(gate, GROUP) == 40

    def test_they_can_be_switched_meanwhile(self) -> None:
        """A rule that was off knows nothing of what passed before."""
        gate, _ = a_gate(FloodRules(None, None, None))
        assert [refused_for(gate, 42) for _ in range(99)] == [0] * 99
        gate.rules = FloodRules()
        assert [refused_for(gate, 42) for _ in range(4)] == [0, 0, 0, 1]


PAUSES = st.lists(st.floats(0, 20), min_size=1, max_size=120)


class TestAnyOrder:
    """What holds whenever requests come."""

    @given(PAUSES)
    def test_no_minute_has_more_than_twenty(self, pauses: list[float]) -> None:
        """Whatever the pauses between requests."""
        window, now, passed = Window(20, 60.0), 0.0, []
        for pause in pauses:
            now += pause
            if not window.wait(now):
                window.take(now)
                passed.append(now)
        assert all(later - earlier >= 60.0 for earlier, later in zip(passed, passed[20:], strict=False))

    @given(PAUSES)
    def test_a_bucket_gives_what_it_holds_and_what_drips_in(self, pauses: list[float]) -> None:
        """In any stretch of time no more than three and one for each second."""
        bucket, now, passed = Bucket(3), 0.0, []
        for pause in pauses:
            now += pause / 10
            if not bucket.wait(now):
                bucket.take(now)
                passed.append(now)
        for first, start in enumerate(passed):
            for count, end in enumerate(passed[first:], start=1):
                assert count <= 3 + (end - start) + 1e-6

    @given(st.lists(st.floats(0, 20), min_size=25, max_size=60), st.sampled_from([GROUP, 42]))
    def test_who_waits_as_told_passes(self, pauses: list[float], chat: int) -> None:
        """The whole seconds that are named are enough, and no more than a second too many."""
        gate, clock = a_gate(FloodRules())
        for pause in pauses:
            clock.move(pause / 10)
            if wait := refused_for(gate, chat):
                clock.move(max(wait - 1.001, 0))
                assert refused_for(gate, chat)
                clock.move(min(wait, 1.001))
                assert refused_for(gate, chat) == 0

    @given(st.floats(1, 1e9))
    def test_who_keeps_to_one_a_second_never_waits(self, start: float) -> None:
        """However long."""
        bucket = Bucket(3)
        for second in range(200):
            assert bucket.wait(start + second) == 0
            bucket.take(start + second)


class TestOverHttp:
    """As a bot meets them."""

    @pytest.mark.filterwarnings("ignore:Deprecated since version v22.2")  # seconds become a timedelta
    async def test_a_library_understands_it(self) -> None:
        """429, the seconds as a parameter and as a header."""
        async with TelegramEmulator(flood=FloodRules(), clock=Clock(NOON, running=False)) as telegram:
            telegram.private(42)
            async with Bot(telegram.token, base_url=telegram.api_url) as bot, aiohttp.ClientSession() as web:
                for _ in range(3):
                    await bot.send_message(42, "x")
                with pytest.raises(RetryAfter) as refused:
                    await bot.send_message(42, "x")
                send = f"{telegram.api_url}{telegram.token}/sendMessage"
                async with web.post(send, json={"chat_id": 42, "text": "x"}) as answer:
                    assert (answer.status, answer.headers["Retry-After"]) == (429, "1")
            assert refused.value.retry_after == 1
            telegram.clock.move(1)
            assert telegram.texts(42) == ["x"] * 3

    async def test_edits_count_and_refusals_do_not(self, telegram: TelegramEmulator, client: Client) -> None:
        """A message that is too long costs nothing; deleting is free."""
        telegram.gate.rules = FloodRules()
        sent = await client.sends(42)
        for _ in range(5):
            await client.refusal("sendMessage", chat_id=42, text="x" * 4097)
        await client.result("editMessageText", chat_id=42, message_id=sent, text="y")
        await client.result("sendChatAction", chat_id=42, action="typing")
        await client.result("deleteMessage", chat_id=42, message_id=sent)
        await client.sends(42)
        body = await client.call("sendMessage", chat_id=42, text="x")
        assert (body["error_code"], body["parameters"]) == (429, {"retry_after": 1})
