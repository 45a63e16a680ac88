"""What can go wrong on demand: floods, refusals, trouble at the server, silence, broken connections."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Way(StrEnum):
    """What the caller gets instead of an answer."""

    ANSWER = "answer"
    HANG = "hang"
    DROP = "drop"
    GARBAGE = "garbage"


class RefusedError(Exception):
    """The Bot API says no: an error code, its words, and parameters such as retry_after."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


@dataclass(slots=True)
class Fault:
    """One way to fail, `times` times. `accepted` means that the request is carried out all the same."""

    way: Way
    code: int = 0
    description: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    accepted: bool = False


def flood(seconds: int) -> Fault:
    """429: wait so long."""
    return Fault(Way.ANSWER, 429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})


def refusal(code: int, description: str, **parameters: int) -> Fault:
    """Any error, in these words: `refusal(400, "Bad Request: TOPIC_CLOSED")`."""
    return Fault(Way.ANSWER, code, description, dict(parameters))


def trouble(code: int = 500) -> Fault:
    """Telegram's own trouble: 500, 502, 504."""
    words = {500: "Internal Server Error", 502: "Bad Gateway", 504: "Gateway Timeout"}
    return Fault(Way.ANSWER, code, words.get(code, "Internal Server Error"))


def hang(*, accepted: bool = False) -> Fault:
    """No answer at all, until the emulator ends."""
    return Fault(Way.HANG, accepted=accepted)


def dropped(*, accepted: bool) -> Fault:
    """The connection breaks before the answer; whether the request was carried out, only we know."""
    return Fault(Way.DROP, accepted=accepted)


def garbage() -> Fault:
    """200, and a page of some proxy's instead of JSON."""
    return Fault(Way.GARBAGE, 200, "<html>It works!</html>")
