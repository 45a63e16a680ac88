"""Finds names by their capitals: Latin and Cyrillic."""

from collections.abc import Callable, Iterator
from functools import cache

from jobs.steps.lexicon.tokens import Tokens, fold, words_of
from jobs.steps.link import east
from jobs.steps.link.name import Name, name_of
from jobs.steps.link.sounds import data

_APOSTROPHES = frozenset({"'", "’", "ʻ", "ʼ", "‘"})
_INSIDE_NAMES = _APOSTROPHES | {"-", "‐", "–"}


def capitalised(
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
        hyphen = near and tokens.text[end : tokens.starts[i]] in _INSIDE_NAMES
        named = (
            bool(word)
            and i not in taken
            and (word not in lower or hyphen)
            and (_looks_named(tokens, i) or (hyphen and len(word) > 1 and word.isalpha()))
            and (
                hyphen
                or not common(word)
                or _eastern(tokens, i, words if near else [])
                or _goes_on_small(tokens, i)
            )
        )
        if near and named:
            if (
                tokens.text[end : tokens.starts[i]] in _APOSTROPHES
                and tokens.text[tokens.starts[i]].islower()
            ):
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


def _goes_on_small(tokens: Tokens, at: int) -> bool:
    """Whether a word is the beginning of a name with a mark inside: Ne'matzoda, but not "Qu'elle"."""
    after = at + 1
    if after >= len(tokens.words) or not 1 < len(tokens.words[at]) < len(tokens.words[after]):
        return False
    return (
        tokens.text[tokens.ends[at] : tokens.starts[after]] in _APOSTROPHES
        and tokens.text[tokens.starts[after]].islower()
        and tokens.words[at] not in _ELIDED
    )


_ELIDED = frozenset({"qu", "jusqu", "lorsqu", "puisqu", "quelqu"})


def _run(
    tokens: Tokens, run: list[int], words: list[str], title_end: int, body: set[str] | None
) -> Iterator[Name]:
    first = run[0]
    if words[0] in _titles():
        words, first = words[1:], run[min(1, len(run) - 1)]
    words = abd(words)[:6]
    if not any(len(word) > 2 for word in words):
        return
    title = tokens.starts[first] < title_end
    heads = run[0] == 0 or tokens.sentences[run[0]] != tokens.sentences[run[0] - 1]
    sure = not (heads and len(words) == 1 and first == run[0])
    if title and body is not None:
        sure = sure and any(word in body for word in words)
    public = _is_public(tokens, run, title=title) or _is_body(tokens, run) or " ".join(words) in _rulers()
    placed = _is_placed(tokens, run)
    yield name_of(words, sure=sure, title=title, first=first, placed=placed, public=public)


def _is_public(tokens: Tokens, run: list[int], *, title: bool) -> bool:
    """Whether a word for an office or for speaking stands before the name, or one for speaking after it.

    Whom a title names is whom it is about, whatever office he bears, unless he speaks.
    """
    before, after = _public("before"), _public("after")
    sentence = tokens.sentences[run[0]]
    near = range(max(0, run[0] - 1), run[0] + (len(run) > 2))
    if not title and any(tokens.words[i] in before and tokens.sentences[i] == sentence for i in near):
        return True
    last = run[-1] + 1
    return last < len(tokens.words) and tokens.sentences[last] == sentence and tokens.words[last] in after


def _is_body(tokens: Tokens, run: list[int]) -> bool:
    """Whether it stands beside a capitalised word for an organisation: the Meridian Alliance."""
    sentence = tokens.sentences[run[0]]
    return any(
        0 <= i < len(tokens.words)
        and tokens.words[i] in _public("bodies")
        and tokens.sentences[i] == sentence
        and tokens.text[tokens.starts[i]].isupper()
        for i in (run[0] - 1, run[-1] + 1)
    )


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


@cache
def _rulers() -> frozenset[str]:
    line = data("names")["public"]["rulers"].replace("\n", " ")
    return frozenset(" ".join(words_of(name)) for name in line.split(","))


def abd(words: list[str]) -> list[str]:
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


@cache
def _titles() -> frozenset[str]:
    return frozenset(fold(word.strip()) for word in data("names")["titles"].replace("\n", " ").split(","))


@cache
def _inside() -> frozenset[str]:
    return frozenset(fold(word.strip()) for word in data("names")["inside"].split(","))
