"""Following and muting a case, and asking why something came."""

import pytest

from storage.database import Database
from storage.people import Event, Notice, Route
from storage.records import Reason
from storage.words import DeliveryState, EventKind, Stance
from tests.bot.chat import Chat
from tests.builders import NOON, URGENT, a_reader, a_statement, an_alert, arrived, queued


@pytest.fixture
def case(database: Database) -> int:
    """A case that has rung nowhere."""
    with database.write() as work:
        return work.cases.open("Nine refugees face return", NOON)


def stances(chat: Chat) -> list[Stance]:
    """What the chat wants of cases."""
    recipient = chat.recipient()
    with chat.database.read() as work:
        return [one for one, *_ in work.stances.of(recipient.id)] if recipient else []


def test_a_case_is_followed_without_having_been_alerted(chat: Chat, case: int) -> None:
    """By its number; it stands in the settings with the line that ends it."""
    read = chat.says(f"/follow {case}")
    assert f"You follow case {case}." in read
    assert "Nine refugees face return" in read
    assert stances(chat) == [Stance.FOLLOW]
    assert f"/follow {case} off · Nine refugees" in chat.says("/settings")
    assert f"/follow {case} off" in chat.says("/follow")
    assert "do not follow" in chat.says(f"/follow {case} off")
    assert stances(chat) == []


def test_a_case_is_muted_and_the_mistake_is_undone_with_a_tap(chat: Chat, case: int) -> None:
    """Pressed in haste, taken back."""
    assert "is muted here" in chat.says(f"/mute c{case}")
    assert stances(chat) == [Stance.MUTE]
    chat.presses("Undo")
    assert stances(chat) == []
    chat.presses("Undo")
    assert stances(chat) == [Stance.MUTE]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("/follow", "You follow no case"),
        ("/mute", "none is muted"),
        ("/follow 99", "There is no case 99."),
        ("/follow China", "“China” is no number"),
        ("/mute 1 tomorrow", "“tomorrow” is not understood here"),
        ("/why", "with what an alert offers below"),
        ("/why 7", "Nothing like that was sent here."),
        ("/follow 1 off", "do not follow case 1 any more"),
    ],
)
def test_what_cannot_be_done_is_explained_and_stores_nothing(
    chat: Chat, case: int, typed: str, told: str
) -> None:
    """Nobody becomes a recipient by a mistake."""
    del case
    assert told in chat.says(typed)
    assert chat.recipient() is None


def test_in_a_group_only_who_manages_it_mutes(database: Database, case: int) -> None:
    """One tired member does not silence a call for all."""
    chat = Chat(database, group=True, may_manage=False)
    assert "Only those who manage" in chat.says(f"/mute {case}")
    assert stances(chat) == []


def test_forget_removes_what_was_followed(chat: Chat, case: int) -> None:
    """As everything about the chat."""
    chat.says(f"/follow {case}")
    chat.says("/forget yes")
    assert chat.recipient() is None
    assert "Nothing is stored" in chat.says("/privacy")


def test_why_names_the_wish_and_the_words(chat: Chat, case: int) -> None:
    """The line that was typed, and what the text said; of another chat's alert nothing is told."""
    chat.says("/subscribe KP")
    chat.says("/subscribe VN")
    judged = URGENT.__class__(
        **{name: getattr(URGENT, name) for name in ("msg_type", "urgent", "urgency", "severity", "certainty")}
        | {"reasons": (Reason("cue", "face imminent return"),)}
    )
    with chat.database.write() as work:
        recipient = work.recipients.find("console", "chat-1")
        assert recipient is not None
        alert = an_alert(case_id=case, statement=a_statement(alert=judged, case_id=case))
        number = queued(work, recipient, alert=alert).id
        arrived(work, number)
    read = chat.says(f"/why {number}")
    assert "/subscribe KP" in read
    assert "/subscribe VN" not in read
    assert "face imminent return" in read
    other = Chat(chat.database, address="chat-2")
    assert "Nothing like that was sent here." in other.says(f"/why {number}")


def test_why_of_something_that_is_not_asked_for_any_more(chat: Chat, case: int) -> None:
    """After /unsubscribe it is said so, and nothing is made up."""
    with chat.database.write() as work:
        recipient = a_reader(work, Route(), transport="console", address="chat-1")
        number = queued(work, recipient, alert=an_alert(case_id=case)).id
    chat.says("/unsubscribe")
    assert "do not ask for any more" in chat.says(f"/why {number}")
    chat.says(f"/follow {case}")
    assert "You follow its case." in chat.says(f"/why {number}")


def test_what_few_words_stood_for_is_shown_to_whom_it_was_sent(chat: Chat, case: int) -> None:
    """The alert; a whole digest by any of its alerts; to nobody else, and nothing that only waits."""
    with chat.database.write() as work:
        recipient = a_reader(work, Route(), transport="console", address="chat-1")
        alone = queued(work, recipient, alert=an_alert(identifier="a", case_id=case)).id
        waits = queued(work, recipient, alert=an_alert(identifier="b", case_id=case)).id
        arrived(work, alone, "1")
        digest = [queued(work, recipient, lane=4, alert=an_alert(identifier=name)).id for name in "cd"]
        for number in digest:
            arrived(work, number, "2")
    assert chat.says(f"/show {alone}").startswith("URGENT · Nine refugees face return · China")
    assert "Follow" in chat.offered
    assert chat.says(f"/show {digest[1]}").startswith("2 urgent calls that did not ring")
    assert "Nothing like that was sent here." in chat.says(f"/show {waits}")
    assert "what an alert offers" in chat.says("/show")
    assert "Nothing like that" in Chat(chat.database, address="chat-2").says(f"/show {alone}")


def test_discreet_is_set_and_taken_back(chat: Chat) -> None:
    """With a line or a tap; it stands in the settings."""
    assert "only say" in chat.says("/settings discreet:on")
    assert "say only that there is news" in chat.says("/settings")
    assert "say what they are about" in chat.presses("Say it in full")
    assert "say only" not in chat.says("/settings")
    assert "/settings discreet:on" in chat.says("/settings discreet:perhaps")


def test_drills_are_asked_for_and_taken_back(chat: Chat) -> None:
    """Nobody has them who did not say so; it stands in the settings while they do."""
    chat.says("/subscribe")
    assert "rills" not in chat.says("/settings")
    assert "EXERCISE or TEST" in chat.says("/settings drills on")
    assert "Drills come here too." in chat.says("/settings")
    chat.says("/settings drills:on")
    assert "no drill comes here" in chat.presses("Undo")
    assert "rills" not in chat.says("/settings")
    assert "/settings drills:on" in chat.says("/settings drills:perhaps")


def test_a_notice_is_shown_to_whom_it_was_sent(chat: Chat) -> None:
    """What a discreet chat was told in few words; nobody else reads it, whatever number they try."""
    chat.says("/subscribe")
    me = chat.recipient()
    assert me is not None
    with chat.database.write() as work:
        number = work.notices.add(Notice((Event(EventKind.STORM, NOON),), NOON))
        work.deliveries.queue_notice(number, [(me.id, me.transport, NOON)], 3)
        (waiting,) = work.deliveries.of_notice(number)
    assert "Nothing like that" in chat.says(f"/show n{number}"), "not sent yet"
    with chat.database.write() as work:
        work.attempts.settle(waiting.id, DeliveryState.SENT, reference="1")
    assert "More has come than usual" in chat.says(f"/show n{number}")
    assert "Nothing like that" in Chat(chat.database, address="chat-2").says(f"/show n{number}")
