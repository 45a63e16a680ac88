"""Sets up the log: structured lines on standard error; results keep standard output to themselves."""

import logging
import sys

import structlog

from bot.transports.telegram_request import WithoutTokens


def set_up(level: int = logging.INFO) -> None:
    """Readable lines for a terminal, key=value lines for a journal. Library noise stays below warning."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer(colors=True)
            if sys.stderr.isatty()
            else structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, force=True)
    # Rounds of polls overlap on purpose; that one was skipped is no news.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    for handler in logging.getLogger().handlers:
        handler.addFilter(WithoutTokens())
