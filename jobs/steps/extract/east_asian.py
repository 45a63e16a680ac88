"""Finds demands in Korean, Japanese and Chinese sentences, by their asking words and the party named."""

import re
from collections.abc import Iterator
from functools import cache

from jobs.steps import lexicon
from jobs.steps.extract.blocks import Block
from jobs.steps.extract.context import Context
from jobs.steps.extract.data import table
from storage.records import Demand

_FILE = "east_asian.toml"
_CLAUSE_SPLIT = {
    "ko": re.compile(r"(?<=고)[,\s]\s*|(?<=며)[,\s]\s*|(?<=고),\s*"),
    "ja": re.compile(r"、(?=[^、]{4,})"),
    "zh": re.compile(r"[，；]\s?(?:并|並|以及|同时)?"),
}
_TOPIC = {
    "ko": re.compile(
        r"^(?:따라서|이에|또한|아울러|그리고|나아가|우리는|우리\s\S{1,12}은|본 단체는|단체들은)[,\s]+"
    ),
    "ja": re.compile(r"^(?:したがって|また|さらに|私たちは|我々は|本会は)[、,]?"),
    "zh": re.compile(r"^(?:我们|本会|因此|同时)[，,]?"),
}


@cache
def _ends(language: str) -> re.Pattern[str]:
    return re.compile("|".join(table(_FILE)[language]["ends"]) or r"(?!)")


@cache
def _actor(language: str) -> re.Pattern[str]:
    rows = table(_FILE)[language]
    marks = "|".join(sorted(rows["party"], key=len, reverse=True)) or "(?=.)"
    space = r"[,\s]" if language == "ko" else r"[、,]?"
    names = "|".join(sorted(rows["actors"], key=len, reverse=True))
    return re.compile(
        rf"(?P<name>(?:[\w·’']{{1,20}}\s){{0,3}}?[\w·]{{0,20}}(?:{names})(?:\s[\w]{{2,4}}\s(?:대통령|"
        rf"총리|위원장))?)(?:{marks}){space}"
    )


def demands(blocks: list[Block], language: str, context: Context) -> list[Demand]:
    """The demands of a text in `language` (ko, ja, zh), each with the party named before it."""
    found: list[Demand] = []
    last, opened = "", False
    heading = re.compile("|".join(table(_FILE)[language]["list_end"]))
    for block in blocks:
        if heading.search(block.text) and len(block.text) < 200:
            opened = True
            continue
        for sentence in block.sentences:
            last, asked = _sentence(sentence, language, last, context, listed=opened and bool(block.marker))
            for demand in asked:
                if not any(_same(demand, known) for known in found):
                    found.append(demand)
    return found


def _same(one: Demand, other: Demand) -> bool:
    """The same party and act: one verb stem, and an object that shares two characters in a row."""
    if one.to != other.to:
        return False
    if one.quote == other.quote:
        return True
    left, right = one.quote.replace(" ", ""), other.quote.replace(" ", "")
    if one.verb[:2] != other.verb[:2]:
        return False
    pairs = {left[at : at + 2] for at in range(len(left) - len(one.verb) - 1)}
    return any(right[at : at + 2] in pairs for at in range(len(right) - len(other.verb) - 1))


def _sentence(
    sentence: str, language: str, last: str, context: Context, *, listed: bool
) -> tuple[str, list[Demand]]:
    if language == "zh":
        return _chinese(sentence, last, context)
    end = None
    for end in _ends(language).finditer(sentence):  # noqa: B007 - the last one is wanted
        pass
    if end is None and not listed:
        return last, []
    body = sentence[: end.start()] if end else sentence
    quote_end = end.end() if end and not _reporting(end.group()) else len(body)
    start = 0
    party = ""
    if match := _actor(language).search(body[:200]):
        party, start = match["name"].strip(), match.end()
        party = re.sub(
            r"^(?:우리는|이에|따라서|또한|한편|특히|그리고)\s+|^(?:私たちは|我々は|本会は)、?", "", party
        )
    elif named := _country_topic(body, language):
        party, start = named
    party = party or last or _fallback(context)
    if not party:
        return last, []
    pieces = [piece for piece in _pieces(sentence[start:quote_end], language) if len(piece) > 3]
    return party, [Demand(party, piece, _verb(piece)) for piece in pieces]


def _reporting(end: str) -> bool:
    """Whether the ending only asks ("...을 촉구한다") and so stays out of the quote."""
    return bool(re.search(r"촉구|요구|요청|호소|권고|당부|求め|要求|要請|訴え|呼びかけ", end))


def _country_topic(body: str, language: str) -> tuple[str, int] | None:
    marks = {"ko": r"(?:은|는|이|가|에|에게|측은)\s", "ja": r"(?:は|に対し|に対して)、?"}[language]
    match = re.match(rf"(?P<name>[\w·]{{2,16}}?){marks}", _TOPIC[language].sub("", body))
    if match and lexicon.country_of(match["name"]):
        offset = len(body) - len(_TOPIC[language].sub("", body))
        return match["name"], offset + match.end()
    return None


def _pieces(text: str, language: str) -> Iterator[str]:
    cleaned = _TOPIC[language].sub("", text.strip())
    for piece in _joined(_CLAUSE_SPLIT[language].split(cleaned), language):
        yield piece.strip(' ,、，；;.。!！“”"')


def _joined(pieces: list[str], language: str) -> Iterator[str]:
    """In Japanese a clause without an object (を) is a circumstance of the next one."""
    held = ""
    for piece in pieces:
        whole = f"{held}、{piece}" if held else piece
        held = ""
        if language == "ja" and "を" not in piece and piece is not pieces[-1]:
            held = whole
        else:
            yield whole


def _verb(piece: str) -> str:
    return piece.rsplit(maxsplit=1)[-1] if " " in piece else piece[-4:]


def _fallback(context: Context) -> str:
    return context.letter_to[0] if context.letter_to else ""


def _chinese(sentence: str, last: str, context: Context) -> tuple[str, list[Demand]]:
    starts = "|".join(table(_FILE)["zh"]["starts"])
    match = re.search(rf"(?:{starts})(?P<rest>[^。]{{4,400}})", sentence)
    if match is None:
        return last, []
    rest = match["rest"]
    names = "|".join(sorted(table(_FILE)["zh"]["actors"], key=len, reverse=True))
    party = re.match(
        rf"(?P<name>[^，。；：]{{0,14}}?(?:{names})|[\u4e00-\u9fff]{{2,4}}?(?=立即|停止|释放|遵守|尊重))[：:，]?",
        rest,
    )
    name = party["name"] if party else last or _fallback(context)
    if not name:
        return last, []
    body = rest[party.end() :] if party else rest
    return name, [Demand(name, piece, _verb(piece)) for piece in _pieces(body, "zh") if len(piece) > 3]
