"""Statements as rows and back, and as the documents that the index holds."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from storage.compact import text_of
from storage.records import (
    Addressee,
    Assessment,
    Demand,
    Dropped,
    PersonsAtRisk,
    Picture,
    Reason,
    Signatories,
    Source,
    Statement,
    Wording,
)
from storage.search import Document, facts_of
from storage.tables.archive import demands
from storage.words import Certainty, Gone, Kind, MsgType, Relation, Severity, Urgency

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_PLAIN = (
    *("title", "kind", "language", "url", "text", "date_written", "date_posted", "deadline"),
    *("entry_id", "case_id", "relation", "published", "external_id"),
)
_MOST_DROPPED = 60
_AHEAD = timedelta(days=1)
"""Somewhere it is tomorrow already."""

_NO_SIGNATORIES, _NOBODY_AT_RISK = Signatories(), PersonsAtRisk()
_DEMANDS = (
    sa.select(demands)
    .where(demands.c.statement_id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(demands.c.statement_id, demands.c.position)
)


def row_of(statement: Statement, source: Source) -> dict[str, Any]:
    """The columns of a statement, its parts in other tables left out."""
    alert = statement.alert
    row: dict[str, Any] = {name: getattr(statement, name) for name in _PLAIN}
    return row | {
        "msg_type": alert.msg_type,
        "urgent": alert.urgent,
        "urgency": alert.urgency,
        "severity": alert.severity,
        "certainty": alert.certainty,
        "reading": reading_of(statement),
        "voices": voices_of(statement, source.name, source.title, source.organisation),
    }


def voices_of(statement: Statement, source: str, title: str, organisation: str) -> str:
    """The names of who speaks, as they are written: a filter may ask for any of them."""
    return " | ".join((source, title, organisation, *statement.issuers))


def document_of(key: int, statement: Statement, organisation: str, voices: str, day: date) -> Document:
    """What a statement is found by: title and text, who speaks, its symbols, and what filters ask for."""
    of = {addressee.name: addressee.country for addressee in statement.addressees}
    asked = dict.fromkeys(name for demand in statement.demands for name in (demand.to, of.get(demand.to)))
    asked |= dict.fromkeys(name for one in statement.dropped for name in (one.to, one.country))
    return Document(
        id=key,
        day=day,
        title=statement.title,
        text=statement.text,
        beside=(*statement.issuers, organisation, *statement.identifiers, *_elsewise(statement)),
        facts=facts_of(
            kind=statement.kind,
            language=statement.language,
            countries=statement.countries,
            asked=[name for name in asked if name],
            voices=voices,
            day=day,
        ),
    )


def _elsewise(statement: Statement) -> list[str]:
    """Its words in other languages."""
    return [words for one in statement.wordings for words in (one.title, one.text)]


UNDATED = date(1000, 1, 1)
"""Under which what was said at some time in the past is filed: behind everything that has a date."""


def day_of(statement: Statement, fetched: datetime, *, past: bool = False) -> date:
    """The day that a statement is filed under.

    One without a date counts as of the day on which it was met, unless it is known to be of the `past`.
    One that is dated ahead is no news of that day: it would stand before all others until then.
    """
    day = dated(statement)
    if day is None:
        return UNDATED if past else fetched.date()
    return day if day <= fetched.date() + _AHEAD else fetched.date()


def dated(statement: Statement) -> date | None:
    """The day on which it was published, posted or written, as far as that is known."""
    if statement.published:
        return statement.published.date()
    return statement.date_posted or statement.date_written


def reading_of(statement: Statement) -> dict[str, object]:
    """What was read in a statement and is looked at only with it; empty fields are left out."""
    found: dict[str, object] = {
        "issuers": list(statement.issuers),
        "signatories": _said(statement.signatories, _NO_SIGNATORIES),
        "addressees": [_fields(addressee) for addressee in statement.addressees],
        "persons_at_risk": _said(statement.persons_at_risk, _NOBODY_AT_RISK),
        "countries": list(statement.countries),
        "places": list(statement.places),
        "identifiers": list(statement.identifiers),
        "instruments": list(statement.instruments),
        "reasons": [_fields(reason) for reason in statement.alert.reasons],
        "link": [_fields(reason) for reason in statement.link],
        "dropped": [_fields(one) for one in statement.dropped],
        "withheld": statement.withheld,
        "wordings": [_fields(one) for one in statement.wordings],
        "picture": _fields(statement.picture) if statement.picture else None,
    }
    return {name: value for name, value in found.items() if value}


def dropped(before: Statement, now: Statement, until: date) -> tuple[Dropped, ...]:
    """The demands that were made and are not any more, the last ones first: no word of them stands there."""
    of = {one.name: one.country for one in before.addressees}
    gone = [Dropped(one.to, of.get(one.to), one.quote, until.isoformat()) for one in before.demands]
    text = _bare(now.text)
    kept = {_bare(one.quote) for one in now.demands}
    return tuple(
        one
        for one in dict.fromkeys((*gone, *before.dropped))
        if _bare(one.quote) not in kept and _bare(one.quote) not in text
    )[:_MOST_DROPPED]


def _bare(text: str) -> str:
    return " ".join(text.casefold().split())


def _said(one: "DataclassInstance", nothing: "DataclassInstance") -> dict[str, object]:
    """What differs from nothing said: the rest would take more room than many a text."""
    if one == nothing:
        return {}
    return {name: value for name, value in _fields(one).items() if value != getattr(nothing, name)}


def _fields(one: "DataclassInstance") -> dict[str, object]:
    """The fields of a record whose values are plain ones: `asdict` would copy each of them."""
    return {field.name: getattr(one, field.name) for field in fields(one)}


def demands_of(connection: Connection, ids: Sequence[int]) -> dict[int, tuple[Demand, ...]]:
    """The demands of statements, by their numbers."""
    found: dict[int, list[Demand]] = {}
    for start in range(0, len(ids), 500):
        for row in connection.execute(_DEMANDS, {"ids": ids[start : start + 500]}).mappings():
            demand = Demand(row["addressee"], row["quote"], row["verb"], row["condition"], row["deadline"])
            found.setdefault(row["statement_id"], []).append(demand)
    return {key: tuple(asked) for key, asked in found.items()}


def statement_of(row: RowMapping, asked: tuple[Demand, ...]) -> Statement:
    """The statement of a row, with its demands."""
    reading = row["reading"]
    signatories = dict(reading.get("signatories", {}))
    signatories["names"] = tuple(signatories.get("names", ()))
    plain = {name: row[name] for name in _PLAIN}
    plain |= {
        "text": text_of(row["text"], row.get("packed")),
        "kind": Kind(row["kind"]),
        "relation": Relation(row["relation"]),
    }
    return Statement(
        **plain,
        id=row["id"],
        fetched=row["fetched"],
        gone=row["gone"],
        gone_as=Gone(row["gone_as"]) if row["gone_as"] else None,
        withheld=bool(reading.get("withheld", False)),
        taken_down=row["taken_down"],
        wordings=tuple(Wording(**one) for one in reading.get("wordings", ())),
        picture=Picture(**reading["picture"]) if "picture" in reading else None,
        source_name=row["source_name"],
        link=tuple(Reason(**reason) for reason in reading.get("link", ())),
        issuers=tuple(reading.get("issuers", ())),
        signatories=Signatories(**signatories),
        addressees=tuple(Addressee(**addressee) for addressee in reading.get("addressees", ())),
        demands=asked,
        dropped=tuple(Dropped(**one) for one in reading.get("dropped", ())),
        persons_at_risk=PersonsAtRisk(**reading.get("persons_at_risk", {})),
        countries=tuple(reading.get("countries", ())),
        places=tuple(reading.get("places", ())),
        identifiers=tuple(reading.get("identifiers", ())),
        instruments=tuple(reading.get("instruments", ())),
        alert=Assessment(
            msg_type=MsgType(row["msg_type"]),
            urgent=row["urgent"],
            urgency=Urgency(row["urgency"]),
            severity=Severity(row["severity"]),
            certainty=Certainty(row["certainty"]),
            reasons=tuple(Reason(**reason) for reason in reading.get("reasons", ())),
        ),
    )
