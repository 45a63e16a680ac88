"""Tells the language of a text by its letters, then by its commonest words."""

from collections import Counter
from functools import cache

from jobs.steps.lexicon.tables import table
from jobs.steps.lexicon.tokens import words_of

_SAMPLE = 6_000
"""Characters that are looked at: the language does not change with more of them."""

_SCRIPTS = (
    ("ko", 0xAC00, 0xD7AF), ("ja", 0x3040, 0x30FF), ("han", 0x3400, 0x9FFF), ("cyrillic", 0x0400, 0x052F),
    ("arabic", 0x0600, 0x06FF), ("arabic", 0x0750, 0x077F), ("latin", 0x0041, 0x024F),
    ("latin", 0x1E00, 0x1EFF),
    ("th", 0x0E00, 0x0E7F), ("my", 0x1000, 0x109F), ("km", 0x1780, 0x17FF), ("bo", 0x0F00, 0x0FFF),
    ("el", 0x0370, 0x03FF), ("he", 0x0590, 0x05FF), ("hi", 0x0900, 0x097F), ("bn", 0x0980, 0x09FF),
    ("ta", 0x0B80, 0x0BFF), ("am", 0x1200, 0x137F), ("ka", 0x10A0, 0x10FF), ("hy", 0x0530, 0x058F),
    ("lo", 0x0E80, 0x0EFF),
)  # fmt: skip
"""Unicode blocks, with the language where one block is (nearly) one language."""

_CLEARLY = 2.0
"""Words more that another language needs: a name may look like one of its words."""
_HEADLINE = 40
"""Characters up to which Japanese may have no kana."""
_SEVERAL = {"latin": "en", "cyrillic": "ru", "arabic": "ar", "han": "zh"}
"""Scripts of several languages, with the one to assume when no word decides."""


class _ScriptOf(dict[str, str]):
    """The script of each character, looked up once."""

    def __missing__(self, char: str) -> str:
        point = ord(char)
        self[char] = next((name for name, low, high in _SCRIPTS if low <= point <= high), "")
        if not char.isalpha():
            self[char] = ""
        return self[char]


_script_of = _ScriptOf()


@cache
def _languages() -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """From a folded word, and from a letter, to the languages it speaks for; the languages of a script."""
    by_word: dict[str, tuple[str, ...]] = {}
    by_letter: dict[str, tuple[str, ...]] = {}
    by_script: dict[str, tuple[str, ...]] = {}
    for code, row in table("languages").items():
        by_script[row["script"]] = (*by_script.get(row["script"], ()), code)
        for word in dict.fromkeys(words_of(row["words"])):
            by_word[word] = (*by_word.get(word, ()), code)
        for letter in row.get("letters", ""):
            by_letter[letter] = (*by_letter.get(letter, ()), code)
    return by_word, by_letter, by_script


def detect_language(text: str, declared: str = "") -> str:
    """The ISO 639-1 code of the larger part of the words; "" for a text without letters.

    `declared` (as a feed says it: "ko", "zh-TW") is believed where the text does not speak
    against it: another script, or another language with clearly more of its common words.
    """
    declared = declared.strip().lower().replace("_", "-").split("-")[0]
    sample = text[:_SAMPLE]
    if sample.isascii():  # one letter tells as much as all
        counts = {"latin": 1} if any(map(str.isalpha, sample)) else {}
    else:
        counts = _scripts_of(sample)
    if not counts:
        return declared
    script = _main_script(counts)
    if script not in _SEVERAL:
        return script
    scores = _scores(sample, script)
    best = max(scores, key=lambda code: (scores[code], code == _SEVERAL[script]), default=_SEVERAL[script])
    most = scores.get(best, 0.0)
    if not most:
        best = _SEVERAL[script]
    if declared == "ja" and script == "han" and counts["han"] <= _HEADLINE:
        return declared  # a headline may do without kana
    if declared in scores:
        believed = scores[declared] >= 0.7 * most or most - scores[declared] < _CLEARLY
        return declared if believed else best
    # A language we have no words for (Swahili, Tagalog) is only contradicted by many of ours.
    unknown = declared and script == "latin" and declared not in _script_owners()
    return declared if unknown and most < 4 else best


def _scripts_of(sample: str) -> dict[str, int]:
    """How many letters of each script a text has."""
    counts: dict[str, int] = {}
    for char, number in Counter(sample).items():
        script = _script_of[char]
        if script:
            counts[script] = counts.get(script, 0) + number
    return counts


def _scores(sample: str, script: str) -> dict[str, float]:
    """How much the common words and the letters of a text speak for each language of a script."""
    by_word, by_letter, by_script = _languages()
    scores: dict[str, float] = dict.fromkeys(by_script.get(script, ()), 0.0)
    words = Counter(filter(by_word.__contains__, words_of(sample)))
    # No letter of ASCII tells a language.
    letters = Counter("" if sample.isascii() else filter(by_letter.__contains__, sample.lower()))
    pieces = [(by_word[word], float(n)) for word, n in words.items()]
    pieces += [(by_letter[char], n / 2) for char, n in letters.items()]
    for codes, worth in pieces:
        for code in codes:
            if code in scores:
                scores[code] += worth / len(codes)
    return scores


@cache
def _script_owners() -> frozenset[str]:
    """Languages that are not written in Latin letters, so that Latin text contradicts them."""
    rows = table("languages")
    return frozenset(
        {name for name, *_ in _SCRIPTS} | {c for c, row in rows.items() if row["script"] != "latin"}
    )


def _main_script(counts: dict[str, int]) -> str:
    """The script that carries the text: a syllable of Hangul or Han weighs as much as two letters."""
    weights = {name: n * (2 if name in {"ko", "ja", "han"} else 1) for name, n in counts.items()}
    if weights.get("ja", 0) and weights.get("ja", 0) * 8 >= weights.get("han", 0):
        # Japanese mixes kana and Han; Chinese has next to no kana.
        weights["ja"] += weights.pop("han", 0)
    elif weights.get("ko", 0) and weights["ko"] * 2 >= weights.get("han", 0):
        weights["ko"] += weights.pop("han", 0)
    return max(weights, key=lambda name: weights[name])
