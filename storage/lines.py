"""Rows of SQLite as the lines in which PostgreSQL takes and gives them (COPY, text format).

They are written just as PostgreSQL itself writes them (manual, COPY, "File Formats"; times in UTC, bytes in
hexadecimal): so what it holds can be compared with what it was given, byte for byte.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from storage.columns import Moment, Prose
from storage.packing import is_worded, pack

SETTINGS = "SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET bytea_output = 'hex'"
"""What a session has to say to PostgreSQL for its lines to be ours."""
_SPECIAL = re.compile("[\x00\x08-\x0d\\\\]")
_ESCAPED = (
    (b"\\", b"\\\\"),
    (b"\x00", b""),
    (b"\x08", b"\\b"),
    (b"\t", b"\\t"),
    (b"\n", b"\\n"),
    (b"\x0b", b"\\v"),
    (b"\x0c", b"\\f"),
    (b"\r", b"\\r"),
)
"""PostgreSQL takes no NUL in a text, SQLite does: one such character must not stop a move."""
_MODULUS = 1 << 128

Row = Sequence[Any]


@dataclass(slots=True)
class Tally:
    """How many lines there were, and the sum of their hashes: the same in whatever order they came."""

    rows: int = 0
    total: int = 0

    def add(self, lines: Iterable[bytes]) -> None:
        """Counts these lines, each with its end of line."""
        hashed = hashlib.blake2b
        for line in lines:
            self.rows += 1
            self.total += int.from_bytes(hashed(line, digest_size=16).digest(), "big")
        self.total %= _MODULUS

    def __str__(self) -> str:
        return f"{self.total:032x}"


def liner(table: sa.Table, *, compact: bool = False, worded: bool = False) -> Callable[[Row], bytes]:
    """What makes a line of a row of this table, given as SQLite keeps it, in the order of its columns.

    For a `compact` archive (`storage.compact`) what stays packed goes into a column of its own, `worded` with
    the words of its language (`storage.packing`).
    """
    writers = [_writer(column) for column in table.columns]
    names = [column.name for column in table.columns]
    places = (names.index("text"), names.index("packed")) if compact and "packed" in names else None

    def line(row: Row) -> bytes:
        given = row if places is None else _apart(row, *places, worded=worded)
        fields = (
            b"\\N" if value is None else write(value) for write, value in zip(writers, given, strict=True)
        )
        return b"\t".join(fields) + b"\n"

    return line


def _apart(row: Row, text: int, packed: int, *, worded: bool) -> Row:
    """The row with its text packed in the other column, where that is shorter."""
    value = row[packed] or row[text]
    said = Prose.unpacked(value) or ""
    stays = isinstance(value, bytes) and "\x00" not in said and (worded or not is_worded(value))
    found = value if stays else pack(said.replace("\x00", ""), worded=worded)
    if found is None:
        return row
    given = list(row)
    given[text], given[packed] = "", found
    return given


def _writer(column: sa.ColumnElement[Any]) -> Callable[[Any], bytes]:
    match column.type:
        case Moment():
            return _moment
        case Prose():
            return lambda value: _text(Prose.unpacked(value))
        case sa.Boolean():
            return lambda value: b"t" if value else b"f"
        case sa.LargeBinary():
            return lambda value: b"\\\\x" + bytes(value).hex().encode()
        case sa.Integer() | sa.Date():
            return lambda value: str(value).encode()
        case sa.String() | sa.JSON():
            return _text
    raise TypeError(f"{column}: no line can be made of {column.type!r}")


def _text(value: object) -> bytes:
    text = str(value)
    raw = text.encode()
    if _SPECIAL.search(text):
        for found, said in _ESCAPED:
            raw = raw.replace(found, said)
    return raw


def _moment(value: str) -> bytes:
    """SQLite: "2026-03-01 12:00:00.500000", in UTC; PostgreSQL: "2026-03-01 12:00:00.5+00"."""
    return (value.rstrip("0").rstrip(".") if "." in value else value).encode() + b"+00"
