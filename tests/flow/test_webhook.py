"""Updates that Telegram brings, through the real program: killed at any step, each is answered once."""

import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.backends import Backend
from tests.emulators.telegram import TelegramEmulator
from tests.feeds import Site
from tests.flow.program import Program, free_port
from tests.flow.story import PERSON

UNTOLD = ("an update is written", "an update is about to be acknowledged")
"""Telegram does not know yet that we have it."""
POINTS = (
    *UNTOLD,
    "an update is acknowledged",
    "a message is accepted",
)


@pytest.fixture
async def vigil(
    tmp_path: Path, backend: Backend, site: Site, telegram: TelegramEmulator
) -> AsyncIterator[Program]:
    """An installation to which Telegram brings what is said."""
    port = free_port()
    program = Program(
        tmp_path,
        {"northlight": f"{site.url}/feed"},
        database="sqlite:///vigil.db" if backend.name == "sqlite" else backend.url,
        api_url=telegram.api_url,
        token=telegram.token,
        mode="webhook",
        more=f'[web]\nlisten = "127.0.0.1:{port}"\npublic_url = "http://127.0.0.1:{port}"\n',
    )
    yield program
    if program.service:
        await program.stop(signal.SIGKILL)


@pytest.mark.parametrize("point", POINTS)
async def test_a_line_that_telegram_brought_is_answered_whenever_the_program_is_killed(
    vigil: Program, telegram: TelegramEmulator, point: str
) -> None:
    """What was acknowledged Telegram never brings again: the next start answers it. The wish stands once."""
    await telegram.says(PERSON, "/subscribe KP")
    await vigil.dies(point)
    assert bool(telegram.updates.pending) == (point in UNTOLD)
    assert vigil.updates() == (0 if point == "an update is written" else 1)
    read = point == "a message is accepted"
    assert len(telegram.texts(PERSON)) == read
    await vigil.serve()
    await telegram.until(PERSON, contains="done already" if read else "You are subscribed", patience=60)
    await telegram.until_handled(patience=60)
    assert await vigil.stop() == 0
    assert len(telegram.texts(PERSON)) == 1 + read
    assert vigil.updates() == 0
    with vigil.database() as database, database.read() as work:
        ((_, route),) = work.routes.active()
    assert route.countries == ("KP",)
