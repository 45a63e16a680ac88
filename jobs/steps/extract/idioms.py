"""Finds requests that stand in a turn of speech: "it is time that X did", "we look to X to", "let X do"."""

import re
from collections.abc import Callable

from jobs.steps.extract import parties
from jobs.steps.extract.ask import Ask, Frame
from jobs.steps.extract.verbs import EDGE, base_verb, commands

_ADVERBS = r"(?:\w+ly\s+|also\s+|now\s+|again\s+|therefore\s+|once\s+more\s+)*"
_TO = re.compile(
    rf"\b(?:[Ww]e|I)\s+{_ADVERBS}(?:look\s+to|(?:count|rely|depend)\s+(?:up)?on)\s+|"
    r"\b[Ii]t\s+(?:is|['’]s)\s+(?:now\s+)?(?:up\s+to|incumbent\s+(?:up)?on|the\s+(?:duty|responsibility|task)\s+of)\s+|"
    r"\b[Ii]t\s+(?:now\s+)?falls\s+(?:to|on|upon)\s+|"
    r"\b(?:[Ss]tress|[Uu]nderlin|[Ee]mphasi[sz]|[Uu]nderscor|[Rr]eiterat|[Hh]ighlight)(?:e?s)?\s+(?:again\s+)?the\s+(?:\w+\s+)?(?:need|necessity)\s+for\s+|"
    r"\b[Tt]he\s+(?:onus|burden|responsibility)\s+(?:now\s+)?(?:is|lies|rests|falls)\s+(?:now\s+)?(?:on|with)\s+"
)
"""What stands before a party that is "to do" something."""
_BARE = re.compile(
    rf"\b(?:[Ww]e|I)\s+{_ADVERBS}(?:would\s+like\s+(?:to\s+see\s+)?|(?:want|wish|expect|need)\s+to\s+see\s+)|^Let\s+|"
    rf"(?:\b[Cc]onsiders?\s+it\s+|\b[Ii]t\s+is\s+{_ADVERBS})(?:\w+ly\s+)?"
    r"(?:essential|imperative|crucial|vital|indispensable|necessary)\s+that\s+"
)
"""What stands before a party and what it is to do, with "to" or without."""
_NEVER = re.compile(r"\b(?:[Uu]nder|[Ii]n)\s+no\s+(?:circumstances|case|event)\s+(?:must|should|may)\s+")
_TIME = re.compile(
    r"\b[Ii]t(?:\s+is|['’]s)\s+(?:now\s+|long\s+)?(?:(?:high|past|about)\s+)?time\s+(?:that\s+)?(?!to\s|for\s)"
)
_OURS = re.compile(
    r"\b[Oo]ur\s+(?:\w+\s+)?(?:demand|message|request|appeal|plea|call|word)s?\s+(?:to|of|on|for)\s+(?P<party>[^,;:.!?]{2,90}?)\s+"
    r"(?:is|are|remains?)\s+(?:\w+\s+)?(?:clear|simple|this|these|plain|short|unchanged)\s*[:;–—-]\s*"
)
_VOCATIVE = re.compile(
    r"(?P<party>(?:(?:Mr|Madam|Ms|Mrs)\.?\s+)?(?:President|Prime Minister|Minister|Chancellor|"
    r"Secretary-General|High Commissioner|Governor|Ambassador|"
    r"Commissioner)(?:\s+[A-Z][\w’'-]+)?),\s+(?=[a-z])"
)
_ANY = re.compile(
    r"\bto\b|\btime\b|\bwould like|\b[Oo]ur\b|^Let\b|\bno (?:circumstances|case|event)\b|[ely] that\b|"
    r"^[A-Z][\w .-]{4,40},"
)
_DID = re.compile(
    r"(?:\w{2,}ed|did|took|gave|put|let|made|brought|sent|freed|told|held|kept|met|began|came|stood|spoke|led|saw|set|"
    r"cut|paid|withdrew|built|found|heard|left|said|wrote|broke|chose|ceased|were)$"
)
_UNFINISHED = re.compile(r"(?:\b(?:of|the|and|in|to|for|by|all|on|a|an|its|their|or)|,)$", re.IGNORECASE)
_NO_ACT = frozenset({"decide", "determine", "judge", "say", "choose", "be", "know", "see"})
_OBJECT = frozenset({"it", "him", "her", "them", "us", "me", "that", "this"})
_FAR = 16  # words of a party


def idioms(sentence: str) -> list[Ask]:
    """The request that a sentence makes in one of these turns; most have none."""
    if _ANY.search(sentence) is None:
        return []
    for lead, doing in ((_TO, _is_to), (_BARE, _does), (_TIME, _did)):
        match = lead.search(sentence)
        found = _parted(sentence[match.end() :], doing) if match else None
        if match and found:
            return [_ask(found[0], found[1], match.start())]
    if match := _NEVER.search(sentence):
        found = _parted(sentence[match.end() :], _does)
        return [_ask(found[0], sentence[match.start() :], match.start(), Frame.CLAUSE)] if found else []
    match = _OURS.search(sentence) or _VOCATIVE.match(sentence)
    if match and parties.actor(match["party"]) and commands(sentence[match.end() :]):
        return [_ask(match["party"], sentence[match.end() :], match.start())]
    return []


def _ask(party: str, what: str, start: int, frame: Frame = Frame.DOING) -> Ask:
    return Ask("we ", "base", party, frame, what, start, verb="ask")


def _parted(text: str, doing: Callable[[list[str], int], int]) -> tuple[str, str] | None:
    """A party and what it is to do, where a text begins with both; `doing` tells where the verb stands."""
    found = list(re.finditer(r"\S+", text[:600]))
    told = [one.group().strip(EDGE).lower() for one in found]
    for index in range(1, min(len(told), _FAR)):
        before = text[: found[index].start()].rstrip()
        if before[-1] in ".;:!?" or told[index] == "be":
            return None  # what is to be done to somebody is not asked of him
        verb = doing(told, index)
        if verb < 0 or not found[verb].group()[0].islower() or told[verb] in _NO_ACT:
            continue
        party = before.rstrip(" ,")
        if (
            _UNFINISHED.search(party)
            or (told[0] in _OBJECT and told[0] == party.lower())
            or not parties.actor(party)
            or parties.reader(party)
        ):
            continue
        return party, text[found[verb].start() :]
    return None


def _is_to(told: list[str], index: int) -> int:
    """Where the verb stands after "to" at `index`; -1 where no infinitive begins there."""
    if told[index] != "to" or index + 1 >= len(told):
        return -1
    return index + 1 if base_verb(told[index + 1]) or told[index + 1].endswith("ly") else -1


def _does(told: list[str], index: int) -> int:
    """Where a verb in its base form stands, with "to" before it or without; -1 where none does."""
    if told[index] == "to":
        return _is_to(told, index)
    return index if base_verb(told[index]) or told[index] == "not" else -1


def _did(told: list[str], index: int) -> int:
    """Where the verb stands of "it is time that X lifted", or "lift"; -1 where none does."""
    return index if _DID.match(told[index]) or base_verb(told[index]) else -1
