"""Of whom something was asked, by their names."""

from datetime import date
from functools import reduce
from operator import add

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.bounds import in_time
from storage.naming import party_key
from storage.parties import likeness
from storage.tables.archive import demands, statements

_COMPARED = 400
"""Names that one which nobody has is compared with."""
_PATIENCE = 1.5
_LIKE = 0.45
"""How much two names have to be alike for the one to be offered for the other."""


class Asked:
    """Questions about addressees."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def most(self, since: date, before: date, limit: int) -> tuple[tuple[str, int], ...]:
        """Of whom most was asked in this time: the names, each with the number of demands.

        Raises Stopped where that takes longer than anyone waits.
        """
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
        with in_time(self._connection, _PATIENCE):
            return tuple((str(name), int(number)) for name, number in self._connection.execute(question))

    def like(self, name: str) -> tuple[str, ...]:
        """Names of those of whom something was asked, spelt much like this one, the likeliest first.

        Raises Stopped like `most`.
        """
        wanted = party_key(name)
        grams = sorted({wanted[at : at + 3] for at in range(max(1, len(wanted) - 2))})[:24] if wanted else []
        if not grams:
            return ()
        # Many are asked again and again: their names are compared once.
        called = sa.select(demands.c.addressee).distinct().subquery()
        held = [called.c.addressee.icontains(gram, autoescape=True) for gram in grams]
        often = reduce(add, (sa.case((one, 1), else_=0) for one in held))
        question = (
            sa.select(called.c.addressee)
            .where(sa.or_(*held))
            .order_by(often.desc(), called.c.addressee)
            .limit(_COMPARED)
        )
        with in_time(self._connection, _PATIENCE):
            found = self._connection.scalars(question).all()
        near = {one: likeness(wanted, party_key(one)) for one in found}
        likely = sorted(near, key=lambda one: (-near[one], one))
        return tuple(one[:100] for one in likely[:5] if near[one] >= _LIKE)
