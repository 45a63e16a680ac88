"""vigil import, search, migrate: the commands that look after the archive."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from bot.app import open_database
from bot.cli import opml
from bot.cli.common import DEFAULT, ConfigFile, configuration, fail
from bot.cli.items import read_entries
from bot.commands import words
from bot.commands.mistake import Mistake
from bot.speech import Speech
from jobs.recall import Recall
from jobs.ring import keep
from jobs.steps.understand import of_source, understand_entry
from storage.database import Database, StorageError, now_utc
from storage.records import Entry, Source
from storage.vault import Vault, read_or_make_key

_BATCH = 100


def import_(
    file: Annotated[Path, typer.Argument(help="Entries (.jsonl) or feeds (.opml).")],
    config: ConfigFile = DEFAULT,
    add: Annotated[
        bool, typer.Option("--add", help="Feeds: put them into the configuration, not on the screen.")
    ] = False,
) -> None:
    """Take entries into the archive without alerting; or list an OPML file's feeds as [[sources]]."""
    if not file.is_file():
        fail(f"{file}: there is no such file", 2)
    if file.suffix.lower() in (".opml", ".xml"):
        opml.take(file, config, add=add)
        return
    if add:
        fail("--add is for lists of feeds: give FEEDS.opml", 2)
    entries = list(read_entries(file))
    try:
        database = open_database(configuration(config), watch=False)
    except StorageError as error:
        fail(str(error))
    taken, recall = 0, Recall()
    for start in range(0, len(entries), _BATCH):
        taken += _take(database, entries[start : start + _BATCH], recall)
    database.close()
    typer.echo(f"{taken} taken, {len(entries) - taken} known already")


def search(
    query: Annotated[
        list[str], typer.Argument(help="Words and filters, as in /search: '\"camp 25\"' kind:resolution")
    ],
    config: ConfigFile = DEFAULT,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Look something up in the archive."""
    speech, said = Speech("en"), " ".join(query)
    try:
        asked = words.query_of(words.looked_for(words.read(said, words.SEARCH, speech)))
    except Mistake as error:
        fail(error.told(speech), 2)
    try:
        database = open_database(configuration(config), watch=False)
    except StorageError as error:
        fail(str(error))
    with database.read() as work:
        hits = work.statements.search(asked, limit)
    database.close()
    if as_json:
        rows = [
            {
                "id": hit.statement.external_id or str(hit.statement.id),
                "title": hit.statement.title,
                "url": hit.statement.url,
                "kind": hit.statement.kind,
                "source": hit.statement.source_name,
            }
            for hit in hits.hits
        ]
        typer.echo(json.dumps({"query": said, "results": rows}, ensure_ascii=False))
        return
    console = Console()
    console.print(f"{hits.total} found", highlight=False)
    for hit in hits.hits:
        console.print(Text(f"\n#{hit.statement.id}  {hit.statement.title}", "bold"))
        console.print(Text("".join(piece for piece, _ in hit.snippet)))
        console.print(Text(hit.statement.url, "dim"))


def migrate(config: ConfigFile = DEFAULT) -> None:
    """Bring the database to the version that this program needs."""
    settings = configuration(config)
    try:
        database = Database(settings.database, Vault.from_secret(read_or_make_key(settings.key_file)))
        database.prepare(migrate=True)
    except (StorageError, OSError, ValueError) as error:
        fail(str(error))
    database.close()
    typer.echo("the database is up to date")


def _take(database: Database, batch: list[tuple[Entry, Source]], recall: Recall) -> int:
    now = now_utc()
    read = [(entry, source, understand_entry(entry, source, now)) for entry, source in batch]
    taken = 0
    with database.write() as work:
        work.cases.lock()
        recall.begin(work)
        for entry, source, statement in read:
            stored = work.sources.ensure(source)
            if work.entries.known(stored.id, [entry.uid]):
                continue
            imported = of_source(entry, replace(statement, external_id=entry.uid), source)
            keep(work, stored, imported, now, recall)
            taken += 1
    return taken
