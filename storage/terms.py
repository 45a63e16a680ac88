"""The archive's one tokenisation: the same words go into the index and into a question, on any database.

Letters lose case and accents, plurals their ending; Korean, Chinese and Japanese, which do not
part their words reliably, become pairs of neighbouring characters.
"""

import re
import unicodedata
from functools import lru_cache

_RUN = re.compile(
    r"(?P<han>[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3040-\u30ff\u31f0-\u31ff]+)"
    r"|(?P<hangul>[\uac00-\ud7a3]+)"
    r"|(?P<digits>[0-9]+)"
    r"|(?P<word>[^\W\d_]+)"
)


def terms(text: str) -> list[str]:
    """The terms of a text to be indexed, in order."""
    found: list[str] = []
    last_hangul = ""
    last_end = -1
    folded = fold(text)
    for run in _RUN.finditer(folded):
        piece = run.group()
        if run.lastgroup == "hangul":
            # A space inside a Korean compound means nothing: 강제 북송 is 강제북송.
            if last_hangul and folded[last_end : run.start()] == " ":
                found.append(last_hangul[-1] + piece[0])
            found += _pairs(piece)
            last_hangul, last_end = piece, run.end()
        elif run.lastgroup == "han":
            found += list(piece) if len(piece) == 1 else _pairs(piece)
        else:
            found.append(stem(piece))
    return found


def question_terms(text: str) -> list[str]:
    """The terms of a question's word: pairs inside it, but none across its spaces."""
    found: list[str] = []
    for run in _RUN.finditer(fold(text)):
        piece = run.group()
        if run.lastgroup in ("hangul", "han"):
            found += _pairs(piece)
        else:
            found.append(stem(piece))
    return found


def fold(text: str) -> str:
    """Text without case, width and accents (Unicode NFKC, then NFKD without combining marks)."""
    if text.isascii():
        return text.lower()
    wide = unicodedata.normalize("NFKC", text).casefold()
    plain = "".join(c for c in unicodedata.normalize("NFKD", wide) if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", plain)  # puts Hangul syllables together again


@lru_cache(maxsize=20_000)  # a language has few words
def stem(word: str) -> str:
    """An English plural without its ending, everything else as it is, 64 characters at most."""
    word = word[:64]
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _pairs(run: str) -> list[str]:
    return [run] if len(run) == 1 else [run[i : i + 2] for i in range(len(run) - 1)]
