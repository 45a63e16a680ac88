"""Finds demands in Arabic: an asking verb or a duty, the party behind it, and the acts that follow.

The verb stands first ("نطالب X ب..."); whom it asks ends where an act begins: behind إلى, على, ب before
the noun of an act, at أن, or at that noun itself. Acts that are joined by و each begin so. Words are
compared without vowel signs; quotes are given as they are printed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from jobs.steps.extract.arabic_acts import PARTY, QUOTE, Start, act_start, acting, acts, item_start
from jobs.steps.extract.arabic_letters import without_purpose, written_to
from jobs.steps.extract.arabic_names import names_in
from jobs.steps.extract.arabic_words import (
    EDGE,
    Word,
    asking,
    cut,
    deed,
    expression,
    first_person,
    heads_name,
    names_party,
    ordering,
    stem,
    unsigned,
    vocabulary,
)
from jobs.steps.extract.blocks import Block
from jobs.steps.extract.context import Context
from jobs.steps.extract.likeness import in_full
from jobs.steps.extract.namelists import heads_list
from storage.records import Demand

_HEADING = 120  # characters of a line that only names a party
_SIGNED = 14  # words of a line in a list of names


_TOP = 14  # blocks of a text's head


_TITLE = 200  # characters of a title


@dataclass(slots=True)
class _Walk:
    context: Context
    section: list[str] = field(default_factory=list)
    """Whom the open list or section speaks to."""
    opened: bool = False
    last: list[str] = field(default_factory=list)
    signed: bool = False
    found: list[Demand] = field(default_factory=list)


def demands(blocks: list[Block], context: Context) -> list[Demand]:
    """The demands of an Arabic text, each with the party that is asked."""
    walk = _Walk(replace(context, letter_to=(*context.letter_to, *addressed(blocks))))
    titled = 0
    for index, (block, following) in enumerate(zip(blocks, [*blocks[1:], Block("")], strict=False)):
        if heads_list(block):
            walk.section, walk.opened, walk.signed = [], False, True
            continue
        walk.signed = walk.signed and (bool(block.marker) or len(block.text.split()) < _SIGNED)
        if not walk.signed:
            _read_block(walk, block, following)
        if index < _TOP and len(block.text) < _TITLE and block.text[-1] not in ".:" and not block.marker:
            titled = len(walk.found)
    return _once(walk.found, titled)


def addressed(blocks: list[Block]) -> list[str]:
    """Whom the head speaks to: "حضرة رئيس مجلس الوزراء المحترم،", "إلى السيد ...", an open letter's title."""
    found: list[str] = []
    for block in blocks[:_TOP]:
        plain = unsigned(block.text)
        letter = re.search(r"رسالة\s+(?:مفتوحة|مشتركة)?\s*(?:موجهة\s+)?إلى\s+(?P<name>[^:،.]{4,80})", plain)
        if letter:
            found += names_in(letter["name"])
        elif len(plain) < _HEADING and not re.search(r"الرأي العام|وسائل الإعلام|\d|[.؟!]$", plain):
            match = re.match(r"(?:إلى\s+)?(?P<name>.{4,100}?)[،,:]?$", plain)
            polite = plain.split(maxsplit=1)[0] in vocabulary("honours") or "المحترم" in plain
            if match and (polite or plain.startswith("إلى ")) and not plain.endswith(":"):
                found += names_in(match["name"])
    return list(dict.fromkeys(found))


def _once(found: list[Demand], titled: int) -> list[Demand]:
    """Without those of the title that the text makes again, and without those said twice."""
    found = in_full(found)
    said = {(one.to, _root(one.verb)) for one in found[titled:]}
    kept = [one for one in found[:titled] if (one.to, _root(one.verb)) not in said] + found[titled:]
    return list({(one.to, one.quote): one for one in kept}.values())


def _root(word: str) -> str:
    return re.sub(r"^(?:ال|[يتنأ])(?=\w{3})", "", unsigned(word))[:4]


def _read_block(walk: _Walk, block: Block, following: Block) -> None:
    text = block.text
    if names := _party_line(walk, block, following) or written_to(block):
        walk.section, walk.opened, walk.last = names, True, names
        return
    told = list(block.sentences)
    if told and _opens(told[-1]):
        for sentence in told[:-1]:
            _read_sentence(walk, sentence, listed=False)
        walk.section, walk.opened = _opened_to(walk, told[-1]), True
        walk.last = walk.section or walk.last
        return
    listed = walk.opened and bool(block.marker)
    if not block.marker:
        walk.opened = walk.opened and len(text) < _HEADING and text.endswith(":")
        walk.section = walk.section if walk.opened or orders(text) else []
    for number, sentence in enumerate(told):
        _read_sentence(walk, sentence, listed=listed and number == 0)


def _party_line(walk: _Walk, block: Block, following: Block) -> list[str]:
    """The parties of a line that only names them over what is asked: "إلى السلطات:", "نطالب البرلمان:"."""
    plain = unsigned(block.text).strip(" []()【】<>«»")
    plain = re.sub(r"\s(?:إلى|ب|بما يلي|على)(?=\s*:$)", "", plain)
    plain = re.sub(
        r"^(?:أولا|ثانيا|ثالثا|رابعا|خامسا|سادسا|سابعا|ثامنا|تاسعا|عاشرا)\s*[:،.–—-]\s*", "", plain
    )
    if len(plain) > _HEADING or not (following.marker or orders(following.text) or plain.endswith(":")):
        return []
    match = re.match(
        r"(?:و?نطالب|و?ندعو|و?نناشد|و?إلى|و?(?:يجب|يتعين|ينبغي)\s+على|مطالب\w*\s+(?:من|إلى)|على|"
        r"من)\s+(?P<name>[^:.]{3,90})\s*:?$",
        plain,
    )
    if match:
        names = names_in(match["name"])
        return names if all(names_party(name) for name in names) else []
    above = block.marker and following.marker and _kind(block.marker) != _kind(following.marker)
    if above or (plain.endswith(":") and walk.opened) or (plain.endswith(":") and following.marker):
        names = names_in(plain.rstrip(": "))
        return names if all(names_party(name) for name in names) else []
    return []


def _kind(marker: str) -> str:
    return re.sub(r"\d+|[أ-ي]", "1", marker)


def orders(text: str) -> bool:
    """Whether a line begins with an order: "أنشئوا ...", "لا تؤجروا ..."."""
    return re.match(r"(?:[اأ]\w{2,}وا?ا|لا\s+ت\w{2,}وا)(?!\w)", unsigned(text)) is not None


def _opens(sentence: str) -> bool:
    plain = unsigned(sentence).strip()
    if re.match(r"(?:مطالبنا|المطالب|التوصيات|توصيات)", plain) and len(plain) < _HEADING:
        return True
    asks = any(asking(word.plain) for word in cut(sentence))
    return (
        bool(asks and (plain.endswith(":") or expression("opens").search(plain)))
        or bool(plain.endswith(":") and expression("opens").search(plain))
        or bool(
            plain.endswith(":")
            and any(word.plain in vocabulary("issuer_heads") for word in cut(sentence)[:6])
        )
    )


def _opened_to(walk: _Walk, sentence: str) -> list[str]:
    """Whom an opening line asks: "تطالب المنظمات السلطات المصرية بما يلي:"."""
    found = cut(sentence)
    for at, word in enumerate(found):
        if not asking(word.plain):
            continue
        third = not first_person(word.plain)
        rest = _after_speaker(found[at + 1 :], walk.context) if third else found[at + 1 :]
        ends = next(
            (
                i
                for i, one in enumerate(rest)
                if re.match(r"(?:ب?ما|بالآتي|إلى|ب|على|التالي\w*|بال\w+)$", one.plain) and i
            ),
            len(rest),
        )
        names = names_in(" ".join(one.plain for one in rest[:ends]))
        if names and all(names_party(name) for name in names):
            return names
    return list(walk.context.letter_to[:4])


def _read_sentence(walk: _Walk, sentence: str, *, listed: bool) -> None:
    if expression("pledges").search(unsigned(sentence)):
        return
    sentence = without_purpose(sentence) if listed else sentence
    words = cut(sentence)
    if inline := re.match(r"(?:و?كلمة\s+|و)?إلى\s+(?P<name>[^:.]{3,80}):\s", unsigned(sentence)):
        names = names_in(inline["name"])
        if all(names_party(name) for name in names):
            walk.section, walk.last, listed = names, names, True
            words = words[sum(1 for _ in re.finditer(r"\S+", inline.group())) :]
    for one in list(_requests(walk, words)) or _as_item(walk, words, listed=listed):
        walk.last = one.names or walk.last
        for act in acts(one.words, one.start):
            quote = sentence[act[0] : act[1]].strip(EDGE)
            quote = " ".join(quote.split()[:QUOTE])
            for name in one.names if len(quote) > _SHORTEST else ():
                walk.found.append(Demand(name, quote, quote.split()[0]))


@dataclass(frozen=True, slots=True)
class _Asked:
    names: list[str]
    words: list[Word]
    start: Start


def _as_item(walk: _Walk, words: list[Word], *, listed: bool) -> list[_Asked]:
    """What a sentence without an asking verb asks: an item with its own party or its list's, an order."""
    names = walk.section or (walk.last if listed or walk.section else [])
    own = act_start(words, duty=False) if listed and words and _named_first(words) else None
    if own and own.at and (party := names_in(_without_sign(" ".join(one.plain for one in words[: own.at])))):
        return [_Asked(party, words, own)]
    start = item_start(words) if listed and (names or acting(words)) else None
    if start and (subject := acting(words[start.at :] if start.clause else words)):
        return [_Asked(names_in(subject), words, start)]
    if start is None and names and words and ordering(words, 0):
        start = Start(0)
    return [_Asked(names, words, start)] if start else []


_SHORTEST = 6  # characters of a quote


def _requests(walk: _Walk, words: list[Word]) -> Iterator[_Asked]:
    """The asking verbs and duties of a sentence, each with its party and the words up to the next one."""
    marks = [at for at in range(len(words)) if _asks_at(words, at) or _duty_at(words, at)]
    for number, at in enumerate(marks):
        stop = marks[number + 1] if number + 1 < len(marks) else len(words)
        while stop > at + 1 and words[stop - 1].plain in {"كما", "و", "وكما", "أيضا", "وختاما", "وأخيرا"}:
            stop -= 1
        for one in _asked(walk, words, at, stop):
            walk.last = one.names or walk.last
            yield one


def _asked(walk: _Walk, words: list[Word], at: int, stop: int) -> Iterator[_Asked]:
    word, rest = words[at].plain, words[at + 1 : stop]
    duty = _duty_at(words, at)
    if duty:
        rest = words[at + duty : stop]
    elif not (first_person(word) or _own_noun(word) or (at == 0 and word in vocabulary("nouns"))):
        rest = _after_speaker(rest, walk.context)
    start = act_start(rest, duty=bool(duty))
    if start is None and re.match(r"[وف]?علي(?:ه|ها|هم|هما)$", word) and rest and deed(rest[0].plain):
        start = Start(0)
    if start is None:
        return
    named = " ".join(one.plain for one in rest[: start.at])
    named = _without_sign(_before_aside(rest[: start.at]))
    if re.match(r"[وف]?علي(?:ه|ها|هم|هما)$", word):
        named = _topic(words[:at])
    yield from [_Asked(names, rest, start)] if (names := _meant(walk, named, word)) else []


def _before_aside(words: list[Word]) -> str:
    """A party's words without what a comma adds about it: "المملكة المتحدة، بصفتها ..."."""
    for at, one in enumerate(words[:-1]):
        if one.closed and not words[at + 1].plain.startswith("و"):
            return " ".join(each.plain for each in words[: at + 1])
    return " ".join(one.plain for one in words)


def _named_first(words: list[Word]) -> bool:
    """Whether an item begins with whom it asks: "السلطات التونسية بوقف ..."."""
    return heads_name(words[0].plain) and not deed(words[0].plain)


def _without_sign(named: str) -> str:
    return re.sub(r"\s*(?:\bب?أن|\bلأن|\bكي|\bلكي|\bإلى|\bعلى)$", "", named)


def _topic(before: list[Word]) -> str:
    """So: "أما X، فعليها أن ...": whom the pronoun means."""
    if before and before[0].plain in {"أما", "وأما"}:
        return " ".join(one.plain for one in before[1:])
    return ""


def _meant(walk: _Walk, named: str, verb: str) -> list[str]:
    """The parties of a name; those of the letter for "you", of the section or the last for nobody."""
    letter = list(walk.context.letter_to[:4])
    if re.search(r"(?:كم|كما)$", verb) or expression("yours").search(f"{named} ") or re.match(r"منكم", named):
        return (
            (letter[:1] if expression("yours").search(f"{named} ") else letter) or walk.section or walk.last
        )
    if not named.strip():
        return walk.section or letter or walk.last
    if len(named.split()) > PARTY:
        return []
    return [next((full for full in letter if full.startswith(f"{name} ")), name) for name in names_in(named)]


def _own_noun(word: str) -> bool:
    """A noun of asking with the issuer's pronoun, as operative paragraphs begin: "مطالبته"."""
    match = re.fullmatch(r"و?(?P<noun>\w{2,}?)(?:ه|ها|هم|هن|نا)", word)
    return match is not None and match["noun"] in vocabulary("own_nouns")


def _asks_at(words: list[Word], at: int) -> bool:
    """Whether the word asks here: no relative clause's verb, no act of another request, not denied."""
    word = words[at].plain
    before = words[at - 1].plain if at else ""
    following = words[at + 1].plain if at + 1 < len(words) else ""
    if (at == 0 and word in vocabulary("nouns")) or (
        word in vocabulary("hoped") and (following == "من" or following.startswith("منك"))
    ):
        return True
    if _own_noun(word):
        return True
    alone = re.match(r"[وف]?أ", word) is not None and at > 1  # "I" within somebody's words
    if not asking(word) or alone or before in vocabulary("denied"):
        return False
    root = stem(word)
    if root == "طلب":
        return following in {"من", "إلى"} or following.startswith("من")
    if root in {"توجه", "شدد"}:
        return following in {"إلى", "على"} and any(
            re.match(r"ب(?:نداء|طلب|رجاء|دعوة)", one.plain) or root == "شدد" for one in words[at:]
        )
    return True


def _duty_at(words: list[Word], at: int) -> int:
    """How many words tell of a duty here: "يجب على", "على" before a party, "فعليها"; 0 for none."""
    word = words[at].plain
    following = words[at + 1].plain if at + 1 < len(words) else ""
    before = words[at - 1].plain if at else ""
    bare = re.sub(r"^[وف](?=\w{3})", "", word)
    if bare in {"يجب", "ينبغي", "يتعين", "يتوجب", "لابد", "يلزم"} and before not in vocabulary("denied"):
        if following == "على":
            return 2
        if following == "أن" and at + 2 < len(words) and re.fullmatch(r"ت\w+وا", words[at + 2].plain):
            return 1
        return (
            1
            if following.startswith("لل") or (following.startswith("ل") and names_party(following[1:]))
            else 0
        )
    if bare == "لا" and following == "بد":
        return 3 if at + 2 < len(words) and words[at + 2].plain in {"على", "من"} else 2
    if bare in {"عليه", "عليها", "عليهم", "عليهما"} and (following in {"أن", "ألا"} or deed(following)):
        return 1
    opens = (
        at == 0
        or words[at - 1].closed
        or before in {"كما", "لذا", "ولذا", "لذلك", "ولذلك", "أنه", "وأن"}
        or before.endswith(":")
    )
    return 1 if opens and word in {"على", "وعلى", "فعلى"} and names_party(following) else 0


def _short_for(issuer: list[str], rest: list[Word]) -> int:
    """How many words before a party are the beginning of the issuer's name: "المنبر حكومة باكستان"."""
    same = 0
    while same < min(len(issuer), len(rest)) and issuer[same] == rest[same].plain:
        same += 1
    after = rest[same].plain if same < len(rest) else ""
    return same if heads_name(after) or after in {"من", "إلى", "ب"} else 0


def _after_speaker(rest: list[Word], context: Context) -> list[Word]:
    """What follows the subject of "تطالب": "المنظمات الموقعة أدناه", the issuer's own name."""
    at = 0
    while at < len(rest) and (rest[at].plain in vocabulary("adverbs")):
        at += 1
    text = " ".join(one.plain for one in rest[at:])
    for issuer in sorted(context.issuers, key=len, reverse=True):
        if text.startswith(unsigned(issuer)):
            return rest[at + len(issuer.split()) :]
        if short := _short_for(unsigned(issuer).split(), rest[at:]):
            return rest[at + short :]
    if at >= len(rest) or rest[at].plain not in vocabulary("issuer_heads"):
        return rest[at:]
    end = at + 1
    while end < len(rest) and rest[end].plain in vocabulary("issuer_words"):
        end += 1
    if end > at + 1 or (end < len(rest) and heads_name(rest[end].plain)):
        return rest[end:]
    # A body by its name: the party begins with the next noun that can be asked.
    further = next(
        (
            i
            for i in range(end, min(len(rest), end + 8))
            if heads_name(rest[i].plain) and rest[i - 1].plain not in vocabulary("prepositions")
        ),
        None,
    )
    act = act_start(rest[at:], duty=False)
    return rest[further:] if further is not None and act is not None and further < at + act.at else rest[at:]
