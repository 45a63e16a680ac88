"""Finding the command in a line: exact, forgiving, never silent in a private chat."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.commands.answer import changes
from bot.commands.request import Request
from bot.commands.table import COMMANDS
from storage.database import Database
from tests.bot.chat import Chat
from tests.builders import NOON


@pytest.mark.parametrize("line", ["/help", "!help", "/HELP", "/help@VigilBot", " /help ", "help", "! help"])
def test_a_command_is_understood_however_it_is_written(chat: Chat, line: str) -> None:
    """Telegram's slash, Matrix's mark, a bot's name behind it, or the bare word."""
    assert chat.says(line).startswith("What you can ask")


@pytest.mark.parametrize(
    "command", [command for command in COMMANDS if not command.hidden], ids=lambda c: c.name
)
def test_every_command_is_listed_explained_and_has_an_example_that_works(chat: Chat, command: object) -> None:
    """What /help shows exists, and its example is not itself a mistake."""
    known = next(one for one in COMMANDS if one is command)
    chat.admin = known.desk
    assert f"/{known.name}" in chat.says("/help")
    assert known.example in chat.says(f"/help {known.name}") or known.name in {
        "start",
        "privacy",
        "status",
        "forget",
    }
    assert "For example:" not in chat.says(known.example) or known.name == "help"


def test_an_unknown_command_is_answered_with_the_nearest_and_an_example(chat: Chat) -> None:
    """One tap does what was meant, the other words kept."""
    read = chat.says("/serch prison camps")
    assert "Did you mean /search?" in read
    assert "For example: /search" in read
    assert "/search prison camps" in chat.offered.values()
    assert "Did you mean /subscribe?" in chat.says("/sub KP")
    assert "All of them: /help" in chat.says("/qqqq")
    assert "All of them: /help" in chat.says("/nonsense")
    assert "/help" in chat.says("/")


@pytest.mark.parametrize(
    ("line", "begins"),
    [
        ("subscribe China", "You are subscribed."),
        ("Subscribe Chnia", "“Chnia” is no country"),
        ("demands vietnam", "What was asked of Vietnam"),
        ("search camps", "Results for: camps"),
        ("status of the nine refugees", "Results for: status of the nine refugees"),
        ("latest on the nine", "Results for: latest on the nine"),
        ("2005", "Results for: 2005"),
        ("999", "There is no statement #999."),
    ],
)
def test_in_a_private_chat_the_mark_may_be_left_out(chat: Chat, line: str, begins: str) -> None:
    """A command is recognised where it cannot be meant as words to look for."""
    assert chat.says(line).startswith(begins)


def test_hidden_commands_are_listed_nowhere(chat: Chat) -> None:
    """/expired is for buttons; it is neither shown nor suggested."""
    assert "/expired" not in chat.says("/help")
    assert "/expired" not in chat.says("/expird")


def test_talk_in_a_group_is_left_alone(chat: Chat) -> None:
    """People who talk to each other are not answered."""
    assert Chat(chat.database, group=True).says("good morning, status of things?") == ""


def test_only_announced_lines_are_given_a_writing_transaction() -> None:
    """Reading never waits for a writer; what writes says so."""
    typed = ("", "1", "KP", "yes", "lang:ko")
    writing = {command.name for command in COMMANDS if any(map(command.changes, typed))}
    assert writing == {
        *("subscribe", "unsubscribe", "settings", "forget"),
        *("follow", "mute", "digest", "quiet", "drill"),
        *("appeal", "approve", "stop", "correct", "join", "move"),
    }
    assert changes("!subscribe KP")
    assert changes("subscribe")
    assert changes("subscribe China")
    assert not changes("/search subscribe")
    assert changes("/forget@VigilBot yes")
    assert not any(
        map(changes, ("/subscribe ?", "subscribe  ?", "/settings", "/settings@VigilBot", "/forget"))
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(
    st.sampled_from([f"/{command.name}" for command in COMMANDS] + ["", "/nothing"]),
    st.text(max_size=40) | st.sampled_from(["?", "page:2", "KP", "1", "2005 China", "yes", "lang:ko"]),
    st.sampled_from(["en", "ko"]),
)
def test_every_line_gets_an_answer(chat: Chat, name: str, rest: str, language: str) -> None:
    """Whatever is typed in a private chat, something readable comes back."""
    chat.language = language
    assert chat.says(f"{name} {rest}").strip()


@pytest.mark.parametrize("verb", ["search", "subscribe KP", "appeal", "demands", "xyz", "mute"])
def test_half_a_surrogate_and_nul_are_no_part_of_a_line(chat: Chat, verb: str) -> None:
    """JSON can carry both; no client types them, and no database takes them."""
    assert chat.says(f'/{verb} "prison\ud800 \x00camp\udfff"')
    assert (
        Request("a\ud83d\x00b\ud83d\ude00".replace("\ud83d\ude00", "😀"), "telegram", "1", NOON).text
        == "ab😀"
    )


@pytest.mark.parametrize(
    ("said", "as_command"),
    [
        ("Hello!", "/start"),
        ("안녕하세요", "/start"),
        ("도움말", "/help"),
        ("STOP.", "/unsubscribe"),
        ("구독 취소", "/unsubscribe"),
        ("최신 소식", "/latest"),
        ("단체", "/orgs"),
        ("설정", "/settings"),
        ("구독 중국", "/subscribe 중국"),
        ("최신 북한", "/latest 북한"),
        ("검색 북송", "/search 북송"),
    ],
)
def test_who_greets_stops_or_types_a_label_looks_for_nothing(
    archive: Database, said: str, as_command: str
) -> None:
    """In a private chat; what writes is announced as its command is."""
    assert changes(said) == changes(as_command)
    plain, marked = Chat(archive, address="1"), Chat(archive, address="2")
    assert plain.says(said) == marked.says(as_command)
    assert Chat(archive, address="3", group=True).says(said) == ""


@pytest.mark.parametrize("line", ["/stop", "!cancel"])
def test_a_word_with_a_mark_that_is_no_command_leads_to_what_it_means(chat: Chat, line: str) -> None:
    """Who wants to hear no more is not led to /start, which is spelt much like it."""
    assert "Did you mean /unsubscribe?" in chat.says(line)


def test_at_the_desk_stop_may_mean_a_sending(chat: Chat) -> None:
    """Nothing is halted or taken back by a word in passing: it is said how."""
    chat.admin = True
    assert chat.says("stop").startswith("/stop")
    assert "not subscribed" in chat.says("구독 취소")


def test_no_command_is_offered_where_it_is_of_no_use(chat: Chat) -> None:
    """A channel is managed from elsewhere on Telegram alone."""
    assert "/for chat command" in Chat(chat.database, "telegram").says("/help")
    assert "for chat command" not in Chat(chat.database, "matrix").says("!help")
