"""The archive's one tokenisation: the same terms come of a text and of a question, on any database.

Letters lose case, width and accents, and other ways of writing the same (`plain`); Korean, Chinese and
Japanese, which do not part their words reliably, become pairs of neighbouring characters. Endings stay:
what belongs to one root is found by `storage.roots`.
"""

import re
import sys
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from operator import add

LONGEST = 40
"""Characters of a term that count."""
_HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_KANA = "\u3040-\u30fa\u30fc-\u30ff\u31f0-\u31ff"
_HANGUL = "\uac00-\ud7a3"
_RUN = re.compile(
    rf"(?P<hangul>[{_HANGUL}]+)|(?P<han>[{_HAN}{_KANA}]+)|(?P<digits>[0-9]+)"
    rf"|(?P<word>[^\W\d_{_HAN}{_KANA}{_HANGUL}]+)"
)
_PAIRED = re.compile(rf"[{_HAN}{_KANA}{_HANGUL}]")
_WORDS = re.compile(r"[0-9]+|[^\W\d_]+")
_PARTS = re.compile(
    rf"(?P<han>[{_HAN}]+)|(?P<katakana>[\u30a0-\u30ff\u31f0-\u31ff]+)|(?P<hiragana>[\u3040-\u309f]+)"
)
_PART = r"[a-z\u0430-\u045f0-9]"
# From the beginning of a run only, and never back: a run of forty thousand letters is read once.
_COMPOUND = re.compile(rf"(?<!{_PART}){_PART}++(?:[-/.'’&_,‐‑–·]{_PART}++)+")
_CUTS = re.compile(r"[^a-z\u0430-\u045f0-9]+")
_SMALL = "of|the|for|and|on|against|in|to|de|des|du|la|les|el|los|y|et|para|por|pour|contra|contre|&"
_CAPITAL = r"[A-ZÀ-ÖØ-Þ][\w'’-]{0,60}+"  # bounded: what is longer is no name
_NAME = re.compile(rf"{_CAPITAL}(?: (?:(?:{_SMALL}) ){{0,3}}{_CAPITAL})+")
_LONGEST_NAME = 12
_WORD = re.compile(r"\w[\w\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670]*")
_HIGHEST = 30
_STACK = re.compile(rf"[^\w\s]{{{_HIGHEST + 1},}}+")
_ALONE = dict(
    pair.split("=")
    for pair in [
        "ı=i",
        "ł=l",
        "ø=o",
        "đ=d",
        "ð=d",
        "þ=th",
        "æ=ae",
        "œ=oe",
        "ħ=h",
        "ŀ=l",
        "ə=a",
        "ё=е",
        "й=й",
        "ى=ي",
        "ی=ي",
        "ے=ي",
        "ک=ك",
        "ة=ه",
        "ھ=ه",
        "ہ=ه",
        "ء=",
        "ـ=",
        "ー=",
        "’='",
        "‘='",
        "ʼ='",
        "ʻ='",
        "`='",
        "´='",
        "\xad=",
        "\u200b=",
        "\u200c=",
        "\u200d=",
        "\u200e=",
        "\u200f=",
        "\ufeff=",
    ]
)
_SMALL_KANA = str.maketrans(
    "ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ", "あいうえおつやゆよわアイウエオツヤユヨワカケ"
)
_VOICED = "\u3099\u309a"


def terms(text: str) -> list[str]:
    """The terms of a text to be indexed, in order."""
    return terms_of(plain(text))


def terms_of(folded: str) -> list[str]:
    """The terms of a text that is `plain` already, in order."""
    if _PAIRED.search(folded) is None:  # whole words are cut much faster where all of them are
        return [word if len(word) <= LONGEST else word[:LONGEST] for word in _WORDS.findall(folded)]
    found: list[str] = []
    for bridge, _, piece, is_paired in _pieces(folded):
        if bridge:
            found.append(bridge)
        if is_paired:
            found += map(add, piece, piece[1:])
        else:
            found.append(piece[:LONGEST])
    return found


def placed(text: str) -> list[tuple[int, int, str]]:
    """The same terms, each with where it stands in the text: (start, end, term)."""
    folded = plain(text)
    if len(folded) == len(text):
        return list(_placed(folded))
    found = []
    for word in _WORD.finditer(text):  # a letter that is two, or none: its word is one place
        found += [(word.start(), word.end(), term) for term in terms(word.group())]
    return found


def placed_in(folded: str, begin: int, end: int) -> Iterator[tuple[int, int, str]]:
    """The terms between two places of a text that is `plain` already, each with where it stands."""
    return _placed(folded, begin, end)


def _placed(folded: str, first: int = 0, limit: int = sys.maxsize) -> Iterator[tuple[int, int, str]]:
    for bridge, start, piece, is_paired in _pieces(folded, first, limit):
        if bridge:
            yield start - 2, start + 1, bridge
        if is_paired:
            for at in range(len(piece) - 1):
                yield start + at, start + at + 2, piece[at : at + 2]
        else:
            yield start, start + len(piece), piece[:LONGEST]


def _pieces(folded: str, first: int = 0, limit: int = sys.maxsize) -> Iterator[tuple[str, int, str, bool]]:
    """Runs of one script: (the pair that leads to it, where it begins, the run, whether it is paired)."""
    last, last_end = "", -1
    for run in _RUN.finditer(folded, first, limit):
        piece, start = run.group(), run.start()
        kind = run.lastgroup
        bridge = ""
        if kind == "hangul":
            # A space inside a Korean compound means nothing: 강제 북송 is 강제북송.
            if last and start == last_end + 1 and folded[last_end] == " ":
                bridge = last + piece[0]
            last, last_end = piece[-1], run.end()
        yield bridge, start, piece, kind in ("hangul", "han") and len(piece) > 1


def runs(text: str) -> Iterator[tuple[str, str]]:
    """The runs of one script in a question's word: (hangul, han, digits or word; the run).

    What is written in Chinese characters, Katakana and Hiragana at once is parted: between nouns stand
    particles.
    """
    for run in _RUN.finditer(plain(text)):
        if run.lastgroup != "han":
            yield str(run.lastgroup), run.group()[:LONGEST]
            continue
        parts = list(_PARTS.finditer(run.group()))
        nouns = [part.group() for part in parts if part.lastgroup != "hiragana"]
        for noun in nouns or [run.group()]:
            yield "han", noun


def is_unparted(text: str) -> bool:
    """Whether all of a word is written in a script in which a space means little or nothing."""
    return all(kind in ("hangul", "han") for kind, _ in runs(text))


def pairs(run: str) -> list[str]:
    """Neighbouring characters, two by two; a single one is itself."""
    return [run] if len(run) == 1 else [run[i : i + 2] for i in range(len(run) - 1)]


def compounds(text: str) -> Iterator[str]:
    """What hyphens, dots or strokes hold together, without them: non-refoulement, A/C.3/79/L.34."""
    return compounds_of(plain(text))


def compounds_of(folded: str) -> Iterator[str]:
    """Likewise of a text that is `plain` already."""
    for match in _COMPOUND.finditer(folded):
        joined = _CUTS.sub("", match.group())
        if 3 <= len(joined) <= LONGEST:
            yield joined


def initials(text: str) -> Iterator[str]:
    """The initials of the names in a text, with and without their small words: ICC, COI, NKHR."""
    for match in _NAME.finditer(text):
        yield from _initials_of(match.group())


def spans(text: str) -> Iterator[tuple[int, int, str]]:
    """Where the terms stand that come of several words together: (start, end, term)."""
    folded = plain(text)
    for match in _COMPOUND.finditer(folded) if len(folded) == len(text) else ():
        yield match.start(), match.end(), _CUTS.sub("", match.group())
    for match in _NAME.finditer(text):
        for short in _initials_of(match.group()):
            yield match.start(), match.end(), short


def plain(text: str) -> str:
    """Text as it is compared: no case, width, accents; simplified Han, large kana, Western digits."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", unstacked(text)).translate(_plain())


def fold(text: str) -> str:
    """Text without case, width and accents (Unicode NFKC, then NFKD without combining marks)."""
    if text.isascii():
        return text.lower()
    wide = unicodedata.normalize("NFKC", unstacked(text)).casefold()
    bare = "".join(c for c in unicodedata.normalize("NFKD", wide) if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", bare)  # puts Hangul syllables together again


def unstacked(text: str) -> str:
    """Text with at most thirty marks on one letter (UAX #15 13, Stream-Safe Text Format).

    No script needs more, and to put them in order takes the square of their number.
    """
    return text if text.isascii() else _STACK.sub(_lowered, text)


def _lowered(stack: re.Match[str]) -> str:
    kept, height = [], 0
    for char in stack.group():
        height = height + 1 if unicodedata.combining(char) else 0
        if height <= _HIGHEST:
            kept.append(char)
    return "".join(kept)


class _Plain(dict[int, str]):
    """A character, once it was met, with what stands for it."""

    def __missing__(self, code: int) -> str:
        found = self[code] = _plain_character(chr(code), self)
        return found


@cache
def _plain() -> _Plain:
    known = _Plain()
    for line in files("storage").joinpath("han.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            known.update({ord(other): group[0] for group in line.split() for other in group[1:]})
    return known


def _plain_character(char: str, known: dict[int, str]) -> str:
    if "\uac00" <= char <= "\ud7a3":
        return char
    wide = unicodedata.normalize("NFKC", char).casefold()
    found = ""
    for one in wide:
        if one in _ALONE:
            found += _ALONE[one]
        elif one.isdecimal():
            found += str(unicodedata.decimal(one))
        elif "\u3040" <= one <= "\u30ff":
            found += one.translate(_SMALL_KANA)
        elif "\uac00" <= one <= "\ud7a3":
            found += one
        else:
            found += "".join(c for c in unicodedata.normalize("NFKD", one) if not unicodedata.combining(c))
    # A decomposition may need the table itself: 﨑 is 崎; what is in it already stands for itself.
    return "".join(_ALONE.get(c) or known.get(ord(c), c) if c != char else c for c in found)


def _initials_of(name: str) -> Iterator[str]:
    words = name.removeprefix("The ").split()[:_LONGEST_NAME]
    small = [at for at, word in enumerate(words) if not word[0].isupper()]
    for start in (0, *(at + 1 for at in small)):
        for end in (*small, len(words)):
            if end - start >= 3 and words[start][0].isupper():
                yield from _initials(words[start:end])


def _initials(words: list[str]) -> Iterator[str]:
    every = "".join(plain(word)[:1] for word in words)
    great = "".join(plain(word)[:1] for word in words if word[0].isupper())
    return (one for one in {every, great} if 3 <= len(one) <= 7 and one.isalpha())
