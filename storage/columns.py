"""What tables are made of: the sorts of columns that both kinds of database keep alike, and names."""

from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy import BigInteger, DateTime, Dialect, Integer, Text, TypeDecorator
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from storage.packing import pack, unpack

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""How indexes and constraints are called, so that migrations know them on every kind of database."""
metadata = sa.MetaData(naming_convention=NAMES)
"""Of all tables: `storage.tables` makes it whole."""


class Moment(TypeDecorator[datetime]):
    """An aware time, kept in UTC; SQLite has no zones, so there it is written without one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC on the way in; raises ValueError for a time without a zone, which would be a guess."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC on the way out."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class DayOf(sa.sql.functions.FunctionElement[datetime]):
    """Midnight, in UTC, of the day of a column's moment."""

    inherit_cache = True
    type = Moment()


@compiles(DayOf)
def _day(element: DayOf, compiler: SQLCompiler, **given: object) -> str:
    return f"date_trunc('day', {compiler.process(element.clauses, **given)}, 'UTC')"


@compiles(DayOf, "sqlite")
def _day_in_sqlite(element: DayOf, compiler: SQLCompiler, **given: object) -> str:
    # As moments are written there, so that they compare.
    return f"strftime('%Y-%m-%d 00:00:00.000000', {compiler.process(element.clauses, **given)})"


class Prose(TypeDecorator[str]):
    """A text that may be long: SQLite is given it packed; for PostgreSQL see `storage.compact`.

    `worded`: with the words of its language, which programs before migration 0054 cannot read.
    """

    impl = Text
    cache_ok = True

    def __init__(self, *, worded: bool = True) -> None:
        super().__init__()
        self.worded = worded

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | bytes | None:
        """Packed on the way in, where that is shorter."""
        if value is None or dialect.name != "sqlite":
            return value
        return pack(value, worded=self.worded) or value

    def process_result_value(self, value: str | bytes | None, dialect: Dialect) -> str | None:
        """The text on the way out."""
        del dialect
        return self.unpacked(value)

    @staticmethod
    def unpacked(value: str | bytes | None) -> str | None:
        """The text, of what SQLite keeps."""
        return unpack(value) if isinstance(value, bytes) else value


# SQLite counts rows by itself only for INTEGER; everywhere else ids may outgrow 32 bits.
Id = BigInteger().with_variant(Integer(), "sqlite")
