"""Whatever is not meant in earnest says so before anything else, however and wherever it is shown."""

import re
from dataclasses import replace
from datetime import timedelta
from io import StringIO

import pytest
from rich.console import Console

from bot.announce import bare
from bot.render.alert import alert_message
from bot.render.amended import amended_message
from bot.render.digest import digest_message
from bot.render.discreet import ping
from bot.render.html import plain_text, to_html
from bot.render.matrix import parts
from bot.render.message import Message
from bot.render.notice import notice_message
from bot.render.terminal import rendered, terminal
from bot.speech import Speech
from jobs.amend import Changed
from storage.people import Event, Notice
from storage.records import DESK, Alert
from storage.words import Cause, EventKind, MsgType, Status
from tests.builders import NOON, a_source, a_statement, an_alert

WORDS = {
    ("en", Status.EXERCISE): "EXERCISE",
    ("en", Status.TEST): "TEST",
    ("ko", Status.EXERCISE): "훈련",
}


def shown(alert: Alert, speech: Speech) -> dict[str, Message]:
    """Every message that an alert can become."""
    end = replace(alert, msg_type=MsgType.CANCEL, cause=Cause.FALSE, id=2, references=("vigil-1",))
    edit = replace(alert, msg_type=MsgType.UPDATE, cause=Cause.EDIT, id=3, references=("vigil-1",))
    over = Changed("1", alert, end, None, "key")
    later = NOON + timedelta(hours=1)
    return {
        "call": alert_message(alert, speech, NOON),
        "news": alert_message(edit, speech, NOON),
        "end": alert_message(end, speech, NOON),
        "reminder": alert_message(replace(alert, cause=Cause.REMINDER), speech, NOON),
        "called off": amended_message(over, speech, later),
        "rewritten": amended_message(replace(over, by=edit), speech, later),
        "digest": digest_message((alert, end), speech, NOON),
        "digest, called off": amended_message(
            replace(over, digest=(alert,), over=frozenset({alert.id})), speech, later
        ),
        "few words": ping("1", speech, silent=True, status=alert.status),
    }


def printed(message: Message) -> str:
    """The message as a terminal shows it."""
    out = StringIO()
    terminal(Console(file=out, width=200)).print(rendered(message))
    return out.getvalue()


@pytest.mark.parametrize("source", [DESK, a_source()])
@pytest.mark.parametrize(("language", "status"), WORDS)
def test_the_banner_stands_first_in_every_message_on_every_transport(
    source: object, language: str, status: Status
) -> None:
    """An alert, an appeal, news, an end, what is changed in place, a digest: with markup or without."""
    word = WORDS[language, status]
    said = a_statement(id=1)
    alert = an_alert(id=1, case_id=1, status=status, source=source, statement=said)
    for name, message in shown(alert, Speech(language)).items():
        for text in (plain_text(message), plain_text(bare(message)), printed(message)):
            assert text.lstrip().startswith(word), name
        for markup in (to_html(message), parts(message)[0].html):
            assert re.sub("<[^>]*>", "", markup).startswith(word), name
    for message in shown(replace(alert, status=Status.ACTUAL), Speech(language)).values():
        assert word not in plain_text(message)


def test_in_a_digest_drills_come_after_what_is_real_and_each_says_what_it_is() -> None:
    """One that is urgent is not taken for a call, and none hides one."""
    real = an_alert(
        id=1, identifier="real", statement=a_statement(id=1, title="A post", alert=a_statement().alert)
    )
    drill = an_alert(
        id=2, identifier="drill", status=Status.EXERCISE, statement=a_statement(id=2, title="Practice")
    )
    lines = plain_text(digest_message((drill, real), Speech("en"), NOON)).splitlines()
    titles = [line for line in lines if "A post" in line or "Practice" in line]
    assert [("EXERCISE · URGENT · #2 Practice" in line) for line in titles] == [False, True]
    assert lines[0].startswith("1 urgent call that did not ring")


@pytest.mark.parametrize(
    "kind", [kind for kind in EventKind if kind.name.startswith("APPEAL_")], ids=lambda kind: kind.name
)
@pytest.mark.parametrize("drill", [True, False])
def test_what_admins_are_told_of_a_drill_says_so_and_its_button_shows_it(
    kind: EventKind, drill: bool
) -> None:
    """Nobody is woken by what looks like the real thing, nor takes the real thing for practice."""
    counts = {"appeal": 7, "recipients": 2} | ({"drill": 1} if drill else {})
    message = notice_message(Notice((Event(kind, NOON, title="7", counts=counts),), NOON, 1), Speech("en"))
    assert plain_text(message).startswith("EXERCISE · Appeal 7") is drill
    commands = [choice.command for row in message.choices for choice in row]
    assert ("/drill 7" if drill else "/appeal 7") in commands
