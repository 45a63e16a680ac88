"""Finds the names in a text, of whatever script, with the keys by which their other spellings are found."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache, partial
from sys import intern

from jobs.steps.classify.cues import LANGUAGES
from jobs.steps.lexicon.tables import table
from jobs.steps.lexicon.tokens import Tokens, fold, words_of
from jobs.steps.link import east
from jobs.steps.link.sounds import data, key_of, sounds, spellings

_HANGUL_RUN = re.compile("[가-힣]{2,12}")
_KATAKANA_NAME = re.compile("[ァ-ヺー]{2,20}(?:[・＝=·][ァ-ヺー]{1,20}){0,5}")
_HAN_FOREIGN = re.compile("[\u4e00-\u9fff]{1,8}(?:[·•・‧][\u4e00-\u9fff]{1,8}){1,3}")
_HAN_RUN = re.compile("[\u4e00-\u9fff]{2,60}")
_ARABIC = re.compile("[\u0620-\u06ff]{3,}")
_UNCAPPED = re.compile("[\u0620-\u06ff\u30a0-\u30ff\u4e00-\u9fff가-힣]")
"""Letters of scripts without capitals, in which names are looked for by other ways."""
_MOST = 400
"""Names that are kept of one text."""
_MOST_LOOSE = 1_500
_TRANSCRIBED = 5
"""Consonants from which on the sound of some Han characters may be that of a foreign name."""
_HAN_READ = 160
"""Han characters of a text at which a transcribed name may begin: title and lead."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it stands in a text; `sure` is False where it may be another word that begins a sentence."""

    words: tuple[str, ...]
    """Folded."""
    keys: tuple[frozenset[str], ...]
    """How each word sounds."""
    whole: frozenset[str]
    """Keys of the name as a whole, where it reads as a Korean or Chinese one, or runs together."""
    sure: bool
    title: bool
    first: int
    """The place of its first word among the words of the text."""
    placed: bool = False
    """Whether it stands as the name of a place."""
    public: bool = False
    """Whether it is said to bear an office, or to speak of others: such a name stands in many cases."""
    script: str = field(init=False)
    """The script of its first letter: names of one script are compared by their letters."""
    person: bool = field(init=False)
    """Whether it is likely that of a person: more words than one, or read as a Korean or Chinese one."""

    def __post_init__(self) -> None:
        """These follow from the rest."""
        several = len(self.words) > 1 or any(key[:2] in {"k:", "h:"} and len(key) > 6 for key in self.whole)
        object.__setattr__(self, "script", script_of(self.words[0]))
        object.__setattr__(self, "person", self.sure and not self.public and several)

    def all_keys(self) -> Iterator[str]:
        """Every key under which it may be met: its words, how they sound, and the whole."""
        yield from (f"w:{word}" for word in self.words)
        for key in {key for heard in self.keys for key in heard if len(key) > 1}:
            yield f"s:{key}"
            if len(key) >= _TRANSCRIBED:
                yield f"t:{key}"
        yield from self.whole
        yield from (f"t:{key[2:]}" for key in self.whole if key[:2] == "s:" and len(key) >= _TRANSCRIBED + 2)


@dataclass(frozen=True, slots=True)
class Names:
    """All that may be a name in one text."""

    told: tuple[Name, ...]
    loose: dict[str, tuple[int, ...]]
    """Words of scripts without capitals, any of which may be part of a name: where each key stands."""
    title_words: int = 0
    """How many words of the text are its title's."""
    persons: bool = field(init=False)
    """Whether one of the names is likely that of a person."""
    titled: bool = field(init=False)
    """Whether one of those stands in the title."""

    def __post_init__(self) -> None:
        """These follow from the rest."""
        object.__setattr__(self, "persons", any(name.person for name in self.told))
        object.__setattr__(self, "titled", any(name.person and name.title for name in self.told))


@lru_cache(maxsize=16_384)
def script_of(word: str) -> str:
    """A word's script, by its first letter."""
    first = word[:1]
    if "а" <= first <= "ӿ":
        return "cyrillic"
    if "\u0600" <= first <= "\u06ff":
        return "arabic"
    if "가" <= first <= "힣":
        return "hangul"
    if "\u3041" <= first <= "\u30ff":
        return "kana"
    return "han" if "\u3400" <= first <= "\u9fff" else "latin"


def names_in(tokens: Tokens, taken: set[int], cued: set[int], title_end: int, language: str) -> Names:
    """The names of a cut text.

    `taken` are tokens that are known to mean something else (countries, dates); `cued` those that are
    words of the field, of which no name is made in scripts that do not mark it by a capital.
    """
    told = [*_capitalised(tokens, taken, title_end, _common_words(language))]
    uncapped = _UNCAPPED.search(tokens.beyond_latin) is not None
    if uncapped:
        told += [*_korean(tokens, title_end), *_dotted(tokens, title_end)]
    loose: dict[str, list[int]] = {}
    for key, place in _loose(tokens, taken | cued) if uncapped else ():
        if len(loose) < _MOST_LOOSE or key in loose:
            loose.setdefault(intern(key), []).append(place)
    told += _introduced(tokens, title_end) if uncapped else ()
    in_title = bisect_left(tokens.starts, title_end)
    return Names(tuple(told[:_MOST]), {key: tuple(places) for key, places in loose.items()}, in_title)


def _name(  # what a name is known by, and how it stands
    words: list[str], *, sure: bool, title: bool, first: int, placed: bool = False, public: bool = False
) -> Name:
    whole: set[str] = set()
    keys = [_sounds(word) for word in words]
    if 2 <= len(words) <= 3:
        whole |= east.korean_by_latin(words)
        whole |= east.chinese_by_latin(words)
        whole |= {f"s:{key_of(heard)}" for heard in east.heard_in_latin(words)}
    elif words[0] in east.korean_surnames():
        whole |= {east.korean_by_hangul(name) for name in east.korean_surnames()[words[0]]}
    if len(words) > 1:
        joined = key_of("'".join(next(iter(spelled)) for spelled in map(_latin, words)))
        if len(joined) >= 4:
            whole.add(f"s:{joined}")
    told = tuple(map(intern, words))
    return Name(told, tuple(keys), frozenset(whole), sure, title, first, placed, public)


def _latin(word: str) -> tuple[str, ...]:
    return spellings(stem(word))


@lru_cache(maxsize=16_384)
def _sounds(word: str) -> frozenset[str]:
    return sounds(word) | sounds(stem(word))


@cache
def _case_endings() -> tuple[str, ...]:
    return tuple(data("names")["endings"].split())


@lru_cache(maxsize=16_384)
def stem(word: str) -> str:
    """A Russian word without the ending of its case; others as they are."""
    if not "а" <= word[:1] <= "ӿ":
        return word
    for ending in _case_endings():
        if len(word) > len(ending) + 2 and word.endswith(ending):
            return word[: -len(ending)]
    return word


def _capitalised(
    tokens: Tokens, taken: set[int], title_end: int, common: Callable[[str], bool]
) -> Iterator[Name]:
    """Runs of capitalised words that are no common words."""
    inside = _inside()
    text = tokens.text
    lower = {word for word, at in zip(tokens.words, tokens.starts, strict=True) if text[at].islower()}
    shouted = _in_title_case(tokens, title_end)
    body = None
    if shouted:
        capitals = (at for at in range(len(tokens.words)) if text[tokens.starts[at]].isupper())
        body = {tokens.words[at] for at in capitals if tokens.starts[at] >= title_end}
    run: list[int] = []
    words: list[str] = []
    end = -9
    for i, word in enumerate([*tokens.words, ""]):
        if not run and word and not text[tokens.starts[i]].isupper():
            continue  # most words begin no name
        near = (
            bool(run)
            and i < len(tokens.words)
            and tokens.starts[i] - end <= 1
            and tokens.sentences[i] == tokens.sentences[run[-1]]
        )
        hyphen = near and tokens.text[end : tokens.starts[i]] in {"-", "‐", "–", "'", "’"}
        named = (
            bool(word)
            and i not in taken
            and (word not in lower or hyphen)
            and (_looks_named(tokens, i) or (hyphen and len(word) > 1 and word.isalpha()))
            and (hyphen or not common(word) or _eastern(tokens, i, words if near else []))
        )
        if near and named:
            if tokens.text[end : tokens.starts[i]] in {"'", "’"} and tokens.text[tokens.starts[i]].islower():
                words[-1] += word
            else:
                run.append(i)
                words.append(word)
            end = tokens.ends[i]
            continue
        if near and word in inside:
            end = tokens.ends[i]
            continue
        if run:
            yield from _run(tokens, run, words, title_end, body)
        run, words = ([i], [word]) if named else ([], [])
        end = tokens.ends[i] if named else -9


def _eastern(tokens: Tokens, at: int, before: list[str]) -> bool:
    """Whether a common word is a syllable of a Korean or Chinese name: Pak Un Mi, Park Yong-su."""
    word = tokens.words[at]
    if before:
        return len(word) <= 4 and before[0] in east.surnames()
    after = at + 1
    if word not in east.surnames() or after >= len(tokens.words):
        return False
    return tokens.starts[after] - tokens.ends[at] == 1 and tokens.text[tokens.starts[after]].isupper()


def _run(
    tokens: Tokens, run: list[int], words: list[str], title_end: int, body: set[str] | None
) -> Iterator[Name]:
    first = run[0]
    if words[0] in _titles():
        words, first = words[1:], run[min(1, len(run) - 1)]
    words = _abd(words)[:6]
    if not any(len(word) > 2 for word in words):
        return
    title = tokens.starts[first] < title_end
    heads = run[0] == 0 or tokens.sentences[run[0]] != tokens.sentences[run[0] - 1]
    sure = not (heads and len(words) == 1 and first == run[0])
    if title and body is not None:
        sure = sure and any(word in body for word in words)
    placed, public = _is_placed(tokens, run), _is_public(tokens, run)
    yield _name(words, sure=sure, title=title, first=first, placed=placed, public=public)


def _is_public(tokens: Tokens, run: list[int]) -> bool:
    """Whether a word for an office or for speaking stands before the name, or one for speaking after it."""
    before, after = _public("before"), _public("after")
    sentence = tokens.sentences[run[0]]
    near = range(max(0, run[0] - 1), run[0] + (len(run) > 2))
    if any(tokens.words[i] in before and tokens.sentences[i] == sentence for i in near):
        return True
    last = run[-1] + 1
    return last < len(tokens.words) and tokens.sentences[last] == sentence and tokens.words[last] in after


def _is_placed(tokens: Tokens, run: list[int]) -> bool:
    """Whether a word before or after a name tells that it is a place."""
    before, last, sentence = run[0] - 1, run[-1] + 1, tokens.sentences[run[0]]
    if before >= 0 and tokens.sentences[before] == sentence and tokens.words[before] in _placed("after"):
        return True
    return (
        last < len(tokens.words)
        and tokens.sentences[last] == sentence
        and tokens.words[last] in _placed("before")
    )


@cache
def _placed(side: str) -> frozenset[str]:
    return frozenset(fold(word.strip()) for word in data("names")["placed"][side].split(","))


@cache
def _public(side: str) -> frozenset[str]:
    line = data("names")["public"][side].replace("\n", " ")
    return frozenset(fold(word.strip()) for word in line.split(","))


def _abd(words: list[str]) -> list[str]:
    """Abd al-Rahman, Abdul Rahman and Abdulrahman are one name."""
    for at, word in enumerate(words[:-1]):
        if word in {"abd", "abdul", "abdel", "abdal", "абд", "абдул", "абдель"}:
            return [*words[:at], word + words[at + 1], *words[at + 2 :]]
    return words


def _in_title_case(tokens: Tokens, title_end: int) -> bool:
    """Whether the title writes all its longer words with a capital."""
    long = [
        tokens.text[start].isupper()
        for start, word in zip(tokens.starts, tokens.words, strict=True)
        if start < title_end and len(word) > 4 and word.isalpha()
    ]
    return len(long) >= 4 and all(long)


def _looks_named(tokens: Tokens, at: int) -> bool:
    """A capital and then small letters; "POWs" and "NGO" are no names, a long word in capitals may be."""
    word = tokens.text[tokens.starts[at] : tokens.ends[at]]
    return len(word) > 1 and word[0].isupper() and not (word[1].isupper() and len(word) <= 4)


def _korean(tokens: Tokens, title_end: int) -> Iterator[Name]:
    """A name in Hangul that a title of respect or an age follows."""
    for match in _korean_titled().finditer(tokens.text):
        name = match.group(1)
        if name[0] in east.hangul_surnames():
            whole = frozenset({east.korean_by_hangul(name)})
            title = match.start() < title_end
            yield Name((name,), (_sounds(name),), whole, True, title, _at(tokens, match.start()))
    for match in _korean_surname().finditer(tokens.text):
        name = match.group(1)
        if name in east.hangul_surnames():
            whole = frozenset({east.korean_by_hangul(name)})
            title = match.start() < title_end
            yield Name((name,), (frozenset(),), whole, True, title, _at(tokens, match.start()))


@cache
def _korean_titled() -> re.Pattern[str]:
    titles = "|".join(sorted(_words("after", "ko"), key=len, reverse=True))
    return re.compile(rf"(?<![가-힣])([가-힣]{{2,4}}?) ?(?:(?:{titles})(?![가-힣]{{3}})|\(\d{{1,2}})")


@cache
def _korean_surname() -> re.Pattern[str]:
    titles = "|".join(sorted(_words("after", "ko"), key=len, reverse=True))
    return re.compile(rf"(?<![가-힣])([가-힣]) ?(?:모 ?)?(?:(?:{titles})(?![가-힣]{{2}})|모\(|\(\d{{1,2}})")


def _dotted(tokens: Tokens, title_end: int) -> Iterator[Name]:
    """Foreign names in katakana, or in Han characters with a dot between their words."""
    for pattern in (_KATAKANA_NAME, _HAN_FOREIGN):
        for match in pattern.finditer(tokens.text):
            words = [
                word for word in re.split("[・＝=·•‧]", match.group()) if word not in {"アル", "エル", "阿尔"}
            ]
            if pattern is _KATAKANA_NAME and len(words) == 1 and len(words[0]) < 3:
                continue
            if words:
                title = match.start() < title_end
                sure = len(words) > 1
                yield _name(words, sure=sure, title=title, first=_at(tokens, match.start()))


def _introduced(tokens: Tokens, title_end: int) -> Iterator[Name]:
    """What a word for a person introduces, in Arabic and Chinese, or follows, in Japanese and Chinese."""
    words = tokens.words
    before, common = _folded("before", "ar"), _common_words()
    for i, word in enumerate(words):
        if word in before:
            run: list[str] = []
            for after in range(i + 1, min(i + 4, len(words))):
                if not _ARABIC.fullmatch(words[after]) or tokens.sentences[after] != tokens.sentences[i]:
                    break
                if any(map(common, (words[after], _bare_arabic(words[after])))):
                    break
                run.append(_bare_arabic(words[after]))
            if run:
                yield _name(_abd(run), sure=True, title=tokens.starts[i] < title_end, first=i + 1)
    for match in _han_introduced().finditer(tokens.text):
        name = match.group(1) or match.group(2)
        if name[0] in east.chinese_surnames() or name[0] in east.korean_surnames():
            title = match.start() < title_end
            yield Name((name,), (_sounds(name),), _han_keys(name), True, title, _at(tokens, match.start()))


@cache
def _han_introduced() -> re.Pattern[str]:
    before = "|".join(sorted(_words("before", "zh"), key=len, reverse=True))
    after = "|".join(sorted((*_words("after", "zh"), *_words("after", "ja")), key=len, reverse=True))
    han = "[\u4e00-\u9fff]"
    return re.compile(f"(?:{before})({han}{{2,3}})(?!{han})|(?<!{han})({han}{{2,4}}?)(?:{after})")


def _han_keys(name: str) -> frozenset[str]:
    found = {f"h:{fold(name)}", *east.korean_by_han(name), east.chinese_by_han(name)}
    if len(name) > 2:
        found |= {f"s:{key}" for key in sounds(name) if len(key) >= 4}
    return frozenset(found - {""})


def _loose(tokens: Tokens, taken: set[int]) -> Iterator[tuple[str, int]]:
    """The keys of every word of a script without capitals that may be a name, with its place."""
    common = _common_words()
    for i, word in enumerate(tokens.words):
        if i not in taken and _ARABIC.fullmatch(word) and not common(word):
            bare = _bare_arabic(word)
            forms = {word, bare, bare[1:] if bare[0] in "ولبف" and len(bare) > 3 else bare}
            if word in _JOINED and i + 1 < len(tokens.words):
                forms.add(word + tokens.words[i + 1])
            for form in forms:
                for key in _sounds(form):
                    yield f"s:{key}", i
            yield f"w:{bare}", i
    yield from _loose_hangul(tokens, taken)
    yield from _loose_han(tokens, taken)


_JOINED = frozenset({"عبد", "وعبد", "لعبد"})
"""What is one word with the next in other scripts: Abdelrahim."""


def _loose_hangul(tokens: Tokens, taken: set[int]) -> Iterator[tuple[str, int]]:
    for match in _HANGUL_RUN.finditer(tokens.text):
        at = _at(tokens, match.start())
        if at in taken:
            continue
        word = without_particle(match.group())
        if len(word) < 2 or len(word) > 8:
            continue
        yield f"w:{word}", at
        for key in _sounds(word):
            if len(key) > 1:
                yield f"s:{key}", at
        if word[0] in east.hangul_surnames() and len(word) <= 4:
            yield east.korean_by_hangul(word[:3]), at


def without_particle(word: str) -> str:
    """A word of Hangul without the particle at its end."""
    for particle in particles():
        if word.endswith(particle) and len(word) - len(particle) >= 2:
            return word[: -len(particle)]
    return word


def _loose_han(tokens: Tokens, taken: set[int]) -> Iterator[tuple[str, int]]:
    """Two or three characters that begin with a family name; and what longer ones sound like."""
    read = 0
    for match in _HAN_RUN.finditer(tokens.text):
        run = match.group()
        start = _at(tokens, match.start())
        for i, char in enumerate(run):
            place = start + i
            if read < _HAN_READ:
                yield from ((key, place) for key in _transcribed(run[i : i + 6]))
                read += 1
            if char not in east.chinese_surnames() and char not in east.korean_surnames():
                continue
            for length in (3, 2):
                name = run[i : i + length]
                if len(name) == length and not taken & set(range(place, place + length)):
                    for key in _han_keys(name):
                        yield key, place


@lru_cache(maxsize=8_192)
def _transcribed(run: str) -> frozenset[str]:
    """What three to six characters sound like: nothing marks a foreign name in them."""
    found = set()
    for length in range(3, len(run) + 1):
        found |= {f"t:{key}" for key in sounds(run[:length]) if len(key) >= _TRANSCRIBED}
    return frozenset(found)


def _at(tokens: Tokens, start: int) -> int:
    """The token that begins at or after a character."""
    return bisect_left(tokens.starts, start)


def _bare_arabic(word: str) -> str:
    """A word of Arabic without the article."""
    for article in ("وال", "بال", "ال", "لل"):
        if word.startswith(article) and len(word) > len(article) + 2:
            return word[len(article) :]
    return word


@cache
def _words(group: str, language: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in data("names")[group][language].split(","))


@cache
def _folded(group: str, language: str) -> frozenset[str]:
    return frozenset(map(fold, _words(group, language)))


@cache
def particles() -> tuple[str, ...]:
    """The particles of Korean, the longest first."""
    return tuple(sorted(_words("particles", "ko"), key=len, reverse=True))


@cache
def _titles() -> frozenset[str]:
    return frozenset(fold(word.strip()) for word in data("names")["titles"].replace("\n", " ").split(","))


@cache
def _inside() -> frozenset[str]:
    return frozenset(fold(word.strip()) for word in data("names")["inside"].split(","))


class _Common:
    """The words of one language's tables: common words, which no name is made of."""

    def __init__(self, language: str) -> None:
        cues = " ".join(table(f"cues_{language}").values()) if language in LANGUAGES else ""
        told = [cues, *data("common").get(language, {}).values()]
        told += [row["words"] for row in (table("languages").get(language),) if row]
        if language == _ANY:
            told.append(table("numbers")["no_names"])
        self._words = {word for line in told for word in words_of(line)}
        stems: dict[str, list[str]] = {}
        for stem in set(re.findall(r"([^\s,*]{3,40})\*", fold(cues))):
            stems.setdefault(stem[:3], []).append(stem)
        self._stems = {begun: tuple(found) for begun, found in stems.items()}
        """Of words that may have any ending, by their first three letters."""

    def holds(self, word: str) -> bool:
        """Whether a folded word is common."""
        return word in self._words or word.startswith(self._stems.get(word[:3], ()))


_ANY = "any"


@cache
def _common(language: str) -> _Common:
    return _Common(language)


def _common_words(language: str = "ar") -> Callable[[str], bool]:
    """Whether a folded word is common in a language (ISO 639-1), or in English."""
    return partial(_is_common, language)


@lru_cache(maxsize=16_384)
def _is_common(language: str, word: str) -> bool:
    return any(_common(code).holds(word) for code in (_ANY, "en", language))
