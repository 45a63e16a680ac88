"""Who spoke and who signed: /orgs and /signed."""

from datetime import UTC, datetime

import pytest

from storage.database import Database
from storage.records import Signatories
from tests.bot.chat import Chat, published
from tests.builders import a_source, a_statement

NKHR = "Citizens' Alliance for North Korean Human Rights (NKHR)"


@pytest.fixture
def chat(archive: Database) -> Chat:
    """A private chat about the small archive, to which a letter of three was added."""
    letter = a_statement(
        title="A letter of three",
        published=datetime(2020, 11, 9, tzinfo=UTC),
        issuers=("Human Rights Watch",),
        signatories=Signatories(organisations=2, persons=1, names=(NKHR, "Human Rights Watch", "Jane Roe")),
    )
    published(archive, a_source(), letter)
    return Chat(archive)


def test_those_who_spoke_are_listed_and_lead_to_what_they_said(chat: Chat) -> None:
    """How many statements, the last one's date, and a button for each."""
    read = chat.says("/orgs")
    assert "Northlight · 1 statement · last 10 March 2026" in read
    assert "사람들 · 1 statement · last 2 May 2020" in read
    assert "4 organisations" in read
    assert "#3 강제 북송을 멈추라" in chat.presses("사람들")
    assert "#1" not in chat.read
    assert "There are no more pages." in chat.says("/orgs page:9")


def test_many_organisations_are_paged(database: Database) -> None:
    """None twice, none left out, the one that spoke most first."""
    many = [a_statement(issuers=(f"Committee number {number}",)) for number in range(19)]
    published(database, a_source(), *many, a_statement(issuers=("Committee number 7",)))
    chat = Chat(database)
    seen: list[str] = []
    assert "1. Committee number 7 · 2 statements" in chat.says("/orgs")
    while True:
        seen += [label for label in chat.offered if label.startswith("Committee")]
        if "More" not in chat.offered:
            break
        chat.presses("More")
    assert sorted(seen) == sorted(f"Committee number {number}" for number in range(19))
    assert "page 3 of 3" in chat.read
    assert "page 2 of 3" in chat.presses("Back")
    assert "1. Committee number 7" in chat.says("back")
    assert "There are no more pages." in chat.says("/orgs page:9")
    assert "page 3 of 3" in chat.presses("Back")


def test_an_empty_archive_says_so(database: Database) -> None:
    """Rather than nothing at all."""
    assert "Nothing is in the archive yet." in Chat(database).says("/orgs")


@pytest.mark.parametrize(
    "line",
    [
        "/signed NKHR",
        "/signed nkhr",
        "/signed Citizens Alliance for North Korean Human Rights",
        "/signed “Citizens’ Alliance”",
        "/signed Citzens Aliance for North Korean Human Rights",
        "signed NKHR",
    ],
)
def test_what_somebody_signed_is_found_however_it_is_spelt(chat: Chat, line: str) -> None:
    """By its letters, without accents and marks, by a part of it, and with slips."""
    read = chat.says(line)
    assert read.startswith("Signed by Citizens' Alliance for North Korean Human Rights (NKHR)")
    assert "A letter of three" in read
    assert "signed by 2 organisations, 1 person" in read


def test_who_signed_leads_to_what_they_said_themselves(chat: Chat) -> None:
    """An organisation that signs also speaks."""
    chat.says("/signed Human Rights Watch")
    assert "A letter of three" in chat.presses("Their own statements")
    assert "A letter of three" in chat.says("/signed jane roe")
    assert "Their own statements" not in chat.offered


def test_a_name_of_nobody_leads_on(chat: Chat) -> None:
    """To those who spoke; what is missing is explained with an example."""
    read = chat.says("/signed Society of Lamplighters")
    assert "Nobody is known to have signed as “Society of Lamplighters”." in read
    assert chat.presses("Organisations").startswith("Organisations")
    assert "/signed NKHR" in chat.says("/signed")
    assert "300 characters at most" in chat.says("/signed " + "x" * 900)
    chat.says("/signed Northlight")
    assert "#1" in chat.presses("Their own statements")
    assert "“x” is no page" in chat.says("/signed NKHR page:x")


def test_several_that_may_be_meant_are_offered(database: Database) -> None:
    """The person chooses; nothing is mixed together."""
    names = ("Friends of the North", "Friends of the South")
    published(database, a_source(), *(a_statement(signatories=Signatories(names=(name,))) for name in names))
    chat = Chat(database)
    assert "Did you mean one of these?" in chat.says("/signed friends")
    assert chat.presses("Friends of the South").startswith("Signed by Friends of the South")


def test_a_name_is_known_by_its_other_names(database: Database) -> None:
    """Who signed in English is found by the Korean name, and the other way round."""
    names = ("Citizens' Alliance for North Korean Human Rights", "북한인권시민연합")
    for number, name in enumerate(names):
        letter = a_statement(title=f"Letter {number}", issuers=(), signatories=Signatories(1, names=(name,)))
        published(database, a_source(), letter)
    for name in (*names, "NKHR"):
        read = Chat(database).says(f"/signed {name}")
        assert "Letter 0" in read
        assert "Letter 1" in read


def test_letters_never_lend_one_organisation_the_signature_of_another(database: Database) -> None:
    """The initials of a longer name end in NKHR too: it is another organisation, and offered as one."""
    name = "Database Center for North Korean Human Rights"
    published(database, a_source(), a_statement(title="Letter", signatories=Signatories(1, names=(name,))))
    chat = Chat(database)
    read = chat.says("/signed NKHR")
    assert "Nobody is known to have signed as “NKHR”." in read
    assert "Letter" not in read
    assert "Letter" in chat.presses("Database Center for North Korean Human…")


def test_letters_that_two_share_mean_neither(database: Database) -> None:
    """Whoever is meant is asked for."""
    for name in ("Open Seas Refuge Watch", "Old Settlers Relief Works"):
        letter = a_statement(title=f"Letter of {name}", signatories=Signatories(1, names=(name,)))
        published(database, a_source(), letter)
    chat = Chat(database)
    assert "Did you mean one of these?" in chat.says("/signed OSRW")
    assert "Letter of" not in chat.read
    assert "Letter of Old" in chat.presses("Old Settlers Relief Works")


def test_one_organisation_by_two_names_is_listed_once(database: Database) -> None:
    """With what it said under both, counted once where both stand under it."""
    both = ("Transitional Justice Working Group", "전환기정의워킹그룹")
    for issuers in ((both[0],), (both[1],), both, ("Northlight",)):
        published(database, a_source(), a_statement(issuers=issuers))
    read = Chat(database).says("/orgs")
    assert "2 organisations" in read
    assert "3 statements" in read
    assert ("Transitional" in read) != ("전환기" in read)
