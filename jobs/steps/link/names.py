"""Finds the names in a text, of whatever script, with the keys by which their other spellings are found."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cache
from sys import intern

from jobs.steps.lexicon.tokens import Tokens, fold
from jobs.steps.link import east
from jobs.steps.link.capitalised import abd, capitalised
from jobs.steps.link.common_words import common_words
from jobs.steps.link.loose_names import han_keys, loose_names
from jobs.steps.link.name import Name, Names, name_of, sounds_of
from jobs.steps.link.name_words import ARABIC, bare_arabic, folded_list, listed, place_of

_KATAKANA_NAME = re.compile("[ァ-ヺー]{2,20}(?:[・＝=·][ァ-ヺー]{1,20}){0,5}")
_HAN_FOREIGN = re.compile("[\u4e00-\u9fff]{1,8}(?:[·•・‧][\u4e00-\u9fff]{1,8}){1,3}")
_UNCAPPED = re.compile("[\u0620-\u06ff\u30a0-\u30ff\u4e00-\u9fff가-힣]")
"""Letters of scripts without capitals, in which names are looked for by other ways."""
_MOST = 400
"""Names that are kept of one text."""
_MOST_LOOSE = 1_500


def names_in(tokens: Tokens, taken: set[int], cued: set[int], title_end: int, language: str) -> Names:
    """The names of a cut text.

    `taken` are tokens that are known to mean something else (countries, dates); `cued` those that are
    words of the field, of which no name is made in scripts that do not mark it by a capital.
    """
    told = [*capitalised(tokens, taken, title_end, common_words(language))]
    uncapped = _UNCAPPED.search(tokens.beyond_latin) is not None
    if uncapped:
        told += [*_korean(tokens, title_end), *_dotted(tokens, title_end)]
    loose: dict[str, list[int]] = {}
    for key, place in loose_names(tokens, taken | cued) if uncapped else ():
        if len(loose) < _MOST_LOOSE or key in loose:
            loose.setdefault(intern(key), []).append(place)
    told += _introduced(tokens, taken, title_end) if uncapped else ()
    in_title = bisect_left(tokens.starts, title_end)
    return Names(tuple(told[:_MOST]), {key: tuple(places) for key, places in loose.items()}, in_title)


def _korean(tokens: Tokens, title_end: int) -> Iterator[Name]:
    """A name in Hangul that a title of respect or an age follows."""
    for match in _korean_titled().finditer(tokens.text):
        name = match.group(1)
        if name[0] in east.hangul_surnames():
            whole = frozenset({east.korean_by_hangul(name)})
            title = match.start() < title_end
            yield Name((name,), (sounds_of(name),), whole, True, title, place_of(tokens, match.start()))
    for match in _korean_surname().finditer(tokens.text):
        name = match.group(1)
        if name in east.hangul_surnames():
            whole = frozenset({east.korean_by_hangul(name)})
            title = match.start() < title_end
            yield Name((name,), (frozenset(),), whole, True, title, place_of(tokens, match.start()))


@cache
def _korean_titled() -> re.Pattern[str]:
    titles = "|".join(sorted(listed("after", "ko"), key=len, reverse=True))
    return re.compile(rf"(?<![가-힣])([가-힣]{{2,4}}?) ?(?:(?:{titles})(?![가-힣]{{3}})|\(\d{{1,2}})")


@cache
def _korean_surname() -> re.Pattern[str]:
    titles = "|".join(sorted(listed("after", "ko"), key=len, reverse=True))
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
                yield name_of(words, sure=sure, title=title, first=place_of(tokens, match.start()))


def _introduced(tokens: Tokens, taken: set[int], title_end: int) -> Iterator[Name]:
    """What a word for a person introduces, in Arabic and Chinese, or follows, in Japanese and Chinese."""
    words = tokens.words
    before, common = folded_list("before", "ar"), common_words()
    for i, word in enumerate(words):
        if word in before or (word[:1] in _GLUED and _unglued(word) in before):
            run: list[str] = []
            first = i + 1 + (i + 1 in taken)  # "the Saudi activist" puts his country between
            for after in range(first, min(first + 3, len(words))):
                if not ARABIC.fullmatch(words[after]) or tokens.sentences[after] != tokens.sentences[i]:
                    break
                if any(map(common, (words[after], bare_arabic(words[after])))):
                    break
                run.append(bare_arabic(words[after]))
            if run:
                yield name_of(abd(run), sure=True, title=tokens.starts[i] < title_end, first=first)
    for match in _han_introduced().finditer(tokens.text):
        name = match.group(1) or match.group(2)
        if east.begins_han_name(name[0]):
            title = match.start() < title_end
            heard, keys = sounds_of(name), han_keys(name)
            yield Name((fold(name),), (heard,), keys, True, title, place_of(tokens, match.start()))


_GLUED = "وفبل"


def _unglued(word: str) -> str:
    """A word of Arabic without the particle before its article: للناشط, والناشط."""
    return f"ال{word[2:]}" if word.startswith("لل") else word[1:]


@cache
def _han_introduced() -> re.Pattern[str]:
    before = "|".join(sorted(listed("before", "zh"), key=len, reverse=True))
    after = "|".join(sorted((*listed("after", "zh"), *listed("after", "ja")), key=len, reverse=True))
    han = "[\u4e00-\u9fff]"
    # Most names have three characters; where the sentence goes on it is taken for one of these.
    return re.compile(f"(?:{before})({han}{{3}}|{han}{{2}}(?!{han}))|(?<!{han})({han}{{2,4}}?)(?:{after})")
