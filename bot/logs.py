"""Sets up the log: one line a happening on standard error; results keep standard output to themselves.

One pipeline for our own lines (structlog) and for those of libraries (logging):

    happening -> level, name, time -> exception as text -> secrets taken out -> text, logfmt or JSON

Exceptions are told without the values of local variables, which hold tokens and addresses.
"""

import logging
import os
import sys
import threading
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from datetime import datetime
from types import TracebackType
from typing import Any, TextIO

import structlog

from bot.config import LogConfig
from bot.redaction import Redaction
from storage.clock import now_utc

log = structlog.get_logger()

_OURS = ("bot", "jobs", "storage")
_FIRST = ("timestamp", "level", "logger", "event")
_PRIORITY = {"debug": 7, "info": 6, "warning": 4, "error": 3, "critical": 2}
"""Syslog's numbers (RFC 5424 6.2.1), which systemd reads from the beginning of a line (sd-daemon(3))."""

Event = MutableMapping[str, Any]
Processor = Callable[[Any, str, Event], Any]
_DEFAULT = LogConfig()


def set_up(
    config: LogConfig = _DEFAULT,
    secrets: Iterable[str] = (),
    *,
    least: int = logging.WARNING,
    stream: TextIO | None = None,
    now: Callable[[], datetime] = now_utc,
    environ: Mapping[str, str] = os.environ,
) -> None:
    """Lines of `config.level` and above, none below `least`; libraries tell warnings at most.

    At finer levels libraries write addresses and what people said.
    """
    stream = stream or sys.stderr
    journal = _is_journal(stream, environ)
    stamps = (_stamp(now),) if config.format == "json" or not journal else ()
    names = (structlog.stdlib.add_log_level, structlog.stdlib.add_logger_name)
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*names, *stamps, _exception_of_record],
            processors=[
                structlog.processors.format_exc_info,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _redacted(Redaction(secrets)),
                _for_journal(_renderer(config, stream)) if journal else _renderer(config, stream),
            ],
        )
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            *names,
            *stamps,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    _direct(handler, max(getattr(logging, config.level.upper()), least))


def _direct(handler: logging.Handler, level: int) -> None:
    """Everything that is told goes to the one handler: records, warnings, and what nobody caught."""
    logging.basicConfig(level=max(level, logging.WARNING), handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    for name in _OURS:
        logging.getLogger(name).setLevel(level)
    # Rounds of polls overlap on purpose; that one was skipped is no news.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


def _is_journal(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Whether the stream is systemd's journal, whose device and inode JOURNAL_STREAM names (systemd.exec)."""
    try:
        found = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return environ.get("JOURNAL_STREAM", "") == f"{found.st_dev}:{found.st_ino}"


def _renderer(config: LogConfig, stream: TextIO) -> Processor:
    form = config.format
    if form == "auto":
        form = "text" if stream.isatty() else "logfmt"
    if form == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    if form == "logfmt":
        return structlog.processors.LogfmtRenderer(bool_as_flag=False)
    return structlog.dev.ConsoleRenderer(
        colors=stream.isatty() and not os.environ.get("NO_COLOR"),
        exception_formatter=structlog.dev.plain_traceback,
        sort_keys=False,
    )


def _for_journal(render: Processor) -> Processor:
    """Each line with its priority before it, so that `journalctl --priority=warning` finds it.

    The journal keeps a time of its own with each line, to the microsecond; a second one would only
    be in the way. JSON keeps it: who asks for that passes the lines on to where the journal's is lost.
    """

    def rendered(logger: Any, name: str, event: Event) -> str:  # noqa: ANN401 - structlog's own signature
        priority = _PRIORITY.get(event.get("level", ""), 6)
        return "\n".join(f"<{priority}>{line}" for line in str(render(logger, name, event)).splitlines())

    return rendered


def _stamp(now: Callable[[], datetime]) -> Processor:
    def stamped(_logger: object, _name: str, event: Event) -> Event:
        event["timestamp"] = now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return event

    return stamped


def _exception_of_record(_logger: object, _name: str, event: Event) -> Event:
    """A traceback that a filter of ours has already made text (WithoutTokens) is not lost."""
    record = event["_record"]
    event["event"] = event["event"].strip()
    if record.exc_text and "exc_info" not in event:
        event["exception"] = record.exc_text
    return event


def _redacted(redaction: Redaction) -> Processor:
    def redacted(_logger: object, _name: str, event: Event) -> Event:
        ordered = [key for key in _FIRST if key in event]
        ordered += [key for key in event if key not in _FIRST]
        return {key: redaction.value(event[key]) for key in ordered}

    return redacted


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    log.critical("vigil.crashed", exc_info=(kind, error, trace))


def _uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None:
        _uncaught(args.exc_type, args.exc_value, args.exc_traceback)
