"""Sources that admins add in a chat: looked at, added on trial, trusted, asked more seldom, removed."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import product

import pytest
import sqlalchemy as sa
import structlog

from bot.render.html import plain_text
from bot.render.notice import notice_message
from bot.speech import Speech
from jobs import watchlist
from jobs.desk import Rules
from jobs.fetch import Fetcher
from jobs.looks import Looker, answer
from jobs.notices import Admins, announce
from jobs.parser import Parser
from jobs.poll import Polled, Poller
from jobs.watchlist import Editor
from storage.database import Database
from storage.looks import Findings, Place
from storage.people import Event
from storage.records import Source
from storage.tables.watch import sources
from storage.words import Act, DeliveryState, DeskRole, EventKind, Trust
from tests.bot.chat import Chat
from tests.builders import NOON, a_reader, a_route, a_source
from tests.feeds import Site, a_site
from tests.jobs.watching import CALL, POST

OWNER, OTHER = ("telegram", "anna"), ("telegram", "bruno")
RULES = Rules(admins=Admins((OWNER, OTHER)))
HEAD = '<link rel="alternate" type="application/rss+xml" href="{}">'
DAY = timedelta(days=1)


@dataclass
class Desk:
    """Somebody at the desk, a site that nobody watches, and the program's jobs."""

    database: Database
    site: Site
    fetcher: Fetcher
    chat: Chat = field(init=False)

    def __post_init__(self) -> None:
        """The owner begins."""
        self.chat = self.person(OWNER, DeskRole.OWNER)

    def person(self, who: tuple[str, str], role: DeskRole | None) -> Chat:
        """The chat of somebody with this role."""
        return Chat(self.database, who[0], address=who[1], role=role, rules=RULES)

    async def looks(self) -> int:
        """The program looks at what was asked; returns how much that was."""
        now = self.chat.now
        return await Looker(self.database, self.fetcher, Parser(), now=lambda: now).due()

    async def polls(self) -> list[Polled]:
        """What is due is polled."""
        return list(await Poller(self.database, self.fetcher, admins=RULES.admins).due(self.chat.now))

    def told(self) -> list[tuple[str, str, str]]:
        """(source, detail, who) of all that was told about the desk."""
        with self.database.read() as work:
            found = []
            for notice in reversed(work.notices.latest(100)):
                to = [work.recipients.get(one.recipient_id) for one in work.deliveries.of_notice(notice.id)]
                names = " ".join(sorted(one.address for one in to if one))
                found += [
                    (event.source, event.detail, names)
                    for event in notice.events
                    if event.kind is EventKind.STAFF
                ]
        return found

    def source(self, name: str = "127-0-0-1") -> Source:
        """A source as it is kept."""
        with self.database.read() as work:
            found = work.sources.by_name(name)
        assert found is not None
        return found

    def acts(self) -> list[Act | str]:
        """What the audit holds."""
        with self.database.read() as work:
            return [one.act for one in work.audit.all()]

    def publishes(self) -> None:
        """A page that names a feed; in it a call of two years ago and a dinner."""
        page = f"<html><head><title>Home</title>{HEAD.format('/feed')}</head><body>Hello</body></html>"
        self.site.publish("/", page, "text/html")
        feed = self.site.feed("/feed", title="Northlight news")
        feed.posts(*POST, at=NOON - 700 * DAY)
        feed.posts(*CALL, at=NOON - 720 * DAY)

    def adds(self) -> None:
        """The owner has added the feed."""
        self.publishes()
        feed = Source("127-0-0-1", f"{self.site.url}/feed", title="Northlight news")
        with self.database.write() as work:
            watchlist.add(work, feed, Editor(*OWNER, DeskRole.OWNER, RULES, NOON))


@pytest.fixture
async def desk(database: Database) -> AsyncIterator[Desk]:
    """A desk of two owners."""
    async with a_site() as site, Fetcher(allow_private=True, timeout=5, gap=0.0) as fetcher:
        yield Desk(database, site, fetcher)


async def test_an_address_is_looked_at_and_its_feed_added(desk: Desk) -> None:
    """A card with what the feed holds and what would have rung; one press, and it is watched, on trial."""
    desk.publishes()
    said = desk.chat.says(f"/sources add {desk.site.url}")
    assert "I am looking for what can be watched at 127.0.0.1" in said
    assert "still being looked at" in desk.chat.presses("Show")
    assert desk.site.asked == [], "nothing is fetched while somebody waits for an answer"
    assert await desk.looks() == 1
    assert desk.told() == [("", "looked", "anna")], "who asked is told, and nobody else"
    card = desk.chat.says("/sources found 1")
    for piece in ("1 · Northlight news", "a feed · 2 items", "1 of its newest items would have rung"):
        assert piece in card
    assert f"{CALL[0]} · would have rung: Immediate" in card
    assert "is watched from now on" in desk.chat.presses("Add 1")
    made = desk.source()
    assert (made.trust, made.added, made.on_trial) == (Trust.RELAY, NOON, NOON)
    assert (made.url, made.title) == (f"{desk.site.url}/feed", "Northlight news")
    assert desk.told()[1:] == [("127-0-0-1", "added", "bruno")]
    assert desk.acts() == [Act.ADDED]
    assert "added in a chat" in desk.chat.says("/status all")
    shown = desk.chat.says("/sources 127-0-0-1")
    assert "Kept: added in a chat" in shown
    assert "all of its calls wait until an admin has looked" in shown
    assert await desk.looks() == 0
    card = desk.chat.says("/sources found 1")
    assert "watched already, as 127-0-0-1" in card
    assert "Add 1" not in desk.chat.offered


async def test_what_is_added_is_polled_and_rings_nobody_before_somebody_has_looked(desk: Desk) -> None:
    """Its past rings nobody; its first call and all later ones wait, until an owner clears it."""
    with desk.database.write() as work:
        a_reader(work, a_route(), address="reader")
    desk.adds()
    (polled,) = await desk.polls()
    assert (polled.source.name, polled.new, polled.alerts) == ("127-0-0-1", 2, ())
    for number in (1, 2):
        desk.chat.now += timedelta(hours=3)
        title = CALL[0].replace("Nine", ("Twelve", "Seven")[number - 1])
        text = (
            CALL[1].replace("Nine", ("Twelve", "Seven")[number - 1]).replace("Shenyang", f"Dandong {number}")
        )
        desk.site.places["/feed"].posts(title, text, at=desk.chat.now)  # type: ignore[attr-defined]
        (polled,) = await desk.polls()
        assert len(polled.alerts) == 1
        with desk.database.read() as work:
            (held,) = work.held.waiting()
        assert "no owner has cleared it" in held.why
        assert "it was added in a chat, and no owner has cleared it" in desk.chat.says(
            f"/review {held.alert_id}"
        )
        with desk.database.write() as work:  # that one went out says nothing of the next
            work.held.release(held.alert_id, desk.chat.now)
    other = desk.person(OTHER, DeskRole.OWNER)
    other.says("/sources 127-0-0-1")
    assert "without anybody having looked" in other.presses("Clear it")
    assert "on trial no more" in other.presses("Clear it")
    desk.chat.now += timedelta(hours=3)
    title, text = (one.replace("Nine", "Eleven").replace("Shenyang", "Yanji") for one in CALL)
    desk.site.places["/feed"].posts(title, text, at=desk.chat.now)  # type: ignore[attr-defined]
    (polled,) = await desk.polls()
    with desk.database.read() as work:
        assert (len(polled.alerts), work.held.waiting()) == (1, ())
    assert desk.acts() == [Act.ADDED, Act.CLEARED]
    assert desk.told()[-1] == ("127-0-0-1", "cleared", "anna")


async def test_whoever_added_it_neither_clears_it_nor_lets_its_calls_go(desk: Desk) -> None:
    """One stolen phone would ring everybody else; nor does who joined only now, nor after it was removed."""
    with desk.database.write() as work:
        a_reader(work, a_route(), address="reader")
    desk.adds()
    await desk.polls()
    desk.chat.now += timedelta(hours=3)
    desk.site.places["/feed"].posts(*CALL, at=desk.chat.now)  # type: ignore[attr-defined]
    await desk.polls()
    with desk.database.write() as work:
        (held,) = work.held.waiting()
        work.staff.join(work.staff.invite(DeskRole.OWNER, desk.chat.now), "telegram", "carla", desk.chat.now)
    new = desk.person(("telegram", "carla"), DeskRole.OWNER)
    new.now = desk.chat.now
    for line in ("clear", "clear yes"):
        assert "You added 127-0-0-1 yourself" in desk.chat.says(f"/sources 127-0-0-1 {line}")
        assert "less than two days ago" in new.says(f"/sources 127-0-0-1 {line}")
    for who, removes in product((desk.chat, new), (False, True)):
        if removes and who is new:
            desk.chat.says("/sources 127-0-0-1 remove yes")
        who.says(f"/review {held.alert_id} send")
        told = who.presses("Send it")
        assert "You added 127-0-0-1 yourself" in told or "less than two days ago" in told
    with desk.database.read() as work:
        assert [one.alert_id for one in work.held.waiting()] == [held.alert_id]
    other = desk.person(OTHER, DeskRole.OWNER)
    other.now = desk.chat.now
    other.says(f"/review {held.alert_id} send")
    assert "It goes to 1 recipient" in other.presses("Send it")


async def test_what_waits_of_it_keeps_nobody_from_hearing_it_from_another(desk: Desk) -> None:
    """Whoever copies a call quicker than its issuer publishes it holds nothing up."""
    with desk.database.write() as work:
        reader = a_reader(work, a_route(), address="reader")
        work.sources.configure([a_source(url=f"{desk.site.url}/own")])
    desk.site.feed("/own")
    desk.adds()
    await desk.polls()
    desk.chat.now += timedelta(hours=3)
    desk.site.places["/feed"].posts(*CALL, at=desk.chat.now)  # type: ignore[attr-defined]
    await desk.polls()
    desk.chat.now += timedelta(hours=1)
    desk.site.places["/own"].posts(*CALL, at=desk.chat.now)  # type: ignore[attr-defined]
    (polled,) = [one for one in await desk.polls() if one.source.name == "northlight"]
    ((alert, _),) = polled.alerts
    with desk.database.read() as work:
        (one,) = work.deliveries.of_alert(alert.id)
        assert (one.recipient_id, one.state) == (reader.id, DeliveryState.QUEUED)


async def test_what_all_others_are_told_takes_nothing_from_who_did_it(desk: Desk) -> None:
    """What happens to the watch in the same minute reaches them too."""
    desk.adds()
    with desk.database.write() as work:
        announce(work, [Event(EventKind.ILL, NOON, title="Other")], RULES.admins, NOON)
        newest, *_ = work.notices.latest(5)
        assert [event.kind for event in newest.events] == [EventKind.ILL]
        assert len(work.deliveries.of_notice(newest.id)) == 2


async def test_who_is_alone_clears_what_they_added(desk: Desk) -> None:
    """With `approvals = 1` there is no second person; and whoever is at the machine is bound by neither."""
    desk.adds()
    desk.chat.rules = replace(RULES, approvals=1)
    assert "on trial no more" in desk.chat.says("/sources 127-0-0-1 clear yes")
    desk.chat.says("/sources 127-0-0-1 hold yes")
    assert desk.source().on_trial
    terminal = desk.person(("console", "terminal"), DeskRole.OWNER)
    assert "on trial no more" in terminal.says("/sources 127-0-0-1 clear yes")


async def test_a_source_is_tested_without_anything_being_kept(desk: Desk) -> None:
    """How it answers now, its last items, what would ring; also one that the configuration names."""
    desk.publishes()
    with desk.database.write() as work:
        work.sources.configure([a_source(url=f"{desk.site.url}/feed")])
    before = desk.source("northlight")
    assert "nothing of it rings" in desk.chat.says("/sources northlight test")
    await desk.looks()
    assert desk.told() == [("northlight", "looked", "anna")]
    card = desk.chat.says("/sources found 1")
    assert "Test of" in card
    assert f"{CALL[0]} · would have rung: Immediate" in card
    assert "Add 1" not in desk.chat.offered
    assert "cannot be added" in desk.chat.says("/sources found 1 add 1")
    assert desk.source("northlight") == before
    with desk.database.read() as work:
        assert work.counts().statements == 0
    desk.site.places["/feed"].answers(b"", "text/html", 410)
    desk.chat.says("/sources northlight test")
    await desk.looks()
    assert "410" in desk.chat.says("/sources found 2")


async def test_trust_is_raised_after_one_question_and_told_to_all_others(desk: Desk) -> None:
    """Lowered at once; both are in the record."""
    desk.adds()
    desk.chat.says("/sources 127-0-0-1")
    asked = desk.chat.presses("Trust it more")
    assert "would be taken for what an organisation says itself" in asked
    assert desk.source().trust is Trust.RELAY
    desk.chat.presses("Trust it")
    assert desk.source().trust is Trust.OFFICIAL
    assert desk.source().on_trial, "trust alone lets nothing go"
    desk.chat.says("/sources 127-0-0-1")
    desk.chat.presses("Trust it less")
    assert desk.source().trust is Trust.RELAY
    assert desk.acts() == [Act.ADDED, Act.TRUSTED, Act.DOUBTED]
    assert [detail for _, detail, who in desk.told() if who == "bruno"] == ["added", "trusted", "doubted"]
    assert "is no trust. It is official" in desk.chat.says("/sources 127-0-0-1 trust blindly")


async def test_an_interval_is_chosen_within_bounds(desk: Desk) -> None:
    """And it is asked no later than that."""
    desk.adds()
    await desk.polls()
    assert "How often shall it be?" in desk.chat.says("/sources 127-0-0-1 every")
    assert "is asked every 30 minutes" in desk.chat.presses("30m")
    assert desk.source().every == 1800
    assert "every 5 minutes" in desk.chat.says("/sources 127-0-0-1 every 5")
    due = desk.source().next_due
    assert due is not None
    assert due <= NOON + timedelta(minutes=5)
    for wrong in ("1m", "2d", "0", "soon", "99999"):
        assert "Between 5 minutes and a day" in desk.chat.says(f"/sources 127-0-0-1 every {wrong}"), wrong
    assert desk.source().every == 300


async def test_what_was_added_is_removed_and_added_again_under_its_name(desk: Desk) -> None:
    """What it said stays; added again it begins on trial, and its past is no news."""
    desk.adds()
    await desk.polls()
    desk.chat.says("/sources 127-0-0-1 trust official yes")
    desk.person(OTHER, DeskRole.OWNER).says("/sources 127-0-0-1 clear yes")
    desk.chat.says("/sources 127-0-0-1")
    assert "would be watched no more" in desk.chat.presses("Remove")
    assert "is watched no more" in desk.chat.presses("Remove it")
    assert "No source is called" in desk.chat.says("/sources 127-0-0-1")
    desk.chat.now += DAY / 2
    assert await desk.polls() == []
    with desk.database.read() as work:
        assert work.counts().statements == 2
    desk.chat.says(f"/sources add {desk.site.url}/feed")
    await desk.looks()
    desk.chat.says("/sources found 1 add 1")
    made = desk.source()
    assert (made.trust, made.on_trial, made.last_success) == (Trust.RELAY, NOON + DAY / 2, None)
    (polled,) = await desk.polls()
    assert (polled.new, polled.alerts) == (0, ())


async def test_what_the_configuration_names_cannot_be_removed_in_a_chat(desk: Desk) -> None:
    """It would be back with the next start. Of its pause all others are told, and whose it was."""
    with desk.database.write() as work:
        work.sources.configure([a_source()])
    card = desk.chat.says("/sources northlight")
    assert "Kept: named by the configuration" in card
    assert "Remove" not in desk.chat.offered
    for verb in ("remove", "remove yes"):
        told = desk.chat.says(f"/sources northlight {verb}")
        assert "The configuration names northlight" in told, verb
        assert "you can pause it: /sources northlight pause" in told, verb
    assert desk.acts() == []
    assert "watched already, as northlight" in desk.chat.says(f"/sources add {a_source().url}")
    desk.chat.says("/sources northlight pause")
    assert "all others at the desk are told" in desk.chat.presses("Pause it")
    assert desk.told() == [("northlight", "halted", "bruno")]
    with desk.database.read() as work:
        shown = plain_text(notice_message(work.notices.latest(1)[0], Speech("en")))
        mark = work.audit.admin(*OWNER)[:8]
    assert "paused: it is not asked, and nothing of it rings" in shown
    assert f"Who did it: {mark}" in shown


async def test_what_is_chosen_of_the_configuration_holds_until_that_says_something_else(
    desk: Desk,
) -> None:
    """Trust, interval, whose it is, where: a start leaves it; an edit of that key in the file undoes it."""
    of_the_file = a_source()
    with desk.database.write() as work:
        work.sources.configure([of_the_file])
    desk.chat.says("/sources northlight")
    desk.chat.presses("Trust it less")
    desk.chat.says("/sources northlight every 1h")
    desk.chat.says("/sources northlight organisation Northlight Refugee Watch")
    desk.chat.says("/sources northlight countries KP, China")
    with desk.database.write() as work:
        work.sources.configure([of_the_file])
    made = desk.source("northlight")
    assert (made.trust, made.every, made.countries) == (Trust.RELAY, 3600, ("KP", "CN"))
    assert made.organisation == "Northlight Refugee Watch"
    card = desk.chat.says("/sources northlight")
    for piece in ("until it says otherwise: Trust, Interval, Organisation and Countries", "North Korea"):
        assert piece in card
    assert desk.acts() == [Act.DOUBTED, Act.PACED, Act.DESCRIBED, Act.DESCRIBED]
    edited = replace(of_the_file, every=1200)
    with desk.database.write() as work:
        work.sources.configure([edited])
    made = desk.source("northlight")
    assert (made.trust, made.every) == (Trust.RELAY, 1200), "only what the file says anew counts again"
    assert set(made.chosen) == {"trust", "organisation", "countries"}
    desk.chat.says("/sources northlight trust file")
    assert "taken for what an organisation says itself" in desk.chat.presses("Trust it")
    desk.chat.says("/sources northlight every 1h")
    desk.chat.says("/sources northlight every")
    assert "every 20 minutes" in desk.chat.presses("As the configuration says")
    assert set(desk.source("northlight").chosen) == {"organisation", "countries"}
    desk.chat.says("/sources northlight organisation none")
    assert desk.source("northlight").organisation == ""
    assert "too long for a name" in desk.chat.says(f"/sources northlight organisation {'x' * 101}")
    assert "no country" in desk.chat.says("/sources northlight countries Atlantis")


async def test_a_relay_of_the_configuration_is_raised_by_an_owner_alone(desk: Desk) -> None:
    """What goes out without anybody having looked is the owners' policy; anybody may take it back to that."""
    with desk.database.write() as work:
        work.sources.configure([a_source(trust=Trust.RELAY)])
    admin = desk.person(OTHER, DeskRole.ADMIN)
    admin.says("/sources northlight")
    assert "Trust it more" not in admin.offered
    for line in ("trust official", "trust official yes"):
        assert "only one of them can trust it more" in admin.says(f"/sources northlight {line}")
    assert "is taken for what an organisation says itself" in desk.chat.says(
        "/sources northlight trust official yes"
    )
    admin.says("/sources northlight trust file")
    assert desk.source("northlight").trust is Trust.RELAY


async def test_one_of_the_configuration_is_put_on_trial(desk: Desk) -> None:
    """Perhaps somebody has taken it over: each of its calls is looked at until an owner clears it."""
    with desk.database.write() as work:
        work.sources.configure([a_source()])
    desk.chat.says("/sources northlight hold")
    assert "is on trial" in desk.chat.presses("Put it on trial")
    with desk.database.write() as work:
        work.sources.configure([a_source()])
    assert desk.source("northlight").on_trial
    assert "on trial no more" in desk.chat.says("/sources northlight clear yes")


@pytest.mark.parametrize("by_name", [True, False])
async def test_where_both_name_one_the_configuration_counts(desk: Desk, by_name: bool) -> None:
    """By its name or by its address: it is no longer the chat's, and it is asked once."""
    desk.adds()
    own = Source("127-0-0-1" if by_name else "northlight", f"{desk.site.url}/feed", every=1200)
    with desk.database.write() as work:
        (watched,) = work.sources.configure([own])
    assert (watched.name, watched.added, watched.on_trial) == (own.name, None, None)
    assert (watched.trust, watched.every) == (Trust.OFFICIAL, 1200)
    with desk.database.write() as work:
        assert work.sources.configure([]) == ()


async def test_a_start_leaves_what_was_added(desk: Desk) -> None:
    """With a configuration that does not know it; and the program of before does not see it at all."""
    desk.adds()
    with desk.database.write() as work:
        names = [one.name for one in work.sources.configure([a_source()])]
    assert names == ["127-0-0-1", "northlight"]
    assert desk.source().on_trial
    with desk.database.read() as work:
        named = work.connection.execute(sa.select(sources.c.name).where(sources.c.watched))
        assert list(named.scalars()) == ["northlight"]


ALLOWED = {
    "add example.org": {"owner", "admin", "keeper"},
    "127-0-0-1 test": {"owner", "admin", "keeper"},
    "127-0-0-1 every 1h": {"owner", "admin", "keeper"},
    "127-0-0-1 trust relay": {"owner", "admin", "keeper"},
    "127-0-0-1 trust official": {"owner", "admin"},
    "127-0-0-1 trust official yes": {"owner", "admin"},
    "127-0-0-1 clear": {"owner"},
    "127-0-0-1 clear yes": {"owner"},
    "127-0-0-1 hold yes": {"owner", "admin", "keeper"},
    "found 1 add 2": {"owner", "admin", "keeper"},
    "127-0-0-1 remove yes": {"owner", "admin", "keeper"},
}
"""Who may do what with a source that was added in a chat."""


async def test_each_change_is_for_those_whose_it_is(desk: Desk) -> None:
    """A source keeper raises no trust, only an owner clears; for all others nothing of it exists."""
    desk.adds()
    before = desk.source()
    for role, (line, whose) in product((None, *DeskRole), ALLOWED.items()):
        person = desk.person(OTHER, role)
        told = person.says(f"/sources {line}")
        if role not in (DeskRole.OWNER, DeskRole.ADMIN, DeskRole.KEEPER):
            assert "There is no command" in told, (role, line)
        else:
            assert ("Your role does not allow that" in told) == (str(role) not in whose), (role, line)
        group = desk.person(OTHER, None)
        group.group = True
        assert "There is no command" in group.says(f"/sources {line}")
        if str(role) not in whose:
            assert desk.source() == before, (role, line)
        with desk.database.write() as work:
            known = desk.source()
            work.sources.trust(known.id, before.trust)
            if desk.source().added is None:
                work.sources.add(before, NOON)
            work.sources.put_on_trial(known.id, before.on_trial)
            work.sources.pace(known.id, before.every, NOON)
        before = desk.source()


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("localhost", "This is no web address"),
        ("ftp://example.org/", "This is no web address"),
        ("file:///etc/passwd", "This is no web address"),
        ("https://exa mple.org/", "This is no web address"),
        ("https://[::1/", "This is no web address"),
        ("https://maria:geheim@example.org/feed", "is not taken in a chat"),
        (f"https://example.org/{'a' * 3000}", "This is no web address"),
    ],
)
def test_what_is_no_address_is_not_looked_at(database: Database, typed: str, told: str) -> None:
    """Nor one with a password, which is no secret any more; nothing of it is repeated."""
    chat = Chat(database, *OWNER[:1], address=OWNER[1], role=DeskRole.OWNER, rules=RULES)
    said = chat.says(f"/sources add {typed}")
    assert told in said
    assert "geheim" not in said
    with database.read() as work:
        assert not work.looks.are_waiting(NOON)


async def test_no_private_address_is_asked_from_a_chat(database: Database) -> None:
    """Nor where a name or a redirect leads to one: the guard of every poll stands before it."""
    async with a_site() as site, Fetcher(timeout=5, gap=0.0) as fetcher:
        desk = Desk(database, site, fetcher)
        desk.publishes()
        for address in (site.url, site.url.replace("127.0.0.1", "localhost.localdomain"), "http://10.0.0.1/"):
            desk.chat.says(f"/sources add {address}")
        assert await desk.looks() == 3
        assert site.asked == []
        assert "Nothing that can be watched was found" in desk.chat.says("/sources found 1")


async def test_what_lets_its_holder_in_is_neither_shown_nor_logged_nor_kept_in_clear(desk: Desk) -> None:
    """A feed with a token in its address: watched with it, and told without."""
    desk.site.feed("/feed", title="Northlight news").posts(*POST, at=NOON - DAY)
    with structlog.testing.capture_logs() as logged:
        desk.chat.says(f"/sources add {desk.site.url}/feed?token=geheim77")
        with desk.database.read() as work:
            rows = repr(list(work.connection.exec_driver_sql("SELECT * FROM looks")))
        await desk.looks()
        said = [desk.chat.says("/sources found 1"), desk.chat.presses("Add 1")]
        said += [desk.chat.says(line) for line in ("/sources", "/sources 127-0-0-1", "/status all", "/audit")]
        await desk.polls()
    assert "geheim77" not in "".join(said) + repr(logged) + rows
    assert desk.source().url.endswith("?token=geheim77")
    with desk.database.read() as work:
        assert "geheim77" not in repr(work.notices.latest(10))


def test_what_looks_like_a_watched_host_is_told_before_it_is_added(database: Database) -> None:
    """Found while the address was looked at, where nobody waits for it."""
    looker = Looker(database, Fetcher(), Parser())
    with database.write() as work:
        work.sources.configure([a_source(url="https://northlight-watch.example/feed")])
    place = Place("https://northllght-watch.example/feed", usable=True)
    found = looker._compared(Findings((place, replace(place, usable=False))))
    assert [one.like for one in found.places] == ["northlight-watch.example", ""]
    chat = Chat(database, *OWNER[:1], address=OWNER[1], role=DeskRole.OWNER, rules=RULES)
    chat.says("/sources add northllght-watch.example")
    with database.write() as work:
        work.looks.finish(1, found, NOON)
    said = chat.says("/sources found 1")
    assert "Careful: northllght-watch.example looks like northlight-watch.example" in said


async def test_what_was_found_is_of_whoever_asked_and_gone_after_a_day(desk: Desk) -> None:
    """Another admin does not see it; /forget takes it along."""
    desk.chat.says("/sources add example.org")
    other = desk.person(OTHER, DeskRole.OWNER)
    assert "That is over" in other.says("/sources found 1")
    with desk.database.write() as work:
        work.looks.prune(NOON + 2 * DAY)
    assert "That is over" in desk.chat.says("/sources found 1")
    desk.chat.says("/sources add example.org")
    desk.chat.says("/forget yes")
    with desk.database.read() as work:
        assert not work.looks.are_waiting(NOON)


def test_one_person_adds_and_asks_so_many_a_day(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """And others still may."""
    monkeypatch.setattr("bot.commands.adding.LOOKS_PER_DAY", 2)
    monkeypatch.setattr("jobs.watchlist.PER_DAY", 2)
    chat = Chat(database, *OWNER[:1], address=OWNER[1], role=DeskRole.OWNER, rules=RULES)
    assert "I am looking" in chat.says("/sources add one.example")
    assert "I am looking" in chat.says("/sources add two.example")
    assert "as many addresses looked at today" in chat.says("/sources add three.example")
    other = replace(chat, address=OTHER[1])
    assert "I am looking" in other.says("/sources add three.example")
    chat.now += DAY + timedelta(minutes=1)
    assert "I am looking" in chat.says("/sources add three.example")
    with database.write() as work:
        mark = work.audit.admin(*OWNER)
        for _ in range(2):
            work.audit.note(mark, Act.ADDED, 1, chat.now)
    assert "as many sources today as one person may" in chat.says("/sources add four.example")


def test_a_source_without_a_title_is_listed_by_its_name_once(database: Database) -> None:
    """One with a title has its name before it: that is what is typed."""
    chat = Chat(database, *OWNER[:1], address=OWNER[1], role=DeskRole.OWNER, rules=RULES)
    with database.write() as work:
        work.sources.configure([a_source(name="borderless"), a_source(name="nkhr", title="Northlight news")])
    said = chat.says("/sources")
    assert "borderless borderless" not in said
    assert "borderless" in said
    assert "nkhr Northlight news" in said


def test_a_name_that_another_source_has_is_numbered(database: Database) -> None:
    """Nothing of the other changes, watched or not any more."""
    by = Editor(*OWNER, DeskRole.OWNER, RULES, NOON)
    with database.write() as work:
        work.sources.configure([a_source(name="nkhr")])
        work.sources.ensure(a_source(name="nkhr-2", url=""))
        assert watchlist.add(work, Source("nkhr", "https://nkhr.example/feed"), by).name == "nkhr-3"
        assert {one.name: one.url for one in work.sources.all()}["nkhr"] == a_source().url


@pytest.mark.parametrize(
    ("host", "name"), [("add.org", "add-2"), ("38.org", "site-38"), ("nkhr.or.kr", "nkhr")]
)
def test_a_name_is_none_that_means_something_else_here(database: Database, host: str, name: str) -> None:
    """Else the source could not be shown."""
    chat = Chat(database, *OWNER[:1], address=OWNER[1], role=DeskRole.OWNER, rules=RULES)
    chat.says(f"/sources add {host}")
    with database.write() as work:
        work.looks.finish(1, Findings((Place(f"https://{host}/feed", usable=True),)), NOON)
    chat.says("/sources found 1 add 1")
    assert "added in a chat" in chat.says(f"/sources {name}")


async def test_a_look_ends_in_time_and_says_so(desk: Desk) -> None:
    """A server that does not answer holds up nobody; one that is stopped is looked at again by another."""
    desk.site.feed("/feed")
    desk.chat.says(f"/sources add {desk.site.url}/feed")
    looker = Looker(desk.database, desk.fetcher, Parser(), patience=0.0, now=lambda: NOON)
    assert await looker.due() == 1
    assert "too long" in desk.chat.says("/sources found 1")
    with desk.database.write() as work:
        asker = work.recipients.find(*OWNER)
        assert asker is not None
        work.looks.ask(asker.id, desk.site.url, NOON)
        assert len(work.looks.take(NOON, 5)) == 1
        assert work.looks.take(NOON + timedelta(minutes=2), 5) == ()
        assert len(work.looks.take(NOON + timedelta(minutes=4), 5)) == 1


@pytest.mark.parametrize("who", [OWNER, ("matrix", "@bruno:example.org"), ("console", "terminal")])
def test_the_way_is_the_same_on_every_transport(database: Database, who: tuple[str, str]) -> None:
    """Asked, told where it was asked, shown, added by a press."""
    chat = Chat(database, who[0], address=who[1], role=DeskRole.KEEPER, rules=RULES)
    chat.says("/sources add example.org")
    with database.write() as work:
        (look,) = work.looks.take(NOON, 5)
        found = Findings((Place("https://example.org/feed", "Example", usable=True, count=3),))
        assert work.looks.finish(look.id, found, NOON)
        answer(work, look, found, NOON)
        (one,) = work.deliveries.of_notice(1)
        told = work.recipients.get(one.recipient_id)
        assert told is not None
        assert ((told.transport, told.address), one.lane) == (who, 0)
        (notice,) = work.notices.latest(1)
    message = notice_message(notice, Speech())
    assert plain_text(message).startswith("The address was looked at\n\nCan be watched: 1")
    chat.says(message.choices[0][0].command)
    assert "is watched from now on" in chat.presses("Add 1")


def test_it_is_said_in_korean(database: Database) -> None:
    """As all that people read."""
    chat = Chat(database, *OWNER[:1], address=OWNER[1], role=DeskRole.OWNER, rules=RULES, language="ko")
    assert "I am looking" not in chat.says("/sources add example.org")
