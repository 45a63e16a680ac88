"""Senders: the accounts that messages leave by, and whose term it is to send by each."""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from storage.clock import now_utc
from storage.tables.people import SENDER, recipients
from storage.tables.program import senders


@dataclass(frozen=True, slots=True)
class Sender:
    """One account, and what it told of itself. The first is called as its transport is."""

    name: str
    place: str = ""
    """The program that held it last: its machine and process."""
    link: str = ""
    """Where people begin a chat with it; "" where that is not known."""
    mark: str = ""
    """By which it is known again: the number of the account, or a mark in the folder that keeps its keys."""


def name_of(transport: str, account: str = "") -> str:
    """The sender of an account: the first of its transport goes by the name of that."""
    return f"{transport} {account}" if account else transport


def transport_of(sender: str) -> str:
    """The transport of a sender."""
    return sender.partition(" ")[0]


@dataclass(frozen=True, slots=True)
class Senders:
    """Questions about senders, and their changes."""

    connection: Connection

    def take(self, name: str, place: str) -> int:
        """A term begins: whoever sent by this account before does so no more. Returns its number.

        No other term has the same number, nor has one that the database forgot when it was put back: it is
        the millisecond in which the term begins, or follows upon the last.
        To be asked by the holder of the sender's lock. The lock alone does not say it all: who held it may
        have been stopped in the middle of a step, and go on with that after another one took over.
        """
        moment = int(now_utc().timestamp() * 1000)
        later = sa.case((senders.c.term < moment, moment), else_=senders.c.term + 1)
        change = sa.update(senders).where(senders.c.name == name).values(term=later, place=place)
        term = self.connection.scalar(change.returning(senders.c.term))
        if term is None:
            new = sa.insert(senders).values(name=name, term=moment, place=place)
            term = self.connection.scalar(new.returning(senders.c.term))
        return int(term or 0)

    def holds(self, name: str, term: int) -> bool:
        """Whether it is this term still; so it stays until the transaction ends."""
        question = sa.select(senders.c.term).where(senders.c.name == name).with_for_update(read=True)
        return self.connection.scalar(question) == term

    def tell(self, name: str, *, link: str | None = None, mark: str | None = None) -> None:
        """What the account says of itself; None leaves what was said."""
        told = {key: value for key, value in (("link", link), ("mark", mark)) if value is not None}
        change = sa.update(senders).where(senders.c.name == name).values(**told)
        if told and not self.connection.execute(change).rowcount:
            self.connection.execute(sa.insert(senders).values(name=name, term=0, **told))

    def get(self, name: str) -> Sender:
        """What is known of the account."""
        return next((one for one in self.all() if one.name == name), Sender(name))

    def all(self) -> tuple[Sender, ...]:
        """Every account that ever sent, by name."""
        columns = (senders.c.name, senders.c.place, senders.c.link, senders.c.mark)
        return tuple(
            Sender(*row) for row in self.connection.execute(sa.select(*columns).order_by(senders.c.name))
        )

    def rows(self) -> tuple[RowMapping, ...]:
        """All of them, to be put back after a backup was restored."""
        return tuple(self.connection.execute(sa.select(senders)).mappings())

    def put_back(self, rows: Iterable[RowMapping]) -> None:
        """These take the place of what came in of the same name, and no number of a term comes again.

        Who was stopped in the middle of a step before the restore would take it for its own. The mark of a
        folder that was made anew since, and the link that people know, are those of today.
        """
        for row in rows:
            of = senders.c.name == row["name"]
            came = self.connection.execute(sa.select(senders).where(of)).mappings().first() or row
            self.connection.execute(sa.delete(senders).where(of))
            known = {name: value or came[name] for name, value in row.items()}
            known["term"] = max(came["term"], row["term"])
            self.connection.execute(sa.insert(senders).values(**known))

    def people(self) -> dict[str, int]:
        """How many recipients each account writes to. Counts them all: not to be asked often."""
        question = sa.select(SENDER, sa.func.count()).group_by(SENDER)
        return {name: int(count) for name, count in self.connection.execute(question.select_from(recipients))}
