"""Whether the name of an addressee holds a name that somebody asks for, in the database and outside alike."""

import re

import sqlalchemy as sa

_PARTING = "()[],;:.-–—’'\"/·"
"""What stands between the words of a name, or after them."""
_WHOLE = 4
"""Letters below which a word must be met whole: "UN" is in no "unit", but "State" is in "States"."""
_UNSPACED = re.compile(r"[\u0e00-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
"""Scripts that write no spaces between words, or put particles behind them."""


def holds(addressee: str, name: str) -> bool:
    """Whether the addressee's name holds the words of `name`, from the beginning of a word on."""
    wanted = _padded(name).strip()
    if not wanted:
        return False
    if _UNSPACED.search(wanted):
        return wanted.replace(" ", "") in _padded(addressee).replace(" ", "")
    return f" {wanted}{_end(wanted)}" in _padded(addressee)


def condition(column: sa.ColumnElement[str], name: str) -> sa.ColumnElement[bool]:
    """The same, asked of the database."""
    wanted = _padded(name).strip()
    if not wanted:
        return sa.false()
    told: sa.ColumnElement[str] = column
    for mark in _PARTING:
        told = sa.func.replace(told, mark, " ")
    if _UNSPACED.search(wanted):
        return sa.func.replace(told, " ", "").icontains(wanted.replace(" ", ""), autoescape=True)
    return (sa.literal(" ") + told + " ").icontains(f" {wanted}{_end(wanted)}", autoescape=True)


def _padded(text: str) -> str:
    for mark in _PARTING:
        text = text.replace(mark, " ")
    return f" {text.lower()} "


def _end(wanted: str) -> str:
    return " " if len(wanted.rpartition(" ")[2]) < _WHOLE else ""
