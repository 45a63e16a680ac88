"""Finds demands in Korean, Japanese and Chinese: by the roles of blocks, then sentence by sentence.

A line may name parties over what follows, open a list, be an item of one, or tell in prose; `korean`,
`japanese` and `chinese` read who is asked for what in a sentence.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial

from jobs.steps.extract import chinese, japanese, korean
from jobs.steps.extract.blocks import Block, sentences
from jobs.steps.extract.context import Context
from jobs.steps.extract.east_headings import LIST_MARK, Place, heading, over_a_list
from jobs.steps.extract.east_names import Request, Scene, actor, any_of, bare, expression, own, split
from jobs.steps.extract.namelists import heads_list
from storage.records import Demand

_READERS: dict[str, Callable[[str, Scene], Iterator[Request]]] = {
    "ko": korean.requests,
    "ja": japanese.requests,
    "zh": chinese.requests,
}
_BARE = frozenset({"정부", "당국", "政府", "当局", "當局", "国会", "國會", "국회"})
_HOME = {"ko": ("대한민국", "한국", "우리"), "ja": ("日本",)}
"""Names of the state whose government a bare word means in its own language."""
_TOP = 8  # blocks in which a title stands
_HEADING = 60  # characters of a line between the one that opens a list and its items
_ITEM = 300  # characters of an item without a mark
_SIGNED = 60  # characters of a line in a list of names
_ADDRESSED = 4
"""Those to whom a letter is written of whom each is asked what it asks without a name."""


@dataclass(slots=True)
class _Walk:
    language: str
    context: Context
    last: tuple[str, ...] = ()
    """Who was asked last."""
    section: tuple[str, ...] = ()
    """Whom the open list or section speaks to."""
    opened: bool = False
    """A line has opened a list; its items ask by their form alone."""
    items: bool = False
    going: bool = False
    """The sentence before asked somebody."""
    titled: bool = False
    """The section stands under the name of its party, in paragraphs up to the next name."""
    reader: bool = False
    """A section asks its readers to act."""
    signed: bool = False
    """A list of names runs."""
    begun: bool = False
    """The head of the text is over."""
    named: set[str] = field(default_factory=set)
    found: list[Demand] = field(default_factory=list)


def demands(blocks: list[Block], language: str, context: Context) -> list[Demand]:
    """The demands of a text in `language` (ko, ja, zh), each with the party named before it."""
    context = replace(context, issuers=(*context.issuers, *_speakers(blocks, language)))
    walk = _Walk(language, context, named={bare(name, language) for name in context.letter_to})
    titled = 0
    for index, (block, following) in enumerate(zip(blocks, [*blocks[1:], Block("")], strict=False)):
        if heads_list(block):
            walk.signed, walk.opened, walk.section = True, False, ()
            continue
        walk.signed = walk.signed and len(block.text) < _SIGNED and block.text[-1] not in "。."
        if walk.signed:
            continue
        walk.begun = index > 1
        _read_block(walk, block, following)
        plain = not (block.marker or walk.opened or block.text[-1] in "。.")
        titled = len(walk.found) if index < _TOP and len(block.text) < _HEADING and plain else titled
    known = (*context.letter_to, *dict.fromkeys(one.to for one in walk.found))
    found = [replace(one, to=_greeted(one.to, known)) for one in walk.found]
    return [*_in_full(_once(found, titled), language)]


def _greeted(name: str, known: tuple[str, ...]) -> str:
    """Whom a letter calls by his office alone, under the name that its title has: "존경하는 총리님"."""
    if name in _BARE:
        return name  # which government is meant, `_in_full` tells
    office = _HONOUR.sub("", name).removesuffix("님")
    full = (
        one
        for one in known
        if not _HONOUR.match(one)
        and one != name
        and one.removesuffix("님").endswith(office)
        and len(one) > len(office) > 1
    )
    return next(full, name).removesuffix("님")


def _speakers(blocks: list[Block], language: str) -> list[str]:
    """Names by which the text may mean its issuer: those of its letterhead and of its sender."""
    found = [match["name"] for block in blocks[:_TOP] if (match := _SENDER.match(block.text))]
    found += chinese.askers(blocks) if language == "zh" else ()
    head = blocks[0].text if blocks else ""
    plain = not actor(head, language) and not expression(language, "item_end").search(head)
    if plain and len(head) < _SHORT and not re.search(r"(?:께|에게|귀하|殿|様|宛)$|[:：，,]$", head):
        found.append(head)
    return [re.sub(r"\s*[(（].*$", "", name).strip() for name in found]


_HONOUR = re.compile(r"(?:존경하는|친애하는)\s+")
_SENDER = re.compile(r"(?:발\s*신|보낸\s?이|발신자|発信者?|差出人|发件人|發件人)\s?[:：]\s?(?P<name>.{2,40})")


def delivered(blocks: list[Block], language: str) -> list[str]:
    """Officials and bodies to which an appeal's letters go: those under "寄往:", "보낼 곳", "宛先"."""
    found: list[str] = []
    on = False
    for block in blocks:
        text = block.text.rstrip(":： ")
        if expression(language, "delivery").fullmatch(text):
            on = True
        elif _COPIES.match(text) or (on and not block.marker and found and block.gap):
            on = False
        elif on and (name := _recipient(text, language)):
            found.append(name)
    return found[:_RECIPIENTS]


def _recipient(text: str, language: str) -> str:
    """The body or official that an address begins with, the reader's own embassy left out."""
    if re.search(r"[贵貴귀](?:国|國|국)", text[:20]):
        return ""
    words = re.split(r"[\s　:：,，(（]+", text)
    for size in range(1, 4):
        name = " ".join(words[:size])
        if actor(name, language):
            return bare(name, language)
    return ""


_COPIES = re.compile(r"(?:副本|抄送|사본|참조|写し|ＣＣ|cc\b|CC\b)")
_RECIPIENTS = 12


def _once(found: list[Demand], titled: int) -> list[Demand]:
    """Without those of the title that the text makes again."""
    head, body = found[:titled], found[titled:]
    asked = {other.to for other in body}
    return [
        one
        for one in head
        if not any(_repeated(one, other) and (one.to == other.to or one.to not in asked) for other in body)
    ] + body


def _repeated(one: Demand, other: Demand) -> bool:
    """Whether a title's demand is made again: what stands before its verb shares two characters with it."""
    near = re.sub(r"\s|즉각|즉시|直ちに|速やかに|強制|立即|立刻", "", one.quote)[-10:]
    said = other.quote.replace(" ", "")
    pairs = (near[at : at + 2] for at in range(len(near) - 3))
    return any(pair in said for pair in pairs if not _PARTICLE.search(pair))


_PARTICLE = re.compile(r"[을를들명]|\d")
"""What tells nothing of what a demand is about: particles, counters, numbers."""


def _in_full(found: list[Demand], language: str) -> Iterator[Demand]:
    """The demands with "정부" or "政府" alone read as the government that is named in full elsewhere.

    In Korean and Japanese that is the own one; in Chinese the first that the act is not directed at.
    """
    named = list(dict.fromkeys(demand.to for demand in found))
    home = _HOME.get(language, ())
    for demand in found:
        longer = [name for name in named if name != demand.to and name.endswith(demand.to)]
        longer = [name for name in longer if (name.startswith(home) if home else not _towards(name, demand))]
        yield replace(demand, to=longer[0]) if demand.to in _BARE and longer else demand


def _towards(name: str, demand: Demand) -> bool:
    """Whether the act is one towards that state: "정부는 중국에 특사를 파견하라" is not asked of China."""
    state = name.removesuffix(demand.to).strip()
    return len(state) > 1 and state in demand.quote


def _read_block(walk: _Walk, block: Block, following: Block) -> None:
    text = block.text
    if _CLOSES.match(text):
        walk.opened, walk.section = False, ()
        return
    if _REMARK.match(text) or _CHRONICLE.match(text) or _for_readers(walk, block):
        return
    marked = bool(block.marker) or bool(LIST_MARK.match(text))
    place = Place(walk.language, walk.context, walk.opened or walk.titled, partial(_would_ask, walk))
    if names := heading(block, following, place):
        walk.section, walk.opened, walk.items, walk.last = names, True, False, names
        walk.titled = not over_a_list(block, following)
        walk.named.update(names)
        return
    if walk.begun and (names := _told_off(walk, text)):
        walk.section, walk.last = names, names
        walk.named.update(names)
        for sentence in sentences(re.split("[:：]", text, maxsplit=1)[1].strip()):
            _read_sentence(walk, sentence, listed=True)
        return
    told = list(block.sentences)
    opener = _opens(walk, told[-1]) if told else False
    formed = walk.opened and not (marked or opener) and _formed(walk, text)
    if not (marked or formed):
        walk.opened = walk.opened and not walk.items and len(text) < _HEADING
        walk.section = walk.section if walk.opened or walk.titled else ()
    listed = walk.opened and (marked or formed)
    walk.items = walk.items or listed
    within, walk.going = False, bool(walk.titled and walk.section)
    for number, sentence in enumerate(told):
        if _called(walk, sentence):
            continue
        if _opens(walk, sentence):
            _open(walk, sentence)
            within = True
            continue
        _read_sentence(walk, sentence, listed=within or (listed and number == 0))


def _called(walk: _Walk, sentence: str) -> bool:
    """Notes whom a sentence speaks to; whether it does nothing else."""
    if called := expression(walk.language, "called").match(sentence):
        walk.last = (called["name"],)
    if (turned := _TURNS.match(sentence)) and actor(turned["name"], walk.language):
        walk.last = split(turned["name"], walk.language)
        return True
    return False


_TURNS = re.compile(
    r"(?P<name>(?:(?![^\s]*[을를]\s)[가-힣A-Za-z]{1,14}\s){0,3}[가-힣A-Za-z]{2,14}?)(?:에도|에게도|께도|에게|께|에)\s(?:간곡히\s|함께\s|또한\s)?(?:요청|부탁|당부)"
    r"(?:합니다|드립니다|한다|드린다)[.。]?$"
)
"""A sentence that only turns to somebody, before those that ask: "외교부에도 요청합니다."."""


def _would_ask(walk: _Walk, text: str) -> bool:
    scene = _scene(walk, listed=True)
    return any(True for sentence in sentences(text)[:3] for _ in _READERS[walk.language](sentence, scene))


def _told_off(walk: _Walk, text: str) -> tuple[str, ...]:
    """The party before a colon where what follows is an act: "외교부: 생사를 확인할 것"."""
    match = _WITH_COLON.match(LIST_MARK.sub("", text))
    if match is None or not actor(match["name"], walk.language):
        return ()
    if own(match["name"], walk.language, walk.context) or not _formed(walk, match["rest"]):
        return ()
    return split(match["name"], walk.language)


_WITH_COLON = re.compile(r"(?P<name>[^:：。.，,\d|▸/]{2,30})[:：]\s?(?P<rest>[^:：]{6,300})$")


def _for_readers(walk: _Walk, block: Block) -> bool:
    """Whether a block tells readers what to do: from a heading that says so to the next one."""
    text = block.text
    titled = text[0] in "[【〔" or not walk.named
    if expression(walk.language, "action").match(text) and len(text) < _HEADING and not titled:
        walk.reader = True
    elif block.gap and not block.marker and len(text) < _SHORT and text[-1] not in "。.！!:：；":
        walk.reader = False
    return walk.reader


_SHORT = 20  # characters of a heading between sections
_CLOSES = re.compile(r"(?:こと)?を(?:、?(?:強く|ここに|改めて))*[^、。]{2,12}。?$")
"""The asking verb under the list of what it asks: "を求める。"."""
_CHRONICLE = re.compile(r"(?:\d{4}[年년]\s?)?\d{1,2}[月월]\s?\d{1,2}[日일]?[\s\u3000:：]+(?![—–-]).{4,150}$")
"""An entry of what happened when: its requests were made then."""
_REMARK = re.compile(
    r"[^:：。.]{2,60}[:：]\s?[“\"「『]|"
    r"[^:：。.，,]{0,8}(?:委[员員]|主席|律[师師]|先生|女士|教授|[记記]者|[议議]员|[发發]言人)[^:：。.，,]{0,4}[:：].{5}"
)
"""What somebody is quoted with: "정유진 변호사: “...”"."""


def _open(walk: _Walk, text: str) -> None:
    """Notes that a list begins, and whom its opening line asks."""
    walk.opened, walk.items, walk.titled = True, False, False
    names = tuple(
        name for one in _READERS[walk.language](text, _scene(walk, listed=False)) for name in one.to
    )
    walk.section = tuple(dict.fromkeys(names)) or _spoken_to(walk, text) or walk.section
    walk.last = walk.section or walk.last


def _spoken_to(walk: _Walk, text: str) -> tuple[str, ...]:
    """The party of an opening line that asks for nothing else: "中国政府に対し、以下を求める"."""
    match = expression(walk.language, "open_to").search(text)
    if match is None:
        return ()
    name = re.sub(r"^.*(?:、|，|,|는|은|(?:たち|々|われ|ども|会|体|者|同)は)\s*", "", match["name"]).strip()
    if _YOURS.match(name):
        return _meant(walk, name)
    return (
        split(name, walk.language)
        if actor(name, walk.language) and not own(name, walk.language, walk.context)
        else ()
    )


def _scene(walk: _Walk, *, listed: bool) -> Scene:
    return Scene(listed, frozenset(walk.named), walk.going, walk.context)


def _opens(walk: _Walk, sentence: str) -> bool:
    if len(sentence) > 200 or not any_of(walk.language, "opens").search(sentence.strip()):
        return False
    whole = walk.language == "zh" and sentence[-1] not in ":：" and len(sentence) > 30
    return not whole


def _formed(walk: _Walk, text: str) -> bool:
    """Whether a line without a mark is an item of the open list, by its length and ending."""
    if len(text) >= _ITEM or not expression(walk.language, "item_end").search(text):
        return False
    return walk.language != "zh" or chinese.begins_act(text, _scene(walk, listed=False))


def _read_sentence(walk: _Walk, sentence: str, *, listed: bool) -> None:
    body = LIST_MARK.sub("", sentence)
    scene, walk.going = _scene(walk, listed=listed), False
    for request in _READERS[walk.language](body, scene):
        walk.going = True
        names = _parties(walk, request, listed=listed)
        walk.last = names or walk.last
        walk.named.update(names)
        for name in names if request.quote else ():
            demand = Demand(name, request.quote, _verb(request.quote))
            if not any(_same(demand, known) for known in walk.found):
                walk.found.append(demand)


def _parties(walk: _Walk, request: Request, *, listed: bool) -> tuple[str, ...]:
    """Who is asked: those named, else those of the section, of the letter, or who was asked last."""
    if walk.context.appeal and (
        _READER.fullmatch("".join(request.to)) or (request.polite and not request.to)
    ):
        return walk.section if listed else ()
    if not request.to:
        around = walk.section if listed or walk.titled else ()
        return around or walk.last or walk.section or walk.context.letter_to[:_ADDRESSED]
    return tuple(dict.fromkeys(name for one in request.to for name in _meant(walk, one)))


def _meant(walk: _Walk, name: str) -> tuple[str, ...]:
    """So: "貴社", "贵国" is whom the letter is written to."""
    if not _YOURS.match(name):
        return (name,)
    letter = walk.context.letter_to
    if walk.section and len(letter) != 1:
        return walk.section
    kind = name[1:2]
    return tuple(one for one in letter if kind and kind in one)[:1] or letter[:1] or (walk.last or (name,))


_READER = re.compile(
    r"您|你|你们|你們|大家|各位.{0,4}|读者.{0,2}|讀者.{0,2}|.{0,4}朋友|(?:독자|회원|시민|네티즌)?\s?여러분|皆様|皆さん|みなさま|みなさん"
)
_YOURS = re.compile(
    r"貴(?:社|会|職|国|省|庁|局|殿|政府|団体|行|所)|御社|귀(?:사|국|하|부|기관|정부|당국|회)|[贵貴](?:国|國|府|司|公司|部|院|局|署|会|會|方)|阁下|閣下|您|你们|你們|あなた|각하"
)


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


def _verb(piece: str) -> str:
    """The last verb with its ending: the last word, or what begins with the last Chinese character."""
    if " " in piece and _HANGUL.search(piece):
        plain = expression("ko", "auxiliary").sub("", piece)
        return plain.rsplit(maxsplit=1)[-1] if plain.strip() else piece
    kana = _LAST.search(piece)
    return kana.group() if kana else piece[-4:]


_HANGUL = re.compile(r"[\uac00-\ud7af]")
_LAST = re.compile(r"[\u4e00-\u9fff]+[\u3040-\u30ff]+$")
