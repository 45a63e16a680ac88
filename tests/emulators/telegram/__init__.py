r"""A Bot API server for tests: strict as Telegram is, wayward on demand, and with people in its chats.

    async with TelegramEmulator() as telegram:
        bot = Bot(telegram.token, base_url=telegram.api_url)   # any library, any language
        await telegram.says(42, "/start", language="ko")       # a person writes ...
        await telegram.presses(42, "Everything urgent")        # ... presses a button ...
        await telegram.until(42, contains="You will hear")     # ... and reads the answer
        print(telegram.transcript(42))

What it checks as Telegram does: the token; HTML and Markdown, with TDLib's own parser (`tdjson`);
4096 UTF-16 code units after parsing and 100 entities; 1 to 64 bytes of callback data; names and
descriptions of commands; long polling with offsets, one reader at a time, no updates beside a
webhook; who may be written to (blocked, kicked, deactivated, never met, moved, topic closed).
An update is kept until a higher offset confirms it, so a killed bot gets it again.

Where the words of its errors come from: the Bot API server's own, as seen or published. The order:

    server (HTTP, faults) -> methods (one function a method) -> world (chats, people, messages)
                                    \-> formatting (TDLib)      updates (the queue of getUpdates)

By hand: `python -m tests.emulators.telegram --port 8081`.
"""

from tests.emulators.telegram.emulator import TelegramEmulator
from tests.emulators.telegram.faults import Fault, dropped, flood, garbage, hang, refusal, trouble
from tests.emulators.telegram.world import Chat, Message

__all__ = [
    "Chat",
    "Fault",
    "Message",
    "TelegramEmulator",
    "dropped",
    "flood",
    "garbage",
    "hang",
    "refusal",
    "trouble",
]
