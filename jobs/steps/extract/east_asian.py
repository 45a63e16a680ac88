"""Finds demands in Korean, Japanese and Chinese: by their asking words, and in lists under who is asked."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache

from jobs.steps import lexicon
from jobs.steps.extract.blocks import Block
from jobs.steps.extract.context import Context
from jobs.steps.extract.data import table
from storage.records import Demand

_FILE = "east_asian.toml"
_CLAUSE_SPLIT = {
    "ko": re.compile(r"(?<=고)[,\s]\s*(?=\S{2,}|[그이]\s)|(?<=며)[,\s]\s*|(?<=고),\s*"),
    "ja": re.compile(r"、(?=[^、]{4,})"),
    "zh": re.compile(r"[，,；;]\s?(?:并且|並且|并|並|以及|同时|同時|且)?"),
}
_TOPIC = {
    "ko": re.compile(
        r"^(?:따라서|이에|또한|아울러|그리고|나아가|하나\.|첫째,|둘째,|셋째,|넷째,|"
        r"우리는|우리\s\S{1,12}은|본 단체는|단체들은)[,\s]+"
    ),
    "ja": re.compile(
        r"^(?:(?:したがって|よって|また|さらに|そこで|同時に|最後に|加えて|あわせて|併せて|とりわけ|特に|なお|まず|"
        r"以上を踏まえ|以上から|このため|そのうえで|その上で|次に|第[一二三四五六]に)[、,]|"
        r"(?:私たち|わたしたち|我々|われわれ|当会|当会議|本会|当団体|私ども)(?:は|として(?:は)?)[、,]?|"
        r"(?:したがって|よって|また|さらに|そこで)(?=[^、]))+"
    ),
    "zh": re.compile(r"^(?:我们|我們|本会|本會|因此|同时|同時|此外)[，,]?"),
}
_LIST_MARK = re.compile(
    r"^(?:[・ㆍ]|(?:[アイウエオカキクケコ]|[가나다라마바사])[\s.．、)）]|第[一二三四五六七八九十][、，,:：]|"
    r"(?:하나|첫째|둘째|셋째|넷째|다섯째|여섯째|일곱째)[.,:])\s?"
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
    r"(?P<name>[^、。]{0,20}(?:政府|当局|省|庁|局|大臣|長官|国会|裁判所|委員会|会社|大使館|知事|市長|警察|検察|軍|"
    r"事務所|機関|理事会|社会|弁務官|国連|報告者|作業部会|議員|企業|大統領|首相|議会))が、?(?=[^、。]{3})"
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
def _actor(language: str, *, firm: bool = False) -> re.Pattern[str]:
    """A party with the mark behind it; `firm` leaves out marks that may as well stand behind an object."""
    rows = _row(language)
    printed = [mark for mark in rows["party"] if not (firm and mark in rows["weak"])]
    marks = "|".join(sorted(printed, key=len, reverse=True)) or "(?=.)"
    names = "|".join(sorted(rows["actors"], key=len, reverse=True))
    if language == "ko":
        return re.compile(
            rf"(?P<name>(?:[\w·’']{{1,20}}\s){{0,3}}?[\w·]{{0,20}}(?:{names})(?:\s[\w]{{2,4}}\s(?:대통령|"
            rf"총리|위원장))?)(?:{marks})[,\s]"
        )
    return re.compile(
        rf"(?P<name>[\w・「」、]{{0,40}}?(?:{names}))(?:の(?:皆様|皆さま|皆さん|方々)|各位|側)?(?:{marks})(?=[、,]|[^\w]|"
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
    body, head = walk.found[titled:], walk.found[:titled]
    kept = [one for one in head if not any(_repeated(one, other) for other in body)] if body else head
    return [*_in_full(kept + body)]


def _repeated(one: Demand, other: Demand) -> bool:
    """Whether a title's demand is made again: what stands before its verb shares two characters with it."""
    near = re.sub(r"\s|즉각|즉시|直ちに|速やかに|強制|立即|立刻", "", one.quote)[-10:]
    said = other.quote.replace(" ", "")
    return any(near[at : at + 2] in said for at in range(len(near) - 3))


def _in_full(found: list[Demand]) -> Iterator[Demand]:
    """The demands with "정부" or "政府" alone read as the government that is named in full elsewhere."""
    named = list(dict.fromkeys(demand.to for demand in found))
    for demand in found:
        longer = [name for name in named if name != demand.to and name.endswith(demand.to)]
        yield replace(demand, to=longer[0]) if demand.to in _BARE and longer else demand


_BARE = frozenset({"정부", "당국", "政府", "当局", "當局", "国会", "國會", "국회"})


def _read_block(walk: _Walk, block: Block) -> None:
    text = block.text
    if names := _heading(walk, text):
        walk.last, walk.opened, walk.items = names, True, False
        return
    if _any(walk.language, "opens").search(text) and len(text) < 200 and not _whole_request(walk, text):
        walk.opened, walk.items = True, False
        walk.last = (_party(walk, block.text)[0] if walk.language == "ja" else ()) or walk.last
        return
    marked = bool(block.marker) or bool(_LIST_MARK.match(text)) or _formed(walk, text)
    if not marked:
        walk.opened = walk.opened and not walk.items and len(text) < _HEADING
    walk.items = walk.opened and (walk.items or marked)
    for sentence in block.sentences:
        for demand in _sentence(walk, sentence, listed=walk.opened and marked):
            if not any(_same(demand, known) for known in walk.found):
                walk.found.append(demand)


def _formed(walk: _Walk, text: str) -> bool:
    """Whether a line without a number is an item by its ending, as Japanese lists have it: "...すること"."""
    return walk.language == "ja" and len(text) < _LONG and text.rstrip("。、；; ").endswith("こと")


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
    names, start = _party(walk, body, firm=listed and end is None and bool(walk.last))
    names = names or walk.last or _fallback(walk.context)
    if listed and walk.language == "ja" and end is None and body.rstrip("、, ").endswith("は") and start == 0:
        return []
    if not names:
        return []
    walk.last = names
    pieces = [piece for piece in _pieces(body_text[start:quote_end], walk.language) if len(piece) > 3]
    return [Demand(name, piece, _verb(piece)) for piece in pieces for name in names]


def _party(walk: _Walk, body: str, *, firm: bool = False) -> tuple[tuple[str, ...], int]:
    """Who is asked, and where what is asked begins; `firm` where the list names its party itself."""
    language = walk.language
    opening = _TOPIC[language].sub("", body)
    offset = len(body) - len(opening)
    if match := _actor(language, firm=firm).search(opening[:_LONG]):
        name = _LEADING.sub("", match["name"].strip(" 、"))
        if name.startswith(("貴", "御社", "귀", "贵", "貴方")) and walk.context.letter_to:
            return walk.context.letter_to[:1], offset + match.end()
        if name and not _own(name, language) and match.start() < 60:
            return _split(name, language), offset + match.end()
    if language != "zh" and not firm and (named := _country_topic(body, language)):
        return (named[0],), named[1]
    match = _subject(language, opening)
    if match and firm and re.search(r"[をにで]", match["name"]):
        return (), 0
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
        yield re.sub(r"(?<=る)(?:ととも|と共)に$", "", piece.strip(_EDGE))


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


_CONTINUES = re.compile(
    r"(?:と(?:とも|共)に|うえで|上で|し|せず|やめ|止め|り|き|ち|び|み|い|え|め|げ|け|せ|て|で|れ)$"
)


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
def _chinese_body() -> re.Pattern[str]:
    """A body by the noun its name ends with, whatever verb follows."""
    names = "|".join(sorted((name for name in _row("zh")["actors"] if len(name) > 1), key=len, reverse=True))
    return re.compile(rf"(?P<name>[^，,。；;：:！!]{{0,24}}?(?:{names}))(?=[\u4e00-\u9fff]{{2}})")


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
    rest, further = _until_next(match["rest"].lstrip("：: "))
    return [*_chinese_ask_of(walk, rest), *(_chinese(walk, further, listed=False) if further else [])]


def _until_next(rest: str) -> tuple[str, str]:
    """What one asking verb asks, and the text from the next one on: "...，並敦促B..."."""
    starts = "|".join(sorted(_row("zh")["starts"], key=len, reverse=True))
    for found in re.finditer(
        rf"[，,；;](?:我[们們])?(?:并|並|同时|同時|以及|且|亦|也|另)*(?=(?:{starts}))", rest
    ):
        following = re.sub(rf"^(?:{starts})", "", rest[found.end() :])
        party = _chinese_party().match(following)
        if party and party["name"]:
            return rest[: found.start()], rest[found.end() :]
    return rest, ""


def _chinese_ask_of(walk: _Walk, rest: str) -> list[Demand]:
    verbs = tuple(_row("zh")["verbs"])
    party = _chinese_party().match(rest)
    if not party and not rest.startswith(verbs) and (named := _chinese_body().match(rest)):
        walk.last = _split(named["name"], "zh")
        return _asked_of(walk.last, rest[named.end() :])
    if party and (party["bare"] or "").startswith(verbs):
        party = None
    names = (
        _split((party["name"] or party["bare"]).strip(), "zh")
        if party
        else walk.last or _fallback(walk.context)
    )
    if not names or _own(names[0], "zh"):
        return []
    walk.last = names
    return _asked_of(names, rest[party.end() :] if party else rest)


def _asked_of(names: tuple[str, ...], body: str) -> list[Demand]:
    body = _OBLIGED.sub("", body)
    return [
        Demand(name, piece, _verb(piece)) for piece in _pieces(body, "zh") if _act(piece) for name in names
    ]


def _act(piece: str) -> bool:
    """Whether a clause can be something to do, rather than when or on what ground it is to be done."""
    return len(piece) > 3 and not _CIRCUMSTANCE.fullmatch(piece)


_OBLIGED = re.compile(r"^(?:应当|應當|应该|應該|必须|必須|务必|務必|理应|理應|须|須|应|應|需)")
_CIRCUMSTANCE = re.compile(
    r"(?:在|于|於|自|当|當|如|若|根据|根據|按照|依照|依据|依據|鉴于|鑒於).{1,24}(?:前|后|後|时|時|期间|期間|下|法|规定|規定|公约|公約|中|方面)|"
    r"(?:根据|根據|按照|依照|依据|依據|鉴于|鑒於).{2,30}"
)


def _chinese_must(walk: _Walk, sentence: str) -> list[Demand]:
    """So: 中国政府必须立即释放他."""
    match = _any("zh", "must").search(sentence[:120])
    subject = re.split(r"[，,：:]", sentence[: match.start()])[-1].strip() if match else ""
    if match is None or not subject.endswith(tuple(_row("zh")["actors"])) or len(subject) > 20:
        return []
    walk.last = _split(subject, "zh")
    return _asked_of(walk.last, sentence[match.end() :])
