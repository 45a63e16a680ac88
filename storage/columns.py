"""The sorts of columns that both kinds of database keep alike."""

import zlib
from datetime import UTC, datetime

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, Text, TypeDecorator


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


class Prose(TypeDecorator[str]):
    """A text that may be long: SQLite is given it packed, PostgreSQL packs such texts by itself."""

    impl = Text
    cache_ok = True
    worthwhile = 300
    """Characters from which on packing saves anything."""

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | bytes | None:
        """Packed on the way in, where that is shorter."""
        if value is None or dialect.name != "sqlite" or len(value) < self.worthwhile:
            return value
        raw = value.encode("utf-8")
        packed = zlib.compress(raw, 6)
        return packed if len(packed) < len(raw) else value

    def process_result_value(self, value: str | bytes | None, dialect: Dialect) -> str | None:
        """The text on the way out."""
        del dialect
        return zlib.decompress(value).decode("utf-8") if isinstance(value, bytes) else value


# SQLite counts rows by itself only for INTEGER; everywhere else ids may outgrow 32 bits.
Id = BigInteger().with_variant(Integer(), "sqlite")
