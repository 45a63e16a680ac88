"""Finds demands in Korean, Japanese and Chinese: by their asking words, and in lists under who is asked."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from jobs.steps import lexicon
from jobs.steps.extract.blocks import Block
from jobs.steps.extract.context import Context
from jobs.steps.extract.data import table
from storage.records import Demand

_FILE = "east_asian.toml"
_CLAUSE_SPLIT = {
    "ko": re.compile(r"(?<=고)[,\s]\s*(?=\S{2,})|(?<=며)[,\s]\s*|(?<=고),\s*"),
    "ja": re.compile(r"、(?=[^、]{4,})"),
    "zh": re.compile(r"[，,；;]\s?(?:并且|並且|并|並|以及|同时|同時|且)?"),
}
_TOPIC = {
    "ko": re.compile(
        r"^(?:따라서|이에|또한|아울러|그리고|나아가|하나\.|첫째,|둘째,|셋째,|넷째,|"
        r"우리는|우리\s\S{1,12}은|본 단체는|단체들은)[,\s]+"
    ),
    "ja": re.compile(
        r"^(?:したがって|よって|また|さらに|そこで|私たちは|我々は|当会は|当会議は|本会は)[、,]?"
    ),
    "zh": re.compile(r"^(?:我们|我們|本会|本會|因此|同时|同時|此外)[，,]?"),
}
_LIST_MARK = re.compile(
    r"^(?:[・ㆍ]|(?:[アイウエオカキクケコ]|[가나다라마바사])[\s.．、)）]|(?:하나|첫째|둘째|셋째|넷째|다섯째|여섯째)[.,:])\s?"
)
_TOWARDS = re.compile(r"(?:^|、)(?P<name>[^、。]{2,30}?)に対し(?:て|まして)?は?[、,]")
_HEADINGS = {
    "ko": re.compile(
        r"^[■□◆▶○●\[<【]?\s?(?P<name>[\w·\s]{2,24}?)(?:에게|에|께)(?:\s(?:요구|촉구|바란)\S{0,6})?\s?[\]>】:]?$"
    ),
    "ja": re.compile(
        r"^[■□◆▶○●\[【]?\s?(?P<name>[^、。]{2,30}?)(?:に対し(?:て)?|へ|に対する要求|への要求|への要望)(?:は)?[\]】:：、]?$"
    ),
    "zh": re.compile(
        r"^[■□◆▶○●【]?(?:我[们們]|本[会會])?(?:[对對]|向|致|要求|呼吁|呼籲|敦促|促请|促請)+(?P<name>[^，。；]{2,24}?)"
        r"(?:的(?:要求|呼吁|呼籲|建议))?[:：】]$"
    ),
}
_ACTING = re.compile(
    r"(?P<name>[^、。]{0,20}(?:政府|当局|省|庁|局|大臣|長官|国会|裁判所|委員会|会社|大使館|知事|市長|警察|検察|軍))が(?=[^、。]{3})"
)
_SUBJECT = re.compile(r"(?P<name>[\w·]{2,12}(?:\s[\w·]{2,12})?)(?:은|는)\s")
_LEADING = re.compile(
    r"^(?:우리는|이에|따라서|또한|한편|특히|그리고|아울러|나아가)\s+(?:우리는\s+)?|"
    r"^(?:私たちは|我々は|本会は|当会は|当会議は|また、|さらに、|そして、)、?"
)
_TOP = 8  # blocks in which a title stands
_HEADING = 60  # characters of a line between the one that opens a list and its items
_EDGE = ' ,、，；;.。!！“”"'
_LONG = 400  # characters of a sentence that are searched for its party


@dataclass(slots=True)
class _Walk:
    language: str
    context: Context
    last: tuple[str, ...] = ()
    opened: bool = False
    """A line has opened a list; its items ask by their form alone."""
    items: bool = False
    found: list[Demand] = field(default_factory=list)


@cache
def _row(language: str) -> dict[str, list[str]]:
    row: dict[str, list[str]] = table(_FILE)[language]
    return row


@cache
def _any(language: str, key: str) -> re.Pattern[str]:
    return re.compile("|".join(_row(language)[key]) or r"(?!)")


@cache
def _actor(language: str) -> re.Pattern[str]:
    rows = _row(language)
    marks = "|".join(sorted(rows["party"], key=len, reverse=True)) or "(?=.)"
    names = "|".join(sorted(rows["actors"], key=len, reverse=True))
    if language == "ko":
        return re.compile(
            rf"(?P<name>(?:[\w·’']{{1,20}}\s){{0,3}}?[\w·]{{0,20}}(?:{names})(?:\s[\w]{{2,4}}\s(?:대통령|"
            rf"총리|위원장))?)(?:{marks})[,\s]"
        )
    return re.compile(
        rf"(?P<name>[\w・「」、]{{0,40}}?(?:{names}))(?:{marks})(?=[、,]|[^\w]|"
        rf"[\u3040-\u9fff])[、,]?"
    )


def demands(blocks: list[Block], language: str, context: Context) -> list[Demand]:
    """The demands of a text in `language` (ko, ja, zh), each with the party named before it."""
    walk = _Walk(language, context)
    titled = 0
    for index, block in enumerate(blocks):
        _read_block(walk, block)
        plain = not (block.marker or walk.opened or block.text[-1] in "。.")
        heading = index < _TOP and len(block.text) < _HEADING and plain
        titled = len(walk.found) if heading else titled
    body = walk.found[titled:]
    return body if len(body) > 1 else walk.found


def _read_block(walk: _Walk, block: Block) -> None:
    text = block.text
    if names := _heading(walk, text):
        walk.last, walk.opened, walk.items = names, True, False
        return
    if _any(walk.language, "opens").search(text) and len(text) < 200 and not _whole_request(walk, text):
        walk.opened, walk.items = True, False
        walk.last = (_party(walk, block.text)[0] if walk.language == "ja" else ()) or walk.last
        return
    marked = bool(block.marker) or bool(_LIST_MARK.match(text))
    if not marked:
        walk.opened = walk.opened and not walk.items and len(text) < _HEADING
    walk.items = walk.opened and (walk.items or marked)
    for sentence in block.sentences:
        for demand in _sentence(walk, sentence, listed=walk.opened and marked):
            if not any(_same(demand, known) for known in walk.found):
                walk.found.append(demand)


def _heading(walk: _Walk, text: str) -> tuple[str, ...]:
    """The parties of a line that only names them, over a list: "■日本政府に対して", "我们要求香港政府:"."""
    if len(text) > _HEADING or (match := _HEADINGS[walk.language].match(text)) is None:
        return ()
    name = _LEADING.sub("", match["name"]).strip()
    actors = tuple(_row(walk.language)["actors"])
    return _split(name, walk.language) if name.endswith(actors) or lexicon.country_of(name) else ()


def _whole_request(walk: _Walk, text: str) -> bool:
    """Whether a line that could open a list asks for something itself."""
    return walk.language == "zh" and len(text) > 8 and text[-1] not in ":："


def _same(one: Demand, other: Demand) -> bool:
    """The same party and act: one verb stem, and an object that shares two characters in a row."""
    if one.to != other.to:
        return False
    if one.quote == other.quote:
        return True
    left, right = one.quote.replace(" ", ""), other.quote.replace(" ", "")
    if one.verb[:2] != other.verb[:2]:
        return False
    if one.verb.startswith(("こと", "する")) or one.verb[-2:] == "こと":
        return left in right or right in left
    pairs = {left[at : at + 2] for at in range(len(left) - len(one.verb) - 1)}
    return any(right[at : at + 2] in pairs for at in range(len(right) - len(other.verb) - 1))


def _sentence(walk: _Walk, sentence: str, *, listed: bool) -> list[Demand]:
    if _any(walk.language, "not").search(sentence) and not listed:
        return []
    if walk.language == "zh":
        return _chinese(walk, sentence, listed=listed)
    body_text = _LIST_MARK.sub("", sentence)
    end = None
    for end in _any(walk.language, "ends").finditer(body_text):  # noqa: B007 - the last one is wanted
        pass
    if end is None and not listed:
        return []
    body = body_text[: end.start()] if end else body_text
    quote_end = end.end() if end and not _reporting(end.group()) else len(body)
    if end and _reporting(end.group()) and walk.language == "ja":
        quote_end = end.start() + (2 if end.group().startswith("こと") else 0)
    names, start = _party(walk, body)
    names = names or walk.last or _fallback(walk.context)
    if listed and walk.language == "ja" and end is None and body.rstrip("、, ").endswith("は") and start == 0:
        return []
    if not names:
        return []
    walk.last = names
    pieces = [piece for piece in _pieces(body_text[start:quote_end], walk.language) if len(piece) > 3]
    return [Demand(name, piece, _verb(piece)) for piece in pieces for name in names]


def _party(walk: _Walk, body: str) -> tuple[tuple[str, ...], int]:
    """Who is asked, and where what is asked begins."""
    language = walk.language
    opening = _TOPIC[language].sub("", body)
    offset = len(body) - len(opening)
    if match := _actor(language).search(opening[:_LONG]):
        name = _LEADING.sub("", match["name"].strip(" 、"))
        if name.startswith(("貴", "御社", "귀", "贵", "貴方")) and walk.context.letter_to:
            return walk.context.letter_to[:1], offset + match.end()
        if name and not _own(name, language) and match.start() < 60:
            return _split(name, language), offset + match.end()
    if language != "zh" and (named := _country_topic(body, language)):
        return (named[0],), named[1]
    match = _subject(language, opening)
    if match is None or _own(match["name"], language):
        return (), 0
    return _split(match["name"], language), offset + match.end()


def _subject(language: str, opening: str) -> re.Match[str] | None:
    """A party of any name, by the mark behind it alone: "...に対し", "...が", "...는"."""
    if language == "ja":
        return _TOWARDS.search(opening[:_LONG]) or _ACTING.match(opening)
    return _SUBJECT.match(opening) if language == "ko" else None


def _own(name: str, language: str) -> bool:
    own = _row(language)["self"]
    named = " " in name and name.rsplit(" ", maxsplit=1)[-1] not in own
    return name in own or (name.split(" ", maxsplit=1)[0] in own and not named)


def _split(name: str, language: str) -> tuple[str, ...]:
    """Bodies named side by side, where each is one by its name."""
    parts = [part.strip() for part in re.split(str(table(_FILE)[language]["joint"]), name) if part.strip()]
    actors = tuple(_row(language)["actors"])
    return tuple(parts) if len(parts) > 1 and all(part.endswith(actors) for part in parts) else (name,)


def _reporting(end: str) -> bool:
    """Whether the ending only asks ("...을 촉구한다") and so stays out of the quote."""
    return bool(
        re.search(r"촉구|요구|요청|호소|권고|당부|求め|要求|要請|訴え|呼びかけ|要望|お願い|促す", end)
    )


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
        yield piece.strip(_EDGE)


def _joined(pieces: list[str], language: str) -> Iterator[str]:
    """In Japanese a clause that does not end with a verb's stem belongs to the next one."""
    held = ""
    for index, piece in enumerate(pieces):
        whole = f"{held}、{piece}" if held else piece
        held = ""
        last = index == len(pieces) - 1
        if language == "ja" and not last and ("を" not in piece or not _CONTINUES.search(piece)):
            held = whole
        else:
            yield whole


_CONTINUES = re.compile(r"(?:し|せず|やめ|止め|り|き|ち|び|み|い|え|め|げ|け|せ|て|で|れ)$")


def _verb(piece: str) -> str:
    return piece.rsplit(maxsplit=1)[-1] if " " in piece else piece[-4:]


def _fallback(context: Context) -> tuple[str, ...]:
    return context.letter_to[:1]


@cache
def _chinese_party() -> re.Pattern[str]:
    row = _row("zh")
    names = "|".join(sorted(row["actors"], key=len, reverse=True))
    verbs = "|".join(sorted(row["verbs"], key=len, reverse=True))
    return re.compile(
        rf"(?P<name>[^，,。；;：:！!]{{0,24}}?(?:{names})(?:[^，,。；;：:！!]{{0,16}}?(?:{names}))?)[：:，,]?(?=(?:{verbs}))|"
        rf"(?P<bare>[\u4e00-\u9fff·]{{2,12}}?)[：:，,]?(?=(?:{verbs}))"
    )


@cache
def _chinese_ask() -> re.Pattern[str]:
    row = _row("zh")
    starts = "|".join(sorted(row["starts"], key=len, reverse=True))
    return re.compile(rf"(?:{starts})(?P<rest>[^。]{{4,400}})")


def _chinese(walk: _Walk, sentence: str, *, listed: bool) -> list[Demand]:
    item = _chinese_party().match(sentence) if listed else None
    verbs = tuple(_row("zh")["verbs"])
    if listed and sentence.startswith(verbs) and walk.last and not _chinese_ask().match(sentence):
        return _asked_of(walk.last, sentence)
    if item and not _chinese_ask().match(sentence) and not (item["name"] or item["bare"]).startswith(verbs):
        walk.last = _split((item["name"] or item["bare"]).strip(), "zh")
        return _asked_of(walk.last, sentence[item.end() :])
    match = _chinese_ask().search(sentence)
    if match is None:
        return _chinese_must(walk, sentence)
    rest = match["rest"].lstrip("：: ")
    party = _chinese_party().match(rest)
    if party and (party["bare"] or "").startswith(tuple(_row("zh")["verbs"])):
        party = None
    names = (
        _split((party["name"] or party["bare"]).strip(), "zh")
        if party
        else walk.last or _fallback(walk.context)
    )
    if not names or _own(names[0], "zh"):
        return []
    walk.last = names
    body = rest[party.end() :] if party else rest
    return [
        Demand(name, piece, _verb(piece)) for piece in _pieces(body, "zh") if len(piece) > 3 for name in names
    ]


def _asked_of(names: tuple[str, ...], body: str) -> list[Demand]:
    return [
        Demand(name, piece, _verb(piece)) for piece in _pieces(body, "zh") if len(piece) > 3 for name in names
    ]


def _chinese_must(walk: _Walk, sentence: str) -> list[Demand]:
    """So: 中国政府必须立即释放他."""
    match = _any("zh", "must").search(sentence[:120])
    subject = re.split(r"[，,：:]", sentence[: match.start()])[-1].strip() if match else ""
    if match is None or not subject.endswith(tuple(_row("zh")["actors"])) or len(subject) > 20:
        return []
    walk.last = _split(subject, "zh")
    return [
        Demand(name, piece, _verb(piece))
        for piece in _pieces(sentence[match.end() :], "zh")
        if len(piece) > 3
        for name in walk.last
    ]
