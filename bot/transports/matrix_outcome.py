"""Translates what a homeserver answers into the outcomes of `jobs.outcome`.

Every event has a transaction id, so that what is repeated is recognised: no answer is not Uncertain, but to
be tried again as what may have arrived. Once that was a day ago it is (`jobs.uncertain`).
"""

import time
from collections.abc import Callable
from typing import Any

import aiohttp
from nio import ErrorResponse
from nio.exceptions import (
    EncryptionError,
    GroupEncryptionError,
    LocalProtocolError,
    MembersSyncError,
    SendRetryError,
)

from jobs.outcome import Gone, Outcome, Rejected, RetryLater

AFTER_NO_CONNECTION = 5.0
AFTER_SERVER_TROUBLE = 15.0
AFTER_NO_KEYS = 3.0
AFTER_REFUSED_TOKEN = 300.0
"""Seconds."""
AFTER_FLOOD = 5.0
"""Seconds, where the homeserver does not say how long."""
FAILURES = (
    aiohttp.ClientError,
    OSError,
    EncryptionError,
    GroupEncryptionError,
    LocalProtocolError,
    ValueError,
)
"""What nio raises for what a homeserver, or the way to it, does. TimeoutError is an OSError."""
TOKEN_REFUSED = ("M_UNKNOWN_TOKEN", "M_MISSING_TOKEN", "M_USER_DEACTIVATED")
PASSING = ("M_LIMIT_EXCEEDED", *TOKEN_REFUSED)
"""What says nothing of what was sent."""
_UNREACHABLE = ("M_FORBIDDEN", "M_NOT_FOUND", "M_GUEST_ACCESS_FORBIDDEN")


class Refused(Exception):
    """The homeserver answered with an error, which `answer` holds."""

    def __init__(self, answer: ErrorResponse) -> None:
        super().__init__(str(answer.status_code or "an answer without a code"))
        self.answer = answer

    @property
    def code(self) -> str:
        """Matrix's own name of the error, as M_FORBIDDEN; "" where the answer is none of Matrix's."""
        return str(self.answer.status_code or "")

    @property
    def status(self) -> int:
        """The status of the HTTP answer; 0 where that is not known."""
        return int(getattr(getattr(self.answer, "transport_response", None), "status", 0) or 0)


def answered(answer: Any) -> Any:  # noqa: ANN401 - nio has no types
    """The answer, unless it is an error: then Refused is raised.

    Where Matrix's answer is an empty object, nio takes a proxy's error page for one: the status tells.
    """
    response = getattr(answer, "transport_response", None)
    if isinstance(answer, ErrorResponse):
        raise Refused(answer)
    if response is not None and response.status >= 400:
        error = ErrorResponse("no answer of a homeserver")
        error.transport_response = response
        raise Refused(error)
    return answer


class Stumbled(Exception):
    """The homeserver's news arrived, and the library raised over them; `after` is where they end."""

    def __init__(self, after: str) -> None:
        super().__init__("its news cannot be read")
        self.after = after


class NoRoom(Exception):
    """The bot is not in the room."""


class Outcomes:
    """Judges failures, and remembers who was told to wait.

    Synapse counts messages by account (rc_message), others may count by room: only when a second room is
    told to wait while the first one does, the whole account waits.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._flooded: dict[str, float] = {}

    def of(self, error: Exception, room: str) -> Outcome:
        """What the error means for a message to the room, whether it was to be sent, edited or redacted."""
        if isinstance(error, Refused):
            return self._refused(error, room)
        match error:
            case NoRoom():
                return Gone("the bot is not in the room")
            case SendRetryError() | MembersSyncError() | EncryptionError() | GroupEncryptionError():
                return RetryLater(AFTER_NO_KEYS, f"keys are missing ({type(error).__name__})", guessed=True)
            case LocalProtocolError():
                return RetryLater(AFTER_NO_KEYS, "the library was not ready", guessed=True)
            case aiohttp.ClientConnectorError():
                return _everyone(AFTER_NO_CONNECTION, "no connection")
            case _:
                return _everyone(AFTER_NO_CONNECTION, f"no answer ({type(error).__name__})", perhaps=True)

    def _refused(self, error: Refused, room: str) -> Outcome:
        status = error.status
        if error.code == "M_LIMIT_EXCEEDED" or status == 429:
            return self._flood(error, room)
        if error.code in TOKEN_REFUSED or status == 401:
            return _everyone(AFTER_REFUSED_TOKEN, "the homeserver refuses the session")
        if status >= 500 or not error.code:
            # A proxy in front of the homeserver answers in HTML, with any status.
            # One behind a proxy may have taken it all the same.
            return _everyone(AFTER_SERVER_TROUBLE, f"the homeserver answers {status}", perhaps=status >= 500)
        return Gone(error.code) if error.code in _UNREACHABLE else Rejected(error.code)

    def _flood(self, error: Refused, room: str) -> RetryLater:
        now = self._clock()
        seconds = (error.answer.retry_after_ms or 0) / 1000 or AFTER_FLOOD
        self._flooded = {one: until for one, until in self._flooded.items() if until > now}
        others = any(one != room for one in self._flooded)
        self._flooded[room] = now + seconds
        return RetryLater(seconds, "too much was sent", everyone=others)


def _everyone(seconds: float, detail: str, *, perhaps: bool = False) -> RetryLater:
    return RetryLater(seconds, detail, everyone=True, guessed=True, perhaps=perhaps)
