"""Draws a message of the emulator's as a picture (SVG): its text as it is set off, and its buttons below.

How wide a letter is, is guessed, so that the picture is the same everywhere: no font is asked.
"""

import unicodedata
from collections.abc import Iterator
from html import escape
from itertools import groupby

from tests.emulators.telegram import Version

WIDTH = 420
_EDGE, _INNER = 14, 12
_LINE, _SIZE = 21, 15
_BUTTON = 34
_CLASSES = {"bold": "b", "italic": "i", "code": "c", "strikethrough": "s", "text_link": "l"}
_STYLE = (
    "text{font:15px system-ui,sans-serif;fill:#111}.b{font-weight:600}.i{font-style:italic}"
    ".c{font-family:monospace;fill:#0b6}.s{text-decoration:line-through}.l{fill:#168}"
    ".k{fill:#168;text-anchor:middle;font-size:14px}"
)
Letter = tuple[str, str, bool]
"""A character, the classes that it is set in, and whether it stands in a quotation."""


def picture(version: Version) -> str:
    """One version of a message."""
    lines = list(_lines(_letters(version)))
    height = _INNER * 2 + _LINE * len(lines)
    drawn = [_bubble(_EDGE, height, "#fff")]
    drawn += [_line(line, _EDGE + _INNER + _SIZE + _LINE * number) for number, line in enumerate(lines)]
    top = _EDGE + height + 6
    for row in version.buttons:
        drawn += _row([button.label for button in row], top)
        top += _BUTTON + 4
    whole = top + _EDGE
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{whole}" '
        f'viewBox="0 0 {WIDTH} {whole}">\n<style>{_STYLE}</style>\n'
        f'<rect width="{WIDTH}" height="{whole}" fill="#cfdde6"/>\n' + "\n".join(drawn) + "\n</svg>\n"
    )


def _letters(version: Version) -> list[Letter]:
    """Each character with what the entities say of it; their offsets count UTF-16 units."""
    found: list[Letter] = []
    at = 0
    for char in version.text:
        covering = [
            one["type"] for one in version.entities if one["offset"] <= at < one["offset"] + one["length"]
        ]
        classes = " ".join(sorted({_CLASSES[one] for one in covering if one in _CLASSES}))
        found.append((char, classes, any("blockquote" in one for one in covering)))
        at += len(char.encode("utf-16-le")) // 2
    return found


def _lines(letters: list[Letter]) -> Iterator[list[Letter]]:
    """The text in lines that fit: broken where one ends, between words, and between syllables of Hangul."""
    line: list[Letter] = []
    word: list[Letter] = []
    for letter in [*letters, ("\n", "", False)]:
        if letter[0] not in " \n" and not _is_wide(letter[0]):
            word.append(letter)
            continue
        word.append(letter)
        if line and _width([*line, *word]) > WIDTH - 2 * (_EDGE + _INNER):
            yield line
            line = []
        line += word
        word = []
        if letter[0] == "\n":
            yield line
            line = []


def _line(line: list[Letter], y: int) -> str:
    pieces = groupby((one for one in line if one[0] != "\n"), key=lambda one: one[1])
    spans = "".join(
        f'<tspan class="{classes}">{escape(text)}</tspan>' if classes else escape(text)
        for classes, text in ((classes, "".join(one[0] for one in letters)) for classes, letters in pieces)
    )
    quoted = any(one[2] for one in line)
    bar = f'<rect x="{_EDGE + _INNER - 6}" y="{y - _SIZE}" width="3" height="{_LINE}" fill="#168"/>'
    text = f'<text x="{_EDGE + _INNER + 4 * quoted}" y="{y}" xml:space="preserve">{spans}</text>'
    return f"{bar * quoted}{text}"


def _row(labels: list[str], top: int) -> list[str]:
    each = (WIDTH - 2 * _EDGE - 4 * (len(labels) - 1)) // len(labels)
    drawn = []
    for number, label in enumerate(labels):
        x = _EDGE + number * (each + 4)
        box = f'<rect x="{x}" y="{top}" width="{each}" height="{_BUTTON}" rx="8" fill="#fff" opacity=".7"/>'
        middle = f'x="{x + each // 2}" y="{top + 22}"'
        drawn.append(f'{box}<text class="k" {middle}>{escape(_fitting(label, each - 10))}</text>')
    return drawn


def _fitting(label: str, width: float) -> str:
    letters = [(char, "", False) for char in label]
    if _width(letters) <= width:
        return label
    while letters and _width(letters) > width - _SIZE:
        letters.pop()
    return "".join(one[0] for one in letters) + "…"


def _bubble(top: int, height: int, colour: str) -> str:
    return (
        f'<rect x="{_EDGE}" y="{top}" width="{WIDTH - 2 * _EDGE}" height="{height}" rx="12" fill="{colour}"/>'
    )


def _width(letters: list[Letter]) -> float:
    wide = sum(_SIZE for one in letters if _is_wide(one[0]))
    return wide + sum(_SIZE * 0.52 for one in letters if not _is_wide(one[0]))


def _is_wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WF"
