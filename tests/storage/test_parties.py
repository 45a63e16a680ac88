"""Who spoke and who signed, on both databases: counted as statements come, change and go."""

from dataclasses import replace
from datetime import UTC, date, datetime

from storage.database import Database
from storage.queries import Party
from storage.records import Signatories, Statement
from storage.words import Role
from tests.builders import NOON, a_source, a_statement, kept

NAMES = ("Citizens' Alliance for North Korean Human Rights (NKHR)", "Human Rights Watch", "Jane Roe")


def letter(**given: object) -> Statement:
    """A letter that three have signed."""
    return a_statement(
        **{"issuers": ("Human Rights Watch",), "signatories": Signatories(names=NAMES)} | given
    )


def speakers(database: Database) -> dict[str, tuple[int, date | None]]:
    """How much each has said, and when last."""
    with database.read() as work:
        return {one.name: (one.issued, one.newest) for one in work.statements.parties.speakers(100)[1]}


def named(database: Database, name: str) -> list[str]:
    """Whom a name means, of those who signed."""
    with database.read() as work:
        return [one.name for one in work.statements.parties.named(name, Role.SIGNATORY)]


def like(database: Database, name: str) -> list[str]:
    """Whom a name may mean, of those who signed."""
    with database.read() as work:
        return [one.name for one in work.statements.parties.like(name, Role.SIGNATORY)]


def test_those_who_spoke_are_counted_with_their_last_day(database: Database) -> None:
    """The one who spoke most first; without issuers it is the source's organisation; no date, no day."""
    old = letter(published=datetime(2005, 2, 16, tzinfo=UTC))
    undated = a_statement(published=None)
    with database.write() as work:
        kept(work, letter(), old, undated)
    found = speakers(database)
    assert found == {"Human Rights Watch": (2, NOON.date()), "Northlight": (1, None)}
    assert next(iter(found)) == "Human Rights Watch"


def test_an_edit_moves_the_counts(database: Database) -> None:
    """What a statement says no more of its issuers counts no more, and a name without any is gone."""
    with database.write() as work:
        first, second = kept(work, letter(), letter())
    source = a_source()
    with database.write() as work:
        stored = work.sources.ensure(source)
        changed = replace(first, issuers=("Amnesty",), signatories=Signatories())
        work.statements.change(changed, stored, NOON)
    assert speakers(database) == {"Human Rights Watch": (1, NOON.date()), "Amnesty": (1, NOON.date())}
    with database.write() as work:
        work.statements.change(replace(second, issuers=("Amnesty",)), work.sources.ensure(source), NOON)
    assert speakers(database) == {"Amnesty": (2, NOON.date())}


def test_a_signatory_is_found_by_name_by_letters_and_by_a_slip(database: Database) -> None:
    """Exactly where that is possible; else by its words, else by its spelling; a stranger is nobody."""
    with database.write() as work:
        kept(work, letter())
    assert named(database, "citizens alliance for north korean human rights") == [NAMES[0]]
    assert named(database, "NKHR") == [NAMES[0]]
    assert named(database, "hrw") == ["Human Rights Watch"]
    assert named(database, "Human Rights Wach") == []
    assert like(database, "Human Rights Wach") == ["Human Rights Watch"]
    assert like(database, "alliance korean") == [NAMES[0]]
    assert like(database, "Zebra Crossing Society") == []
    assert like(database, "%_'\"") == []


def test_what_somebody_signed_comes_newest_first(database: Database) -> None:
    """Whole numbers of it, in pages, and none of what they only issued."""
    days = [datetime(2005 + number, 1, 1, tzinfo=UTC) for number in range(7)]
    with database.write() as work:
        ids = [one.id for one in kept(work, *(letter(published=day) for day in days))]
        kept(work, a_statement(issuers=(NAMES[0],)))
    with database.read() as work:
        (party,) = work.statements.parties.named("NKHR", Role.SIGNATORY)
        assert isinstance(party, Party)
        total, first = work.statements.parties.of([party.key], Role.SIGNATORY, 5)
        _, rest = work.statements.parties.of([party.key], Role.SIGNATORY, 5, 5)
    assert (total, [*first, *rest]) == (7, ids[::-1])
