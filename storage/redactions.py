"""What was taken out of statements for somebody's safety: enciphered, to be known again in a later edit."""

import json
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.tables import entries, redactions, sources, statements
from storage.vault import Sealer

WORDS = "redaction"


@dataclass(frozen=True, slots=True)
class Redacted:
    """What is withheld of one entry of one source."""

    source: str
    uid: str
    words: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Redactions:
    """The words that are withheld of each statement."""

    connection: Connection
    vault: Sealer

    def of(self, statement_id: int) -> tuple[str, ...]:
        """The words that are withheld of it; () where nothing is."""
        sealed = self.connection.scalar(
            sa.select(redactions.c.words_sealed).where(redactions.c.statement_id == statement_id)
        )
        return tuple(json.loads(self.vault.open(sealed, WORDS))) if sealed else ()

    def all(self) -> tuple[Redacted, ...]:
        """Everything that is withheld, by what stays the same whatever the numbers of statements."""
        question = (
            sa.select(sources.c.name, entries.c.uid, redactions.c.words_sealed)
            .join(statements, statements.c.id == redactions.c.statement_id)
            .join(entries, entries.c.id == statements.c.entry_id)
            .join(sources, sources.c.id == entries.c.source_id)
        )
        return tuple(
            Redacted(row.name, row.uid, tuple(json.loads(self.vault.open(row.words_sealed, WORDS))))
            for row in self.connection.execute(question)
        )

    def statement(self, of: Redacted) -> int | None:
        """The number here of the statement that is meant; None where it is not there."""
        question = (
            sa.select(statements.c.id)
            .join(entries, entries.c.id == statements.c.entry_id)
            .join(sources, sources.c.id == entries.c.source_id)
            .where(sources.c.name == of.source, entries.c.uid == of.uid)
        )
        found: int | None = self.connection.scalar(question)
        return found

    def keep(self, statement_id: int, words: tuple[str, ...]) -> None:
        """From now on these words are withheld of it, and no others."""
        self.remove(statement_id)
        sealed = self.vault.seal(json.dumps(words, ensure_ascii=False), WORDS)
        self.connection.execute(sa.insert(redactions).values(statement_id=statement_id, words_sealed=sealed))

    def remove(self, statement_id: int) -> None:
        """They are not kept any more: nothing of the statement is."""
        self.connection.execute(sa.delete(redactions).where(redactions.c.statement_id == statement_id))
