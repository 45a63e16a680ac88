"""Finds many phrases in a cut text in one pass.

How a phrase is written in the tables:

- plain words match whatever their case and accents; a phrase that begins with a capital wants a
  capital in the text ("Turkey"), one in capitals wants capitals ("US");
- `execut*` matches every word that begins so;
- ` ~ ` between words lets up to four other tokens stand there (eight where the script has one
  token a character), inside one sentence;
- `^인도` wants the beginning of a word (Hangul, kana and Han only; other scripts match whole words);
- a phrase of katakana alone wants a whole run of katakana, and Arabic words match with and without
  the article and the one-letter particles that are glued to them.
"""

import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from jobs.steps.lexicon.tokens import CJK, Tokens, cut

_GAP = "~"
_CJK = re.compile(f"[{CJK}]")
_KATAKANA = re.compile("[\u30a0-\u30ff]+")
_ARABIC = re.compile("[\u0620-\u064a]+")
_PARTICLES = "وفبلكس"
"""Arabic: and, then, by, to, like, will; written as one word with what follows."""
_PIECE = re.compile(rf"[{CJK}]|[^\s{CJK}]+")
_MEMO = 10_000
"""Words remembered with their keys; a hostile text may not fill the memory."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Hit(Generic[T]):
    """One phrase found: what it stands for, and its first and last token."""

    value: T
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class _Leaf(Generic[T]):
    value: T
    capital: bool
    upper: bool
    word_start: bool
    whole_run: bool
    unbroken: bool


class _Node(Generic[T]):
    """Most nodes end a phrase and have nothing below: they hold no empty dictionary, for there are many."""

    __slots__ = ("gap", "leaves", "next")

    def __init__(self) -> None:
        self.next: dict[str, _Node[T]] | None = None
        self.gap: _Node[T] | None = None
        self.leaves: tuple[_Leaf[T], ...] = ()

    def below(self, key: str) -> "_Node[T]":
        """The node that follows under a key, made where there is none."""
        if self.next is None:
            self.next = {}
        return self.next.setdefault(key, _Node())


class _Memo(dict[str, tuple[str, ...]]):
    """The keys of each word, worked out the first time it is met."""

    def __init__(self, keys: Callable[[str], tuple[str, ...]]) -> None:
        super().__init__()
        self._keys = keys

    def __missing__(self, word: str) -> tuple[str, ...]:
        found = self._keys(word)
        if len(self) >= _MEMO:
            self.clear()
        self[word] = found
        return found


class Phrases(Generic[T]):
    """A set of phrases, each with a value. Built once, then only read."""

    def __init__(self, phrases: Iterable[tuple[str, T]]) -> None:
        self._root: _Node[T] = _Node()
        self._exact: set[str] = set()
        self._stems: set[str] = set()
        self._memo = _Memo(self._keys)
        self._leaves: dict[_Leaf[T], _Leaf[T]] = {}
        for phrase, value in phrases:
            self._add(phrase, value)
        self._stem_lengths = sorted({len(stem) for stem in self._stems})

    def _add(self, phrase: str, value: T) -> None:
        marked = phrase.startswith("^")
        phrase = phrase.lstrip("^")
        node = self._root
        for piece in _PIECE.findall(phrase):
            if piece == _GAP:
                node.gap = node.gap or _Node()
                node = node.gap
                continue
            stem = piece.endswith("*")
            words = cut(piece).words
            for place, word in enumerate(words, start=1):
                begins = stem and place == len(words)
                (self._stems if begins else self._exact).add(word)
                node = node.below(sys.intern(f"{word}*" if begins else word))
        letters = phrase.replace("*", "").strip()
        leaf = _Leaf(
            value,
            capital=letters[:1].isupper(),
            upper=len(letters) > 1 and letters.isupper(),
            word_start=marked,
            whole_run=bool(_KATAKANA.fullmatch(letters)),
            unbroken=len(letters) == 2 and bool(_CJK.match(letters)),
        )
        node.leaves = (*node.leaves, self._leaves.setdefault(leaf, leaf))

    def _keys(self, word: str) -> tuple[str, ...]:
        """Under which keys a word of the text may stand in the tree."""
        keys: list[str] = []
        for form in _forms(word):
            if form in self._exact:
                keys.append(form)
            keys += [form[:n] + "*" for n in self._stem_lengths if n <= len(form) and form[:n] in self._stems]
        return tuple(dict.fromkeys(keys))

    def find(self, tokens: Tokens) -> list[Hit[T]]:
        """Every phrase at every place, overlapping ones included, in order of their first token."""
        keys = list(map(self._memo.__getitem__, tokens.words))
        hits: list[Hit[T]] = []
        root = self._root.next or {}
        for first, own in enumerate(keys):
            for key in own:
                node = root.get(key)
                if node is not None:
                    self._walk(node, tokens, keys, first, first, hits)
        return hits

    def longest(self, tokens: Tokens) -> list[Hit[T]]:
        """From left to right the longest phrase at each place, none overlapping another."""
        chosen: list[Hit[T]] = []
        taken = -1
        best: Hit[T] | None = None
        for hit in self.find(tokens):
            if best is not None and hit.first != best.first:
                chosen.append(best)
                taken, best = best.last, None
            if hit.first > taken and (best is None or hit.last > best.last):
                best = hit
        return [*chosen, best] if best is not None else chosen

    def _walk(  # the state of one step along the tree, kept on the stack
        self,
        node: _Node[T],
        tokens: Tokens,
        keys: list[tuple[str, ...]],
        first: int,
        last: int,
        hits: list[Hit[T]],
    ) -> None:
        hits.extend(
            Hit(leaf.value, first, last) for leaf in node.leaves if _stands(leaf, tokens, first, last)
        )
        here = last + 1
        if here >= len(keys):
            return
        if tokens.sentences[here] != tokens.sentences[first]:
            # Phrases do not run over the end of a sentence; a gap even less.
            return
        for key in keys[here] if node.next else ():
            after = node.next.get(key) if node.next else None
            if after is not None:
                self._walk(after, tokens, keys, first, here, hits)
        if node.gap is not None:
            wide = 8 if _CJK.match(tokens.words[last]) else 4
            for there in range(here, min(here + wide + 1, len(keys))):
                if tokens.sentences[there] != tokens.sentences[first]:
                    break
                for key in keys[there]:
                    after = node.gap.next.get(key) if node.gap.next else None
                    if after is not None:
                        self._walk(after, tokens, keys, first, there, hits)


def _forms(word: str) -> list[str]:
    """A word as it stands and, in Arabic, without the particles and the article glued to it."""
    forms = [word]
    if not _ARABIC.fullmatch(word):
        return forms
    bare = word[1:] if len(word) > 3 and word[0] in "وف" else word
    if bare is not word:
        forms.append(bare)
    if len(bare) > 3 and bare[0] in _PARTICLES:
        forms.append(bare[1:])
    for form in tuple(forms):
        if len(form) > 4 and form.startswith("ال"):
            forms.append(form[2:])
        elif len(form) > 4 and form.startswith("لل"):
            forms.extend((form[2:], form[1:]))
    return forms


def _stands(leaf: _Leaf[T], tokens: Tokens, first: int, last: int) -> bool:
    """Whether the capitals and the edges of the found words are as the phrase wants them."""
    start, end, text = tokens.starts[first], tokens.ends[last], tokens.text
    if leaf.upper:
        return text[start:end].isupper()
    if leaf.capital and text[start].islower():
        return False
    if leaf.unbroken and end - start > 2:
        # Two syllables that meet over a space ("회원 산행") are no word ("원산").
        return False
    if leaf.word_start and start and _CJK.match(text[start - 1]):
        return False
    return not (
        leaf.whole_run
        and (
            (start and _KATAKANA.match(text[start - 1]))
            or (end < len(text) and _KATAKANA.match(text[end]) and text[end] != "・")
        )
    )
