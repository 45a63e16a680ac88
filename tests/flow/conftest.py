"""A publisher, Telegram, and an installation of Vigil between them: once on each kind of database."""

import signal
from collections.abc import AsyncIterator, Generator
from datetime import timedelta
from pathlib import Path

import pytest

from storage.database import now_utc
from tests import matrix
from tests.backends import Backend
from tests.emulators.telegram import TelegramEmulator
from tests.feeds import Site, a_site, item, rss
from tests.flow.program import Program
from tests.flow.story import ADMIN, DINNER

TOLD = "how fast"
"""The property of a test that says so."""
TABLE = "killed: what the program makes good at its next start"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tell the report where it stands in the kill table."""
    report = yield
    point = getattr(item, "callspec", None) and item.callspec.params.get("point")  # type: ignore[attr-defined]
    if point and isinstance(item, pytest.Function):
        matter = item.originalname.removeprefix("test_").partition("_whenever")[0].replace("_", " ")
        matrix.note(item, report, TABLE, f"{point} | {matter}")
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Write the kill table, and how fast it was; that is told, and never tested."""
    matrix.write(terminalreporter, TABLE)
    passed = (one.user_properties for one in terminalreporter.getreports("passed"))
    lines = sorted({str(text) for properties in passed for name, text in properties if name == TOLD})
    if lines:
        terminalreporter.section(TOLD)
        terminalreporter.write("\n".join([*lines, ""]))


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
        admins=(ADMIN,),
    )
    yield program
    if program.service:
        await program.stop(signal.SIGKILL)
