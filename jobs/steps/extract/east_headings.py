"""Finds the lines of Korean, Japanese and Chinese texts that only name whom the following lines ask."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from jobs.steps.extract.blocks import Block
from jobs.steps.extract.context import Context
from jobs.steps.extract.east_names import actor, expression, own, split

LIST_MARK = re.compile(
    r"^(?:[・ㆍ]|[一二三四五六七八九十]{1,2}[\s　]|"
    r"(?:[アイウエオカキクケコロハニホヘト]|[가나다라마바사])[\s.．、)）]|"
    r"第[一二三四五六七八九十]に?[、，,:：]|[一二三四五六七八九]つ(?:目に)?[、，,:：]|(?:하나|첫째|둘째|"
    r"셋째|넷째|다섯째|여섯째|일곱째)[.,:]|[△▲▷])\s?"
)
"""Marks of items that are words or signs of the script."""
_FRAME = re.compile(r"^[\s■□◆◇▶▷●○◎★☆▪【\[<＜〈《「『(（〔]+|[\s】\]>＞〉》」』)）〕]+$")
_SPOKEN_TO = re.compile(
    r"에|에게|께|님께|측에|에는|에게는|께는|에 대해서?|에 대하여|"
    r"に対しまして.?|に対して.?|に対し.?|へ|(?:致|[对對]|向)+"
)
_LONGEST = 60  # characters of a line that names a party
_PEOPLE = 25  # characters of one that names people who are no body


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line stands."""

    language: str
    context: Context
    opened: bool
    """A list of requests is open."""
    asks: Callable[[str], bool]
    """Whether a text would ask for something as an item of a list."""


def over_a_list(block: Block, following: Block) -> bool:
    """Whether the items of a list follow a line that is none itself."""
    return bool(following.marker or LIST_MARK.match(following.text)) and not block.marker


def _above(block: Block, following: Block) -> bool:
    """Whether a line has a mark and what follows has none, or one of another kind."""
    return bool(block.marker) and _kind(block.marker) != _kind(following.marker)


def _kind(marker: str) -> str:
    return re.sub(r"[\d一二三四五六七八九十①-⑳가-하]+", "1", marker)


def heading(block: Block, following: Block, place: Place) -> tuple[str, ...]:
    """The parties of a line that only names them over what is asked: "■日本政府に対して", "致中国政府："."""
    text, language = block.text, place.language
    if len(text) > _LONGEST or text[-1] in "!?？！":
        return ()
    stopped = text[-1] in ".。" and not text.endswith("..")
    text = text.rstrip(".。") if stopped else text
    plain = _FRAME.sub("", LIST_MARK.sub("", text)).strip()
    framed, ended = plain != text or _above(block, following), plain.endswith((":", "：", "、", ","))
    plain = _FRAME.sub("", plain.rstrip(":：、, "))
    if language in {"ja", "ko"}:
        plain = expression(language, "lead").sub("", plain)
        plain = expression(language, "we_first").sub("", plain)
    match = expression(language, "heading").fullmatch(plain)
    if match is None:
        return ()
    name, mark = match["name"].strip(), match["mark"] or ""
    if re.search(r"[:：]", name):
        return ()
    if stopped and not (mark and _SPOKEN_TO.fullmatch(mark)):
        return ()
    if own(name, language, place.context) or not _heads(
        match, block, following, place, framed=framed, ended=ended
    ):
        return ()
    names = split(name, language)
    people = len(name) < _PEOPLE and (
        (mark in {"에게", "께", "님께"} and (framed or bool(block.marker)))
        or (mark in {"へ", "致"} and place.opened and place.asks(following.text))
    )
    spoken = _SPOKEN_TO.fullmatch(mark) is not None
    return (
        names
        if people or all(actor(one, language) or (spoken and _PROPER.fullmatch(one)) for one in names)
        else ()
    )


_PROPER = re.compile(r"[A-Z][A-Za-z.&'’-]*(?:\s[A-Z][A-Za-z.&'’-]*){0,4}")
"""A name in Latin letters, which those who are spoken to by it have."""


def _heads(
    match: re.Match[str], block: Block, following: Block, place: Place, *, framed: bool, ended: bool
) -> bool:
    """Whether a line that could name a party stands where such lines do."""
    over = over_a_list(block, following)
    spoken = bool(match["mark"] or match["word"] or ended)
    if not (spoken or (framed and (over or place.opened or place.asks(following.text)))):
        return False
    sure = _SPOKEN_TO.fullmatch(match["mark"] or "") is not None
    item = expression(place.language, "item_end").search(following.text or " ") is not None
    return sure or over or ended or framed or place.opened or item
