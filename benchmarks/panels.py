"""Draws panels of a Grafana dashboard as one picture (SVG): numbers, and lines over time. Pure.

How wide a letter is, is guessed, so that the picture is the same everywhere: no font is asked.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Any

COLUMN, ROW = 50, 34
"""Pixels of one unit of the grid, which is 24 columns wide."""
_GAP = 8
_LEFT, _RIGHT, _TITLE, _BELOW = 54, 10, 26, 18
_LETTER = 6.2
_COLOURS = ("#2a6fbb", "#d9822b", "#3a8f5a", "#b5361c", "#7a5ea8", "#2b9a9a", "#8a6d3b", "#777777")
"""Told apart in this order; the dashes of those behind differ as well."""
_DASHES = ("", "5 2", "2 2")
_STYLE = (
    "text{font:11px system-ui,sans-serif;fill:#333}.t{font-size:12px;font-weight:600;fill:#111}"
    ".n{font-size:34px;text-anchor:middle;fill:#1c5c99}.y{text-anchor:end}.x{text-anchor:middle}"
)
_STEPS = (1, 2, 2.5, 5, 10)

Points = Sequence[tuple[float, float]]
"""(seconds since 1970, value), in the order of time."""


@dataclass(frozen=True, slots=True)
class Line:
    """One series, by the name that stands for it in the legend."""

    name: str
    points: Points


def picture(panels: Sequence[dict[str, Any]], lines: Sequence[Sequence[Line]], title: str) -> str:
    """The panels as they stand in the dashboard's file, each with its lines, under a title."""
    high = max(one["gridPos"]["y"] + one["gridPos"]["h"] for one in panels) * ROW + 2 * ROW
    wide = 24 * COLUMN + _GAP
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}">',
        f"<style>{_STYLE}</style>",
        f'<rect width="{wide}" height="{high}" fill="#eef1f4"/>',
        f'<text class="t" x="{_GAP}" y="20">{escape(title)}</text>',
    ]
    for panel, found in zip(panels, lines, strict=True):
        drawn += _panel(panel, [one for one in found if one.points])
    return "\n".join([*drawn, "</svg>", ""])


def named(legend: str, labels: dict[str, str], expression: str) -> str:
    """What a series is called: its labels put into the legend, as Grafana does."""
    if legend == "__auto":
        return ", ".join(labels.values()) or expression
    for name, value in labels.items():
        legend = legend.replace(f"{{{{{name}}}}}", value)
    return legend


def told(value: float, unit: str) -> str:
    """A number as a panel of this unit shows it."""
    if unit == "s" and value >= 120:
        return f"{value / 60:.1f} min"
    digits = f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"
    return digits + {"s": " s", "reqps": "/s"}.get(unit, "")


def _panel(panel: dict[str, Any], lines: Sequence[Line]) -> Iterator[str]:
    at = panel["gridPos"]
    left, top = at["x"] * COLUMN + _GAP, at["y"] * ROW + ROW
    wide, high = at["w"] * COLUMN - _GAP, at["h"] * ROW - _GAP
    unit = panel["fieldConfig"]["defaults"].get("unit", "")
    yield f'<g transform="translate({left} {top})">'
    yield f'<rect width="{wide}" height="{high}" fill="#fff" stroke="#d5dade" rx="3"/>'
    yield f'<text class="t" x="10" y="18">{escape(panel["title"])}</text>'
    if panel["type"] == "stat":
        shown = told(lines[0].points[-1][1], unit) if lines else "no data"
        yield f'<text class="n" x="{wide / 2}" y="{high / 2 + 24}">{shown}</text>'
    elif lines:
        yield from _plot(lines, unit, wide, high)
    else:
        yield f'<text class="x" x="{wide / 2}" y="{high / 2 + 10}">no data</text>'
    yield "</g>"


def _plot(lines: Sequence[Line], unit: str, wide: int, high: int) -> Iterator[str]:
    legend = list(_legend(lines, wide))
    foot = high - _BELOW - legend[-1][1] - 16
    start = min(one.points[0][0] for one in lines)
    end = max(start + 1, *(one.points[-1][0] for one in lines))
    top = _round_up(max(value for one in lines for _, value in one.points))

    def across(moment: float) -> float:
        return _LEFT + (moment - start) / (end - start) * (wide - _LEFT - _RIGHT)

    def up(value: float) -> float:
        return foot - max(0.0, value) / top * (foot - _TITLE - 8)

    for part in (0, 0.5, 1):
        height = up(part * top)
        yield f'<path d="M{_LEFT} {height:.1f}H{wide - _RIGHT}" stroke="#e3e7ea"/>'
        yield f'<text class="y" x="{_LEFT - 5}" y="{height + 4:.1f}">{told(part * top, unit)}</text>'
    for part in (0.1, 0.5, 0.9):
        moment = start + part * (end - start)
        shown = datetime.fromtimestamp(moment, UTC).strftime("%H:%M:%S")
        yield f'<text class="x" x="{across(moment):.1f}" y="{foot + 14:.1f}">{shown}</text>'
    for number, (one, (x, y)) in enumerate(zip(lines, legend, strict=True)):
        look = _look(number)
        path = "L".join(f"{across(moment):.1f} {up(value):.1f}" for moment, value in one.points)
        yield f'<path d="M{path}" fill="none" {look}/>'
        yield f'<path d="M{x} {foot + _BELOW + y + 5:.1f}h12" {look}/>'
        yield f'<text x="{x + 16}" y="{foot + _BELOW + y + 9:.1f}">{escape(one.name)}</text>'


def _legend(lines: Sequence[Line], wide: int) -> Iterator[tuple[float, float]]:
    """Where each name stands, below the plot."""
    x, y = 10.0, 0.0
    for one in lines:
        width = 28 + len(one.name) * _LETTER
        if x > 10 and x + width > wide:
            x, y = 10.0, y + 15
        yield x, y
        x += width


def _look(number: int) -> str:
    dash = _DASHES[number // len(_COLOURS) % len(_DASHES)]
    drawn = f'stroke="{_COLOURS[number % len(_COLOURS)]}" stroke-width="1.5"'
    return f'{drawn} stroke-dasharray="{dash}"' if dash else drawn


def _round_up(value: float) -> float:
    """The next number at which an axis may end; 1 for nothing."""
    if value <= 0:
        return 1.0
    size = 1e-6
    while size * 10 < value:
        size *= 10
    return next(step * size for step in _STEPS if step * size >= value * 0.999)
