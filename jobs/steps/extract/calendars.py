"""Rewrites dates of East Asian and Arabic print as the readers of dates know them: digits, eras, months."""

import re
import unicodedata
from functools import cache

from jobs.steps.extract.blocks import Block
from jobs.steps.extract.data import table
from jobs.steps.extract.numbers import number

_FILE = "dates.toml"
_HAN = "一二三四五六七八九十〇零○元正廿两兩百"
_ERA = re.compile(
    rf"(?P<era>令和|平成|昭和|中華民國|中华民国|民國|民国)\s?(?P<y>\d{{1,3}}|[{_HAN}]{{1,5}})\s?年(?:[(（][^()（）]{{2,12}}[)）])?"
)
_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925}
_REPUBLIC = 1911
_BOTH = re.compile(r"(?P<y>(?:19|20)\d\d)年?\s?[(（](?:令和|平成|昭和|民國|民国)[^()（）]{1,8}[)）]\s?年?")
_NUMERALS = re.compile(
    rf"(?P<y>[{_HAN}]{{4}}|(?:19|20)\d\d)年(?P<m>[{_HAN}]{{1,3}})月(?:(?P<d>[{_HAN}]{{1,4}})[日号號])?"
)
_DAY = re.compile(rf"(?<![\d{_HAN}年])(?P<m>[{_HAN}]{{1,3}})月(?P<d>[{_HAN}]{{1,4}})[日号號]")
_SLASHED = re.compile(r"(?<![\d/.-])(?P<y>1[01]\d)(?P<s>[/.])(?P<m>[01]?\d)(?P=s)(?P<d>[0-3]?\d)(?![\d/.-])")
_SIGNS = re.compile(r"[\u064b-\u0652\u0640]")
_ARABIC = re.compile(r"[\u0600-\u06ff]")
_EAST = re.compile(r"[年月]")


def western(blocks: list[Block]) -> list[Block]:
    """The blocks with every date as "2019年9月27日" or "29 نوفمبر 2019"; others as they are."""
    return [
        Block(text, block.marker, block.gap) if (text := dated(block.text)) != block.text else block
        for block in blocks
    ]


def dated(text: str) -> str:
    """One text with its dates rewritten."""
    if text.isascii():
        return text
    plain = _FOREIGN_DIGIT.sub(lambda digit: str(unicodedata.decimal(digit.group())), text)
    if _ARABIC.search(plain):
        return _arabic(plain)
    if not _EAST.search(plain):
        return _SLASHED.sub(_republican, plain) if "登" in plain or "更新" in plain else plain
    plain = _BOTH.sub(lambda match: f"{match['y']}年", plain)
    plain = _ERA.sub(_of_era, plain)
    plain = _NUMERALS.sub(_in_digits, plain)
    return _DAY.sub(lambda match: f"{_value(match['m'])}月{_value(match['d'])}日", plain)


_FOREIGN_DIGIT = re.compile(r"[^\D0-9]")


def _value(text: str) -> int:
    plain = (
        text.replace("元", "一")
        .replace("正", "一")
        .replace("廿", "二十")
        .replace("○", "〇")
        .replace("零", "〇")
    )
    return number(plain) or 0


def _of_era(match: re.Match[str]) -> str:
    return f"{_ERAS.get(match['era'], _REPUBLIC) + _value(match['y'])}年"


def _republican(match: re.Match[str]) -> str:
    return f"{_REPUBLIC + int(match['y'])}/{match['m']}/{match['d']}"


def _in_digits(match: re.Match[str]) -> str:
    day = f"{_value(match['d'])}日" if match["d"] else ""
    return f"{_value(match['y'])}年{_value(match['m'])}月{day}"


@cache
def _months() -> re.Pattern[str]:
    names = [name for names in table(_FILE)["months"] for name in names if _ARABIC.search(name)]
    month = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
    return re.compile(rf"(?P<one>{month})\s?/\s?(?:{month})(?!\w)")


def _arabic(text: str) -> str:
    """Without vowel signs, and with one name for a month that has two: "تشرين الثاني/نوفمبر"."""
    return _months().sub(lambda match: match["one"], _SIGNS.sub("", text))
