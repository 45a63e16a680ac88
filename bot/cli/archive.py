"""vigil search: the command that looks things up in the archive."""

import json
from collections.abc import Iterator
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from bot.cli.common import DEFAULT, ConfigFile, configuration, fail
from bot.commands import words
from bot.commands.mistake import Mistake
from bot.commands.words import Wanted
from bot.installation import open_database
from bot.render.results import about
from bot.speech import Speech
from storage.bounds import Stopped
from storage.clock import now_utc
from storage.database import StorageError
from storage.queries import Hits
from storage.statement_rows import dated


def search(
    query: Annotated[
        list[str],
        typer.Argument(
            metavar="WORD", help="Words and filters, as in /search: '\"camp 25\"' kind:resolution"
        ),
    ],
    config: ConfigFile = DEFAULT,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Look something up in the archive."""
    wrong = next((word for word in query if word.startswith("--")), "")
    if wrong:  # "-camp" leaves a word out; two marks are an option that there is not
        fail(f"there is no option {wrong}: see `vigil search --help`", 2)
    speech, said = Speech("en"), " ".join(query)
    try:
        wanted = words.looked_for(words.read(said, words.SEARCH, speech, now_utc().date()))
    except Mistake as error:
        fail(error.told(speech), 2)
    try:
        database = open_database(configuration(config), watch=False)
    except StorageError as error:
        fail(str(error))
    try:
        with database.read() as work:
            hits = work.statements.search(words.query_of(wanted), limit)
            loose = None if hits.total else words.regardless(wanted)
            if loose:
                hits = work.statements.search(words.query_of(loose), limit)
    except Stopped:
        fail("looking for that takes too long: a rarer word or a filter makes it shorter")
    finally:
        database.close()
    if as_json:
        rows = [
            {
                "id": hit.statement.external_id or str(hit.statement.id),
                "number": hit.statement.id,
                "title": hit.statement.title,
                "url": hit.statement.url,
                "kind": hit.statement.kind,
                "source": hit.statement.source_name,
                "date": str(dated(hit.statement) or "") or None,
                "issuers": list(hit.statement.issuers),
                "snippet": "".join(piece for piece, _ in hit.snippet),
            }
            for hit in hits.hits
        ]
        typer.echo(json.dumps({"query": said, "results": rows}, ensure_ascii=False))
        return
    console = Console()
    least = "at least " if hits.is_least else ""
    console.print(f"{least}{hits.total} found", highlight=False)
    for told in (*_time(wanted, loose), *_remarks(hits)):
        typer.echo(told, err=True)
    for hit in hits.hits:
        console.print(Text(f"\n#{hit.statement.id}  {hit.statement.title}", "bold"))
        console.print(Text(about(hit.statement, speech)))
        console.print(Text("".join(piece for piece, _ in hit.snippet)))
        console.print(Text(hit.statement.url, "dim"))


def _time(wanted: Wanted, loose: Wanted | None) -> Iterator[str]:
    """How a time beside the words was understood, and where its words were looked for instead."""
    if loose:
        yield "nothing that fits is dated so: these are of any date"
    elif wanted.said:
        days = " ".join(f"{name}:{day}" for name in ("since", "before") if (day := getattr(wanted, name)))
        yield f"{' '.join(wanted.said)} is read as {days}; in quotation marks its words are looked for"


def _remarks(hits: Hits) -> Iterator[str]:
    """What is said beside the hits: what was looked for instead, and what was not looked through."""
    for word, used in hits.instead:
        yield f"nothing holds {word}: looked for {used} instead"
    if hits.hits and not hits.whole:
        yield "nothing holds all of it: these hold a part"
    if hits.unread:
        yield f"{hits.unread:,} were looked through, not all: a filter such as since:2015 reaches the others"
