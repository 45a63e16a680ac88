"""What conversations have in common on every platform where they come one message at a time."""

import asyncio
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import structlog

from bot.render.message import Message, Paragraph, Span
from bot.speech import Speech
from jobs.outcome import Migrated, Outcome, RetryLater

log = structlog.get_logger()

_OURS = Path(__file__).parents[2]
TOLD_FOR = 60.0
"""Seconds for which a person who asks too much is not told so again."""
LONGEST_WAIT = 60.0
"""Seconds that an answer to a person may be held back by a platform's limits; a later one is no answer."""


@dataclass(frozen=True, slots=True)
class Page:
    """One of our latest answers: the command that it answered, and what it is known by."""

    command: str
    reference: str


async def patiently(address: str, act: Callable[[str], Awaitable[Outcome]]) -> tuple[str, Outcome]:
    """Wait out short pauses and follow a chat that moved; return where the act ended, and how."""
    outcome = await act(address)
    for _ in range(3):
        match outcome:
            case RetryLater(seconds=seconds) if seconds <= LONGEST_WAIT:
                await asyncio.sleep(seconds)
            case Migrated(address=moved):
                address = moved
            case _:
                break
        outcome = await act(address)
    return address, outcome


def too_much(language: str) -> Message:
    """What is said to a person who asks faster than can be answered."""
    speech = Speech(language)
    said = speech.t("That is more than can be answered at once. The rest was left out; please wait a moment.")
    return Message((Paragraph((Span(said),)),), language=speech.language)


def command_in(text: str) -> str:
    """Return the command that a line begins with, without its mark; "" for nothing."""
    return text.split(maxsplit=1)[0].lower().lstrip("!/") if text.strip() else ""


def log_failure(error: Exception) -> None:
    """Say what failed and where in our code; not the error's text, which may quote what the person wrote."""
    frames = traceback.extract_tb(error.__traceback__)
    where = next((one for one in reversed(frames) if _is_ours(one.filename)), frames[-1])
    log.error(
        "a command failed",
        error=type(error).__name__,
        where=f"{Path(where.filename).name}:{where.lineno} in {where.name}",
    )


def _is_ours(file: str) -> bool:
    """Whether a file is of this program: the last line of a library tells nobody what to mend."""
    return Path(file).is_relative_to(_OURS) and "site-packages" not in file
