"""What a chat receives: asked for, shown, taken back."""

import pytest

from bot.commands.request import Request
from bot.commands.subscriptions import MOST_ROUTES
from bot.desk import Desk
from storage.database import Database
from storage.people import Route
from storage.words import Digest, Kind, RecipientState, Urgency
from tests.bot.chat import Chat
from tests.builders import NOON


def test_subscribe_alone_means_everything_urgent(chat: Chat) -> None:
    """The shortest line is enough, with "/" and with "!"."""
    assert "every urgent call" in chat.says("!subscribe")
    assert chat.routes == (Route(),)


def test_the_confirmation_repeats_what_was_asked_in_words(chat: Chat) -> None:
    """The person sees what will ring, what will not, and how to take it back."""
    read = chat.says('/subscribe KP kind:resolution urgency:Expected lang:ko "prison camp" -fundraising')
    for said in (
        "once a day a digest of the rest",
        "Countries: North Korea",
        "Languages: Korean",
        "Urgency at least: Expected",
        "With one of the words: “prison camp”",
        "Without the words: “fundraising”",
        "Nothing else makes a sound.",
        "To take it back: /unsubscribe 1",
    ):
        assert said in read
    assert chat.routes == (
        Route(
            countries=("KP",),
            kinds=(Kind.RESOLUTION,),
            languages=("ko",),
            keywords=("prison camp",),
            without=("fundraising",),
            least_urgency=Urgency.EXPECTED,
            digest=Digest.DAILY,
        ),
    )


def test_several_lines_are_several_routes(chat: Chat) -> None:
    """Lines with or without the command's name, all in one message."""
    chat.says("/subscribe North Korea\nChina\n/subscribe kind:report digest:weekly")
    assert chat.routes == (
        Route(countries=("KP",)),
        Route(countries=("CN",)),
        Route(kinds=(Kind.REPORT,), digest=Digest.WEEKLY),
    )


def test_the_same_wish_twice_is_one(chat: Chat) -> None:
    """Nobody hears a thing twice for having asked twice."""
    chat.says("/subscribe KP")
    assert "You have this already." in chat.says("/subscribe 북한")
    assert chat.routes == (Route(countries=("KP",)),)


def test_a_mistake_in_one_line_changes_nothing(chat: Chat) -> None:
    """Either all lines are understood or none is kept, and the answer says which word it was."""
    read = chat.says("/subscribe KP\nChnia")
    assert "“Chnia”" in read
    assert "Did you mean China?" in read
    assert "For example: /subscribe" in read
    assert chat.recipient() is None


def test_settings_says_in_words_what_was_asked_for(chat: Chat) -> None:
    """All of it, a button for each, however many; the line that asks for it stands behind that."""
    chat.says('/subscribe KP "prison camp"')
    chat.says("/subscribe CN")
    read = chat.says("/settings")
    assert "1. Everything urgent · North Korea · With one of the words: “prison camp”" in read
    assert "2. Everything urgent · China" in read
    assert '/subscribe KP "prison camp"' in chat.presses("Change 1")
    for code in ("IR", "MM", "RU", "VN", "LA", "TH", "MN", "KR", "JP"):
        chat.says(f"/subscribe {code}")
    chat.says("/subscribe kind:report,statement from:nkhr digest:weekly -fundraising")
    chat.says("/settings")
    assert (
        "12. Report and statement · From: nkhr · Without the words: “fundraising” · digest once a week"
        in (chat.read.replace("Statement and report", "Report and statement"))
    )
    assert "Change 12" in chat.offered
    chat.says("/unsubscribe")
    assert "Only 12" in chat.offered


def test_drills_and_counted_reactions_have_their_buttons(chat: Chat) -> None:
    """Reactions only where several people read: alone nobody counts themselves, but may end it."""
    chat.says("/subscribe")
    chat.says("/settings")
    assert "Count who has seen it" not in chat.offered
    assert "From now on drills come here too" in chat.presses("Drills, too")
    chat.says("/settings")
    assert "no drill comes here" in chat.presses("No drills")
    chat.group = True
    chat.says("/settings")
    assert "reactions to alerts are counted here" in chat.presses("Count who has seen it")
    chat.says("/settings")
    assert "not counted" in chat.presses("Count no reactions")


def test_who_has_everything_and_names_a_country_hears_how_to_have_it_alone(chat: Chat) -> None:
    """They may take the rest to be gone; what asks for more than what is urgent says nothing of it."""
    chat.says("/subscribe kind:report")
    chat.says("/subscribe")
    assert "adds nothing" not in chat.says("/subscribe kind:resolution")
    assert "adds nothing" not in chat.says("/subscribe KP urgency:Expected")
    assert "adds nothing. To hear of this alone: /unsubscribe 2" in chat.says("/subscribe KP")
    chat.says("/unsubscribe 2")
    assert Route() not in chat.routes
    assert "adds nothing" not in chat.says("/subscribe CN")


def test_one_subscription_is_taken_back_by_its_number(chat: Chat) -> None:
    """The others stay; a number that does not exist is explained."""
    chat.says("/subscribe KP")
    chat.says("/subscribe CN")
    assert "1 subscription is left." in chat.says("/unsubscribe 1")
    assert chat.routes == (Route(countries=("CN",)),)
    assert "1 to 1" in chat.says("/unsubscribe 5")
    assert "no number" in chat.says("/unsubscribe China")
    assert chat.routes == (Route(countries=("CN",)),)


def test_unsubscribe_takes_back_everything_and_can_be_undone(chat: Chat) -> None:
    """One word and one tap stop all; one tap brings it back as it was."""
    chat.says('/subscribe KP "prison camp"')
    chat.says("/subscribe kind:report")
    before = chat.routes
    assert "Take back all 2 subscriptions?" in chat.says("/unsubscribe")
    assert chat.routes == before
    assert "You will hear nothing more, except" in chat.presses("Yes, all")
    assert chat.routes == ()
    chat.presses("Undo")
    assert chat.routes == before


def test_a_new_subscription_can_be_taken_back_by_its_button(chat: Chat) -> None:
    """The button takes back this one and no other."""
    chat.says("/subscribe KP")
    chat.says("/subscribe CN")
    chat.presses("Take it back")
    assert chat.routes == (Route(countries=("KP",)),)


def test_unsubscribe_without_a_subscription_says_so(chat: Chat) -> None:
    """No error, and the way to begin."""
    assert "nothing to take back" in chat.says("/unsubscribe")
    assert "/subscribe" in chat.offered.values()


def test_the_language_follows_the_client_until_one_is_chosen(chat: Chat) -> None:
    """A Korean client is answered in Korean; the choice is kept over the client's wish."""
    korean = Chat(chat.database, language="ko-KR", address="chat-2")
    assert korean.says("/subscribe").startswith("구독되었습니다.")
    assert "English" in korean.says("/settings lang:english")
    assert korean.says("/settings").startswith("Settings")
    assert korean.presses("한국어").startswith("이제부터")
    assert "lang:en, lang:ko" in chat.says("/settings lang:xx")


@pytest.mark.parametrize(
    ("asked", "warned"),
    [
        ("from:northlight", ""),
        ("from:nortlight", "“northlight” is"),
        ("from:zzz", "No source is called “zzz”"),
    ],
)
def test_a_source_that_nobody_knows_is_warned_of(archive: Database, asked: str, warned: str) -> None:
    """A slip in a name would mean silence: it is kept, for an issuer may be called so, but said."""
    read = Chat(archive).says(f"/subscribe {asked}")
    assert warned in read
    assert ("No source is called" in read) == bool(warned)


def test_in_a_group_only_those_who_manage_it_may_change_it(chat: Chat) -> None:
    """Others may ask, but not switch the group's alerts on or off."""
    other = Chat(chat.database, group=True, may_manage=False)
    for line in ("/subscribe", "/unsubscribe", "/settings lang:ko", "/forget yes"):
        assert "Only those who manage this group" in other.says(line)
    assert other.recipient() is None
    assert other.says("/help").startswith("What you can ask")
    manager = Chat(chat.database, group=True)
    assert "You are subscribed." in manager.says("/subscribe")


def test_there_is_an_end_to_subscriptions(chat: Chat) -> None:
    """Nobody can fill the database from a chat."""
    many = "\n".join(f'"word {number}"' for number in range(MOST_ROUTES))
    chat.says(f"/subscribe {many}"[:10_000])
    assert len(chat.routes) == MOST_ROUTES
    assert str(MOST_ROUTES) in chat.says("/subscribe CN")
    assert len(chat.routes) == MOST_ROUTES


@pytest.mark.parametrize("line", ["/start", "/latest", "/settings", "refugees", "/subscribe KP"])
async def test_a_chat_that_could_not_be_reached_wakes_by_any_line(chat: Chat, line: str) -> None:
    """Whoever blocked the bot, came back and writes is told again, as they had asked; nobody else is made."""
    desk = Desk(chat.database)
    await desk.answer(Request(line, chat.transport, "a stranger", NOON, "en"))
    chat.says("/subscribe KP")
    with chat.database.write() as work:
        known = chat.recipient()
        assert known is not None
        work.recipients.suspend(known.id, NOON)
    await desk.answer(Request(line, chat.transport, chat.address, NOON, "en"))
    back = chat.recipient()
    assert back is not None
    assert (back.id, back.state) == (known.id, RecipientState.ACTIVE)


def test_one_organisation_is_two_taps(archive: Database) -> None:
    """From the first message: the button, the name."""
    chat = Chat(archive)
    chat.says("/start")
    assert chat.presses("One organisation").startswith("Which organisation?")
    assert chat.recipient() is None, "to look stores nothing"
    chat.presses("Northlight")
    assert chat.routes == (Route(sources=("Northlight",)),)
    assert "Everything urgent" in chat.offered


def test_who_has_everything_is_offered_no_part_of_it(chat: Chat) -> None:
    """One country beside everything urgent would look like a choice, and change nothing."""
    chat.says("/subscribe")
    assert "One country" not in chat.offered
