"""What a homeserver's answers mean for a message."""

from types import SimpleNamespace

import aiohttp
import pytest
from nio import ErrorResponse
from nio.exceptions import LocalProtocolError, SendRetryError

from bot.transports.matrix_outcome import NoRoom, Outcomes, Refused
from jobs.outcome import Gone, Outcome, Rejected, RetryLater


def an_error(code: str | None, status: int, retry: int | None = None) -> Refused:
    """As nio gives it."""
    answer = ErrorResponse("as told", code, retry)
    answer.transport_response = SimpleNamespace(status=status)
    return Refused(answer)


@pytest.mark.parametrize(
    ("error", "kind", "everyone"),
    [
        (an_error("M_FORBIDDEN", 403), Gone, None),
        (NoRoom(), Gone, None),
        (an_error("M_TOO_LARGE", 413), Rejected, None),
        (an_error("M_UNKNOWN", 400), Rejected, None),
        (an_error("M_UNKNOWN_TOKEN", 401), RetryLater, True),
        (an_error("M_UNKNOWN", 500), RetryLater, True),
        (an_error(None, 502), RetryLater, True),
        (an_error(None, 403), RetryLater, True),
        (TimeoutError(), RetryLater, True),
        (aiohttp.ServerDisconnectedError(), RetryLater, True),
        (SendRetryError("no keys"), RetryLater, False),
        (LocalProtocolError("not ready"), RetryLater, False),
    ],
)
def test_errors(error: Exception, kind: type[Outcome], everyone: bool | None) -> None:
    """A room's own trouble holds that room; the homeserver's holds all."""
    outcome = Outcomes().of(error, "!a")
    assert type(outcome) is kind
    assert (outcome.everyone if isinstance(outcome, RetryLater) else None) is everyone


@pytest.mark.parametrize(
    ("error", "perhaps"),
    [
        (TimeoutError(), True),
        (aiohttp.ServerDisconnectedError(), True),
        (an_error(None, 502), True),
        (an_error("M_UNKNOWN", 500), True),
        (aiohttp.ClientConnectorError(SimpleNamespace(ssl=None), OSError()), False),  # type: ignore[arg-type]
        (an_error("M_LIMIT_EXCEEDED", 429), False),
        (an_error("M_UNKNOWN_TOKEN", 401), False),
        (an_error(None, 403), False),
        (SendRetryError("no keys"), False),
    ],
)
def test_what_may_have_arrived_is_told_from_what_was_not_taken(error: Exception, *, perhaps: bool) -> None:
    """Once the homeserver has forgotten the transaction, only what was not taken may be sent again."""
    outcome = Outcomes().of(error, "!a")
    assert isinstance(outcome, RetryLater)
    assert outcome.perhaps is perhaps


def test_one_room_that_is_limited_holds_no_other() -> None:
    """The second one within the wait of the first shows that the account is meant (Synapse, rc_message)."""
    clock = [0.0]
    outcomes = Outcomes(lambda: clock[0])
    flood = an_error("M_LIMIT_EXCEEDED", 429, 4000)
    assert outcomes.of(flood, "!a") == RetryLater(4.0, "too much was sent")
    assert outcomes.of(flood, "!a") == RetryLater(4.0, "too much was sent")
    assert outcomes.of(flood, "!b") == RetryLater(4.0, "too much was sent", everyone=True)
    clock[0] = 10.0
    assert outcomes.of(flood, "!b") == RetryLater(4.0, "too much was sent")
    assert outcomes.of(an_error("M_LIMIT_EXCEEDED", 429), "!b") == RetryLater(5.0, "too much was sent")
