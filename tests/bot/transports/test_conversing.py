"""What conversations have in common on every platform."""

import sqlalchemy as sa
from structlog.testing import capture_logs

from bot.transports.conversing import log_failure


def test_a_failure_is_told_by_our_own_line_and_not_by_the_librarys() -> None:
    """Nor by its text, which may quote what somebody wrote."""
    with capture_logs() as logged:
        try:
            sa.create_engine("sqlite://").connect().execute(sa.text("SELECT secret"))
        except sa.exc.OperationalError as error:
            log_failure(error)
    (line,) = logged
    assert line["where"].startswith("test_conversing.py:")
    assert "secret" not in str(line)
