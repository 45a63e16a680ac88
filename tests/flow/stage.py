"""Runs the real program on a stage: its clock can be moved, and it can be made to die at a named point.

    python -m tests.flow.stage run

`VIGIL_STAGE_CLOCK` names a file that holds how many seconds the program's clock is ahead; it may change
at any time. `VIGIL_STAGE_TRAP` names a line of TRAPS: where the program comes to it, it is killed with
signal 9 that very instant. `VIGIL_STAGE_PATIENCE` is how many seconds it waits for an answer of Telegram.
`VIGIL_STAGE_WRONG` is by how many seconds the clock of its machine is wrong.
The program itself knows nothing of any of them.
"""

import functools
import importlib
import inspect
import itertools
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import storage.clock
import storage.database


@dataclass(frozen=True, slots=True)
class Trap:
    """Before or after `name` in `module`, the `nth` time that an argument, written out, holds `only`."""

    module: str
    name: str
    after: bool = True
    only: str = ""
    nth: int = 1


TRAPS: dict[str, Trap] = {
    # source -> fetch -> parse -> entry -> statement -> case -> alert -> delivery
    "a source is about to be asked": Trap("jobs.fetch.fetcher", "Fetcher.get", after=False),
    "the answer has arrived": Trap("jobs.fetch.fetcher", "Fetcher.get"),
    "the answer is parsed": Trap("jobs.parser", "Parser.shown"),
    "the entries are understood": Trap("jobs.readings", "Readings.understood"),
    "an entry is written": Trap("storage.entries", "Entries.add"),
    "a statement is written": Trap("storage.statements", "Statements.add"),
    "an alert is written": Trap("storage.alerts", "Alerts.add"),
    "deliveries are written": Trap("storage.deliveries", "Deliveries.queue"),
    "all rows are written": Trap("storage.additions", "Additions.write"),
    "validators are written": Trap("storage.sources", "Sources.save_polled"),
    "the poll is committed": Trap("jobs.poll", "Poller._store"),
    # hub -> push -> entry -> alert -> delivery
    "a push has arrived": Trap("jobs.websub", "Subscriber.receive", after=False),
    "a push is understood": Trap("jobs.readings", "Readings.understood"),
    "a push is committed": Trap("jobs.poll", "Poller.pushed"),
    "a push is about to be answered": Trap("jobs.websub", "Subscriber.receive"),
    # source -> hub -> subscription
    "a hub is about to be asked": Trap("jobs.websub", "Subscriber._ask", after=False),
    "a hub has been asked": Trap("jobs.websub", "Subscriber._ask"),
    "a hub is about to be told yes": Trap("jobs.websub", "Subscriber.confirms"),
    "a hub has been told yes": Trap("jobs.websub", "Subscriber.settle", after=False),
    # draft -> approval -> cooling-off -> alert -> delivery
    "an appeal is approved": Trap("storage.appeals", "Appeals.cool"),
    "an appeal is queued": Trap("storage.appeals", "Appeals.sent"),
    # source -> event -> notice -> delivery
    "a notice is written": Trap("storage.notices", "Notices.add"),
    "a notice is queued": Trap("storage.deliveries", "Deliveries.queue_notice"),
    # delivery -> render -> send -> sent
    "a delivery is claimed": Trap("storage.recipients", "Recipients.many"),
    "an attempt is counted": Trap("jobs.deliver", "Deliverer._set_out", after=False),
    "a message is about to leave": Trap(
        "bot.transports.telegram_request", "AiohttpRequest.do_request", after=False, only="/sendMessage"
    ),
    "a message is accepted": Trap(
        "bot.transports.telegram_request", "AiohttpRequest.do_request", only="/sendMessage"
    ),
    "the outcome is written": Trap("jobs.ledger", "Ledger._settle", only="Finished("),
    "the outcome is committed": Trap("jobs.ledger", "Ledger.turn", only="Finished("),
    # delivery -> keys -> event
    "an event is about to leave": Trap(
        "bot.transports.matrix_server", "Homeserver.say", after=False, only="URGENT"
    ),
    "the secrets of a room are given out": Trap("bot.transports.matrix_client", "Client.share_group_session"),
    "an event is accepted": Trap("bot.transports.matrix_server", "Homeserver.say", only="URGENT"),
    # end of a case -> amendment -> edit
    "a change is about to leave": Trap(
        "bot.transports.telegram_request", "AiohttpRequest.do_request", after=False, only="/editMessageText"
    ),
    "a change is accepted": Trap(
        "bot.transports.telegram_request", "AiohttpRequest.do_request", only="/editMessageText"
    ),
    "a change is written": Trap("storage.told", "Told.amended"),
    # what was taken down -> removal -> delete
    "a removal is accepted": Trap(
        "bot.transports.telegram_request", "AiohttpRequest.do_request", only="/deleteMessage"
    ),
    # person -> transport -> Request -> command -> Reply -> render -> transport -> person
    "a command is about to be answered": Trap("bot.desk", "Desk._answer", after=False),
    "a wish is written": Trap("storage.routes", "Routes.add"),
    "a command is committed": Trap("bot.desk", "Desk._answer"),
    "the second message is about to leave": Trap(
        "bot.transports.telegram_request",
        "AiohttpRequest.do_request",
        after=False,
        only="/sendMessage",
        nth=2,
    ),
    "an update is written": Trap("storage.updates", "Updates.add"),
    "an update is about to be acknowledged": Trap("bot.transports.telegram_intake", "Intake.keep"),
    "an update is acknowledged": Trap("bot.transports.telegram_intake", "Intake.answer", after=False),
    "a line is handled": Trap("bot.transports.telegram_polling", "Polling._handle"),
    # /forget yes
    "a recipient is half forgotten": Trap("storage.recipients", "sa.delete", after=False, only="routes"),
    "a recipient is forgotten": Trap("storage.recipients", "Recipients.forget"),
    # key -> next key
    "the next key is made": Trap("bot.cli.rotation", "prepared"),
    "the database is under the next key": Trap("storage.database", "Database.change_key"),
    "the key before is kept": Trap("shutil", "copy2"),
    # file -> batch -> entry -> statement
    "a batch is about to be imported": Trap("jobs.intake", "Intake._store", after=False, nth=2),
    "a batch is imported": Trap("jobs.intake", "Intake._store", nth=2),
    # SQLite -> PostgreSQL
    "the old database is closed": Trap("storage.moving", "_prepare", after=False),
    "rows are on the way": Trap("storage.stream", "Stream._keep", after=False, nth=9),
    "rows have moved": Trap("storage.stream", "Stream._keep", nth=9),
    "an index is made anew": Trap("storage.stream", "Stream._remember", after=False, only="later", nth=9),
    "the new database is open": Trap("storage.moving", "_finish"),
    # an archive of before -> in less room
    "the numbers have a table": Trap("storage.compacting", "_begin"),
    "the wide indexes are about to go": Trap("storage.compacting", "_PostgreSQL._let_go", after=False),
    "an old text is packed": Trap("storage.compacting", "_pack"),
    # what a platform may answer, and what the next start makes of none
    "a recipient is suspended": Trap("storage.recipients", "Recipients.suspend"),
    "a recipient is moved": Trap("storage.recipients", "Recipients.move"),
    "what was interrupted is settled": Trap("jobs.deliver", "Deliverer.recover", only="TelegramTransport"),
}


def set_trap(trap: Trap) -> None:
    """From now on the program dies when it comes to the place."""
    owner, name = place_of(trap)
    setattr(owner, name, _trapped(getattr(owner, name), trap))


def place_of(trap: Trap) -> tuple[Any, str]:
    """Where the function stands: its module or class, and its own name. AttributeError if it is not there."""
    owner: Any = importlib.import_module(trap.module)
    *path, name = trap.name.split(".")
    for part in path:
        owner = getattr(owner, part)
    getattr(owner, name)
    return owner, name


def _trapped(function: Callable[..., Any], trap: Trap) -> Callable[..., Any]:
    times = itertools.count(1)

    def falls(given: tuple[Any, ...], named: dict[str, Any]) -> bool:
        said = (str(one) for one in (*given, *named.values()))
        meant = not trap.only or any(trap.only in one for one in said)
        return meant and next(times) == trap.nth

    @functools.wraps(function)
    def plain(*given: Any, **named: Any) -> Any:
        here = falls(given, named)
        if here and not trap.after:
            _die()
        result = function(*given, **named)
        if here:
            _die()
        return result

    @functools.wraps(function)
    async def asynchronous(*given: Any, **named: Any) -> Any:
        here = falls(given, named)
        if here and not trap.after:
            _die()
        result = await function(*given, **named)
        if here:
            _die()
        return result

    return asynchronous if inspect.iscoroutinefunction(function) else plain


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _now() -> datetime:
    """What the program takes for the time."""
    if "VIGIL_STAGE_WRONG" in os.environ:
        return storage.clock.now_utc()
    clock = os.environ.get("VIGIL_STAGE_CLOCK")
    ahead = float(Path(clock).read_text(encoding="ascii") or 0) if clock else 0
    return datetime.now(UTC) + timedelta(seconds=ahead)


def _machine() -> datetime:
    """What the clock of its machine shows."""
    return datetime.now(UTC) + timedelta(seconds=float(os.environ.get("VIGIL_STAGE_WRONG", "0")))


def move_clock() -> None:
    """To be done before anything else is imported: every module takes the one clock from there."""
    storage.clock.machine = _machine
    storage.database.now_utc = _now


def shorten_patience(seconds: float) -> None:
    """To wait for an answer as long as in earnest would make a test of silence slow."""
    request = importlib.import_module("bot.transports.telegram_request").AiohttpRequest
    request.__init__.__kwdefaults__["read_timeout"] = seconds


def main() -> None:
    """Set the stage, then run the program with the words of the command line."""
    move_clock()
    if point := os.environ.get("VIGIL_STAGE_TRAP"):
        set_trap(TRAPS[point])
    if patience := os.environ.get("VIGIL_STAGE_PATIENCE"):
        shorten_patience(float(patience))
    importlib.import_module("bot.__main__").main()


if __name__ == "__main__":
    main()
