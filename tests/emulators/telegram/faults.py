"""What can go wrong on demand: floods, refusals, trouble at the server, silence, broken connections."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tests.emulators.telegram.refusals import RefusedError, too_many

ANY_METHOD = "*"


class Way(StrEnum):
    """What the caller gets instead of the answer, or before it."""

    ANSWER = "answer"
    HANG = "hang"
    DROP = "drop"
    GARBAGE = "garbage"
    SLOW = "slow"


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to fail. `accepted` means that the request is carried out all the same."""

    way: Way
    code: int = 0
    description: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    accepted: bool = False
    seconds: float = 0.0


def flood(seconds: int) -> Fault:
    """429: wait so long."""
    return refused(too_many(seconds))


def refusal(code: int, description: str, **parameters: int) -> Fault:
    """Any error, in these words: `refusal(400, "Bad Request: TOPIC_CLOSED")`."""
    return Fault(Way.ANSWER, code, description, dict(parameters))


def refused(error: RefusedError) -> Fault:
    """An error that has a name in `refusals`: `refused(blocked())`."""
    return Fault(Way.ANSWER, error.code, error.description, error.parameters)


def trouble(code: int = 500, *, accepted: bool = False) -> Fault:
    """Telegram's own trouble: 500, 502, 504. After it nobody knows whether the request was carried out."""
    words = {500: "Internal Server Error", 502: "Bad Gateway", 504: "Gateway Timeout"}
    return Fault(Way.ANSWER, code, words.get(code, "Internal Server Error"), accepted=accepted)


def hang(*, accepted: bool = False) -> Fault:
    """No answer at all, until the emulator ends."""
    return Fault(Way.HANG, accepted=accepted)


def dropped(*, accepted: bool) -> Fault:
    """The connection breaks before the answer; whether the request was carried out, only we know."""
    return Fault(Way.DROP, accepted=accepted)


def garbage(*, accepted: bool = False) -> Fault:
    """200, and a page of some proxy's instead of JSON."""
    return Fault(Way.GARBAGE, 200, "<html>It works!</html>", accepted=accepted)


def slow(seconds: float) -> Fault:
    """The right answer, but late."""
    return Fault(Way.SLOW, accepted=True, seconds=seconds)


@dataclass(slots=True)
class Order:
    """A fault that was asked for: of which requests, from which on, and how often it is still due."""

    fault: Fault
    method: str
    times: int
    chat: int | str | None = None
    text: str = ""
    skipping: int = 0

    def concerns(self, method: str, parameters: Mapping[str, Any]) -> bool:
        """Whether the request is one of those meant."""
        return (
            self.method in {method, ANY_METHOD}
            and (self.chat is None or str(self.chat) == str(parameters.get("chat_id")))
            and self.text in str(parameters.get("text") or parameters.get("caption") or "")
        )


class Orders:
    """The faults that are still due; of several that fit, the one ordered first comes first."""

    def __init__(self) -> None:
        self._orders: list[Order] = []

    def add(self, order: Order) -> None:
        """Order a fault."""
        self._orders.append(order)

    def cancel(self) -> None:
        """Nothing goes wrong any more."""
        self._orders.clear()

    def due(self, method: str, parameters: Mapping[str, Any]) -> Fault | None:
        """The fault that this request is to meet; it is counted by asking."""
        for order in self._orders:
            if not order.concerns(method, parameters):
                continue
            if order.skipping:
                order.skipping -= 1
                continue
            order.times -= 1
            if not order.times:
                self._orders.remove(order)
            return order.fault
        return None
