"""Prints, below a run of the contracts, which promise each implementation keeps, and what does not apply.

A row is a promise (the first sentence of a test), a column an implementation (the first word of the
test's parameters).
"""

from collections import Counter, defaultdict
from collections.abc import Generator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
_SIGNS = {"passed": "kept", "failed": "BROKEN", "skipped": "n/a"}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tell the report which promise it is about."""
    report = yield
    if HERE in item.path.parents and isinstance(item, pytest.Function) and hasattr(item, "callspec"):
        promise = (item.function.__doc__ or item.originalname).strip().splitlines()[0]
        report.user_properties += [("promise", promise), ("who", item.callspec.id.partition("-")[0])]
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Write the table."""
    rows: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    reasons: dict[tuple[str, str], int] = Counter()
    for outcome in _SIGNS:
        for report in terminalreporter.getreports(outcome):
            said = dict(report.user_properties)
            if "promise" in said and (report.when == "call" or outcome != "passed"):
                rows[str(said["promise"])][str(said["who"])][outcome] += 1
                if outcome == "skipped":
                    reasons[str(said["who"]), _reason(report)] += 1
    if not rows:
        return
    columns = sorted({who for cells in rows.values() for who in cells})
    terminalreporter.section("contracts")
    terminalreporter.write_line("".join(f"{who:<18}" for who in columns))
    for promise, cells in rows.items():
        told = "".join(f"{_cell(cells[who]):<18}" for who in columns)
        terminalreporter.write_line(f"{told}{promise}")
    for (who, reason), times in sorted(reasons.items()):
        terminalreporter.write_line(f"n/a to {who} ({times}): {reason}")


def _cell(counted: Counter[str]) -> str:
    """As in "kept 3, n/a 15"."""
    if sum(counted.values()) == 1:
        return _SIGNS[next(iter(counted))]
    return ", ".join(f"{_SIGNS[outcome]} {times}" for outcome, times in counted.items())


def _reason(report: pytest.TestReport) -> str:
    told = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return told.removeprefix("Skipped: ")
