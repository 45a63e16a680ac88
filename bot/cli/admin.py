"""vigil admin: what belongs to one case and why, and how it is mended; what else admins do is beside it."""

from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from bot.cli.audit import audit
from bot.cli.common import DEFAULT, ConfigFile, fail, readers
from bot.cli.course import timeline
from bot.cli.held import drop, held, release
from bot.cli.identity import new_identity
from bot.cli.opened import opened
from bot.cli.rotation import rotate_key
from bot.desk import TERMINAL
from jobs.relink import Unknown
from jobs.relink import join as join_case
from jobs.relink import part as part_case
from jobs.takedown import NotThere, take_down
from storage.database import now_utc
from storage.records import Statement
from storage.words import Act

app = typer.Typer(
    help="What an admin can look into and mend. Cases, what is held, how an alert fared, who did what.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


app.command("held")(held)
app.command("release")(release)
app.command("drop")(drop)
app.command("timeline")(timeline)
app.command("audit")(audit)
app.command("rekey")(rotate_key)
app.command("identity")(new_identity)


@app.command("accounts")
def accounts(config: ConfigFile = DEFAULT) -> None:
    """Show the accounts that people belong to. How many, where each is found, who held it last."""
    with opened(config) as database, database.read() as work:
        people, known = work.senders.people(), {one.name: one for one in work.senders.all()}
    for name in sorted({*people, *known}):
        one = known.get(name)
        told = [one.link, f"at {one.place}" if one.place else ""] if one else []
        typer.echo(f"{name}: {readers(people.get(name, 0))} {' '.join(filter(None, told))}".rstrip())


@app.command("anew")
def anew(
    account: Annotated[
        str, typer.Argument(metavar="ACCOUNT", help='The account as the log names it: "matrix".')
    ] = "matrix",
    config: ConfigFile = DEFAULT,
) -> None:
    """Let an account on Matrix begin as a new device. In whatever folder: the one with its keys is lost."""
    with opened(config) as database, database.write() as work:
        if not work.senders.get(account).mark:
            fail(f"{account}: no folder is known of it: nothing to do")
        work.senders.tell(account, mark="")
    typer.echo(f"{account} takes the first folder that a node has for it now")


@app.command("case")
def case(
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="The number of the case.")],
    config: ConfigFile = DEFAULT,
) -> None:
    """Show the statements of a case, and why each is in it."""
    with opened(config) as database, database.read() as work:
        found = work.cases.get(number)
        if found is None:
            fail(f"there is no case {number}")
        statements = work.statements.of_case(number)
    console = Console(highlight=False)
    console.print(Text(f"Case {number}: {found.title} ({found.state})", "bold"))
    for statement in statements:
        for line in _told(statement):
            console.print(line)


@app.command("part")
def part(
    statement: Annotated[int, typer.Argument(metavar="STATEMENT", help="The number of the statement.")],
    config: ConfigFile = DEFAULT,
) -> None:
    """Take a statement out of its case: it is about something else."""
    with opened(config) as database, database.write() as work:
        try:
            number = part_case(work, statement, now_utc())
        except Unknown as error:
            fail(str(error))
    typer.echo(f"statement {statement} is case {number} now")


@app.command("join")
def join(
    statement: Annotated[int, typer.Argument(metavar="STATEMENT", help="The number of the statement.")],
    case: Annotated[int, typer.Argument(metavar="CASE", help="The number of the case that it is about.")],
    config: ConfigFile = DEFAULT,
) -> None:
    """Put a statement into a case: it is about the same matter."""
    with opened(config) as database, database.write() as work:
        try:
            join_case(work, statement, case, now_utc())
        except Unknown as error:
            fail(str(error))
    typer.echo(f"statement {statement} is in case {case} now")


@app.command("takedown")
def takedown(
    statement: Annotated[int, typer.Argument(metavar="STATEMENT", help="The number of the statement.")],
    why: Annotated[str, typer.Option(help="For the record of admins; people in chats do not see it.")],
    config: ConfigFile = DEFAULT,
) -> None:
    """Remove what a statement says, for somebody's safety. That it was there stays visible."""
    if not why.strip():
        fail("--why: say why, in a few words, for those who come after you", 2)
    with opened(config) as database, database.write() as work:
        try:
            done = take_down(work, statement, " ".join(why.split()), now_utc())
            work.audit.note(work.audit.admin(*TERMINAL), Act.TAKEN_DOWN, statement, now_utc())
        except NotThere as error:
            fail(str(error))
    typer.echo(f"statement {statement} was taken down: its words are not kept any more, nor taken in again")
    if done.cancelled:
        typer.echo(f"{done.cancelled} waiting messages about it were cancelled")
    if done.sent:
        typer.echo(
            f"{done.sent} messages about it stand in chats: the service removes them ahead of everything, "
            "as far as the platforms let them go, and tells admins what became of them"
        )
    typer.echo("earlier backups hold it still: restored here, it is taken down again; elsewhere it is not")
    if done.others:
        typer.echo("the same case or address, which you may want to look at too:")
        for other in done.others:
            typer.echo(f"  #{other.id}  {other.source_name}: {other.title}")


@app.command("alike")
def alike(
    statement: Annotated[
        int, typer.Argument(metavar="STATEMENT", help="The number of a statement that was taken down.")
    ],
    config: ConfigFile = DEFAULT,
) -> None:
    """Let in what only resembles what was taken down. The very item stays away."""
    with opened(config) as database, database.write() as work:
        count = work.statements.takedowns.forget_likeness(statement)
        if count:
            # What was held back counts as seen until its source is asked for the whole of its list again.
            work.sources.read_anew()
    if not count:
        fail(
            f"nothing is held back for its likeness to a statement {statement}: see the number in the notice"
        )
    typer.echo(f"what only resembles statement {statement} is taken in from the next poll of its source on")


def _told(statement: Statement) -> list[Text]:
    when = statement.published.date().isoformat() if statement.published else "undated"
    head = f"#{statement.id}  {when}  {statement.relation}  {statement.source_name}: {statement.title}"
    return [Text(head), *(Text(f"      {one.rule}: {one.evidence}", "dim") for one in statement.link)]
