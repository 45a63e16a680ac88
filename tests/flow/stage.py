"""Runs the real program on a stage: its clock can be moved, and it can be made to die at a named point.

    python -m tests.flow.stage run

`VIGIL_STAGE_CLOCK` names a file that holds how many seconds the program's clock is ahead; it may change
at any time. `VIGIL_STAGE_TRAP` names a line of TRAPS: where the program comes to it, it is killed with
signal 9 that very instant. The program itself knows nothing of either.
"""

import functools
import importlib
import inspect
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import storage.database


@dataclass(frozen=True, slots=True)
class Trap:
    """Before or after `name` in `module`; with `only`, where one of its arguments holds that."""

    module: str
    name: str
    after: bool = True
    only: str = ""


TRAPS: dict[str, Trap] = {
    # source -> fetch -> parse -> entry -> statement -> case -> alert -> delivery
    "a source is about to be asked": Trap("jobs.fetch.fetcher", "Fetcher.get", after=False),
    "the answer has arrived": Trap("jobs.fetch.fetcher", "Fetcher.get"),
    "the answer is parsed": Trap("jobs.parser", "Parser.shown"),
    "the entries are understood": Trap("jobs.poll", "Poller._understand"),
    "an entry is written": Trap("storage.entries", "Entries.add"),
    "a statement is written": Trap("storage.statements", "Statements.add"),
    "an alert is written": Trap("storage.alerts", "Alerts.add"),
    "deliveries are written": Trap("storage.deliveries", "Deliveries.queue"),
    "validators are written": Trap("storage.sources", "Sources.save_polled"),
    "the poll is committed": Trap("jobs.poll", "Poller._store"),
    # delivery -> render -> send -> sent
    "a delivery is claimed": Trap("jobs.deliver", "Deliverer._claim"),
    "an attempt is counted": Trap("jobs.deliver", "Deliverer._begin"),
    "a message is about to leave": Trap(
        "bot.transports.telegram_request", "AiohttpRequest.do_request", after=False, only="/sendMessage"
    ),
    "a message is accepted": Trap(
        "bot.transports.telegram_request", "AiohttpRequest.do_request", only="/sendMessage"
    ),
    "the outcome is written": Trap("storage.deliveries", "Deliveries.settle"),
    "the outcome is committed": Trap("jobs.deliver", "Deliverer._settle"),
    # person -> transport -> Request -> command -> Reply -> render -> transport -> person
    "a command is about to be answered": Trap("bot.app", "Desk._answer", after=False),
    "a wish is written": Trap("storage.routes", "Routes.add"),
    "a command is committed": Trap("bot.app", "Desk._answer"),
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
    def falls(given: tuple[Any, ...], named: dict[str, Any]) -> bool:
        said = (one for one in (*given, *named.values()) if isinstance(one, str))
        return not trap.only or any(trap.only in one for one in said)

    @functools.wraps(function)
    def plain(*given: Any, **named: Any) -> Any:
        if falls(given, named) and not trap.after:
            _die()
        result = function(*given, **named)
        if falls(given, named):
            _die()
        return result

    @functools.wraps(function)
    async def asynchronous(*given: Any, **named: Any) -> Any:
        if falls(given, named) and not trap.after:
            _die()
        result = await function(*given, **named)
        if falls(given, named):
            _die()
        return result

    return asynchronous if inspect.iscoroutinefunction(function) else plain


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _moved(file: Path) -> Callable[[], datetime]:
    return lambda: datetime.now(UTC) + timedelta(seconds=float(file.read_text(encoding="ascii") or 0))


def main() -> None:
    """Set the stage, then run the program with the words of the command line."""
    if clock := os.environ.get("VIGIL_STAGE_CLOCK"):
        # Before anything else is imported: every module takes the one clock from here.
        storage.database.now_utc = _moved(Path(clock))
    if point := os.environ.get("VIGIL_STAGE_TRAP"):
        set_trap(TRAPS[point])
    importlib.import_module("bot.__main__").main()


if __name__ == "__main__":
    main()
