"""What an edit changed is said as it was and as it is, and nothing that was withheld."""

import pytest

from bot.render.changes import changes_blocks
from bot.render.html import plain_text
from bot.render.message import Message
from bot.speech import Speech
from jobs.steps.sensitive import MARK
from storage.records import Change
from storage.words import Aspect


@pytest.mark.parametrize(
    ("change", "english", "korean"),
    [
        (
            Change(Aspect.PLACES, ("Shenyang",), ("Dandong",)),
            "Places: now also Dandong; no longer Shenyang",
            "장소: Dandong 추가, Shenyang 제외",
        ),
        (
            Change(Aspect.NAMES, (), ("Lee Sang-chul", MARK)),
            "Persons named: now also Lee Sang-chul",
            "이름이 언급된 사람: Lee Sang-chul 추가",
        ),
        (Change(Aspect.ADDRESSEES, (), ("Laos",)), "Addressed to: now also Laos", "수신: Laos 추가"),
        (Change(Aspect.NAMES, (), (MARK,)), "", ""),
    ],
)
def test_where_who_and_whom(change: Change, english: str, korean: str) -> None:
    """Of names only those that came; a mark in the place of one tells nothing, so nothing is said."""
    for language, said in (("en", english), ("ko", korean)):
        assert plain_text(Message(changes_blocks((change,), Speech(language)))) == said


def test_of_many_names_some_are_shown() -> None:
    """A list of hundreds of prisoners is one line."""
    change = Change(Aspect.NAMES, (), tuple(f"Person{number}" for number in range(300)))
    assert "Person7" in (said := plain_text(Message(changes_blocks((change,), Speech("en")))))
    assert "Person8" not in said
