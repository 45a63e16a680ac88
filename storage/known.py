"""What one question has learnt of the vocabulary: nothing is asked of the database twice."""

from collections.abc import Collection, Iterable

from storage.vocabulary import Term, Vocabulary

_MOST_FILED = 400
_MOST_BEGINNING = 60


class Known:
    """Terms by their text, by what they are filed under, and by how they begin."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._terms: dict[str, Term | None] = {}
        self._begun: dict[str, list[Term]] = {}
        self.filed: dict[str, list[Term]] = {}
        self.texts: dict[int, str] = {}
        """Of every term that was met, by its id."""
        self.counts: dict[int, int] = {}
        """How many statements hold it."""

    def learn(self, wanted: Iterable[str]) -> None:
        """Look up these terms, in one question."""
        missing = set(wanted) - self._terms.keys()
        self._terms.update(dict.fromkeys(missing))
        found = self._vocabulary.known(missing)
        self._terms.update((one.text, one) for one in found if one.held > 0)
        self.met(found)

    def look_under(self, under: Collection[str]) -> None:
        """Look up what is filed under these keys."""
        for key, found in self._vocabulary.filed(under, _MOST_FILED).items():
            self.filed[key] = found
            self.met(found)

    def met(self, found: Collection[Term]) -> None:
        """Remember the texts and counts of terms that were found in another way."""
        self.texts.update((one.id, one.text) for one in found)
        self.counts.update((one.id, one.held) for one in found)

    def id(self, term: str) -> tuple[int, ...]:
        """The term's id, or nothing where no statement holds it."""
        if term not in self._terms:
            self.learn([term])
        found = self._terms[term]
        return (found.id,) if found else ()

    def begins(self, start: str) -> list[Term]:
        """Terms that begin so."""
        if start not in self._begun:
            found = self._vocabulary.beginning(start, _MOST_BEGINNING)
            self._begun[start] = found
            self.met(found)
        return self._begun[start]

    def held(self, term: str) -> int:
        """How many statements hold a term that was looked up."""
        found = self._terms.get(term)
        return found.held if found else 0

    def is_held(self, term: str) -> bool:
        """Whether a statement holds it, as far as it was looked up."""
        return self._terms.get(term) is not None
