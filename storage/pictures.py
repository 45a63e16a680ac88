"""The pictures of appeals: enciphered, known by a hash, gone once nobody can be sent them any more."""

import base64
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.records import Picture
from storage.tables.desk import appeals, pictures
from storage.tables.log import alerts
from storage.vault import Sealer
from storage.words import AppealState

BYTES = "picture"


@dataclass(frozen=True, slots=True)
class Pictures:
    """Questions about pictures, and their changes."""

    connection: Connection
    vault: Sealer

    def keep(self, appeal_id: int, picture: Picture, data: bytes) -> None:
        """The picture of an appeal, in place of the one it had."""
        self.drop(appeal_id)
        sealed = self.vault.seal(base64.b64encode(data).decode(), BYTES)
        row = {"appeal_id": appeal_id, "digest": picture.digest, "sealed": sealed}
        self.connection.execute(sa.insert(pictures).values(**row))

    def find(self, digest: str) -> bytes | None:
        """The bytes of a picture; None where it is not kept any more."""
        question = sa.select(pictures.c.sealed).where(pictures.c.digest == digest).limit(1)
        sealed = self.connection.scalar(question)
        return None if sealed is None else base64.b64decode(self.vault.open(sealed, BYTES))

    def digests(self) -> frozenset[str]:
        """The hashes of all that are kept."""
        return frozenset(self.connection.scalars(sa.select(pictures.c.digest)))

    def keep_only(self, digests: Collection[str]) -> None:
        """No others than these."""
        self.connection.execute(sa.delete(pictures).where(pictures.c.digest.not_in(digests)))

    def drop(self, appeal_id: int) -> None:
        """An appeal has none any more."""
        self.connection.execute(sa.delete(pictures).where(pictures.c.appeal_id == appeal_id))

    def prune(self, now: datetime) -> int:
        """Takes out those of appeals that are over, stopped or taken back; returns how many."""
        ended = appeals.c.state.in_((AppealState.STOPPED, AppealState.CORRECTED))
        over = sa.and_(appeals.c.state == AppealState.SENT, alerts.c.expires <= now)
        gone = (
            sa.select(appeals.c.id)
            .select_from(appeals.outerjoin(alerts, alerts.c.id == appeals.c.alert_id))
            .where(sa.or_(ended, over))
        )
        return self.connection.execute(sa.delete(pictures).where(pictures.c.appeal_id.in_(gone))).rowcount
