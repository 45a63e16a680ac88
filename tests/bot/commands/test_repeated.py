"""A platform that brings a line again, because nobody confirmed it, gets an answer and no second effect."""

import pytest

from bot.commands.answer import answer
from bot.commands.request import Request
from bot.desk import Desk
from storage.database import Database
from storage.words import RecipientState
from tests.bot.chat import Chat
from tests.builders import NOON, a_route


@pytest.fixture
def chat(database: Database) -> Chat:
    """A chat on Telegram, whose lines have ids; it has asked for two countries and for a phrase."""
    made = Chat(database, transport="telegram")
    made.says('/subscribe KP\nCN\n"prison camp"')
    made.request_id = "1:1001"
    return made


def test_a_repeated_unsubscribe_takes_back_one_route(chat: Chat) -> None:
    """The first route went; that another one is the first now does not cost it."""
    assert chat.says("/unsubscribe 1").startswith("Taken back.")
    read = chat.says("/unsubscribe 1")
    assert read.startswith("This was done already, and was not done again.")
    assert "Everything urgent · China" in read, "the person reads what is left"
    assert chat.routes == (a_route("CN"), a_route(keywords=("prison camp",)))
    chat.request_id = "1:1002"
    assert chat.says("/unsubscribe 1").startswith("Taken back."), "the next line is another one"
    assert len(chat.routes) == 1


def test_a_repeated_forget_does_not_forget_what_was_asked_for_since(chat: Chat) -> None:
    """Forgotten, and told so again; whoever subscribed meanwhile stays subscribed."""
    assert chat.says("/forget yes").startswith("Forgotten.")
    assert "Nothing is stored about this chat." in chat.says("/forget yes")
    assert chat.recipient() is None
    chat.request_id = "1:1002"
    chat.says("/subscribe")
    chat.request_id = "1:1001"
    assert "You asked for this:" in chat.says("/forget yes")
    assert chat.recipient() is not None


def test_an_undo_that_was_pressed_before_a_restart_is_told_as_done(chat: Chat) -> None:
    """Its button's meaning died with the program, its effect did not: "too old" would be untrue."""
    chat.says("/unsubscribe all")
    chat.request_id = "1:1002"
    chat.presses("Undo")
    assert chat.says("/expired").startswith("This was done already")
    assert len(chat.routes) == 3


@pytest.mark.parametrize(
    "line", ["/latest", "/help", "/settings", "/forget", "/subscribe ?", "/subscribe Chnia"]
)
def test_what_changed_nothing_is_answered_in_full_again(chat: Chat, line: str) -> None:
    """A look-up, a question before the deed and a slip of the pen are read as if for the first time."""
    assert chat.says(line) == chat.says(line) != ""


def test_a_line_without_an_id_is_done_as_often_as_it_is_said(chat: Chat) -> None:
    """A terminal brings nothing twice: who says it twice means it twice."""
    chat.request_id = ""
    for _ in range(2):
        chat.says("/unsubscribe 1")
    assert len(chat.routes) == 1


def test_an_effect_that_was_not_committed_is_done_when_the_line_comes_again(chat: Chat) -> None:
    """Effect and note are one transaction: killed before its commit, neither is there."""
    request = Request("/unsubscribe 1", "telegram", chat.address, NOON, id="1:1001")

    def killed() -> None:
        with chat.database.write() as work:
            answer(request, work)
            raise InterruptedError

    with pytest.raises(InterruptedError):
        killed()
    assert len(chat.routes) == 3
    assert chat.says("/unsubscribe 1").startswith("Taken back.")
    assert len(chat.routes) == 2


async def test_a_repeated_farewell_does_not_silence_who_came_back(chat: Chat) -> None:
    """Blocked, let in again and subscribed: that Telegram tells of the block again changes nothing."""
    desk = Desk(chat.database)
    await desk.gone("telegram", chat.address, "1:1002")
    assert state(chat) is RecipientState.SUSPENDED
    chat.request_id = "1:1003"
    chat.says("/subscribe")
    await desk.gone("telegram", chat.address, "1:1002")
    assert state(chat) is RecipientState.ACTIVE
    await desk.gone("telegram", chat.address)
    assert state(chat) is RecipientState.SUSPENDED, "a refused message speaks of now"


def state(chat: Chat) -> RecipientState:
    """Whether it can be reached, as far as we know."""
    known = chat.recipient()
    assert known is not None
    return known.state
