"""A statement as a line of an export by Vigil, and back: nothing of it is read or judged anew.

`id`, `title`, `summary`, `link`, `published`, `lang`, `source` stand there as `vigil import` takes them of
anybody; what only Vigil knows stands beside them, under `format`. Numbers are each archive's own.
"""

import base64
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from jobs.steps.links import absolute
from storage.records import Case, Demand, Entry, Source, Statement, Version
from storage.statement_rows import row_of, statement_of
from storage.takedowns import is_digest
from storage.words import CaseState, Gone

FORMAT = "vigil 1"
"""Stands in each line; another number means that older programs must not read it."""
_MOMENTS = ("published", "fetched", "gone", "taken_down", "updated", "again_at", "since", "until", "opened")
_DAYS = ("date_written", "date_posted", "deadline")
_OF_ENTRY = ("updated", "excerpt", "note", "shown", "fingerprint", "tries", "again_at")
_NOT_SAID = ("entry_id", "case_id", "external_id", "voices")


@dataclass(frozen=True, slots=True)
class Line:
    """A statement with all that belongs to it. Its entry's text is what the source showed."""

    entry: Entry
    source: Source
    statement: Statement
    versions: tuple[Version, ...] = ()
    case: Case | None = None
    """As the exporting archive numbers it."""
    deferred: bool = False
    withheld: tuple[str, ...] = ()
    """Of what was taken down the digests by which it is known again, wherever it is shown."""
    redacted: bytes = b""
    """The words that were taken out of it, enciphered: for an archive that has the same key."""


def row_of_line(line: Line) -> dict[str, Any]:
    """The line as it is written; of what was taken down only that it was there."""
    statement, entry = line.statement, line.entry
    if statement.taken_down:
        stone: dict[str, Any] = {
            "format": FORMAT,
            "id": None,
            "number": statement.id,
            "source": line.source.name,
        }
        stone |= {"kind": statement.kind, "taken_down": statement.taken_down, "said": {}}
        stone |= {"withheld": line.withheld} if line.withheld else {}
        return written(
            stone | {"fetched": statement.fetched, "relation": statement.relation} | _case(line.case)
        )
    said = {name: value for name, value in row_of(statement, line.source).items() if name not in _NOT_SAID}
    same = {"title": entry.title, "text": entry.text, "url": entry.url}
    said = {name: value for name, value in said.items() if value and same.get(name) != value}
    said |= {name: "" for name in same if not getattr(statement, name) and same[name]}
    row: dict[str, Any] = {
        "format": FORMAT,
        "id": entry.uid,
        "title": entry.title,
        "summary": entry.text,
        "link": entry.url,
        "published": entry.published,
        "lang": entry.language or statement.language,
        "source": line.source.name,
        "organisation": line.source.organisation,
        "number": statement.id,
        "kind": statement.kind,
        "issuers": statement.issuers,
        "date_written": statement.date_written,
        "date_posted": statement.date_posted,
        "deadline": statement.deadline,
        "countries": statement.countries,
        "identifiers": statement.identifiers,
        "demands": [asdict(one) for one in statement.demands],
        "fetched": statement.fetched,
    }
    shown = {name: value for name in _OF_ENTRY if (value := getattr(entry, name))}
    beside = {
        "date_only": entry.date_only,
        "attachments": entry.enclosures,
        "versions": [_version(one) for one in line.versions],
        "gone": statement.gone,
        "gone_as": statement.gone_as,
        "deferred": line.deferred,
        "own_language": entry.language != row["lang"] and (entry.language or "-"),
        "entry": shown,
        "source_title": line.source.title,
        "source_language": line.source.language,
        "source_countries": line.source.countries,
        "redacted": base64.b64encode(line.redacted).decode(),
    }
    row |= {name: value for name, value in beside.items() if value}
    return written(row | _case(line.case) | {"said": said})


def line_of(row: dict[str, Any], entry: Entry, source: Source) -> Line:
    """The line that `row_of_line` wrote; `entry` and `source` as everybody's lines are read.

    Raises ValueError, KeyError or TypeError for what no Vigil wrote.
    """
    said, taken_down = read(row["said"]), row.get("taken_down")
    nothing = dict.fromkeys((*_DAYS, "published", "case_id"))
    own = {"title": entry.title, "text": entry.text, "url": entry.url, "language": "", "kind": row["kind"]}
    judged = {"msg_type": "alert", "urgent": False, "urgency": "Unknown", "severity": "Unknown"}
    judged |= {"certainty": "Unknown", "reading": {}, "relation": row.get("relation", "new")}
    standing = read({name: row.get(name) for name in ("gone", "gone_as", "fetched", "taken_down")})
    here = {"id": 0, "entry_id": 0, "source_name": source.name, "external_id": entry.uid}
    kept: Any = nothing | own | judged | said | standing | here  # a row by another name
    statement = statement_of(kept, tuple(Demand(**read(one)) for one in row.get("demands", ())))
    if taken_down:
        withheld = tuple(str(mark) for mark in row.get("withheld", ()))
        if not all(map(is_digest, withheld)):
            raise ValueError("no digests")
        return Line(entry, source, statement, case=_case_of(row), withheld=withheld)
    versions = tuple(_version_of(one) for one in row.get("versions", ()))
    redacted = base64.b64decode(row.get("redacted", ""), validate=True)
    deferred = row.get("deferred") is True
    return Line(entry, source, statement, versions, _case_of(row), deferred, redacted=redacted)


def entry_fields(row: dict[str, Any]) -> dict[str, Any]:
    """What of an entry only an export by Vigil tells. Raises ValueError, TypeError or KeyError."""
    if row.get("taken_down"):
        return {"uid": f"taken down: {int(row['number'])}", "title": "", "text": "", "url": ""}
    own = row.get("own_language")
    language = {"language": "" if own == "-" else str(own)} if own else {}
    shown = {name: value for name, value in read(row.get("entry", {})).items() if name in _OF_ENTRY}
    return {**shown, **language, "text": str(row.get("summary") or ""), "title": str(row["title"] or "")}


def _case(case: Case | None) -> dict[str, Any]:
    if case is None:
        return {"case": None}
    about = {"title": case.title, "state": case.state, "opened": case.opened, "updated": case.updated}
    return {"case": case.id, "case_about": written(about)}


def _case_of(row: dict[str, Any]) -> Case | None:
    if row.get("case") is None:
        return None
    about = read(row.get("case_about", {}))
    state = CaseState(about.get("state", CaseState.OPEN))
    return Case(
        str(about.get("title", "")), state, about.get("opened"), about.get("updated"), int(row["case"])
    )


def _version(one: Version) -> dict[str, Any]:
    told = {"number": one.number, "title": one.title, "summary": one.text, "link": one.url}
    return written(told | {"since": one.since, "until": one.until, "rewritten": one.rewritten})


def _version_of(row: dict[str, Any]) -> Version:
    told = read(row)
    title, text, url = (str(told[name]) for name in ("title", "summary", "link"))
    url = absolute(url, "")
    return Version(
        int(told["number"]), title, text, url, told["since"], told["until"], told["rewritten"] is True
    )


def written(row: dict[str, Any]) -> dict[str, Any]:
    """With dates and moments as texts (ISO 8601)."""
    return {name: _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever JSON takes
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return written(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(one) for one in value]
    return value


def read(row: dict[str, Any]) -> dict[str, Any]:
    """With texts as the dates and moments that they say."""
    found = dict(row)
    for name, value in row.items():
        if isinstance(value, str) and name in _MOMENTS:
            found[name] = datetime.fromisoformat(value)
        elif isinstance(value, str) and name in _DAYS:
            found[name] = date.fromisoformat(value)
        elif name == "gone_as" and value:
            found[name] = Gone(value)
    return found
