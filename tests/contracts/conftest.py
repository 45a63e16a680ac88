"""Prints, below a run of the contracts, which promise each transport keeps, and what does not apply."""

from collections.abc import Generator
from pathlib import Path

import pytest

from tests import matrix

HERE = Path(__file__).parent
TABLE = "contracts: transports"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tell the report which promise it is about."""
    report = yield
    if HERE in item.path.parents:
        matrix.note(item, report, TABLE)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Write the table."""
    matrix.write(terminalreporter, TABLE)
