"""Tables below a test run: which promise each implementation keeps, and what does not apply.

A row is a promise, a column an implementation. A conftest notes each of its tests, and writes its table.
"""

from collections import Counter, defaultdict

import pytest

_SIGNS = {"passed": "kept", "failed": "BROKEN", "skipped": "n/a"}


def note(item: pytest.Item, report: pytest.TestReport, table: str, row: str = "") -> None:
    """Tell the report where in `table` it stands: `row` (the test's promise if not given) and implementation.

    The implementation is the first word of the test's parameters; a test without any has no place.
    """
    if not isinstance(item, pytest.Function) or not hasattr(item, "callspec"):
        return
    promise = row or (item.function.__doc__ or item.originalname).strip().splitlines()[0]
    who = item.callspec.id.partition("-")[0]
    report.user_properties += [("table", table), ("promise", promise), ("who", who)]


def write(terminal: pytest.TerminalReporter, table: str) -> None:
    """Write one table, if a test of it was run."""
    rows: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    reasons: dict[tuple[str, str], int] = Counter()
    for outcome in _SIGNS:
        for report in terminal.getreports(outcome):
            said = dict(report.user_properties)
            if said.get("table") == table and (report.when == "call" or outcome != "passed"):
                rows[str(said["promise"])][str(said["who"])][outcome] += 1
                if outcome == "skipped":
                    reasons[str(said["who"]), _reason(report)] += 1
    if not rows:
        return
    columns = sorted({who for cells in rows.values() for who in cells})
    terminal.section(table)
    terminal.write_line("".join(f"{who:<18}" for who in columns))
    for promise, cells in rows.items():
        told = "".join(f"{_cell(cells[who]):<18}" for who in columns)
        terminal.write_line(f"{told}{promise}")
    for (who, reason), times in sorted(reasons.items()):
        terminal.write_line(f"n/a to {who} ({times}): {reason}")


def _cell(counted: Counter[str]) -> str:
    """As in "kept 3, n/a 15"."""
    if sum(counted.values()) == 1:
        return _SIGNS[next(iter(counted))]
    return ", ".join(f"{_SIGNS[outcome]} {times}" for outcome, times in counted.items())


def _reason(report: pytest.TestReport) -> str:
    told = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return told.removeprefix("Skipped: ")
