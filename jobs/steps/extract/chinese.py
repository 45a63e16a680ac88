"""Reads what Chinese sentences ask, clause by clause: each with a party of its own or that before it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from jobs.steps.extract.blocks import Block
from jobs.steps.extract.east_names import (
    Request,
    Scene,
    actor,
    alternatives,
    any_of,
    bare,
    expression,
    listing,
    own,
    split,
)

_L = "zh"
_LONG = 600  # characters of a sentence that are read
_SHORTEST = 4  # characters of an act
_LINE = 50  # characters of an item that begins with its party
_NAME = 16  # characters of a name that a comma parts from what is asked
_OBJECT = 6  # characters of an act that has an object
_PAUSE = re.compile(r"[，,；;]")
_TOPIC = re.compile(r"(?:[对對]|至)(?:于|於)?(?P<name>[^，。；]{2,24})")
_DONE = re.compile(r"[了过過]|已|曾|说|說|称|稱")
_ALSO = re.compile(r"(?:并|並|且)(?!非|不是|没有|沒有)")


def requests(sentence: str, scene: Scene) -> Iterator[Request]:
    """What a sentence asks, in the order of its clauses; nothing where others asked, or it pledges."""
    text = sentence.strip('。 　“”"「」')[:_LONG]
    if not text or any_of(_L, "pledges").search(text):
        return
    text = expression(_L, "transmitted").split(text)[0]
    reading = _Reading(text, scene, asking=scene.listed)
    for number, clause in enumerate(_clauses(text)):
        yield from reading.clause(clause, first=number == 0)


def askers(blocks: list[Block]) -> list[str]:
    """Bodies that a text in the third person says to ask, and speaks of again; a guess."""
    told = [re.sub(r"[“「][^”」]{0,400}[”」]", "", block.text[:_LONG]) for block in blocks[:_READ]]
    if any(_OURS.search(text) for text in told):
        return []
    whole = "\n".join(told)
    named = [(match["name"], at) for at, text in enumerate(told) for match in _asker().finditer(text)]
    again = any(word in whole for word in (*_THE_BODY, "专家们", "專家們"))
    found = dict.fromkeys(name for name, at in named if (at < _BEGINNING and again) or whole.count(name) > 1)
    return [*found, *_THE_BODY] if found else []


_READ, _BEGINNING = 40, 5  # blocks that are looked through; those in which a release says who speaks
_THE_BODY = ("该组织", "該組織", "该机构", "該機構", "该团体", "該團體")
_OURS = re.compile(r"我们|我們|本会|本會|我会|我會|笔者|筆者")


@cache
def _asker() -> re.Pattern[str]:
    """A body of no state, at the beginning of a sentence, that asks now."""
    bodies = "组织|組織|团体|團體|专家|專家|观察|觀察|协会|協會|联盟|聯盟|基金会|基金會|网络|網絡|中心|记者"
    return re.compile(
        rf"(?:^|[。！；，,\s])(?P<name>[\u4e00-\u9fff·]{{0,14}}?(?:{bodies}))(?:今天|今日)?"
        rf"(?:{alternatives(_L, 'adverbs')}){{0,3}}(?:呼吁|呼籲|敦促|促请|促請|要求)"
    )


def begins_act(text: str, scene: Scene) -> bool:
    """Whether a line begins with the verb of an act, or with a party and its duty, as items of lists do."""
    plain = _plain(text)
    if plain.startswith(listing(_L, "verbs")) or _duty(plain, scene) is not None:
        return True
    named = _named().match(plain) if len(plain) < _LINE and not _DONE.search(plain) else None
    return named is not None and bool(named["name"]) and actor(named["name"], _L)


@dataclass(slots=True)
class _Reading:
    """A sentence on the way: whether its clauses ask, and whom."""

    text: str
    scene: Scene
    asking: bool
    names: tuple[str, ...] = ()
    others: bool = False
    """Somebody else asks: what follows up to our own asking verb is theirs."""
    topic: bool = False
    """The clause before only named whom the next one is about."""
    foreign: bool = False
    """The clauses before told what somebody else did or said."""

    def clause(self, clause: str, *, first: bool) -> Iterator[Request]:
        """What one clause asks."""
        plain = _plain(clause)
        if (topic := _TOPIC.fullmatch(plain)) and actor(topic["name"], _L):
            self.names, self.topic = split(topic["name"], _L), True
            return
        topical, self.topic = self.topic, False
        ours = own(plain, _L, self.scene.context) or expression(_L, "we").match(plain)
        if (
            not self.asking
            and not ours
            and expression(_L, "foreign").search(plain)
            and not _ask().match(plain)
        ):
            self.foreign = True
        if not self.asking and expression(_L, "past").search(plain) and not _ask().match(plain):
            self.foreign = True
        if (asked := self._verb(plain)) and not self._theirs(plain):
            yield from self._asks(asked)
        elif self.others or self.foreign:
            return
        elif not (self.asking and _begins(plain)) and (duty := _duty(plain, self.scene)):
            self.names, self.asking = duty[0], True
            yield from _told(*duty, bare=True)
        elif topical and (must := _must().match(plain)):
            self.asking = True
            yield from _told(self.names, plain if must.group().startswith("不") else plain[must.end() :])
        elif not _circumstance().fullmatch(plain):
            yield from self._goes_on(clause, plain, first=first)

    def _verb(self, plain: str) -> re.Match[str] | None:
        """The asking verb of a clause, where it is the issuer's own."""
        if match := _ask().match(plain):
            return match
        found = _verb_inside().search(plain)
        if found is None or not found.start():
            return None
        subject = plain[: found.start()]
        if own(subject, _L, self.scene.context) and not expression(_L, "days").search(subject):
            return _ask().match(plain, found.start())
        if _speaks(subject, listed=self.scene.listed):
            self.asking, self.others = False, True
        return None

    def _theirs(self, plain: str) -> bool:
        """Whether an asking verb goes on with somebody else's words: "议员曾致函总理，要求..."."""
        if self.foreign and not _we_ask(plain):
            self.asking, self.others = False, True
        return self.others and not _we_ask(plain) and self.foreign

    def _asks(self, match: re.Match[str]) -> Iterator[Request]:
        self.others, self.asking = False, True
        rest = match.string[match.end() :].lstrip("：:，, ")
        told = split(match["to"], _L) if match["to"] and actor(match["to"], _L) else ()
        if pronoun := expression(_L, "pronouns").match(rest):
            told, rest = self.names or _mentioned(self.text[: self.text.find(rest)]), rest[pronoun.end() :]
        self.names, rest = _party(rest, told or self.names, self.scene)
        if rest and not told and not self.names and len(rest) < _NAME and not _and_act().search(rest):
            self.names, rest = split(rest, _L), ""
        polite = re.search(r"[请請]$", match.group()) is not None
        yield from _told(self.names, rest, polite=polite)

    def _goes_on(self, clause: str, plain: str, *, first: bool) -> Iterator[Request]:
        """A clause without an asking verb: the next act of the same party, or of one that it names."""
        able = expression(_L, "able").sub("", plain) if self.asking else plain
        act = able.startswith(listing(_L, "verbs")) and not _name_first(able)
        if not self.asking:
            if act and self.text.endswith(("！", "!")):
                yield from _told(self.names, plain)
        elif expression(_L, "purpose").match(plain):
            self.asking = self.scene.listed
        elif act or (_ALSO.match(clause) and not _name_first(plain)):
            yield from _told(self.names, plain)
        elif (named := _party(plain, (), self.scene))[0]:
            self.names = named[0]
            yield from _told(*named)
        elif first and self.scene.listed and not plain.endswith(("：", ":")):
            yield from _told(self.names, plain)
        else:
            self.asking = self.asking and (first or self.scene.listed)


def _we_ask(plain: str) -> bool:
    return expression(_L, "we").match(plain) is not None


def _plain(clause: str) -> str:
    return expression(_L, "linking").sub("", clause).lstrip() or clause


def _clauses(text: str) -> Iterator[str]:
    """The parts of a sentence between commas and semicolons outside of quotes and parentheses."""
    depth, start = 0, 0
    for at, sign in enumerate(text):
        depth += (sign in "（(「『《“【") - (sign in "）)」』》”】")
        if depth <= 0 and _PAUSE.match(sign):
            yield text[start:at].strip()
            start, depth = at + 1, 0
    yield text[start:].strip()


@cache
def _starts() -> str:
    return (
        rf"(?:{alternatives(_L, 'starts')}|促(?=[^使成进進请請销銷]))(?!书|書|函|的|者|是|权|權|人[^权權]|了)"
    )


@cache
def _ask() -> re.Pattern[str]:
    """An asking verb at the beginning, "we" and adverbs before it allowed."""
    we = (
        r"(?:我[们們]|本[会會院委部局署组組网網联聯站社所处處协協盟](?:[络絡]|[会會]|席)?|"
        r"我[会會]?|咱们|大[会會]|本[团團]体?)"
    )
    signers = r"(?:[^，。；]{0,20}?(?:团体|團體|组织|組織|学者|學者|家长|律师))?"
    towards = r"(?:向(?P<to>[^，。；]{2,30}?)(?:发出|提出)?)?"
    return re.compile(rf"(?:{we}{signers})?(?:{alternatives(_L, 'adverbs')})*{towards}{_starts()}")


@cache
def _verb_inside() -> re.Pattern[str]:
    return re.compile(rf"(?:{alternatives(_L, 'adverbs')})*{_starts()}")


@cache
def _circumstance() -> re.Pattern[str]:
    return re.compile("|".join(listing(_L, "circumstances")))


def _speaks(subject: str, *, listed: bool) -> bool:
    """Whether what stands before an asking verb is another who asks, or the day on which it was asked."""
    if expression(_L, "days").search(subject) or subject.endswith(listing(_L, "speakers")):
        return True
    return actor(subject, _L) and subject[0] not in "对對向" and not listed


@cache
def _modal() -> str:
    return alternatives(_L, "modals")


@cache
def _must() -> re.Pattern[str]:
    return re.compile(rf"(?:也|亦|更|都|均|同样|同樣)?(?:{_modal()})(?=\S{{2}})")


def _duty(plain: str, scene: Scene) -> tuple[tuple[str, ...], str] | None:
    """So: "中国政府必须立即释放他"; a name before the modal verb that can be asked."""
    for match in re.finditer(rf"(?:也|亦|更|都|均|同样|同樣)?(?P<modal>{_modal()})(?=\S{{2}})", plain[:60]):
        name = plain[: match.start()].strip()
        if (
            name
            and not expression(_L, "no_party").search(name)
            and (actor(name, _L) or bare(name, _L) in scene.named)
        ):
            denied = match["modal"].startswith("不")
            return split(name, _L), plain[match.start("modal") if denied else match.end() :]
    return None


@cache
def _named() -> re.Pattern[str]:
    """A name by the noun it ends with, or of any form, before the verb of what is asked."""
    verbs = rf"(?:{alternatives(_L, 'verbs')}|{_modal()})"
    one = rf"[^，,。；;：:！!]{{0,24}}?(?:{alternatives(_L, 'actors')})(?:负责人|負責人|领导|領導|当局|當局)?"
    able = r"(?:也|亦|都|均|能够|能夠|能|可以)?[：:，,]?"
    return re.compile(
        rf"(?P<name>{one}(?:(?:和|及|与|與|、|以及|暨){one}){{0,3}})(?:方面|方)?{able}(?={verbs})|"
        rf"(?P<bare>[\u4e00-\u9fff·]{{2,12}}?){able}(?={verbs})"
    )


@cache
def _body() -> re.Pattern[str]:
    """A body by the noun its name ends with, whatever follows."""
    names = "|".join(re.escape(name) for name in listing(_L, "actors") if len(name) > 1)
    return re.compile(
        rf"(?P<name>[^，,。；;：:！!]{{0,24}}?(?:{names}))(?:[：:，,]|(?=[\u4e00-\u9fff]{{2}})|$)"
    )


def _name_first(plain: str) -> bool:
    """Whether a clause that looks like a verb begins with a name: "公安部...", "联合国...", "以色列..."."""
    return plain.startswith(listing(_L, "like_verbs"))


def _party(text: str, before: tuple[str, ...], scene: Scene) -> tuple[tuple[str, ...], str]:
    """Who is asked at the beginning of a text, and what: the party before where none is named."""
    if text.startswith(listing(_L, "verbs")) and not _name_first(text):
        return before, text
    match = _named().match(text)
    if match and match["name"]:
        return split(match["name"], _L), text[match.end() :]
    name = match["bare"] if match else ""
    if match and (actor(name, _L) or name in scene.named):
        return (name,), text[match.end() :]
    if body := _body().match(text):
        return split(body["name"], _L), text[body.end() :]
    if match and not expression(_L, "no_names").search(name) and not scene.listed:
        return (name,), text[match.end() :]
    return before, text


@cache
def _mention() -> re.Pattern[str]:
    return re.compile(rf"[\u4e00-\u9fff]{{2,8}}?(?:{alternatives(_L, 'actors')})")


def _mentioned(text: str) -> tuple[str, ...]:
    """The party that was named last in what stands before: whom "it" means."""
    plain = re.sub(r"谴责|譴責|抗议|抗議|我们|我們|对|對|强烈|強烈", "，", text)
    found = _mention().findall(plain)
    return (found[-1],) if found else ()


def _told(
    names: tuple[str, ...], text: str, *, bare: bool = False, polite: bool = False
) -> Iterator[Request]:
    """The acts of one clause: also those joined by "并" without a comma, where the first has an object."""
    for piece in _acts(text):
        plain = expression(_L, "obliged").sub("", _plain(piece).strip(' ，,；;。.！!：:“”"'))
        if len(plain) >= _SHORTEST and not _circumstance().fullmatch(plain):
            yield Request(names, plain, bare, polite)


@cache
def _and_act() -> re.Pattern[str]:
    return re.compile("|".join(_firm()))


@cache
def _and() -> re.Pattern[str]:
    verbs = alternatives(_L, "verbs")
    return re.compile(rf"(?:、|并且|並且|并|並|以及|及|和|与|與)(?=(?:{verbs}))")


def _acts(text: str) -> list[str]:
    found, start = [], 0
    for match in _and().finditer(text):
        left = text[start : match.start()]
        sure = match.group()[0] in "并並"
        if len(left) < _OBJECT or not (sure or _both_act(left, text[match.end() :])):
            continue
        found.append(left)
        start = match.end()
    return [*found, text[start:]]


@cache
def _firm() -> tuple[str, ...]:
    return tuple(verb for verb in listing(_L, "verbs") if len(verb) > 1)


def _begins(plain: str) -> bool:
    """Whether a clause begins with an act's verb of two signs, so that a name within it is no party."""
    return plain.startswith(_firm()) and not _name_first(plain)


def _both_act(left: str, right: str) -> bool:
    """Whether both sides of an "and" are acts with objects: each begins with an act's verb of two signs."""
    head = expression(_L, "haste").sub("", left)
    return left.startswith(_firm()) and right.startswith(_firm()) and min(len(head), len(right)) >= _SHORTEST
