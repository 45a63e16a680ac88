"""What docs/operations.md says of sizes is what the model and the arithmetic say."""

import re
from pathlib import Path

import pytest

from benchmarks.model import even, grown, reached

PAGE = (Path(__file__).parents[1] / "docs" / "operations.md").read_text(encoding="utf-8")
PEOPLE = 1_000_000
SPREADS = {
    "1 bot": even(1),
    "5 bots, people spread evenly": even(5),
    "20 bots, people spread evenly": even(20),
    "20 bots, half of all people at the first": grown(20),
}


def row(name: str) -> list[str]:
    """What stands behind this in a table."""
    found = re.search(rf"^\| {re.escape(name)} \|(.+)\|$", PAGE, re.MULTILINE)
    assert found, name
    return [cell.strip() for cell in found[1].split("|")]


def seconds(said: str) -> float:
    """How long "18 min" or "6.0 h" is."""
    number, unit = said.split()
    return float(number) * {"min": 60, "h": 3600}[unit]


@pytest.mark.parametrize("name", SPREADS)
def test_how_long_a_million_take_is_what_the_model_says(name: str) -> None:
    """To the digits that are told."""
    found = reached(PEOPLE, SPREADS[name])
    half, everybody = map(seconds, row(name))
    assert found.half == pytest.approx(half, rel=0.03)
    assert found.everybody == pytest.approx(everybody, rel=0.03)


def test_dead_nodes_cost_seconds_and_not_people() -> None:
    """Each of three deaths keeps one account for the time of a takeover."""
    calm, rough = reached(PEOPLE, even(5)), reached(PEOPLE, even(5), deaths=3)
    assert 0 <= rough.everybody - calm.everybody <= 3 * 15 + 1


@pytest.mark.parametrize(("kept", "days"), [("400d", 400), ("90d", 90), ("30d (the least)", 30)])
def test_what_the_log_takes_is_its_rows_times_what_was_measured(kept: str, days: int) -> None:
    """At a hundred million deliveries a month."""
    measured = re.search(r"(\d+) bytes with its indexes", PAGE)
    assert measured
    rows = 100e6 * days / 30
    told, size = row(kept)
    number, word = re.fullmatch(r"([\d.]+) (thousand million|million)", told).groups()  # type: ignore[union-attr]
    assert float(number) * {"million": 1e6, "thousand million": 1e9}[word] == pytest.approx(rows, rel=0.03)
    assert float(size.removesuffix(" GB")) * 1e9 == pytest.approx(rows * int(measured[1]), rel=0.03)
