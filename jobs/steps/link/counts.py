"""Reads how many persons a text speaks of, in digits or in words."""

import re
from dataclasses import dataclass
from functools import cache

from jobs.steps.lexicon.tokens import Tokens, fold
from jobs.steps.link.signs import counts_pairs, signs_in
from jobs.steps.link.sounds import data

_HAN = {char: n for n, char in enumerate("〇一二三四五六七八九十")}
_HAN |= {"零": 0, "两": 2, "兩": 2, "百": 100, "千": 1000, "万": 10_000, "萬": 10_000}
_FAR = 4
"""Words that may stand between a number and the word for persons: "nine young North Korean refugees"."""
_MOST = 999_999


@dataclass(frozen=True, slots=True)
class _Words:
    """One language's way of counting."""

    numbers: dict[str, int]
    tens: dict[str, int]
    many: dict[str, int]
    persons: frozenset[str]
    stems: tuple[str, ...]
    those: frozenset[str]

    def person(self, word: str) -> bool:
        word = word.removeprefix("ال")
        return word in self.persons or word.startswith(self.stems)

    def starts(self, word: str) -> bool:
        return word.isdecimal() or word in self.numbers or word in self.tens or word in self.many


def persons_counted(tokens: Tokens, dated: set[int], language: str) -> frozenset[int]:
    """The numbers of persons that a cut text tells; `dated` are tokens of dates. One person is no number."""
    spoken = language if counts_pairs(language) else "en"
    found = {2} if signs_in(tokens, f"pair {spoken}") else set()
    if language in {"ko", "zh", "ja"}:
        return frozenset(found | _east_asian(tokens.text, language))
    words = _language(language)
    read = 0
    for at in [at for at, word in enumerate(tokens.words) if words.starts(word)]:
        if at in dated or at < read:
            continue
        value, after = _number(tokens, at, words)
        if value > 1 and (_of_persons(tokens, after, words) or _those(tokens, at, after, words)):
            found.add(value)
        read = max(after, at + 1)
    return frozenset(n for n in found if 1 < n <= _MOST)


def _number(tokens: Tokens, at: int, words: _Words) -> tuple[int, int]:
    """The number that begins at a token, and the token after it."""
    total = part = 0
    here = at
    while here < len(tokens.words) and here - at < 6:
        word = tokens.words[here]
        if here > at and tokens.starts[here] - tokens.ends[here - 1] > 1:
            break
        if word.isdecimal() and len(word) <= 6:
            if here > at and tokens.text[tokens.ends[here - 1] : tokens.starts[here]] not in {
                ",",
                ".",
                " ",
            }:
                break
            if here > at and len(word) != 3:
                break
            part = part * 1000 + int(word) if here > at else int(word)
        elif word in words.tens:
            part += words.tens[word]
        elif word in words.numbers:
            part += words.numbers[word]
        elif word in words.many:
            part = max(1, part) * words.many[word]
            if words.many[word] == 1000:
                total, part = total + part, 0
        else:
            break
        here += 1
    return total + part, here


def _of_persons(tokens: Tokens, after: int, words: _Words) -> bool:
    for at in range(after, min(after + _FAR, len(tokens.words))):
        if tokens.sentences[at] != tokens.sentences[max(0, after - 1)]:
            return False
        word = tokens.words[at]
        if word in _not_persons() or (word.isdecimal() and at > after):
            return False
        if words.person(word):
            return True
    return False


def _those(tokens: Tokens, at: int, after: int, words: _Words) -> bool:
    """A number that stands alone for persons: "among 17 seized", "the nine"."""
    if at == 0 or tokens.words[at - 1] not in words.those or tokens.sentences[at - 1] != tokens.sentences[at]:
        return False
    rest = tokens.words[after : after + 2]
    return not (set(rest) & _not_persons()) and not (rest and rest[0] in words.many)


def _east_asian(text: str, language: str) -> set[int]:
    found: set[int] = set()
    for match in _counter(language).finditer(text):
        digits, spelled = match.groups()
        value = int(digits.replace(",", "")) if digits else _spelled(spelled, language)
        if match.group().rstrip()[-1:] and "万" in match.group() and digits:
            value *= 10_000
        if 1 < value <= _MOST:
            found.add(value)
    return found


@cache
def _counter(language: str) -> re.Pattern[str]:
    counters = data("counts")[language]["counters"]
    if language == "ko":
        spelled = "|".join(sorted(_korean(), key=len, reverse=True))
        return re.compile(rf"(?:(\d[\d,]{{0,6}})|({spelled})) ?(?:여 ?)?(?:{counters})")
    han = "".join(_HAN)
    return re.compile(
        rf"(?:(\d[\d,]{{0,6}})|([{han}]{{1,5}}))(?:多|余|餘|万|萬)?(?:{counters})(?!民|权|權|口|类|類|道|士|体|物|质|質|前|目|権|工)"
    )


@cache
def _korean() -> dict[str, int]:
    """Numbers in Korean words up to 99: 열한, 스물세."""
    row = data("counts")["ko"]
    units: dict[str, int] = {}
    for key in ("native", "other"):
        units |= {word: n for n, word in enumerate(row[key].split(), start=1)}
    tens = {word: 10 * n for n, word in enumerate(row["tens"].split(), start=1)} | {row["twenty"]: 20}
    return units | tens | {ten + unit: a + b for ten, a in tens.items() for unit, b in units.items()}


def _spelled(word: str, language: str) -> int:
    if language == "ko":
        return _korean().get(word, 0)
    total = part = 0
    for char in word:
        value = _HAN[char]
        if value < 10:
            part = part * 10 + value
        elif value == 10_000:
            total, part = (total + part) * value, 0
        else:
            total, part = total + max(1, part) * value, 0
    return total + part


@cache
def _language(language: str) -> _Words:
    rows = data("counts")
    own = rows[language] if "words" in rows.get(language, {}) else rows["en"]
    persons = [fold(word.strip()) for word in own["persons"].split(",")]
    who = "/".join(data("concepts")["who"].values())
    persons += [fold(word.strip()) for word in who.split("/") if word.strip() and " " not in word.strip()]
    hundreds = {fold(form): 100 * n for n, form in enumerate(own.get("hundreds", "").split(), start=1)}
    many = dict.fromkeys(_forms(own["hundred"]), 100) | dict.fromkeys(_forms(own["thousand"]), 1000)
    return _Words(
        numbers=hundreds
        | {form: n for n, line in enumerate(own["words"].split(","), start=1) for form in _forms(line)},
        tens={
            form: 10 * n for n, line in enumerate(own["tens"].split(","), start=2) for form in _forms(line)
        },
        many=many | {fold(own["dozen"]): 12},
        persons=frozenset(word for word in persons if not word.endswith("*")),
        those=frozenset(map(fold, own["those"].split())),
        stems=tuple(word[:-1] for word in persons if word.endswith("*")),
    )


@cache
def _not_persons() -> frozenset[str]:
    """Words after which a number counted no persons, but age or time."""
    return frozenset(map(fold, data("counts")["not_persons"].split()))


def _forms(line: str) -> list[str]:
    return [fold(form.strip()) for form in line.split("/")]
