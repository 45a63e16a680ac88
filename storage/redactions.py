"""What was taken out of statements for somebody's safety: enciphered, to be known again in later words.

Beside what was decided stands what a person has not decided on yet: what the statement said, whole.
"""

import json
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, field, replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from storage.additions import Additions
from storage.tables.archive import cases, redactions, statements
from storage.tables.watch import entries, sources
from storage.vault import Sealer, WrongKey
from storage.words import Concern

WORDS = "redaction"
UNDECIDED = "undecided"
_OF_CASE = (
    sa.select(redactions)
    .join(statements, statements.c.id == redactions.c.statement_id)
    .where(statements.c.case_id == sa.bindparam("case"))
    .order_by(redactions.c.statement_id)
)


@dataclass(frozen=True, slots=True)
class Withheld:
    """What is withheld of a statement: the words, and what stood at each mark in its title and text."""

    words: tuple[str, ...] = ()
    title: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    concerns: dict[str, Concern] = field(default_factory=dict)
    """Why each of the words is; nothing of one that was withheld before that was kept."""
    let: tuple[str, ...] = ()
    """The words that somebody decided to let."""


@dataclass(frozen=True, slots=True)
class Redacted:
    """What is withheld of one entry of one source, by all that it is known again by."""

    source: str
    uid: str
    shown: str
    fingerprint: str
    url: str
    withheld: Withheld = field(repr=False)
    undecided: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Redactions:
    """The words that are withheld of each statement."""

    connection: Connection
    vault: Sealer
    additions: Additions

    def of(self, statement_id: int) -> tuple[str, ...]:
        """The words that are withheld of it; () where nothing is."""
        return self.withheld(statement_id).words

    def withheld(self, statement_id: int) -> Withheld:
        """The same, with where they stood."""
        row = self._row(statement_id)
        return self._withheld(row) if row else Withheld()

    def of_case(self, case_id: int, wanted: Collection[Concern]) -> dict[str, Concern]:
        """The words that are withheld of any statement of a case for one of these concerns, and for which.

        What was withheld before that was kept counts for its own statement alone.
        """
        found = [self._withheld(row).concerns for row in self._of_case(case_id)]
        told = [(word, why) for one in found for word, why in one.items() if why in wanted]
        gravest_last = sorted(told, key=lambda one: list(Concern).index(one[1]), reverse=True)
        return dict(gravest_last)

    def undecided(self, statement_id: int) -> str:
        """What nobody has decided on yet, as it was given; "" for nothing."""
        row = self._row(statement_id)
        return self._undecided(row) if row else ""

    def undecided_of_case(self, case_id: int) -> dict[int, str]:
        """The same of every statement of a case, by its number."""
        found = {int(row["statement_id"]): self._undecided(row) for row in self._of_case(case_id)}
        return {number: told for number, told in found.items() if told}

    def keep(self, statement_id: int, withheld: Withheld) -> None:
        """From now on these words are withheld of it, and no others; nothing of it is undecided.

        What was let of it stays so but for these.
        """
        let = (*self.withheld(statement_id).let, *withheld.let)
        self._put(statement_id, replace(withheld, let=_but(let, withheld.words)), "")

    def let(self, statement_id: int, words: Collection[str]) -> None:
        """Somebody decided that these words may stand in the statement, and so in its case."""
        withheld = self.withheld(statement_id)
        let = _but((*withheld.let, *words), withheld.words)
        self._put(statement_id, replace(withheld, let=let), self.undecided(statement_id))

    def let_of_case(self, case_id: int) -> frozenset[str]:
        """The words that were let of any statement of a case, but for those that are withheld of another."""
        found = [self._withheld(row) for row in self._of_case(case_id)]
        withheld = {word for one in found for word in one.words}
        return frozenset(word for one in found for word in one.let) - withheld

    def leave_undecided(self, statement_id: int, told: str) -> None:
        """Besides the words that are withheld of it, this waits for a decision; "" for nothing."""
        withheld = self.withheld(statement_id)
        if withheld.words or withheld.let or told:
            self._put(statement_id, withheld, told)
        else:
            self.remove(statement_id)

    def remove(self, statement_id: int) -> None:
        """They are not kept any more: nothing of the statement is."""
        self.connection.execute(sa.delete(redactions).where(redactions.c.statement_id == statement_id))

    def seal(self, withheld: Withheld) -> bytes:
        """What is withheld, as it may leave with the archive: nothing but this key opens it."""
        return self.vault.seal(_written(withheld), WORDS)

    def opened(self, sealed: bytes) -> Withheld:
        """What came with an archive; nothing where it was sealed with another key."""
        self.vault.trace("")  # without the key of this database nobody can say what it was sealed with
        try:
            return _read(self.vault.open(sealed, WORDS))
        except WrongKey:
            return Withheld()

    def all(self) -> tuple[Redacted, ...]:
        """Everything that is withheld, by what stays the same whatever the numbers of statements."""
        by = (entries.c.uid, entries.c.shown, entries.c.fingerprint, entries.c.url)
        question = (
            sa.select(redactions, sources.c.name, *by)
            .join(statements, statements.c.id == redactions.c.statement_id)
            .join(entries, entries.c.id == statements.c.entry_id)
            .join(sources, sources.c.id == entries.c.source_id)
        )
        return tuple(
            Redacted(
                source=row["name"],
                uid=row["uid"],
                shown=row["shown"],
                fingerprint=row["fingerprint"],
                url=row["url"],
                withheld=self._withheld(row),
                undecided=self._undecided(row),
            )
            for row in self.connection.execute(question).mappings()
        )

    def statements(self, of: Redacted) -> dict[int, bool]:
        """The numbers here of the statements that are meant, and whether that is sure.

        By the id first; a source that changed its ids, by the words that it shows, by title and link, by the
        link alone, which others may share.
        """
        known = [
            (entries.c.uid, of.uid),
            (entries.c.shown, of.shown),
            (entries.c.fingerprint, of.fingerprint),
        ]
        found: dict[int, bool] = {}
        for column, value in (*known, (entries.c.url, of.url)):
            question = (
                sa.select(statements.c.id)
                .join(entries, entries.c.id == statements.c.entry_id)
                .join(sources, sources.c.id == entries.c.source_id)
                .where(sources.c.name == of.source, column == value)
            )
            for number in self.connection.scalars(question) if value else ():
                found.setdefault(int(number), column is not entries.c.url)
        return found

    def _of_case(self, case_id: int) -> list[RowMapping]:
        if any(row["id"] == case_id for row in self.additions.waiting(cases)):
            return []  # what is withheld is written at once, and its case before it
        return self.additions.once(
            (_OF_CASE, case_id),
            ("redactions", "UPDATE statements", "FROM statements"),
            lambda: list(self.connection.execute(_OF_CASE, {"case": case_id}).mappings()),
        )

    def _row(self, statement_id: int) -> RowMapping | None:
        question = sa.select(redactions).where(redactions.c.statement_id == statement_id)
        return self.connection.execute(question).mappings().first()

    def _withheld(self, row: RowMapping) -> Withheld:
        return _read(self.vault.open(row["words_sealed"], WORDS))

    def _undecided(self, row: RowMapping) -> str:
        sealed = row["undecided_sealed"]
        return self.vault.open(sealed, UNDECIDED) if sealed else ""

    def _put(self, statement_id: int, withheld: Withheld, told: str) -> None:
        self.remove(statement_id)
        row = {
            "statement_id": statement_id,
            "words_sealed": self.vault.seal(_written(withheld), WORDS),
            "undecided_sealed": self.vault.seal(told, UNDECIDED) if told else None,
        }
        self.connection.execute(sa.insert(redactions).values(**row))


def _but(words: Iterable[str], others: Collection[str]) -> tuple[str, ...]:
    return tuple(one for one in dict.fromkeys(words) if one not in others)


def _written(withheld: Withheld) -> str:
    return json.dumps(asdict(withheld))


def _read(told: str) -> Withheld:
    found = json.loads(told)
    if isinstance(found, list):  # as versions before this one wrote it
        return Withheld(tuple(found))
    why = {word: Concern(one) for word, one in found.pop("concerns", {}).items()}
    return Withheld(**{name: tuple(value) for name, value in found.items()}, concerns=why)
