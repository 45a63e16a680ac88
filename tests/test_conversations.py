"""The page of conversations and its pictures show what is read on Telegram, in every language."""

import xml.etree.ElementTree as ET

from tests.conversations import PAGE, PICTURES, files


def test_the_conversations_are_true() -> None:
    """Written anew by `python -m tests.conversations`, they would be the same; each picture can be drawn."""
    made = files()
    assert {file: file.read_text(encoding="utf-8") for file in made} == made
    assert set(PICTURES.iterdir()) == set(made) - {PAGE}
    for file in PICTURES.iterdir():
        assert ET.fromstring(file.read_text(encoding="utf-8")).tag.endswith("svg")  # noqa: S314 - ours
