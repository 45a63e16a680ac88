"""What was taken out of statements for somebody's safety: enciphered, to be known again in a later edit."""

import json
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.tables import redactions
from storage.vault import Vault

_WORDS = "redaction"


@dataclass(frozen=True, slots=True)
class Redactions:
    """The words that are withheld of each statement."""

    connection: Connection
    vault: Vault

    def of(self, statement_id: int) -> tuple[str, ...]:
        """The words that are withheld of it; () where nothing is."""
        sealed = self.connection.scalar(
            sa.select(redactions.c.words_sealed).where(redactions.c.statement_id == statement_id)
        )
        return tuple(json.loads(self.vault.open(sealed, _WORDS))) if sealed else ()

    def keep(self, statement_id: int, words: tuple[str, ...]) -> None:
        """From now on these words are withheld of it, and no others."""
        self.remove(statement_id)
        sealed = self.vault.seal(json.dumps(words, ensure_ascii=False), _WORDS)
        self.connection.execute(sa.insert(redactions).values(statement_id=statement_id, words_sealed=sealed))

    def remove(self, statement_id: int) -> None:
        """They are not kept any more: nothing of the statement is."""
        self.connection.execute(sa.delete(redactions).where(redactions.c.statement_id == statement_id))
