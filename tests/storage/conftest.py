"""Prints, below a run, which promise of the storage is kept on each kind of database."""

from collections.abc import Generator
from pathlib import Path

import pytest

from tests import matrix

HERE = Path(__file__).parent
TABLE = "contracts: databases"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tell the report which promise it is about."""
    report = yield
    if HERE in item.path.parents and "backend" in getattr(item, "fixturenames", ()):
        matrix.note(item, report, TABLE)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Write the table."""
    matrix.write(terminalreporter, TABLE)
