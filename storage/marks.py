"""The mark on a database that is moving to another one, or has moved: nobody opens it by mistake.

Two programs on two copies of one notification log would send everything twice. So the mark stands before the
first row is copied, and `Database.prepare` refuses what bears one. See `storage.moving`.
"""

import json
from dataclasses import asdict, dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.tables.program import meta
from storage.values import set_value

_MARK = "move"


@dataclass(frozen=True, slots=True)
class Mark:
    """What a database says of its move. `number` is the same on both sides, and of this one move alone."""

    number: str
    leaves: bool
    """Whether the rows leave this database; else they come into it."""
    done: bool
    other: str
    """The address of the other side, without its password."""
    since: str
    """When the move began, or was done (ISO 8601)."""

    def told(self) -> tuple[str, str]:
        """What has become of the database, so that it is not opened, and what to do."""
        again = "run the same `vigil migrate --from ... --to ...` again: it goes on where it stood"
        if not self.leaves:
            return f"what is moved here from {self.other} has not all arrived", again
        if not self.done:
            return f"is being moved to {self.other}", f"{again}; or stay here, by `vigil migrate --stay`"
        return (
            f"was moved to {self.other} on {self.since[:10]}",
            (
                "give that address as `database`; `vigil migrate --stay` takes this one up again, and what "
                "the other has sent since may then be sent a second time"
            ),
        )


def marked(connection: Connection) -> Mark | None:
    """The mark of a database at our version; None where there is none."""
    found = connection.scalar(sa.select(meta.c.value).where(meta.c.name == _MARK))
    return Mark(**json.loads(found)) if found else None


def put(connection: Connection, mark: Mark) -> None:
    """Sets the mark, in place of another one."""
    set_value(connection, _MARK, json.dumps(asdict(mark)))


def drop(connection: Connection) -> None:
    """Takes the mark away."""
    connection.execute(sa.delete(meta).where(meta.c.name == _MARK))
