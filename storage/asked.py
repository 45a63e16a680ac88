"""Of whom something was asked, by their names."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.naming import party_key
from storage.parties import likeness
from storage.tables import demands, statements

_COMPARED = 400
"""Names that one which nobody has is compared with."""
_LIKE = 0.45
"""How much two names have to be alike for the one to be offered for the other."""


class Asked:
    """Questions about addressees."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def most(self, since: date, before: date, limit: int) -> tuple[tuple[str, int], ...]:
        """Of whom most was asked in this time: the names, each with the number of demands."""
        count = sa.func.count()
        question = (
            sa.select(demands.c.addressee, count)
            .join(statements, statements.c.id == demands.c.statement_id)
            .where(
                statements.c.day >= since,
                statements.c.day < before,
                statements.c.taken_down.is_(None),
                sa.not_(statements.c.drill),
            )
            .group_by(demands.c.addressee)
            .order_by(count.desc(), demands.c.addressee)
            .limit(limit)
        )
        return tuple((str(name), int(number)) for name, number in self._connection.execute(question))

    def like(self, name: str) -> tuple[str, ...]:
        """Names of those of whom something was asked, spelt much like this one, the likeliest first."""
        wanted = party_key(name)
        grams = sorted({wanted[at : at + 3] for at in range(max(1, len(wanted) - 2))})[:24] if wanted else []
        if not grams:
            return ()
        shared = sa.or_(*(demands.c.addressee.icontains(gram, autoescape=True) for gram in grams))
        question = sa.select(demands.c.addressee).where(shared).distinct().limit(_COMPARED)
        near = {found: likeness(wanted, party_key(found)) for found in self._connection.scalars(question)}
        likely = sorted(near, key=lambda found: (-near[found], found))
        return tuple(found[:100] for found in likely[:5] if near[found] >= _LIKE)
