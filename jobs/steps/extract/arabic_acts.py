"""Finds where the acts of an Arabic request begin and end."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from jobs.steps.extract.arabic_words import LED, Word, deed, heads_name, ordering, vocabulary

PARTY = 24  # words before an act
QUOTE = 60  # words
_OBJECT = 2  # words of an act that has an object


@dataclass(frozen=True, slots=True)
class Start:
    """Where an act begins: the number of its word, and letters that are no part of it."""

    at: int
    off: int = 0
    clause: bool = False
    """It follows أن: its word is a verb."""


def act_start(rest: list[Word], *, duty: bool) -> Start | None:
    """Where what is asked begins behind the party: at a sign of its own, else at the noun of an act."""
    spare = None
    for at, one in enumerate(rest[:PARTY]):
        if signed := _signed(rest, at, one.plain):
            return signed
        named = at and rest[at - 1].plain in vocabulary("construct") | vocabulary("prepositions")
        if not at or named:
            continue
        if not duty and _for(one.plain) and not deed(rest[at - 1].plain):
            return spare or Start(at, 1)
        if spare is None and deed(one.plain, sure=True):
            spare = Start(at)
            # A noun with its article ends a name: what stands bare behind it is no part of that.
            before = rest[at - 1].plain
            bare = before.startswith("ال") and not one.plain.startswith(("ال", "و"))
            if duty or bare or before.endswith("كم"):
                break
    return spare


def _signed(words: list[Word], at: int, word: str, off: int = 0) -> Start | None:
    """An act that shows by its first word that it is one: "أن ...", "ألا ...", "إلى وقف ...", "بوقف ..."."""
    following = words[at + 1].plain if at + 1 < len(words) else ""
    if word in {"أن", "بأن", "لأن", "كي", "لكي"} and following:
        return Start(at + 1, clause=True)
    if word in {"ألا", "بألا"}:
        return Start(at, off + (word == "بألا"), clause=True)
    if word in {"إلى", "على"} and following and _acts(following):
        return Start(at + 1)
    led = word[:1] == "ب" and len(word) > LED and _acts(word[1:])
    return Start(at, off + 1) if led else None


def _acts(word: str) -> bool:
    return deed(word) or word in vocabulary("haste")


def _for(word: str) -> bool:
    """So: "للإفراج", "لوقف"."""
    plain = f"ال{word[2:]}" if word.startswith("لل") else word[1:]
    return word[:1] == "ل" and len(word) > LED and deed(plain, sure=True)


def item_start(words: list[Word]) -> Start | None:
    """Where the act of a list's item begins: "وقف ...", "بالإفراج ...", "إلى إطلاق ...", "أن ..."."""
    if not words:
        return None
    word = re.sub(r"^و(?=ال|ب|أن|إلى)", "", words[0].plain)
    off = len(words[0].plain) - len(word)
    if signed := _signed(words, 0, word, off):
        return signed
    if _acts(word):
        return Start(0, off)
    return Start(0) if ordering(words, 0) else None


def acting(words: list[Word]) -> str:
    """The subject of an item that begins with its verb: "أن تفرج السلطات المصرية عن ..."; "" for none."""
    words = words[1:] if words and words[0].plain in {"أن", "بأن"} else words
    begins = len(words) > 2 and re.match(r"[يت]\w{2,}", words[0].plain) and not deed(words[0].plain)
    if not begins or not heads_name(words[1].plain):
        return ""
    end = 2 if words[1].plain.startswith("ال") else 3
    while end < len(words) and words[end].plain.startswith("ال") and not words[end - 1].closed:
        end += 1
    return " ".join(one.plain for one in words[1:end])


def acts(words: list[Word], first: Start) -> Iterator[tuple[int, int]]:
    """Where each act stands in the text: the first one, and those that "and" joins to it."""
    starts = [first]
    lead = _person(words, first.at) if first.clause else ""
    definite = words[first.at].plain[first.off :].startswith("ال")
    for at in range(first.at + _OBJECT, len(words)):
        joined = _joined(words, at, lead=lead, definite=definite)
        if joined is None or joined.at - starts[-1].at < _OBJECT:
            continue
        starts.append(joined)
        lead = _person(words, joined.at) if joined.clause else lead
    for number, start in enumerate(starts):
        stop = starts[number + 1].at if number + 1 < len(starts) else len(words)
        while stop > start.at + 1 and words[stop - 1].plain in vocabulary("joints"):
            stop -= 1
        yield words[start.at].start + start.off, words[min(stop, start.at + QUOTE) - 1].end


def _person(words: list[Word], at: int) -> str:
    """The letter of the person of a clause's verb."""
    found = [one.plain for one in words[at : at + 2] if one.plain not in {"لا", "ألا", "بألا"}]
    return found[0][0] if found and found[0][0] in "يت" else ""


def _joined(words: list[Word], at: int, *, lead: str, definite: bool) -> Start | None:
    """The act that begins at a word, led in by "and" or behind a comma."""
    word, following = words[at].plain, words[at + 1].plain if at + 1 < len(words) else ""
    led = word[0] == "و" and len(word) > _OBJECT
    if not led and not words[at - 1].closed:
        return None
    plain = word[1:] if led else word
    if (led or plain not in {"إلى", "على"}) and (signed := _signed(words, at, plain, int(led))):
        sure = signed.clause or signed.at > at or deed(plain[1:], sure=True)
        return signed if sure else None
    if lead:
        verb = plain[0] == lead and len(plain) > LED and not deed(plain) and not plain.endswith(("ات", "ة"))
        return Start(at, int(led), clause=True) if verb else None
    if not (deed(plain, sure=not (led and words[at - 1].closed)) or plain == "عدم"):
        return None
    fits = not plain.startswith("ال") or _governs(following) or (definite and following.startswith("ل"))
    return Start(at, int(led)) if fits else None


def _governs(following: str) -> bool:
    """Whether a preposition follows the noun of an act, as its object's: "الكشف عن", "السماح ل"."""
    return following in vocabulary("leads") or following.startswith(("ل", "ب"))
