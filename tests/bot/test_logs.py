"""Every line has one form, says when in UTC, and holds no secret."""

import io
import json
import logging
import os
import sys
import threading
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog

from bot import logs
from bot.config import LogConfig
from bot.redaction import Redaction
from tests.builders import NOON

TOKEN = "123456789:" + "A" * 35
PASSWORD = 'pass "w\\ord" 1'
FORMATS = ("text", "logfmt", "json")

pytestmark = pytest.mark.usefixtures("log_as_it_was")


def told(form: str, happening: Callable[[], object], level: str = "info") -> list[str]:
    """The lines that a happening leaves."""
    stream = io.StringIO()
    secrets = {TOKEN, PASSWORD}
    logs.set_up(LogConfig(level, form), secrets, least=0, stream=stream, now=lambda: NOON, environ={})
    happening()
    return stream.getvalue().splitlines()


def ours() -> None:
    """A line of Vigil's own."""
    structlog.get_logger("jobs.poll").info("poll.done", source="north light", new=3)


def a_librarys() -> None:
    """A line of a library."""
    logging.getLogger("aiohttp.access").warning("slow answer from %s", "example.org")


def fail(cause: Exception | None = None) -> None:
    """Raises with a secret in its words."""
    raise RuntimeError(f"https://api.telegram.org/bot{TOKEN}/getMe") from cause


def a_failure() -> None:
    """Something goes wrong, with secrets in its words and in those of its cause."""
    try:
        fail(ValueError(PASSWORD))
    except RuntimeError:
        structlog.get_logger("jobs.poll").exception("poll.failed", detail=PASSWORD)
        logging.getLogger("aiohttp.client").exception("request failed: %r", PASSWORD)


@pytest.mark.parametrize("happening", [ours, a_librarys])
def test_every_line_says_when_how_grave_and_who(happening: Callable[[], None]) -> None:
    """A library's line looks like ours: a program that reads the log needs one rule."""
    (line,) = told("json", happening)
    assert list(json.loads(line))[:4] == ["timestamp", "level", "logger", "event"]
    assert json.loads(line)["timestamp"] == "2026-03-10T12:00:00.000Z"
    (line,) = told("logfmt", happening)
    assert line.startswith("timestamp=2026-03-10T12:00:00.000Z level=")
    (line,) = told("text", happening)
    assert line.startswith("2026-03-10T12:00:00.000Z [")
    assert "\x1b" not in line


@pytest.mark.parametrize("form", FORMATS)
def test_no_secret_is_logged_in_any_form(form: str) -> None:
    """Message, field, traceback and its cause: ours and a library's."""
    lines = told(form, a_failure)
    text = "\n".join(lines)
    assert text.count("poll.failed") == 1
    assert text.count("Traceback") == 2
    assert text.count("<secret>") >= 6
    for form_of_it in (TOKEN, "A" * 35, PASSWORD, repr(PASSWORD)[1:-1], "w\\ord", 'pass "w', 'pass \\"w'):
        assert form_of_it not in text, text


def test_an_exception_is_one_field_and_one_line() -> None:
    """In JSON and logfmt a traceback does not break into lines that belong to nothing."""
    lines = told("json", a_failure)
    assert ["Traceback" in json.loads(line)["exception"] for line in lines] == [True, True]
    assert len(told("logfmt", a_failure)) == 2


def test_the_values_of_local_variables_are_never_told() -> None:
    """They hold addresses, which no list of secrets knows."""

    def failing() -> None:
        address = "telegram:" + str(10**9 + 7)
        try:
            int("bad", base=len(address) - len(address) + 10)
        except ValueError:
            structlog.get_logger("bot.x").exception("failed")

    for form in FORMATS:
        text = "\n".join(told(form, failing))
        assert "invalid literal" in text
        assert "1000000007" not in text


@pytest.mark.parametrize(("level", "expected"), [("debug", 4), ("info", 3), ("warning", 2), ("error", 1)])
def test_the_level_is_kept(level: str, expected: int) -> None:
    """What is less grave than was asked for is not told."""

    def all_levels() -> None:
        log = structlog.get_logger("storage.x")
        for name in ("debug", "info", "warning", "error"):
            getattr(log, name)("something")

    assert len(told("logfmt", all_levels, level)) == expected


def test_libraries_tell_warnings_at_most() -> None:
    """At finer levels they write addresses and what people said, whatever level is configured."""

    def chatty() -> None:
        for name in ("telegram.ext", "httpx", "aiohttp.client", "sqlalchemy.engine"):
            logging.getLogger(name).info("sendMessage to 42")
            logging.getLogger(name).debug("sendMessage to 42")

    assert told("logfmt", chatty, "debug") == []


def test_warnings_and_what_nobody_caught_are_lines_too() -> None:
    """Neither goes to the terminal around the log, where it would carry its secrets along."""

    def uncaught() -> None:
        try:
            fail()
        except RuntimeError as error:
            sys.excepthook(type(error), error, error.__traceback__)
        thread = threading.Thread(target=lambda: int(PASSWORD))
        thread.start()
        thread.join()
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            logging.captureWarnings(capture=True)
            warnings.warn(f"old {TOKEN}", stacklevel=1)

    lines = [json.loads(line) for line in told("json", uncaught)]
    assert [line["event"] for line in lines][:2] == ["vigil.crashed", "vigil.crashed"]
    assert lines[2]["logger"] == "py.warnings"
    assert all(TOKEN not in str(line) and "w\\ord" not in str(line) for line in lines)


def test_text_from_outside_cannot_forge_a_line_or_move_the_cursor() -> None:
    """A feed that names itself with line feeds and escape sequences stays inside its field."""
    hostile = "x\r\n2026-03-10T12:00:00Z [info] forged\x1b[2J\u2028y"
    for form in FORMATS:
        (line,) = told(form, lambda: structlog.get_logger("jobs.poll").info("poll.done", title=hostile))
        assert not set("\x1b\r\u2028") & set(line)


@pytest.mark.parametrize("form", ["auto", "text", "json"])
def test_the_journal_gets_priorities_and_no_second_time(tmp_path: Path, form: str) -> None:
    """Its own time stands beside each line; only JSON, which goes further, keeps Vigil's."""
    path = tmp_path / "journal"
    with path.open("w", encoding="utf-8") as stream:
        found = os.fstat(stream.fileno())
        for inode, prefixed in ((found.st_ino, True), (found.st_ino + 1, False)):
            stream.truncate(0)
            stream.seek(0)
            environ = {"JOURNAL_STREAM": f"{found.st_dev}:{inode}"}
            logs.set_up(LogConfig("info", form), stream=stream, environ=environ, now=lambda: NOON, least=0)
            a_librarys()
            a_failure()
            stream.flush()
            lines = path.read_text(encoding="utf-8").splitlines()
            assert lines[0].startswith("<4>") is prefixed
            assert all(line.startswith(("<4>", "<3>")) for line in lines) is prefixed
            assert ("2026-03-10T12:00" in lines[0]) is (form == "json" or not prefixed)


def test_the_time_is_in_utc_and_from_the_one_clock() -> None:
    """Without a clock of its own the log asks the program's."""
    stream = io.StringIO()
    logs.set_up(LogConfig("info", "json"), stream=stream, least=0)
    ours()
    stamp = json.loads(stream.getvalue())["timestamp"]
    assert stamp.endswith("Z")
    assert abs((datetime.now(UTC) - datetime.fromisoformat(stamp)).total_seconds()) < 60


def test_a_secret_is_known_in_every_spelling() -> None:
    """Percent-encoded, quoted, without the bot's number; a very short one would blot out everything."""
    redaction = Redaction({"geheim/é", "ab"})
    assert redaction.text("geheim/é geheim%2F%C3%A9 geheim/%C3%A9") == "<secret> <secret> <secret>"
    assert redaction.text("about") == "about"
    assert redaction.value({"a": ["geheim/é", 3, None, True], "geheim/é": ("x",)}) == {
        "a": ["<secret>", 3, None, True],
        "<secret>": ["x"],
    }
    assert redaction.value(ValueError("geheim/é")) == "<secret>"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Group migrated to supergroup. New chat id: -1001234567890", "New chat id: <chat>"),
        ("{'chat_id': 7301558244, 'text'", "{'chat_id': <chat>, 'text'"),
        ("POST /sendMessage?chat_id=-7301558244&", "chat_id=<chat>&"),
        ("delivery 7301558 in chat", "delivery 7301558 in chat"),
        ("chat_ids [7301558244, 7301558245]", "chat_ids [<chat>]"),
        ("user_id=7301558244", "user_id=<chat>"),
        ("from 7301558244 says", "from <chat> says"),
        ("KeyError: 7301558244", "KeyError: <chat>"),
        ("User(first_name='Z', id=7301558244)", "id=<chat>)"),
        ("{'from_user': {'id': 7301558244, 'u", "{'id': <chat>, 'u"),
        ("User @zdenka:example.org not in !abcDEF:example.org", "User <chat> not in <chat>"),
        (f"rooms/!{'aB3_' * 10}xyz gone", "rooms/<chat> gone"),
        ("GET /rooms/%21abcDEF%3Aexample.org/state", "GET /rooms/<chat>/state"),
        (f"room !{'aB3_' * 10}xyz gone", "room <chat> gone"),
        ("alert=7301558 mailto:info@northlight.example:", "alert=7301558 mailto:info@northlight.example:"),
    ],
)
def test_the_number_of_a_chat_is_not_logged(said: str, told: str) -> None:
    """Whoever says it: Telegram in its refusals, a library in its errors. Other numbers stay."""
    assert told in Redaction().text(said)
