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
from itertools import chain
from typing import Generic, NamedTuple, TypeVar

from jobs.steps.lexicon.tokens import CJK, Tokens, fold, words_of

_GAP = "~"
_CJK = re.compile(f"[{CJK}]")
_KATAKANA = re.compile("[\u30a0-\u30ff]+")
_ARABIC = re.compile("[\u0620-\u064a]+")
_PARTICLES = "وفبلكس"
"""Arabic: and, then, by, to, like, will; written as one word with what follows."""
_PIECE = re.compile(rf"[{CJK}]|[^\s{CJK}]+")
_STEM = re.compile(rf"[^\s{CJK}]+(?=\*(?:[\s{CJK}]|$))")
_PLAIN = re.compile(rf"\^?(?:([{CJK}])|([^\W_{CJK}]+)(?: |$))")
_MEMO = 10_000
"""Words remembered with their keys; a hostile text may not fill the memory."""

_BEGINNING = 2
"""Letters by which stems are looked up."""

T = TypeVar("T")


class Hit(NamedTuple, Generic[T]):
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

    @property
    def anywhere(self) -> bool:
        """Whether it asks nothing of capitals and edges."""
        return not (self.capital or self.upper or self.word_start or self.whole_run or self.unbroken)


class _Node(Generic[T]):
    """Most nodes end a phrase and have nothing below: they hold no empty dictionary, for there are many."""

    __slots__ = ("gap", "leaves", "next", "plain")

    def __init__(self) -> None:
        self.next: dict[str, _Node[T]] | None = None
        self.gap: _Node[T] | None = None
        self.leaves: tuple[_Leaf[T], ...] = ()
        self.plain = True
        """Whether its leaves stand wherever their words do."""

    def below(self, key: str) -> "_Node[T]":
        """The node that follows under a key, made where there is none."""
        if self.next is None:
            self.next = {}
        return self.next.setdefault(key, _Node())


class _Memo(dict[str, tuple[T, ...]]):
    """What belongs to each word, worked out the first time it is met."""

    def __init__(self, work_out: Callable[[str], tuple[T, ...]]) -> None:
        super().__init__()
        self._work_out = work_out

    def __missing__(self, word: str) -> tuple[T, ...]:
        found = self._work_out(word)
        if len(self) >= _MEMO:
            self.clear()
        self[word] = found
        return found


class Phrases(Generic[T]):
    """A set of phrases, each with a value. Those that begin with a word are read when it is first met.

    Of tens of thousands of phrases a text asks for some hundreds.
    """

    def __init__(self, phrases: Iterable[tuple[str, T]]) -> None:
        self._root: _Node[T] = _Node()
        self._unread: dict[str, list[tuple[str, T]]] = {}
        self._stems: set[str] = set()
        self._leaves: dict[_Leaf[T], _Leaf[T]] = {}
        told = tuple(phrases)
        self._words = frozenset(words_of("\n".join(phrase for phrase, _ in told)))
        """All of them, and those that stems are made of."""
        for phrase, value in told:
            for begun in _STEM.findall(phrase) if "*" in phrase else ():
                self._stems.update(words_of(begun)[-1:])
            self._unread.setdefault(_begins_with(phrase), []).append((phrase, value))
        lengths: dict[str, set[int]] = {}
        for stem in self._stems:
            lengths.setdefault(stem[:_BEGINNING], set()).add(len(stem))
        self._stem_lengths = {begun: tuple(sorted(found)) for begun, found in lengths.items()}
        """Of the stems that begin with these letters."""
        self._keys = _Memo(self._keys_of)
        self._roots = _Memo(self._roots_of)

    def _add(self, phrase: str, value: T) -> None:
        node = self._root
        for piece in _PIECE.findall(phrase.lstrip("^")):
            if piece == _GAP:
                node.gap = node.gap or _Node()
                node = node.gap
            else:
                for key in _keys_in(piece):
                    node = node.below(key)
        letters = phrase.replace("*", "").lstrip("^").strip()
        leaf = _Leaf(
            value,
            capital=letters[:1].isupper(),
            upper=len(letters) > 1 and letters.isupper(),
            word_start=phrase.startswith("^"),
            whole_run=bool(_KATAKANA.fullmatch(letters)),
            unbroken=len(letters) == 2 and bool(_CJK.match(letters)),
        )
        node.leaves = (*node.leaves, self._leaves.setdefault(leaf, leaf))
        node.plain = node.plain and leaf.anywhere

    def _roots_of(self, word: str) -> tuple[_Node[T], ...]:
        """The nodes of the phrases that begin with a word."""
        keys = self._keys_of(word)
        for key in keys:
            for phrase, value in self._unread.pop(key, ()):
                self._add(phrase, value)
        begun = self._root.next or {}
        return tuple(begun[key] for key in keys if key in begun)

    def _keys_of(self, word: str) -> tuple[str, ...]:
        """Under which keys a word of the text may stand in the tree."""
        keys: list[str] = []
        for form in _forms(word):
            if form in self._words:
                keys.append(form)
            for begun in (form[:1], form[:_BEGINNING]) if len(form) > 1 else (form,):
                keys += [
                    form[:n] + "*"
                    for n in self._stem_lengths.get(begun, ())
                    if n <= len(form) and form[:n] in self._stems
                ]
        return tuple(dict.fromkeys(keys)) if len(keys) > 1 else tuple(keys)

    def find(self, tokens: Tokens) -> list[Hit[T]]:
        """Every phrase at every place, overlapping ones included, in order of their first token."""
        return list(tokens.once(self, self._find))

    def longest(self, tokens: Tokens) -> list[Hit[T]]:
        """From left to right the longest phrase at each place, none overlapping another."""
        chosen: list[Hit[T]] = []
        taken = -1
        best: Hit[T] | None = None
        for hit in tokens.once(self, self._find):
            if best is not None and hit.first != best.first:
                chosen.append(best)
                taken, best = best.last, None
            if hit.first > taken and (best is None or hit.last > best.last):
                best = hit
        return [*chosen, best] if best is not None else chosen

    def _find(self, tokens: Tokens) -> list[Hit[T]]:
        hits: list[Hit[T]] = []
        words, sentences, keys = tokens.words, tokens.sentences, self._keys
        for first, roots in enumerate(map(self._roots.__getitem__, words)):
            for node in roots:
                if node.leaves or node.gap is not None or node.next is None:
                    self._walk(node, tokens, first, first, hits)
                elif first + 1 < len(words) and sentences[first] == sentences[first + 1]:
                    # Most words begin phrases of several, and few are followed by the next.
                    for key in keys[words[first + 1]]:
                        if key in node.next:
                            self._walk(node.next[key], tokens, first, first + 1, hits)
        return hits

    def _walk(self, node: _Node[T], tokens: Tokens, first: int, last: int, hits: list[Hit[T]]) -> None:
        """Takes what ends at a node, and goes on with the words that follow."""
        if node.plain:
            hits += [Hit(leaf.value, first, last) for leaf in node.leaves]
        else:
            hits += [
                Hit(leaf.value, first, last) for leaf in node.leaves if _stands(leaf, tokens, first, last)
            ]
        following, gap = node.next, node.gap
        if following is None and gap is None:
            return
        here = last + 1
        if here >= len(tokens.words) or tokens.sentences[here] != tokens.sentences[first]:
            # Phrases do not run over the end of a sentence; a gap even less.
            return
        if following is not None:
            for key in self._keys[tokens.words[here]]:
                if key in following:
                    self._walk(following[key], tokens, first, here, hits)
        if gap is not None:
            self._over(gap.next or {}, tokens, first, last, hits)

    def _over(
        self, beyond: dict[str, _Node[T]], tokens: Tokens, first: int, last: int, hits: list[Hit[T]]
    ) -> None:
        """Goes on beyond a gap, in the same sentence."""
        words, sentence = tokens.words, tokens.sentences[first]
        wide = 8 if _CJK.match(words[last]) else 4
        for there in range(last + 1, min(last + wide + 2, len(words))):
            if tokens.sentences[there] != sentence:
                return
            for key in self._keys[words[there]]:
                if key in beyond:
                    self._walk(beyond[key], tokens, first, there, hits)


def _begins_with(phrase: str) -> str:
    """The key of the first word of a phrase."""
    if plain := _PLAIN.match(phrase):
        return fold(plain[1] or plain[2])
    pieces = _PIECE.findall(phrase.lstrip("^"))
    return next(chain.from_iterable(map(_keys_in, pieces)), "")


def _keys_in(piece: str) -> list[str]:
    """The keys of a piece of a phrase: of its words, of which the last may be a stem."""
    keys = words_of(piece)
    if keys and piece.endswith("*"):
        keys[-1] += "*"
    return [sys.intern(key) for key in keys]


def _forms(word: str) -> list[str]:
    """A word as it stands and, in Arabic, without the particles and the article glued to it."""
    forms = [word]
    if word.isascii() or not _ARABIC.fullmatch(word):
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
