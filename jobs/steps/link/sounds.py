"""Brings words of all scripts to keys by which one name is known again however it is transcribed.

A key keeps the consonants, in seven classes: what transcriptions disagree in (vowels, voicing, r and l,
the hissing sounds, h) is left out. "Mohammed", "Muhammad", "Мухаммад" and "محمد" are all MT; "Tashkent",
"Tachkent", "Ташкент", "طشقند" and "タシケント" are TSKNT.
"""

import re
import tomllib
import unicodedata
from functools import cache, lru_cache
from importlib import resources
from itertools import product
from typing import Any

_HANGUL = re.compile("[가-힣]+")
_KANA = re.compile("[\u30a1-\u30fa\u30fc]+")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]+")
_ONSETS = ("k", "k", "n", "t", "t", "r", "m", "p", "p", "s", "s", "", "j", "j", "ch", "k", "t", "p", "h")
_VOWELS = (
    "a", "ae", "ya", "yae", "eo", "e", "yeo", "ye", "o", "wa", "wae", "oe", "yo", "u", "wo", "we", "wi", "yu",
    "eu", "ui", "i",
)  # fmt: skip
_CODAS = (
    "", "k", "k", "k", "n", "n", "n", "t", "l", "k", "m", "l", "l", "l", "p", "l", "m", "p", "p", "t", "t",
    "ng", "t", "t", "k", "t", "p", "t",
)  # fmt: skip
_MOST = 8
"""Spellings that are tried of one word."""
_LONGEST = 24
"""Letters of a word that are read; a name is no longer."""


@cache
def data(name: str) -> dict[str, Any]:
    """The table `name`.toml beside this file."""
    return tomllib.loads(resources.files(__package__).joinpath(f"{name}.toml").read_text("utf-8"))


def jamo(syllable: str) -> tuple[int, int, int]:
    """The numbers of onset, vowel and coda of a Hangul syllable (Unicode, chapter 3.12)."""
    code = ord(syllable) - 0xAC00
    return code // 588, code % 588 // 28, code % 28


def hangul_in_latin(text: str) -> str:
    """Hangul in the Revised Romanisation, letter by letter, without the changes of sound."""
    parts = []
    for char in text:
        onset, vowel, coda = jamo(char)
        parts.append(_ONSETS[onset] + _VOWELS[vowel] + _CODAS[coda])
    return "".join(parts)


@lru_cache(maxsize=8_192)
def _kana_letter(char: str) -> str:
    """The Latin letters of a katakana, which are in its Unicode name."""
    if char == "ー":
        return ""
    name = unicodedata.name(char, "")
    letters = name.rpartition(" ")[2].lower()
    return f"-{letters}" if " SMALL " in name and letters != "tu" else letters


def kana_in_latin(text: str) -> str:
    """Katakana in Latin letters: "ファ" is fa, "シュ" is syu; the small tu doubles, and is left out."""
    found = ""
    for char in text:
        letters = _kana_letter(char)
        if letters.startswith("-"):
            found = found.rstrip("aiueo") + letters[1:]
        elif char != "ッ":
            found += {"si": "shi", "ti": "chi", "tu": "tsu"}.get(letters, letters)
    return found


@cache
def _mandarin() -> dict[str, str]:
    return {char: sound for sound, chars in data("han")["mandarin"].items() for char in chars}


def mandarin(char: str) -> str:
    """The pinyin of a Han character, without its tone; "" where it is not in the table."""
    return _mandarin().get(char, "")


_PINYIN = (("zh", "j"), ("x", "sh"), ("q", "ch"), ("c", "ts"), ("tsh", "ch"))


def pinyin_as_heard(syllable: str) -> str:
    """Pinyin in the letters that other languages write for its sounds: "quan" is chuan, "xi" is shi."""
    for letter, heard in _PINYIN:
        syllable = syllable.replace(letter, heard)
    return "l" if syllable == "er" else syllable


@cache
def _letters() -> tuple[re.Pattern[str], dict[str, tuple[str, ...]]]:
    """What the letters of Cyrillic and Arabic are in Latin ones; two that stand for one sound come first."""
    found: dict[str, tuple[str, ...]] = {}
    for script in ("cyrillic", "arabic"):
        for row in data("sounds")[script]["letters"].replace("\n", " ").split(","):
            letter, _, latin = row.strip().partition(" ")
            latin = latin.strip()
            found[letter] = tuple(latin[1:-1].split("/")) if latin.startswith("(") else (latin,)
    pairs = "|".join(letter for letter in found if len(letter) > 1)
    return re.compile(f"{pairs}|."), found


def spellings(word: str) -> tuple[str, ...]:
    """A folded word in Latin letters, in each of the ways that are in use."""
    word = word[:_LONGEST]
    if _HANGUL.fullmatch(word):
        return (hangul_in_latin(word),)
    if _KANA.fullmatch(word):
        return (kana_in_latin(word),)
    if _HAN.fullmatch(word):
        plain = "'".join(pinyin_as_heard(mandarin(char)) for char in word)
        return tuple(dict.fromkeys((plain, re.sub(r"\bw", "v", plain))))
    if word.isascii():
        # Kawinda or Kavinda; the soft t and the short u of Belarusian: Stsiapan, Shyshou (Stepan, Shishov).
        # The ç and the x of Turkic languages: Colak (Çolak, Cholak), Farrux (Farrukh).
        ways = (
            *(word, word.replace("w", "v"), word.replace("ts", "t"), re.sub(r"(?<=[aeo])u$", "v", word)),
            *((re.sub("^c(?=[aou])", "ch", word),) if word[0] == "c" else ()),
            *((word.replace("x", "kh"),) if "x" in word else ()),
            *((word.replace("tzh", "t'zh"),) if "tzh" in word else ()),
        )
        return tuple(dict.fromkeys(ways))
    pattern, letters = _letters()
    choices = [letters.get(part, (part,)) for part in pattern.findall(word)]
    return tuple(dict.fromkeys("'".join(ways) for ways in _few(choices)))


def _few(choices: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Every choice, unless there are too many: then those of the first letters."""
    ways = 1
    kept = []
    for choice in choices:
        few = choice if ways * len(choice) <= _MOST else choice[:1]
        ways *= len(few)
        kept.append(few)
    return list(product(*kept))


@cache
def _classes() -> tuple[re.Pattern[str], dict[str, str]]:
    rows = data("sounds")["classes"]
    of = {letters: name for name, line in rows.items() for letters in line.split()}
    pattern = "|".join(sorted(map(re.escape, of), key=len, reverse=True))
    return re.compile(pattern), {letters: "" if name == "silent" else name for letters, name in of.items()}


@lru_cache(maxsize=32_768)
def key_of(latin: str) -> str:
    """The classes of the consonants of a word in Latin letters, doubled ones once."""
    pattern, of = _classes()
    found = ""
    for match in pattern.finditer(latin):
        sound = of[match.group()]
        if sound == "x":
            sound = "S" if match.start() == 0 else "KS"
        elif sound == "c":
            after = latin[match.end() : match.end() + 1]
            sound = "S" if after and after in "ei" else "K"
        for one in sound:
            if not found.endswith(one):
                found += one
    return found


@lru_cache(maxsize=32_768)
def sounds(word: str) -> frozenset[str]:
    """The keys of a folded word of any script; empty for what has no consonant."""
    return frozenset(key for spelled in spellings(word) if (key := key_of(spelled)))
