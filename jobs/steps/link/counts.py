"""Reads how many persons a text speaks of, in digits or in words."""

import re
from dataclasses import dataclass
from functools import cache

from jobs.steps.lexicon.tables import table
from jobs.steps.lexicon.tokens import Tokens, fold
from jobs.steps.link.signs import counts_pairs, signs_in
from jobs.steps.link.sounds import data

_HAN = {char: n for n, char in enumerate("〇一二三四五六七八九十")}
_HAN |= {"零": 0, "两": 2, "兩": 2, "百": 100, "千": 1000, "万": 10_000, "萬": 10_000}
_FAR = 4
"""Words that may stand between a number and the word for persons: "nine young North Korean refugees"."""
_MOST = 999_999
_PARTLY = frozenset({"whom", "dont", "которых"})
"""After these a number counts some of those who were counted before."""
_ABOARD = frozenset({"aboard", "adrift", "stranded", "trapped"})
_ABOARD_TOO = frozenset({("on", "board"), ("in", "a"), ("à", "bord"), ("a", "bordo"), ("на", "борту")})
"""What tells of persons without a word for them: "62 in a rubber boat"."""


@dataclass(frozen=True, slots=True)
class Words:
    """One language's way of counting."""

    numbers: dict[str, int]
    tens: dict[str, int]
    many: dict[str, int]
    persons: frozenset[str]
    stems: tuple[str, ...]
    those: frozenset[str]

    def person(self, word: str) -> bool:
        """Whether a folded word means persons."""
        word = word.removeprefix("ال")
        return word in self.persons or word.startswith(self.stems)

    def starts(self, word: str) -> bool:
        """Whether a folded word may begin a number."""
        return word.isdecimal() or word in self.numbers or word in self.tens or word in self.many


def persons_counted(tokens: Tokens, dated: set[int], language: str, *, title: bool = False) -> frozenset[int]:
    """The numbers of persons that a cut text tells; `dated` are tokens of dates. One person is no number.

    A title may leave out whom it counts: "Nine moved to gallows prison".
    """
    spoken = language if counts_pairs(language) else "en"
    found = {2} if signs_in(tokens, f"pair {spoken}") else set()
    if language in {"ko", "zh", "ja"}:
        return frozenset(found | _east_asian(tokens.text, language))
    words = number_words(language)
    read = 0
    for at in [at for at, word in enumerate(tokens.words) if words.starts(word)]:
        if at in dated or at < read:
            continue
        value, after = number_at(tokens, at, words)
        if (
            value > 1
            and not _is_code(tokens, at, after, value)
            and (
                _of_persons(tokens, after, words)
                or _those(tokens, at, after, words)
                or (title and _in_title(tokens, after))
            )
        ):
            found.add(value)
        read = max(after, at + 1)
    return frozenset(n for n in found if 1 < n <= _MOST)


def number_at(tokens: Tokens, at: int, words: Words) -> tuple[int, int]:
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


def _in_title(tokens: Tokens, after: int) -> bool:
    """Whether the word after a number in a title goes on about persons, or tells their nation."""
    word = next(iter(tokens.words[after : after + 1]), "")
    return bool(word) and (word in _goes_on() or word.startswith(_nations()))


def _is_code(tokens: Tokens, at: int, after: int, value: int) -> bool:
    """Whether it is part of a number of a document, or a year that no word for persons follows at once."""
    start, end = tokens.starts[at], tokens.ends[after - 1]
    if tokens.text[end : end + 1] == "/" or (start and tokens.text[start - 1] in "/#$€£"):
        return True
    return value in _YEARS and after - at == 1 and tokens.words[at].isdecimal() and len(tokens.words[at]) == 4


_YEARS = range(1_900, 2_101)


def _of_persons(tokens: Tokens, after: int, words: Words) -> bool:
    ahead = tokens.words[after : after + 2]
    if ahead and ahead[-1] in _PARTLY:
        return False
    if ahead and (ahead[0] in _ABOARD or tuple(ahead) in _ABOARD_TOO):
        return True
    for at in range(after, min(after + _FAR, len(tokens.words))):
        if tokens.sentences[at] != tokens.sentences[max(0, after - 1)]:
            return False
        word = tokens.words[at]
        if word in _not_persons() or (word.isdecimal() and at > after):
            return False
        if words.person(word) or (word.endswith("s") and word.startswith(_nations())):
            return True
    return False


def _those(tokens: Tokens, at: int, after: int, words: Words) -> bool:
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


def korean_number(word: str) -> int:
    """What a number in Korean words is; 0 for another word."""
    return _korean().get(word, 0)


def spelled_han(word: str) -> int:
    """What a number in Han characters is."""
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


def _spelled(word: str, language: str) -> int:
    return korean_number(word) if language == "ko" else spelled_han(word)


@cache
def number_words(language: str) -> Words:
    """How a language (ISO 639-1) counts; English where it has no words of its own here."""
    rows = data("counts")
    own = rows[language] if "words" in rows.get(language, {}) else rows["en"]
    persons = [fold(word.strip()) for word in own["persons"].split(",")]
    who = "/".join(data("concepts")["who"].values())
    persons += [fold(word.strip()) for word in who.split("/") if word.strip() and " " not in word.strip()]
    hundreds = {fold(form): 100 * n for n, form in enumerate(own.get("hundreds", "").split(), start=1)}
    many = dict.fromkeys(_forms(own["hundred"]), 100) | dict.fromkeys(_forms(own["thousand"]), 1000)
    return Words(
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
def _nations() -> tuple[str, ...]:
    """How words for the people of countries begin: "Afghan"."""
    told = ",".join(table("countries")["words"].values()).replace("\n", " ").split(",")
    stems = (fold(word.strip()[:-1]) for word in told if word.strip().endswith("*"))
    return tuple({stem for stem in stems if len(stem) > _SHORT and stem.isalpha()})


_SHORT = 3


@cache
def _goes_on() -> frozenset[str]:
    """Words that go on after a number which stands for persons."""
    return frozenset(fold(word.strip()) for word in data("counts")["goes_on"].split(","))


@cache
def _not_persons() -> frozenset[str]:
    """Words after which a number counted no persons, but age or time."""
    return frozenset(map(fold, data("counts")["not_persons"].split()))


def _forms(line: str) -> list[str]:
    return [fold(form.strip()) for form in line.split("/")]
