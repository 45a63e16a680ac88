"""Prints, below a run, what became of each corpus."""

import pytest

TABLE = "corpora"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Write the lines that tests recorded as their table."""
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    lines = [str(text) for report in reports for name, text in report.user_properties if name == TABLE]
    if lines:
        terminalreporter.section(TABLE)
    for line in lines:
        terminalreporter.write_line(line)
