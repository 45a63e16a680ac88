"""Finds which of many phrases a text holds, in one pass over its words (Aho and Corasick, CACM 18(6), 1975).

It is built of whole words, as `jobs.steps.lexicon.tokens` cuts them: a step a word, however many phrases
there are and however they overlap, so that nobody can write one that takes long.
"""

from collections import deque
from collections.abc import Iterable, Sequence


class Sought:
    """Phrases, each a sequence of words, known by their places in the order given."""

    def __init__(self, phrases: Iterable[Sequence[str]]) -> None:
        self._next: list[dict[str, int]] = [{}]
        self._shorter: list[int] = [0]
        """For each state, that of the longest end of its words with which a phrase begins."""
        self._told: list[list[int]] = [[]]
        """For each state, the phrases that end there."""
        self.count = 0
        self.more(phrases)

    def more(self, phrases: Iterable[Sequence[str]]) -> None:
        """These are sought as well; their numbers follow."""
        before = self.count
        for phrase in phrases:
            if phrase:
                self._told[self._path(phrase)].append(self.count)
            self.count += 1
        if self.count > before:
            self._link()

    def found(self, words: Iterable[str]) -> set[int]:
        """The numbers of the phrases that stand in these words, whole and in their order."""
        found: set[int] = set()
        seen: set[int] = set()
        state = 0
        for word in words:
            while state and word not in self._next[state]:
                state = self._shorter[state]
            state = self._next[state].get(word, 0)
            ending = state
            while ending not in seen:  # what ends where we were before has been told
                seen.add(ending)
                found.update(self._told[ending])
                ending = self._shorter[ending]
        return found

    def _path(self, phrase: Sequence[str]) -> int:
        state = 0
        for word in phrase:
            following = self._next[state].get(word)
            if following is None:
                following = self._next[state][word] = len(self._next)
                self._next.append({})
                self._shorter.append(0)
                self._told.append([])
            state = following
        return state

    def _link(self) -> None:
        """Breadth first, so that what is shorter is linked already."""
        waiting = deque(self._next[0].values())
        while waiting:
            state = waiting.popleft()
            for word, following in self._next[state].items():
                shorter = self._shorter[state]
                while shorter and word not in self._next[shorter]:
                    shorter = self._shorter[shorter]
                self._shorter[following] = self._next[shorter].get(word, 0)
                waiting.append(following)
