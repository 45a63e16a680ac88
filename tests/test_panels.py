"""The picture of the dashboard: made of the panels that the dashboard has."""

import json
import re
from html import unescape
from pathlib import Path
from xml.etree import ElementTree as ET

from benchmarks.panels import Line, named, picture, told

ROOT = Path(__file__).parents[1]
PANELS = json.loads((ROOT / "deploy" / "grafana.json").read_text(encoding="utf-8"))["panels"]


def a_panel(kind: str = "timeseries", unit: str = "s") -> dict[str, object]:
    """One panel in the upper left corner."""
    grid = {"x": 0, "y": 0, "w": 8, "h": 8}
    return {"type": kind, "title": "A & b", "gridPos": grid, "fieldConfig": {"defaults": {"unit": unit}}}


def test_the_picture_in_the_documents_shows_each_panel_of_the_dashboard() -> None:
    """When this fails, make it anew: python -m benchmarks.dashboard."""
    drawn = (ROOT / "docs" / "dashboard.svg").read_text(encoding="utf-8")
    titles = [unescape(found) for found in re.findall(r'<text class="t" x="10" [^>]*>([^<]+)<', drawn)]
    assert titles == [panel["title"] for panel in PANELS]
    assert "no data" not in drawn


def test_a_line_goes_from_the_left_to_the_right_and_no_higher_than_its_axis() -> None:
    """Its greatest value is at most at the top; nothing stands outside of the picture."""
    points = [(1_000.0 + second, float(second % 7)) for second in range(60)]
    drawn = picture([a_panel()], [[Line("one", points), Line("none", [])]], "Title")
    ET.fromstring(drawn)  # noqa: S314 - our own
    (path,) = re.findall(r'<path d="M([\d. L]+)" fill="none"', drawn)
    places = [tuple(map(float, place.split())) for place in path.split("L")]
    assert len(places) == 60
    assert places == sorted(places, key=lambda place: place[0])
    heights = [float(found) for found in re.findall(r'd="M54 ([\d.]+)H', drawn)]
    assert max(y for _, y in places) == max(heights)
    assert min(heights) <= min(y for _, y in places)
    assert "A &amp; b" in drawn
    assert "none" not in re.findall(r">([^<]+)</text>", drawn)


def test_where_nothing_was_measured_it_says_so() -> None:
    """In a number as well as in a plot."""
    for kind in ("stat", "timeseries"):
        assert "no data" in picture([a_panel(kind)], [[Line("empty", [])]], "Title")


def test_numbers_and_names_are_shown_as_a_dashboard_shows_them() -> None:
    """With their unit; a legend holds the labels of its series."""
    assert [told(*one) for one in ((0.25, "s"), (150, "s"), (1234, "short"), (7.5, "reqps"))] == [
        "0.25 s",
        "2.5 min",
        "1,234",
        "7.5/s",
    ]
    assert named("{{role}} {{state}}", {"role": "poll", "state": "taken"}, "x") == "poll taken"
    assert named("__auto", {}, "max(x)") == "max(x)"
