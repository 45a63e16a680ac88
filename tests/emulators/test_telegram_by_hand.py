"""The emulator as a program: somebody types, a bot answers, both are printed."""

import asyncio
import re
import sys

import aiohttp

PATIENCE = 20


async def test_a_conversation_by_hand() -> None:
    """What is typed reaches the bot, what the bot says and changes is printed, and it ends with its input."""
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.emulators.telegram", "--port", "0"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert program.stdin
    assert program.stdout
    printed = ""

    async def until(words: str) -> str:
        nonlocal printed
        assert program.stdout
        while words not in printed:
            line = await asyncio.wait_for(program.stdout.readline(), PATIENCE)
            assert line, printed
            printed += line.decode()
        return printed

    async def call(method: str, **parameters: object) -> None:
        async with web.post(f"{base}{token}/{method}", json=parameters) as answer:
            assert (await answer.json())["ok"]

    await until("api_url")
    base, token = (re.findall(rf'{name} = "(.*)"', printed)[0] for name in ("api_url", "token"))
    async with aiohttp.ClientSession() as web:
        program.stdin.write(b"7: hello\n/start\n")
        await until("/start")
        keyboard = {"inline_keyboard": [[{"text": "Everything", "callback_data": "/subscribe"}]]}
        await call("sendMessage", chat_id=42, text="Welcome", reply_markup=keyboard)
        await until("[Everything]")
        program.stdin.write(b"> Every\n> Nothing\n")
        await until("that cannot be done: > Nothing")
        await call("editMessageText", chat_id=42, message_id=2, text="You will hear.")
        await until("You will hear.")
        program.stdin.write(b"!seen\n")
        await until("'Welcome' edited")
    program.stdin.close()
    assert await asyncio.wait_for(program.wait(), PATIENCE) == 0
    assert "person 7:\n    hello" in printed
    assert "bot (edited 1x):\n    You will hear." in printed
    assert printed.count("that cannot be done") == 1
