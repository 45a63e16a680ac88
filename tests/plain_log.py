"""The log as tests see it: structlog's own pipeline, but without drawings of tracebacks.

By default structlog has `rich` draw each traceback with all local variables, which takes seconds where one
of them is a poller or a database; a test that makes a hundred polls fail then looks as if it hung.
"""

import structlog
from structlog.dev import ConsoleRenderer, plain_traceback


def log_plainly() -> None:
    """Set up the log of this process."""
    structlog.reset_defaults()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            ConsoleRenderer(colors=False, exception_formatter=plain_traceback),
        ]
    )
