"""A publisher, Telegram, and an installation of Vigil between them: once on each kind of database."""

import signal
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from storage.database import now_utc
from tests.backends import Backend
from tests.emulators.telegram import TelegramEmulator
from tests.feeds import Site, a_site, item, rss
from tests.flow.program import Program
from tests.flow.story import DINNER


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """A publisher with one ordinary post."""
    async with a_site() as made:
        made.publish("/feed", rss(item(*DINNER, now_utc() - timedelta(hours=1), "dinner")))
        yield made


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramEmulator]:
    """Telegram."""
    async with TelegramEmulator() as made:
        yield made


@pytest.fixture
async def vigil(
    tmp_path: Path, backend: Backend, site: Site, telegram: TelegramEmulator
) -> AsyncIterator[Program]:
    """An installation that watches the site and speaks on Telegram."""
    program = Program(
        tmp_path,
        {"northlight": f"{site.url}/feed"},
        database="sqlite:///vigil.db" if backend.name == "sqlite" else backend.url,
        api_url=telegram.api_url,
        token=telegram.token,
    )
    yield program
    if program.service:
        await program.stop(signal.SIGKILL)
