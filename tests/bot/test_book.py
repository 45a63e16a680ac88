"""Sources are changed in a file that people edit by hand: what is meant, and not a byte more."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.config import load
from bot.config.book import Book
from bot.config.written import NotWritten
from storage.words import Trust
from tests.builders import a_source

OURS = """\
# Kept by Maria; ask her before you change anything.
[vigil]
database = "sqlite:///vigil.db"   # on the big disk

[[sources]]
name = "first"        # the oldest
url = "https://first.example/feed"
every = "30m" # they asked for that
[sources.selectors]
item = "li"

# The second one came in spring.
[[ sources ]]
name = "second"
url = "https://second.example/feed"

[admins]
approvals = 2
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A configuration of two sources, between other tables."""
    path = tmp_path / "config.toml"
    path.write_text(OURS, encoding="utf-8")
    return path


def test_a_line_is_changed_where_it_stands_else_added(file: Path) -> None:
    """All others stay to the last byte, comments among them."""
    book = Book(file)
    assert [one.every for one in book.every("first", 600)] == [600, 600]
    assert file.read_text() == OURS.replace('every = "30m" # they asked for that', 'every = "10m"')
    assert [one.trust for one in book.trust("second", Trust.RELAY)] == [Trust.OFFICIAL, Trust.RELAY]
    assert '[[ sources ]]\ntrust = "relay"\nname = "second"' in file.read_text()
    assert book.every("second", 90)[1].every == 90
    assert load(file).sources == book.trust("second", Trust.RELAY)


def test_a_source_is_taken_out_with_its_parts(file: Path) -> None:
    """The comment before the next one, and the tables around, stay."""
    assert [one.name for one in Book(file).remove("first")] == ["second"]
    told = file.read_text()
    assert "first" not in told
    assert 'item = "li"' not in told
    assert "# The second one came in spring.\n[[ sources ]]" in told
    assert Book(file).remove("second") == ()
    assert load(file).sources == ()
    assert load(file).admins.approvals == 2


def test_one_more_has_a_name_that_none_has(file: Path) -> None:
    """And what was there reads as before."""
    before = load(file).sources
    added = a_source(name="", url="https://www.first.example/news")
    found = Book(file).add(added)
    assert found == (*before, replace(added, name="first-2"))
    assert load(file).sources == found


def test_lines_of_another_system_stay_so(file: Path) -> None:
    """Windows line ends."""
    file.write_bytes(OURS.replace("\n", "\r\n").encode())
    Book(file).trust("second", Trust.RELAY)
    after = file.read_bytes()
    assert after.count(b"\n") == after.count(b"\r\n")


@pytest.mark.parametrize(
    "odd",
    [
        'sources = [{name = "first", url = "https://first.example/feed"}]\n',
        OURS.replace('url = "https://first', 'title = """\n[[sources]]\n"""\nurl = "https://first'),
    ],
)
def test_what_is_written_otherwise_is_left_to_people(file: Path, odd: str) -> None:
    """Nothing is guessed: the file stays as it is, and no other lies beside it."""
    file.write_text(odd)
    with pytest.raises(NotWritten, match="by hand"):
        Book(file).trust("first", Trust.RELAY)
    with pytest.raises(NotWritten, match="by hand"):
        Book(file).remove("first")
    assert file.read_text() == odd
    assert [one.name for one in file.parent.iterdir()] == ["config.toml"]


def test_a_source_that_is_not_there_is_not_changed(file: Path) -> None:
    """Somebody took it out meanwhile."""
    with pytest.raises(NotWritten):
        Book(file).every("third", 600)
