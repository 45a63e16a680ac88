"""vigil explain: how Vigil reads one document, one feed, or a file of feed entries."""

import asyncio
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from bot.cli.common import DEFAULT, configuration, fail, moment
from bot.cli.items import read_entries
from bot.config import Config, FetchConfig
from bot.render.explanation import explanation
from bot.render.terminal import rendered
from bot.speech import Speech
from jobs.steps.anything import read_any
from jobs.steps.files import TYPES
from jobs.steps.link import Known, Shelf, link_among
from jobs.steps.opml import is_opml
from jobs.steps.understand import judge_entry, possible, understand_all
from jobs.steps.unreadable import Unreadable
from storage.clock import now_utc
from storage.records import Entry, Source, Statement


def explain(
    target: Annotated[str, typer.Argument(metavar="FILE|URL", help="A document, a feed, or ITEMS.jsonl.")],
    config: Annotated[Path | None, typer.Option(help="The configuration, for [fetch].")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    cases: Annotated[
        bool, typer.Option("--cases", help="ITEMS.jsonl: which entries tell of the same case.")
    ] = False,
    as_of: Annotated[str | None, typer.Option(help="Judge as of this time (ISO 8601).")] = None,
) -> None:
    """Show how Vigil reads a document. Who says what to whom, and whether it would ring, and why."""
    now = now_utc()
    judged = moment(as_of)
    if cases or target.endswith(".jsonl"):
        _explain_entries(Path(target), judged, cases=cases)
        return
    body, content_type, url = _load(target, config)
    if is_opml(body):
        fail(f"{target}: a list of feeds, not a document: `vigil import {target}` reads the sources in it", 2)
    try:
        found = read_any(body, content_type, url, now, judged)
    except Unreadable as error:
        fail(f"{target}: {error.detail}")
    if as_json:
        typer.echo(
            json.dumps({"statements": [as_statement(one) for one in found]}, ensure_ascii=False, indent=1)
        )
        return
    console = Console()
    speech = Speech("en")
    for number, statement in enumerate(found, start=1):
        if len(found) > 1:
            console.rule(f"{number} of {len(found)}")
        console.print(rendered(explanation(statement, speech)))


def as_statement(statement: Statement) -> dict[str, Any]:
    """STATEMENT as other programs rely on it."""
    signed = statement.signatories
    return {
        "title": statement.title,
        "kind": statement.kind,
        "language": statement.language,
        "url": statement.url or None,
        "issuers": list(statement.issuers),
        "date_written": _day(statement.date_written),
        "date_posted": _day(statement.date_posted),
        "deadline": _day(statement.deadline),
        "signatories": {
            "organisations": signed.organisations,
            "persons": signed.persons,
            "countries": signed.countries,
            "claimed_organisations": signed.claimed_organisations,
            "claimed_persons": signed.claimed_persons,
            "claimed_countries": signed.claimed_countries,
            "names": list(signed.names),
        },
        "addressees": [
            {"name": a.name, "country": a.country, "demands": a.demands} for a in statement.addressees
        ],
        "demands": [
            {
                "to": d.to,
                "quote": d.quote,
                "verb": d.verb,
                "condition": d.condition,
                "deadline": _day(d.deadline),
            }
            for d in statement.demands
        ],
        "persons_at_risk": {
            "count": statement.persons_at_risk.count,
            "minors": statement.persons_at_risk.minors,
            "named": statement.persons_at_risk.named,
        },
        "countries": list(statement.countries),
        "places": list(statement.places),
        "identifiers": list(statement.identifiers),
        "instruments": list(statement.instruments),
        "alert": as_alert(statement),
    }


def as_alert(statement: Statement) -> dict[str, Any]:
    """The CAP view of a statement, with its reasons."""
    alert = statement.alert
    return {
        "msg_type": alert.msg_type,
        "urgent": alert.urgent,
        "urgency": alert.urgency,
        "severity": alert.severity,
        "certainty": alert.certainty,
        "reasons": [{"rule": reason.rule, "evidence": reason.evidence} for reason in alert.reasons],
    }


def _explain_entries(file: Path, as_of: datetime | None, *, cases: bool) -> None:
    if not file.is_file():
        fail(f"{file}: there is no such file", 2)
    entries = read_entries(file)
    rows = case_rows(entries, as_of) if cases else entry_rows(entries, as_of)
    for row in rows:
        typer.echo(json.dumps(row, ensure_ascii=False))


def entry_rows(entries: Iterable[tuple[Entry, Source]], as_of: datetime | None) -> Iterator[dict[str, Any]]:
    """A row for each entry, in the order given."""
    for entry, source in entries:
        statement = judge_entry(possible(entry), source, as_of or entry.published or now_utc())
        yield {
            "id": entry.uid,
            "kind": statement.kind,
            **as_alert(statement),
            "countries": list(statement.countries),
        }


def case_rows(entries: Sequence[tuple[Entry, Source]], as_of: datetime | None) -> Iterator[dict[str, Any]]:
    """A row for each entry, in order of publication, as if they arrived one after another."""
    now = as_of or now_utc()
    shelf = Shelf()
    ordered = sorted(entries, key=lambda pair: pair[0].published or now)
    for order, (entry, source) in enumerate(ordered, start=1):
        read = understand_all([entry], source, now)[0]
        linked = link_among(read.traits, shelf.numbers, shelf)
        case = linked.case if linked.case is not None else order
        shelf.add(Known(order, case, read.traits))
        yield {
            "id": entry.uid,
            "order": order,
            "case": case,
            "relation": linked.relation,
            "reasons": [{"rule": reason.rule, "evidence": reason.evidence} for reason in linked.evidence],
        }


def _load(target: str, config: Path | None) -> tuple[bytes, str, str]:
    """The body, its type and its address."""
    if target.startswith(("http://", "https://")):
        settings = configuration(config) if config else _without_file()
        return asyncio.run(_fetch(target, settings))
    path = Path(target)
    try:
        return path.read_bytes(), TYPES.get(path.suffix.lower(), ""), ""
    except OSError as error:
        fail(
            f"{target}: cannot be read ({error.strerror}): give a file, or an address with http:// or https://",
            2,
        )


def _without_file() -> Config:
    return configuration(DEFAULT) if DEFAULT.is_file() else Config(fetch=FetchConfig())


async def _fetch(url: str, settings: Config) -> tuple[bytes, str, str]:
    from bot.installation import fetcher  # noqa: PLC0415 - half of the memory of a command that reads a file
    from jobs.fetch import FetchError  # noqa: PLC0415 - likewise

    async with fetcher(settings) as fetching:
        try:
            answer = await fetching.get(url)
        except FetchError as error:
            fail(str(error.detail))
    if answer.status != 200:
        fail(f"{url}: HTTP {answer.status}")
    return answer.body, answer.headers.get("content-type", ""), answer.final_url


def _day(day: object) -> str | None:
    return str(day) if day else None
