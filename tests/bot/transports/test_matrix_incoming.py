"""What is meant for the bot in a room, and what is not."""

from typing import Any

import pytest
from nio import Event

from bot.transports.matrix_choices import Choices, number_of
from bot.transports.matrix_incoming import File, Listener, Picked, Said, read

DIRECT = Listener("@vigil:t.test", "Vigil Watch", direct=True)
GROUP = Listener("@vigil:t.test", "Vigil Watch", direct=False)


def an_event(
    body: str, more: dict[str, Any] | None = None, *, sender: str = "@ann:t.test", kind: str = "m.text"
) -> Any:
    """A message as a homeserver brings it."""
    return Event.parse_event(
        {
            "type": "m.room.message",
            "event_id": "$1",
            "sender": sender,
            "origin_server_ts": 1,
            "content": {"msgtype": kind, "body": body, **(more or {})},
        }
    )


@pytest.mark.parametrize(
    ("body", "direct", "group"),
    [
        ("latest", "latest", None),
        ("!latest China", "!latest China", "!latest China"),
        ("/latest", "/latest", "/latest"),
        ("Vigil Watch: latest", "latest", "!latest"),
        ("@vigil:t.test !latest", "!latest", "!latest"),
        ("vigil, help", "help", "!help"),
        ("vigil", "", "!help"),
        ("vigilance is needed", "vigilance is needed", None),
    ],
)
def test_who_is_spoken_to(body: str, direct: str, group: str | None) -> None:
    """Alone with somebody all is for the bot; among several, commands and what begins with its name."""
    heard = read(an_event(body), DIRECT)
    assert isinstance(heard, Said)
    assert heard.text == direct
    among = read(an_event(body), GROUP)
    assert (among.text if isinstance(among, Said) else among) == group


def test_what_is_passed_over() -> None:
    """Its own words, other bots' notices, corrections, and numbers among several that answer nothing."""
    edit = {"m.relates_to": {"rel_type": "m.replace", "event_id": "$0"}, "m.new_content": {"body": "!x"}}
    assert read(an_event("!latest", sender=GROUP.user), GROUP) is None
    assert read(an_event("!latest", kind="m.notice"), DIRECT) is None
    assert read(an_event("* !latest", edit), DIRECT) is None
    assert read(an_event("2"), GROUP) is None
    assert read(an_event("2", {"m.relates_to": "broken"}), GROUP) is None


def test_a_number_answers() -> None:
    """A reply names the message, also below an old client's quotation; a thread's last message is none."""
    reply = {"m.relates_to": {"m.in_reply_to": {"event_id": "$0"}}}
    picked = read(an_event("> <@vigil:t.test> 1 · Full text\n\n1", reply), GROUP)
    assert isinstance(picked, Picked)
    assert (picked.number, picked.below) == (1, "$0")
    thread = {"m.relates_to": {**reply["m.relates_to"], "rel_type": "m.thread", "is_falling_back": True}}
    picked = read(an_event("1", thread), DIRECT)
    assert isinstance(picked, Picked)
    assert picked.below == ""


@pytest.mark.parametrize(
    ("text", "number"),
    [("1", 1), (" 12 ", 12), ("1️⃣", 1), ("🔟", 10), ("👍", None), ("1st", None), ("123", None)],
)
def test_numbers(text: str, number: int | None) -> None:
    """Digits or a keycap."""
    assert number_of(text) == number


def test_choices_are_of_their_message_and_room() -> None:
    """A number means what stands below that message now, in that room alone."""
    choices = Choices()
    choices.offer("!a", "$1", ("/one", "/two"))
    assert choices.below("!a", "$1", 2) == "/two"
    assert choices.below("!a", "$1", 0) is None
    assert choices.below("!a", "$1", 3) is None
    assert choices.below("!b", "$1", 1) is None
    choices.offer("!a", "$1", ())
    assert choices.below("!a", "$1", 1) is None


@pytest.mark.parametrize("kind", ["m.image", "m.file"])
def test_a_file_is_for_the_bot_in_a_direct_room_with_what_is_written_below_it(kind: str) -> None:
    """Its name alone is no words; among several it is nobody's business."""
    more = {"url": "mxc://t.test/1", "info": {"size": 5}}
    for body, filename, text in (
        ("!appeal 7", "a.jpg", "!appeal 7"),
        ("a.jpg", "a.jpg", ""),
        ("a.jpg", None, ""),
    ):
        named = more | ({"filename": filename} if filename else {})
        heard = read(an_event(body, named, kind=kind), DIRECT)
        assert isinstance(heard, Said)
        assert (heard.text, heard.file) == (text, File("mxc://t.test/1", None, 5))
        assert read(an_event(body, named, kind=kind), GROUP) is None
    broken = read(an_event("a.jpg", {"url": "mxc://t.test/1", "info": "large"}, kind=kind), DIRECT)
    assert isinstance(broken, Said)
    assert broken.file == File("mxc://t.test/1", None, 0)
