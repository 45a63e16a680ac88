"""A drill says so wherever it is read, has no case, and is counted nowhere among what is real."""

import pytest

from bot.commands.answer import answer
from bot.commands.request import Request
from bot.render.html import plain_text
from jobs.launch import store
from storage.database import Database, Work
from storage.records import DESK, Alert
from storage.words import Status
from tests.builders import ADDRESS, NOON, a_reader, a_statement, an_alert, queued

TEXT = "Nine refugees face imminent return. We call on China to halt it."


def drilled(work: Work) -> Alert:
    """A drill that was sent."""
    statement = a_statement(title="EXERCISE: nine face return", text=TEXT, case_id=None)
    alert = an_alert(identifier="vigil-appeal-1", statement=statement, source=DESK, status=Status.EXERCISE)
    return store(work, alert)


def said(work: Work, line: str, language: str = "en") -> list[str]:
    """The messages that a line is answered with."""
    reply = answer(Request(line, "telegram", ADDRESS, NOON, language), work)
    return [plain_text(message) for message in reply.messages]


@pytest.mark.parametrize(("language", "word"), [("en", "EXERCISE"), ("ko", "훈련")])
@pytest.mark.parametrize(
    "line",
    ["/statement {0}", "/statement {0} 1", "/act {0}", "/cite {0}", "/start s{0}", "/start a{0}", "#{0}"],
)
def test_whatever_is_shown_of_it_says_so_first(
    database: Database, line: str, language: str, word: str
) -> None:
    """Each message, for each may be read or passed on alone."""
    with database.write() as work:
        number = drilled(work).statement.id
        messages = said(work, line.format(number), language)
    assert messages
    assert all(message.startswith(word) for message in messages), messages


def test_what_is_real_does_not(database: Database) -> None:
    """It is shown as ever."""
    with database.write() as work:
        number = queued(work, a_reader(work)).statement.id
        for line in ("/statement", "/act", "/cite"):
            assert not any("EXERCISE" in message for message in said(work, f"{line} {number}"))


@pytest.mark.parametrize("line", ["/follow {0}", "/mute {0}", "/follow c{0}", "/case {0}"])
def test_it_has_no_case_to_follow(database: Database, line: str) -> None:
    """Nor is anything stored for the asking."""
    with database.write() as work:
        case = drilled(work).case_id
        (told,) = said(work, line.format(case))
        assert f"There is no case {case}" in told
        assert work.recipients.traces() == {}


def test_nothing_counts_it(database: Database) -> None:
    """Neither /status, nor what monitoring reads, nor the word after an outage."""
    with database.write() as work:
        reader = a_reader(work)
        queued(work, reader)

    def counted() -> list[object]:
        with database.read() as work:
            found, measured = work.counts(), work.measures(NOON)
            caught = work.caught_up(NOON, NOON, NOON)
        return [found, caught, measured.entries, measured.statements, measured.alerts, measured.deliveries]

    before = counted()
    with database.write() as work:
        drill = drilled(work)
        work.deliveries.queue(drill.id, [(reader.id, "telegram", NOON)], 3)
    assert counted() == before
