"""From a chat: what an address holds, a source added, tested, trusted, asked otherwise and taken out."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path

import pytest

from bot.commands.looked import Judged, to_add
from bot.commands.request import Request
from bot.config import load
from bot.config.book import Book
from bot.desk import Desk
from bot.looking import looks
from bot.render.html import plain_text
from bot.speech import Speech
from jobs.desk import Rules
from jobs.discover import Discovered
from jobs.notices import Admins
from storage.database import Database
from storage.words import Act, DeskRole, EventKind, Trust
from tests.builders import NOON
from tests.feeds import Site, a_site
from tests.jobs.watching import CALL, POST

ANNA, BRUNO, KEEPER, READER = (("telegram", name) for name in ("901", "902", "903", "904"))
ADMINS = Admins((ANNA, BRUNO))
CONFIG = '[fetch]\nallow_private = true\n\n[[sources]]\nname = "northlight"\nurl = "{url}/old"\n'
pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@dataclass
class Phone:
    """The desk as the service has it, and what was answered last."""

    database: Database
    file: Path
    site: Site
    desk: Desk
    offered: dict[str, str] = field(default_factory=dict)

    async def says(self, line: str, who: tuple[str, str] = KEEPER) -> str:
        """What is answered to somebody."""
        told = await self.desk.answer(Request(line, *who, NOON))
        self.offered = {one.label: one.command for m in told.messages for row in m.choices for one in row}
        return "\n".join(plain_text(one) for one in told.messages)

    async def presses(self, label: str) -> str:
        """Press a button of the last answer."""
        return await self.says(next(self.offered[one] for one in self.offered if one.startswith(label)))

    def acts(self) -> list[Act]:
        """What is on record."""
        with self.database.read() as work:
            return [one.act for one in work.audit.all()]


@pytest.fixture
async def phone(database: Database, tmp_path: Path) -> AsyncIterator[Phone]:
    """A source keeper; a site with a feed that has called."""
    async with a_site() as site:
        feed = site.feed("/feed")
        feed.posts(*POST, at=NOON)
        feed.posts(*CALL, at=NOON)
        site.feed("/old").posts("An old post", "Some news.", at=NOON)
        file = tmp_path / "config.toml"
        file.write_text(CONFIG.format(url=site.url))
        config = load(file)
        with database.write() as work:
            work.sources.watch(config.sources)
            work.staff.join(work.staff.invite(DeskRole.KEEPER, NOON), *KEEPER, NOON)
        rules = Rules(admins=ADMINS)
        desk = Desk(database, UTC, ADMINS, rules, Book(file), looks(config, database))
        yield Phone(database, file, site, desk)


async def test_an_address_is_looked_behind_and_watched_after_one_press(phone: Phone) -> None:
    """Its last items and what would have rung; it begins as a relay, and all other admins hear of it."""
    shown = await phone.says(f"/sources add {phone.site.url}/feed")
    for told in ("Northlight", "2 items", CALL[0], "1 would have rung", "its first call waits for a look"):
        assert told in shown, shown
    assert len(load(phone.file).sources) == 1
    assert "written into the configuration" in await phone.presses("Watch")
    added = load(phone.file).sources[-1]
    assert (added.url, added.trust) == (f"{phone.site.url}/feed", Trust.RELAY)
    with phone.database.read() as work:
        kept = work.sources.by_name(added.name)
        assert kept in work.sources.due(NOON), "it is asked from now on, without a restart"
        (notice,) = work.notices.latest(1)
        assert notice.events[0].kind is EventKind.SOURCE_CHANGED
        told_to = [one.recipient_id for one in work.deliveries.of_notice(notice.id)]
        known = [work.recipients.find(*who) for who in (ANNA, BRUNO)]
        assert told_to == [one.id for one in known if one]
    assert phone.acts() == [Act.ADDED]


async def test_where_nothing_can_be_watched_it_is_said(phone: Phone) -> None:
    """A page that is not there; a word that is no address."""
    nothing = Judged(Discovered((), 1, "HTTP 404"))
    (told,) = to_add(nothing, "https://example.org/none", Speech("en")).messages
    assert "Nothing that can be watched was found at https://example.org/none." in plain_text(told)
    assert "It answered: HTTP 404" in plain_text(told)
    assert "Which address?" in await phone.says("/sources add")
    assert len(load(phone.file).sources) == 1


async def test_a_source_is_tested_where_it_stands(phone: Phone) -> None:
    """Asked now; what of it would have rung; nothing is stored of that."""
    await phone.says("/sources northlight")
    shown = await phone.presses("Test")
    assert "It answers as it should" in shown
    assert "An old post" in shown
    assert "None of these would have rung." in shown
    with phone.database.read() as work:
        assert work.counts().statements == 0


async def test_trust_interval_and_removal_each_after_one_question(phone: Phone) -> None:
    """In the file and in what is watched; what is typed wrong changes nothing."""
    await phone.says("/sources northlight")
    assert "passes on the words of others" in await phone.presses("Looks first")
    assert load(phone.file).sources[0].trust is Trust.OFFICIAL
    await phone.presses("Yes")
    assert "would be asked every 30 minutes" in await phone.says("/sources northlight every 30m")
    await phone.presses("Yes")
    source = load(phone.file).sources[0]
    assert (source.trust, source.every) == (Trust.RELAY, 1800)
    with phone.database.read() as work:
        kept = work.sources.by_name("northlight")
        assert kept is not None
        assert (kept.trust, kept.every) == (Trust.RELAY, 1800)
    for line, told in (
        ("/sources northlight trust official yes", "Your role does not allow that"),
        ("/sources northlight trust me", "is no trust"),
        ("/sources northlight every now", "is no time"),
        ("/sources nobody remove", "No source is called"),
    ):
        assert told in await phone.says(line)
    assert "would not be watched any more" in await phone.says("/sources northlight remove")
    await phone.presses("Yes")
    assert load(phone.file).sources == ()
    with phone.database.read() as work:
        assert work.sources.all() == ()
    assert phone.acts() == [Act.CHANGED, Act.CHANGED, Act.REMOVED]


async def test_only_owners_and_admins_trust_a_source_more(phone: Phone) -> None:
    """Its urgent calls go out without a look from then on."""
    for _ in range(2):
        await phone.says("/sources northlight trust relay yes", ANNA)
    assert "an organisation's own word" in await phone.says("/sources northlight trust official", ANNA)
    await phone.says("/sources northlight trust official yes", ANNA)
    assert load(phone.file).sources[0].trust is Trust.OFFICIAL


async def test_nobody_else_has_an_address_asked_or_a_source_changed(phone: Phone) -> None:
    """For a subscriber the command does not exist, and nothing goes out for them."""
    before = len(phone.site.requests)
    for line in (
        f"/sources add {phone.site.url}/feed",
        "/sources northlight remove yes",
        "/sources northlight test",
    ):
        assert "There is no command" in await phone.says(line, READER)
    assert len(phone.site.requests) == before
    assert len(load(phone.file).sources) == 1


async def test_a_file_that_cannot_be_written_changes_nothing(phone: Phone) -> None:
    """Why is told, and what is watched stays as it was."""
    phone.file.write_text("[nonsense\n")
    told = await phone.says("/sources northlight remove yes")
    assert "It could not be written into the configuration." in told
    with phone.database.read() as work:
        assert len(work.sources.all()) == 1
    assert phone.acts() == []
