"""Reads what Korean sentences ask: who by the particle behind a name, what by the verb at the end."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from jobs.steps.extract.east_names import (
    Request,
    Scene,
    actor,
    actor_alone,
    alternatives,
    any_of,
    bare,
    country,
    expression,
    listing,
    own,
    split,
)
from jobs.steps.extract.korean_acts import acts, pieces

_L = "ko"
_LONG = 600  # characters of a sentence that are read
_NOW = re.compile(
    r"한다|합니다|하는 바|하며|하고|하면서|하는 한편|하는 동시에|드린|드립|드리|하지 않을 수|해 마지|$"
)
_LINK = (
    # The last end of a clause that is asked for, else the last object; adverbs or a party may follow.
    re.compile(
        r"^.*(?P<end>것(?:과|을|들을|도)?|(?:(?<=[하되주가오내리지키추우치르풀열])|(?<=[주하되]시))(?:기를|길)|도록|(?<=[가-힣])라고|달라고|자고)[,\s]*(?P<trail>[^,]{0,60})$"
    ),
    re.compile(r"^.*(?P<end>을|를)[,\s]+(?P<trail>[^,]{0,60})$"),
)
_SELF = re.compile(
    r"^(?:우리|우리들|저희|저희들|본회|본인|나|저)(?:는|은|가|도)\s+(?:다시 한번\s|거듭\s|함께\s)?"
)
_NOMINATIVE = re.compile(r"(?:에서는|께서는|께서도|께서|측은|측이|만이|은|는|이|가|도|부터)$")
_DATIVE = re.compile(r"(?:에게는|에게도|에게|에겐|에는|에도|에|께는|께도|께|측에는|측에도|측에|더러|한테)$")
_TOWARDS = re.compile(
    r"(?:에|를|을)\s(?:대해서는|대해서도|대해서|대해|대하여는|대하여|대하여서는|향해|향하여|상대로)[,\s]"
)
_OBJECT = re.compile(r"(?:을|를)$")
_ALSO = re.compile(r"(?P<name>(?:[가-힣]+\s){0,2}[가-힣]{2,})\s(?:역시|또한)\s")
_VOCATIVE = re.compile(r"(?P<name>(?:[\w·]+\s){0,3}[\w·]+?)(?:이시여|이여|여|님|귀하)[,!]\s?")


def _re(key: str) -> re.Pattern[str]:
    return expression(_L, key)


def _speech() -> str:
    return alternatives(_L, "speech")


@dataclass(frozen=True, slots=True)
class _Party:
    names: tuple[str, ...]
    start: int
    end: int


_QUOTES = re.compile(r"[“”‘’\"']")


def requests(sentence: str, scene: Scene) -> Iterator[Request]:
    """What a sentence asks, in the order of its verbs; nothing where others asked, or it pledges."""
    text = _re("lead").sub("", _QUOTES.sub("", sentence).strip(' ”"“!.。·')[:_LONG])
    if not text:
        return
    if (also := _ALSO.match(text)) and actor(also["name"], _L):
        text = f"{also['name']}도 {text[also.end() :]}"
    if re.search(r"[△▲▷]", text):
        yield from _triangles(text, scene)
        return
    found = list(_spoken(text, scene))
    if found or _reported(text):
        yield from found
        return
    yield from _by_form(text, scene)


def _triangles(text: str, scene: Scene) -> Iterator[Request]:
    """So: "우리는 △A가 ... 할 것 △B가 ... 할 것을 촉구한다", a list within a sentence."""
    head, *items = re.split(r"\s*[△▲▷]\s*", text)
    last = _re("speaks").search(items[-1])
    tail = items[-1] if last else ""
    if last and not _NOW.match(last["tense"]) and not own(_subject(head), _L, scene.context):
        return
    party = _party(head, scene, dative=True)
    names = party.names if party else ()
    for item in items:
        ended = (
            re.sub(rf"\s*(?:등을?\s*)?(?:을|를)?\s*(?:\S+히\s|거듭\s)*(?:{_speech()})\S*.*$", "", item)
            if item is tail
            else item
        )
        ended = re.sub(r"(?<=것)을$|(?<=\S)(?: 등)?(?:을|를)$", "", ended.strip(" ,"))
        inner = _party(ended, scene, dative=False)
        body = ended[inner.end :] if inner else ended
        for piece in pieces(body):
            yield Request(inner.names if inner else names, piece)


def _subject(text: str) -> str:
    """The topic at the beginning: "참가자들은", "우리는"."""
    match = re.match(r"(?P<name>(?:[\w·()]+\s){0,5}?[\w·()]+?)(?:은|는|이|가)(?:\s|$)", text)
    return match["name"] if match else ""


def _spoken(text: str, scene: Scene) -> Iterator[Request]:
    """The requests of asking verbs: "...할 것을 촉구한다", of which a sentence may have several."""
    start = 0
    for match in _re("speaks").finditer(text):
        if _TO_BE_ASKED.match(text, match.end() - 1) and _re("speaks").search(text, match.end()):
            continue
        before = text[start : match.start()]
        link = _linked(before)
        if link and re.match(r"하[고며면는]", match["tense"]) and _ends_as_order(text[match.end() :]):
            continue
        if link is None:
            if match["tense"] and _NOW.match(match["tense"]) is None:
                start = match.end()
            continue
        now = _NOW.match(match["tense"]) is not None and not re.search(
            r"(?:했|하였)(?:다|습니다|으며|고)?$", text[match.end() :][:12]
        )
        if not now or _denied(text[match.start() :]):
            subject = _subject(text)
            ours = own(subject, _L, scene.context) or (scene.going and not subject)
            ours = ours and re.match(r"했|하였", match["tense"]) is not None
            if not (ours and not _PAST_DAY.search(text)):
                start = match.end()
                continue
        yield from _asked(before, link, scene)
        start = match.end()
    if called := _re("turns_to").fullmatch(text):
        who = called["who"]
        party = _party(f"{who} ", scene, dative=True)
        people = re.search(r"(?:에게|께)$", who) and not own(who, _L, scene.context)
        if party or people:
            yield Request(party.names if party else (re.sub(r"(?:에게|께)$", "", who),), "")


_TO_BE_ASKED = re.compile(r"할\s?(?:것(?:을|과|도)?|수)(?:\s|,)")
"""After a verb of asking that is itself what is asked: "중국에 중단을 요구할 것을 촉구한다"."""


def _ends_as_order(rest: str) -> bool:
    """Whether the sentence goes on as an order: then its asking verb is one of the acts that are asked."""
    plain = rest.strip(" ,")
    ordered = _re("command").search(plain) or _re("duty").search(plain)
    return ordered is not None and _re("speaks").search(plain) is None


def _linked(before: str) -> re.Match[str] | None:
    return next((found for one in _LINK if (found := one.match(before))), None)


_PAST_DAY = re.compile(r"지난|작년|재작년|당시|\d{4}년|앞서|이미|그동안|지금까지|한 바 있|온 바 있")


def _denied(rest: str) -> bool:
    return bool(
        re.match(rf"(?:{_speech()})(?:하|하려|하고자)?(?:지|는 것이|지는|려는 것이)\s?(?:않|아니|안)", rest)
    )


def _speaker(before: str, scene: Scene) -> str:
    """The body that speaks where another is spoken to: "단체들은 중국에 ...할 것을"; else ""."""
    subject = _subject(_SELF.sub("", before))
    if scene.listed or not subject or _SELF.match(before):
        return ""
    told = _party(before[len(subject) + 1 :], scene, dative=True, nominative=False)
    speaks = own(subject, _L, scene.context) or bare(subject, _L).endswith(listing(_L, "speakers"))
    return subject if told and speaks else ""


def _asked(before: str, link: re.Match[str], scene: Scene) -> Iterator[Request]:
    """What stands before an asking verb: party and verb phrase, in either order."""
    trail = link["trail"].strip()
    if speaker := _speaker(before, scene):
        before = before[len(speaker) + 1 :]
        link = _linked(before) or link
    nominal = link["end"] in {"을", "를"}
    body = before[: link.start("end")] + ("도록" if link["end"] == "도록" else "")
    behind = _party(f"{trail} ", scene, dative=True) if trail else None
    if nominal and trail and not (behind or re.fullmatch(r"(?:\S{2,6}\s?){0,3}", trail)):
        return
    if nominal and trail and re.search(r"(?:[은는한된할]|을|를|에서|으로)$", trail.split()[0]):
        yield from [Request(behind.names, "")] if behind else []
        return
    chunks = _re("and_of").split(body)
    names: tuple[str, ...] = behind.names if behind else ()
    for part in chunks:
        chunk = _SELF.sub("", _re("lead").sub("", part.strip(" ,")))
        party = None if behind else _party(chunk, scene, dative=True)
        if party:
            names, chunk = party.names, _without(chunk, party)
        if nominal:
            yield from (Request(names, act) for act in acts(chunk) if not _re("courtesy").search(act))
        else:
            yield from _with_subjects(pieces(chunk), names, scene)


def _with_subjects(pieces: list[str], names: tuple[str, ...], scene: Scene) -> Iterator[Request]:
    """The acts of a sentence, each with its own subject where one begins with it."""
    for number, piece in enumerate(pieces):
        party = _party(piece, scene, dative=False) if number else None
        own_subject = party is not None and party.start == 0
        names = party.names if party and own_subject else names
        yield Request(names, piece[party.end :].strip() if party and own_subject else piece)


def _without(text: str, party: _Party) -> str:
    """What is asked: what follows the party, and what stands before it where that is its object."""
    before = text[: party.start].strip()
    led_in = not _OBJECT.search(before.rsplit(" ", 1)[-1])
    return text[party.end :] if led_in else f"{text[: party.start]}{text[party.end :]}"


def _reported(text: str) -> bool:
    return bool(any_of(_L, "pledges").search(text) or _re("past").search(text))


def _by_form(text: str, scene: Scene) -> Iterator[Request]:
    """The requests that the verb itself makes: "...하라", "...해야 한다", an item "...할 것"."""
    commands, duty = _re("command").search(text), _re("duty").search(text)
    nominal = scene.listed and text.endswith(listing(_L, "deeds"))
    noun_item = scene.listed and text.rstrip(", ").endswith(("것", "기", "함", "고", "며", "되"))
    if _re("readers").search(text):
        return
    if not (commands or duty or nominal or noun_item):
        return
    if re.search(r"(?:하|가|나|리|되)자$|[?？]$", text):
        return
    names: tuple[str, ...] = ()
    body = _SELF.sub("", text)
    called = _VOCATIVE.match(body)
    body_called = re.sub(r"^(?:존경하는|친애하는|사랑하는)\s", "", called["name"]) if called else ""
    if called and actor(body_called, _L):
        names, body = split(body_called, _L), body[called.end() :]
    hoped = bool(commands and re.search(r"바라|바란|바랍|희망|기대|원한", commands.group()))
    ordered = bool(commands and commands.group().endswith("라"))
    party = _party(body, scene, dative=False, loose=ordered or scene.listed)
    if party is None and not names:
        party = _towards(body, scene)
    if party:
        names, body = party.names, body[party.end :]
    if (duty or hoped) and not names and not (scene.listed or (scene.going and not _OPINION.match(body))):
        return
    if nominal:
        yield from (Request(names, act) for act in acts(body))
    else:
        yield from _with_subjects(pieces(body), names, scene)


def _party(
    text: str, scene: Scene, *, dative: bool, nominative: bool = True, loose: bool = False
) -> _Party | None:
    """The first name with the particle of one who is asked; `loose` takes any topic at the beginning.

    The subject of an order is its topic or subject; a dative is asked only where somebody speaks to it, and
    not behind an object: there it belongs to the verb.
    """
    towards = _towards(text, scene) if dative else None
    objects = False
    for token in re.finditer(r"\S+", text):
        word = token.group().rstrip(",")
        objects = objects or (len(word) > 1 and _OBJECT.search(word) is not None)
        spoken_to = _DATIVE.search(word)
        mark = (spoken_to if dative and not objects else None) if spoken_to else _NOMINATIVE.search(word)
        if mark is None or not mark.start() or _QUOTING.search(word) or not (spoken_to or nominative):
            continue
        if mark.group() in {"이", "가"} and _is_enabled(text, token.end()):
            continue
        start = _name_start(text, token.start())
        if towards and towards.start <= start:
            return towards
        name = _plain(text[start : token.start() + mark.start()])
        if not actor(name, _L) and (
            _titled(text[token.end() :]) or (objects and mark.group() in {"이", "가", "도", "은"})
        ):
            continue
        topic = loose and not spoken_to and mark.group() in {"은", "는"} and not _VERBAL.search(word)
        ours = own(name, _L, scene.context) and not actor_alone(bare(name, _L).split())
        if not ours and _asked_party(name, scene, first=start == 0, loose=topic):
            return _Party(split(_plain(name), _L), start, token.end())
    return towards


def _towards(text: str, scene: Scene) -> _Party | None:
    """A name that is spoken to in so many words: "유엔에 대해", "국회를 향해"."""
    match = _TOWARDS.search(f"{text} ")
    if match is None:
        return None
    start = _name_start(text, text.rfind(" ", 0, match.start()) + 1)
    name = text[start : match.start()]
    if own(name, _L, scene.context) or not (actor(name, _L) or bare(name, _L) in scene.named):
        return None
    return _Party(split(_plain(name), _L), start, match.end())


def _is_enabled(text: str, at: int) -> bool:
    """Whether who stands before `at` is to be let do something: "국제기구가 면담할 수 있도록 허용할 것"."""
    enabled = _ENABLED.search(text, at)
    between = text[at : enabled.start()].split() if enabled else []
    return enabled is not None and not any(
        word.endswith(("이", "가")) and actor(word[:-1], _L) for word in between
    )


_ENABLED = re.compile(r"수 있(?:도록|게)\s+\S{2,}")
_VERBAL = re.compile(r"(?:하|되|있|없|않|키|받|보내|나서|이르|따르|치|리|가리|오|모르|말|돌려보내|돌아가)는$")
_QUOTING = re.compile(r"(?:라|다|냐|자)(?:는|은|고는)$")
_OPINION = re.compile(r"(?:\S+\s){0,3}?\S*(?<!까지)(?<!에)(?<!에서)(?<!으로)(?<!또)(?:은|는)\s")


def _titled(following: str) -> bool:
    """Whether an office with its particle follows: the word before is a person's name, "김정은 위원장은"."""
    match = re.match(r"\s(?P<office>\w{2,12}?)(?:에게|에|께서는|께서|은|는|이|가)\s", following)
    return bool(match and match["office"].endswith(listing(_L, "titles")))


def _asked_party(name: str, scene: Scene, *, first: bool, loose: bool) -> bool:
    plain = bare(name, _L)
    if actor(name, _L) or plain in scene.named:
        return True
    return loose and first and len(plain) > 1 and len(plain.split()) <= 4 and not _re("thing").search(plain)


def _plain(name: str) -> str:
    return re.sub(r"\s*\([^()]{0,40}\)", "", name).strip(" ,")


def _name_start(text: str, at: int) -> int:
    """Where a name begins: the nouns before its last word, back to a particle or a verb's ending."""
    start = at
    taken = 0
    before = text[:at]
    while taken < 5:
        match = re.search(r"(?P<word>[^\s,]+)(?P<comma>,?)\s+$", before)
        if match is None:
            break
        word = match["word"]
        joined = re.search(r"(?:와|과)$", word) and actor(word[:-1], _L)
        linked = word in {"및", "그리고"} or (match["comma"] and actor(word, _L)) or joined
        if word in listing(_L, "led_in") or (match["comma"] and not linked):
            break
        if not linked and _re("adnominal").search(word) and not _noun(word):
            break
        if not linked and not re.fullmatch(r"[\w·’'()]+", word):
            break
        start = match.start()
        before = text[:start]
        taken += 1
    return start


def _noun(word: str) -> bool:
    """Whether a word is a noun although it ends as a verb or a particle does: "북한", "인도"."""
    return word in listing(_L, "nounlike") or country(word)
