"""Reads what Japanese sentences ask: who by the particle behind a name, what by the verb at the end."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from jobs.steps.extract.east_names import (
    Request,
    Scene,
    actor,
    alternatives,
    any_of,
    bare,
    expression,
    own,
    row,
    split,
)

_L = "ja"
_LONG = 600  # characters of a sentence that are read
_PAST = re.compile(r"し?(?:た|てき|ました|ていた)")
_GOING = re.compile(r"し?てい(?:る|ます)?$")
_LINK = (
    # The last end of a clause that is asked for, else the last object; adverbs or a party may follow.
    re.compile(r"^.*(?P<end>こと|よう|ように|旨)\s?(?:を|に|も)?[、,]?(?P<trail>[^を]{0,44})$"),
    re.compile(
        r"^.*(?:て|で)(?:いただき|頂き|ください|下さい)(?P<end>たく|ますよう|ますように)[、,]?(?P<trail>[^を]{0,44})$"
    ),
    re.compile(r"^.*(?P<end>を|の)[、,]?(?P<trail>[^を]{0,44})$"),
)
_WISH = re.compile(r"願|望み")
_ITEM = re.compile(r"(?:こと|事|よう|(?<![まで])[るすくむつうぶぐ]|ない|ず)$")
_NAME_END = re.compile(r"[^、。，,「」（）()]{1,40}(?:[（(][^（）()]{1,20}[）)])?$")
_VERB_STEM = re.compile(r"[\u4e00-\u9fff](?:し|せず)$")


def _re(key: str) -> re.Pattern[str]:
    return expression(_L, key)


def _speech() -> str:
    return alternatives(_L, "speech")


def _towards() -> str:
    return str(row(_L)["towards"])


@dataclass(frozen=True, slots=True)
class _Party:
    names: tuple[str, ...]
    start: int
    end: int


def requests(sentence: str, scene: Scene) -> Iterator[Request]:
    """What a sentence asks, in the order of its verbs; nothing where others asked, or it pledges."""
    text = re.sub(r"(?<=こと)[（(][^（）()]{1,60}[）)]$", "", sentence.strip("。！!．. 　「」『』")[:_LONG])
    text = _re("lead").sub("", text)
    said = sentence.startswith("「") and "」" in sentence[-4:]
    if not text or any_of(_L, "pledges").search(text) or (said and not scene.listed):
        return
    told_to_ask = scene.listed and re.search(r"(?:こと|[るすくむつうぶぐ])$", text) and not _asks_last(text)
    found = [] if told_to_ask else list(_spoken(text, scene))
    yield from found
    rest = text[_last_end(text) :] if found else text
    if found and len(rest) < 4:
        return
    yield from _by_form(rest, scene)


def _asks_last(text: str) -> bool:
    """Whether a text ends with an asking verb: else one within it is an act that is asked."""
    return any(match.end() == len(text) for match in _re("speaks").finditer(text))


def _last_end(text: str) -> int:
    return max((match.end() for match in _re("speaks").finditer(text)), default=0)


def _spoken(text: str, scene: Scene) -> Iterator[Request]:
    """The requests of asking verbs: "...するよう求める", of which a sentence may have several."""
    start = 0
    for match in _re("speaks").finditer(text):
        before = text[start : match.start()]
        link = _linked(before)
        if link is None:
            continue
        tense = match["tense"]
        if _WISH.match(match["verb"]) and link["end"] in {"を", "の"}:
            continue
        if _PAST.match(tense) and not tense.endswith(("たい", "たします")):
            start = match.end()
            continue
        if (_GOING.match(tense) or not _re("we_first").match(before)) and _others(
            before, scene, going=bool(_GOING.match(tense))
        ):
            start = match.end()
            continue
        if tense == "" and text[match.end() :] and not re.match(r"[、,]", text[match.end() :]):
            continue
        yield from _asked(before.lstrip("、,"), link, scene)
        start = match.end()


def _linked(before: str) -> re.Match[str] | None:
    return next((found for one in _LINK if (found := one.match(before))), None)


def _others(before: str, scene: Scene, *, going: bool) -> bool:
    """Whether somebody else asks: a topic that is no "we" before a party, or "...ている" without "we"."""
    topic = re.match(r"(?P<name>[^、。]{2,40}?)(?<!に)(?<!て)(?:は|が)[、,]?", before)
    ours = bool(topic and own(topic["name"], _L, scene.context)) or bool(_re("we_first").match(before))
    if going:
        return not ours
    if topic is None or ours:
        return False
    rest = before[topic.end() :]
    spoken_to = re.search(r"に対し(?:て|まして)?[、,]?", rest[:60])
    return spoken_to is not None and actor(_name(rest, spoken_to.start())[0], _L)


def _asked(before: str, link: re.Match[str], scene: Scene) -> Iterator[Request]:
    """What stands before an asking verb: party and verb phrase, in either order."""
    trail = link["trail"].strip("、, ")
    nominal = link["end"] in {"を", "の"}
    body = before[: link.end("end")] if link["end"] == "こと" else before[: link.start("end")]
    behind = _behind(trail, scene)
    if trail and not behind and not _adverbs(trail):
        return
    names: tuple[str, ...] = behind
    for part in _re("chunks").split(body):
        chunk = _re("we_first").sub("", _re("lead").sub("", part.strip("、, ")))
        party = None if behind else _party(chunk, scene, spoken=True, firm=bool(names))
        names = party.names if party else names
        chunk = chunk[party.end :] if party else chunk
        if nominal and _READERS.search(chunk):
            continue
        pieces = [chunk.strip("、, ")] if nominal and not re.search(r"し、|せず、", chunk) else _pieces(chunk)
        yield from _with_subjects([piece for piece in pieces if len(piece) > 2], names, scene)


_READERS = re.compile(
    r"(?:ご|御)(?:理解|協力|支援|参加|署名|支持|賛同|寄付|連絡|応援|鞭撻|注目|厚誼|指導)|"
    r"(?:会費|年会費|購読|寄付|カンパ|入会|申し?込み?|納入|登録|出席)の?(?:納入|申し?込み?)?$"
)


def _with_subjects(pieces: list[str], names: tuple[str, ...], scene: Scene) -> Iterator[Request]:
    """The acts of a sentence, each with its own subject where one begins with it."""
    for number, piece in enumerate(pieces):
        party = _party(piece, scene, spoken=False) if number else None
        own_subject = party is not None and party.start == 0
        names = party.names if party and own_subject else names
        yield Request(names, piece[party.end :].strip("、, ") if party and own_subject else piece)


def _behind(trail: str, scene: Scene) -> tuple[str, ...]:
    """The party between what is asked and the asking verb: "...するよう、中国政府に強く求める"."""
    match = re.search(rf"(?P<name>[^に]{{2,60}}?)(?:{_towards()}|にも|には|に|へ)[、,]?(?P<rest>.*)$", trail)
    if match is None or not _adverbs(match["rest"]):
        return ()
    name, _ = _name(trail, match.end("name"))
    return split(name, _L) if actor(name, _L) or name in scene.named else ()


def _adverbs(text: str) -> bool:
    """Whether only adverbs stand in a text: "ここに強く", "心より"."""
    return re.fullmatch(f"(?:{row(_L)['manner']})*", text) is not None


def _by_form(text: str, scene: Scene) -> Iterator[Request]:
    """The requests that the verb itself makes: "...せよ", "...してください", "...すべきである"."""
    command, duty = _re("command").search(text), _re("duty").search(text)
    item = scene.listed and (_ITEM.search(text) or not re.search(r"[ただすいん]$|である$|ます$", text))
    if not (command or duty or item):
        return
    body = _re("we_first").sub("", text)
    party = _party(
        body,
        scene,
        spoken=bool(command and re.search("いただき|頂き", command.group())),
        loose=scene.listed or bool(command),
    )
    names = party.names if party else ()
    rest = body[party.end :] if party else body
    if (duty and not names and not scene.listed and not _sounds_asked(text)) or len(rest.strip("、, ")) < 4:
        return
    if command and not names and _reader_act(rest):
        return
    chunks = re.split(r"(?<=こと)(?:及び|および|並びに|ならびに|[、,])", rest)
    for chunk in chunks:
        yield from _with_subjects(_pieces(chunk), names, scene)


def _sounds_asked(text: str) -> bool:
    """So: "あわせて、...すべきである" goes on with the party before."""
    return not re.match(r"[^、]{1,30}(?:は|が)", text)


def _reader_act(text: str) -> bool:
    return bool(
        re.search(
            r"郵送|広め|拡散|シェア|ご記入|切り取|お寄せ|ご(?:覧|参加|署名|協力|支援|連絡|返信|注意|了承|確認)(?:して)?|お(?:問い合わせ|申し込み|送り|寄せ|読み)",
            text[-24:],
        )
    )


def _party(
    text: str, scene: Scene, *, spoken: bool, loose: bool = False, firm: bool = False
) -> _Party | None:
    """The first name with the particle of one who is asked.

    A subject (は, が, も) is asked by any form; に and へ only where somebody speaks to it (`spoken`), and
    not behind an object. `loose` takes any topic at the beginning; `firm` no bare に, where another is
    asked already.
    """
    for match in _re("party").finditer(text):
        mark = match["mark"]
        name, start = _name(text, match.start())
        if not name or own(name, _L, scene.context):
            continue
        towards = re.fullmatch(_towards(), mark) is not None
        objects = re.search(r"を(?!含む|はじめ)", text[:start])
        if mark in {"に", "には", "にも", "へ", "へは", "側に"} and (
            not spoken or objects or (firm and mark == "に")
        ):
            continue
        if (
            towards
            and mark.startswith("に対")
            and not spoken
            and not (start == 0 and loose and mark.endswith("は"))
        ):
            continue
        if mark not in {"は", "側は"} and not towards and (objects or "を" in name):
            continue
        sure = actor(name, _L) or bare(name, _L) in scene.named
        if (
            sure
            or (towards and spoken and start == 0)
            or (loose and start == 0 and mark == "は" and len(name) <= 24 and not _re("thing").search(name))
        ):
            return _Party(split(name, _L), start, match.end())
    return None


def _name(text: str, at: int) -> tuple[str, int]:
    """The name that ends at a place: back to a comma or a clause about it, and over the names before it."""
    found = _NAME_END.search(text[:at])
    if found is None:
        return "", at
    name, start = found.group(), found.start()
    for cut in _re("adnominal").finditer(name):
        tail = name[cut.end() :]
        if len(tail) > 1:
            start = found.start() + cut.end()
    name = text[start:at]
    lead = re.match(r"^(?:.{0,20}(?:をはじめとする|を含む|である))", name)
    if lead and lead.end() < len(name):
        start, name = start + lead.end(), name[lead.end() :]
    if (adverb := _re("adverb").match(name)) and adverb.end() < len(name):
        start, name = start + adverb.end(), name[adverb.end() :]
    if (subject := re.match(r"^.{1,16}?(?:は|が)(?=.{2,})", name)) and _re("we_first").match(subject.group()):
        start, name = start + subject.end(), name[subject.end() :]
    # Names side by side: "法務大臣、外務大臣及び国会".
    while before := re.search(
        r"(?P<name>[^、。，,をにはがで]{2,30})(?:、|，|及び|および|並びに|ならびに|・)$", text[:start]
    ):
        if not (actor(name, _L) and actor(before["name"], _L)):
            break
        start = before.start()
        name = text[start:at]
    return name.strip("　 、"), start


def _pieces(text: str) -> list[str]:
    """The verb phrases of a text: a clause that ends with a verb's stem is one, others belong to the next."""
    found: list[str] = []
    held = ""
    parts = re.split(r"[、,]", text.strip("、, 　"))
    for index, part in enumerate(parts):
        whole = f"{held}、{part}" if held else part
        held = ""
        last = index == len(parts) - 1
        ends = _re("continues").search(part) and not _re("adverbial").search(part)
        if not last and not (
            ends and (re.search(r"[をがに]", whole) or _VERB_STEM.search(part)) and len(part) > 3
        ):
            held = whole
        else:
            found += _inner(whole)
    found = [
        re.sub(r"(?<=[るすくむつうぶぐ])(?:とともに|と共に|と同時に|うえで|上で|ほか)$", "", one)
        for one in found
    ]
    return [one.strip("、, 　") for one in found if len(one) > 3]


def _inner(text: str) -> list[str]:
    """A clause cut where one act ends and another with its own object begins: "...を釈放し...を補償する"."""
    for match in _re("joined").finditer(text):
        if "を" in text[: match.start()]:
            return [text[: match.end()], *_inner(text[match.end() :])]
    return [text]
