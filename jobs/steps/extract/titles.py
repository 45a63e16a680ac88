"""Finds what a text is called when its publisher does not say."""

import re
import unicodedata

from jobs.steps.extract.blocks import Block
from jobs.steps.extract.data import pattern
from jobs.steps.extract.dates import dates_in

_LONGEST = 200  # characters
_CODE = re.compile(
    r"^(?=.*\d)[A-Za-z\d_./():-]{3,40}$|^(?:UA|Index|AI Index|Ref|Distr|"
    r"Further information)\b[.: ]",
    re.IGNORECASE,
)


_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_SITE = re.compile(r"\b[\w-]{3,40}\.(?:org|net|com|info|example|kr|jp|eu)\b")
_NAVIGATION = re.compile(
    r"^\S{1,14}(?:\s[>»›]\s\S{1,16}){1,5}$|"
    r"(?:\S\s+[|›»>·•/]\s+\S.*){2}|^[^|｜]{1,20}(?:[|｜][^|｜]{1,20}){2,9}$|^(?:\[[^\]]{1,30}\]\s*){1,9}$|(?:\[[^\]]{1,20}\]\s*){3}|☰|"
    r"^(?:skip to|nos actions|accueil|inicio|главная|الرئيسية|you are here|share\b|menu\b|toggle\b|"
    r"home\b|search\b|log ?in|posted|published|uploaded|"
    r"updated|subscribe|aller au contenu|본문 ?바로가기|글쓴이|작성자|등록일|배포일|담당 ?:|수신 ?:|발신 ?:|"
    r"検索|文字サイズ|您现在的位置|"
    r"发布时间|"
    r"from:|date:|to:|tags?:|reading time|news from)",
    re.IGNORECASE,
)
_BODY = re.compile(
    r"\b(?:centre|center|network|project|observatory|committee|collective|collectif|coalition|watch|alliance|"
    r"association|foundation|society|desk|frontiers|forum|institute|league|ligue|union|council|"
    r"organi[sz]ation|"
    r"federation)\b|연대|센터|단체|대회$|会議|协会|協會|協会|网$|網$|مركز|منظمة|جمعية|центр|комитет|организация|"
    r"\basociación\b|\bcolectivo\b|\bred\b",
    re.IGNORECASE,
)


_ONLY_DATES = re.compile(
    r"(?:[\d\s,.–—-]|(?:January|February|March|April|May|June|July|August|September|October|November|December|to|and)\b){6,60}",
    re.IGNORECASE,
)
_ADDRESSED = re.compile(r"\s(?:殿|様|御中|宛|귀하|귀중)$")
"""A line that a letter is addressed with."""


def titled(blocks: list[Block]) -> str:
    """The first line that can be a title: no code, date, menu or masthead; the first line where none can.

    A short line with the name of a body is its page's head where a longer line follows it.
    """
    lines = _possible(blocks)
    if not lines:
        return blocks[0].text[:_LONGEST] if blocks else ""
    first = lines[0]
    if (_BODY.search(first) and len(first.split()) <= 9 and not re.search(r"[:!?]", first)) or _SITE.search(
        first
    ):
        better = [line for line in lines[1:4] if len(line.split()) >= 5 and line[-1] not in ".,;"]
        return better[0] if better else first
    return first


def _sentence(text: str, words: list[str]) -> bool:
    """Whether a line is a sentence of the text rather than a heading."""
    return text[-1] in ".。" and (len(words) > 12 or _UNSPACED.search(text) is not None)


def _possible(blocks: list[Block]) -> list[str]:
    """The lines of the head that can be a title, in order."""
    lines = []
    for block in blocks[:14]:
        text = block.text
        words = text.split()
        if _NAVIGATION.search(text[:300]) or _sentence(text, words):
            continue
        if (
            block.marker
            or len(text) > _LONGEST
            or (len(words) < 3 and not (len(text) > 9 and _UNSPACED.search(text)))
            or _CODE.match(text)
            or pattern("listing.toml", "masthead").fullmatch(text.rstrip(" .:!"))
        ):
            continue
        if (found := dates_in(unicodedata.normalize("NFKC", text))) and found[0].end - found[0].start > len(
            text
        ) - 8:
            continue
        if _ONLY_DATES.fullmatch(text):
            continue
        if found and re.match(r"(?:\w+day|News)\b", text) and len(words) < 9:
            continue
        if (
            text.endswith(":")
            or _ADDRESSED.search(text)
            or text.startswith("To ")
            or (all(re.fullmatch(r"[A-Z\d/.:()-]+", word) for word in words) and re.search(r"\d", text))
        ):
            continue
        if pattern("listing.toml", "chrome").fullmatch(text):
            continue
        lines.append(text)
    return lines
