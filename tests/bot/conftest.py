"""What tests of the voices share."""

import logging
import sys
import threading
from collections.abc import Iterator

import pytest

from tests.plain_log import log_plainly


@pytest.fixture
def log_as_it_was() -> Iterator[None]:
    """The log is the process's own: what a test sets up is taken down again."""
    root = logging.getLogger()
    names = ("", "bot", "jobs", "storage", "apscheduler")
    levels = {name: logging.getLogger(name).level for name in names}
    handlers, hooks = list(root.handlers), (sys.excepthook, threading.excepthook)
    yield
    logging.captureWarnings(capture=False)
    root.handlers[:] = handlers
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    sys.excepthook, threading.excepthook = hooks
    log_plainly()
