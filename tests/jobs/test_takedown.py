"""For somebody's safety: what an admin takes down is gone from everywhere here, and does not come back."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from jobs.deliver import Deliverer
from jobs.pace import Pace
from jobs.recall import Recall
from jobs.restore import restore
from jobs.steps.link import read_traits
from jobs.takedown import NotThere, TakenDown, take_down
from storage.backup import reading
from storage.database import Database
from storage.queries import Query
from storage.records import Change, Statement
from storage.tables import metadata
from storage.words import Aspect, DeliveryState, Role
from tests.builders import NOON, a_reader, a_route, a_statement, kept, queued
from tests.feeds import item, rss
from tests.jobs.watching import CALL, POST, Watch, a_watch

NAME = "Ri Hyok-chol"
WORDS = (f"{NAME} hides near the river", f"{NAME}, 34, hides near the river and must not be found. " * 12)
LATER = NOON + timedelta(days=2)


@pytest.fixture
async def watch(database: Database) -> AsyncIterator[Watch]:
    """A watch over a feed that names somebody."""
    async with a_watch(database, wants_all=True) as made:
        made.over_feed()
        yield made


def shows(watch: Watch, text: str = WORDS[1], uid: str = "names", link: str = "/names") -> None:
    """The feed shows the item that names somebody, and an ordinary one."""
    named = item(WORDS[0], text, NOON - timedelta(hours=1), uid, link=f"{watch.site.url}{link}")
    watch.publish("/feed", rss(named, item(*POST, NOON - timedelta(hours=2), "post")))


def the_one(database: Database) -> Statement:
    """The statement that names somebody."""
    with database.read() as work:
        (hit,) = work.statements.search(Query(words=("river",)), 5).hits
    return hit.statement


def taken_down(database: Database) -> int:
    """An admin takes it down; its number."""
    number = the_one(database).id
    with database.write() as work:
        take_down(work, number, "he is in hiding", LATER)
    return number


def everything(database: Database) -> str:
    """Every row of every table, as text."""
    with database.engine.connect() as connection:
        rows = [connection.execute(sa.select(table)).all() for table in metadata.tables.values()]
        index = connection.exec_driver_sql("SELECT term FROM statement_index_terms").all()
    return f"{rows}{index}"


async def test_nothing_of_it_is_left_but_the_stone(watch: Watch) -> None:
    """Not in a table, a version, the index, a name, a case's title; its number and its case are known."""
    shows(watch)
    await watch.polls()
    shows(watch, WORDS[1].replace("34", "35"))
    await watch.polls()
    with watch.database.read() as work:
        assert work.statements.versions.of(the_one(watch.database).id)
    before = the_one(watch.database)
    number = taken_down(watch.database)
    for word in ("Hyok", "hyok", "river", "/names"):
        assert word not in everything(watch.database)
    with watch.database.read() as work:
        stone = work.statements.get(number)
        assert stone is not None
        assert (stone.taken_down, stone.title, stone.text) == (LATER, "", "")
        assert (stone.case_id, stone.kind) == (before.case_id, before.kind)
        assert work.statements.versions.of(number) == ()
        assert work.statements.search(Query(words=("river",)), 5).total == 0
        assert [hit.statement.id for hit in work.statements.latest(Query(), 9).hits] != []
        assert number not in [hit.statement.id for hit in work.statements.latest(Query(), 9).hits]
        assert stone.link[0].evidence == "he is in hiding"


@pytest.mark.parametrize(
    "again",
    [
        {},
        {"text": f"{WORDS[1]} He now lives elsewhere."},
        {"uid": "another-id"},
        {"uid": "another-id", "text": f"{NAME} may be found by the mill now. " * 20},
        {"uid": "another-id", "link": "/elsewhere"},
    ],
    ids=["as it was", "edited", "under another id", "rewritten at its address", "moved"],
)
async def test_the_source_may_show_it_again(watch: Watch, again: dict[str, str]) -> None:
    """As it was, edited, renamed or moved: it is not taken in, and the others are as ever."""
    shows(watch)
    await watch.polls()
    taken_down(watch.database)
    shows(watch, **again)
    watch.restart()
    polled = await watch.polls()
    assert (polled.new, polled.alerts) == (0, ())
    assert "Hyok" not in everything(watch.database)
    assert set(watch.statements()) == {POST[0]}


@pytest.mark.parametrize(
    "again",
    [
        {"link": "/names?utm=1&x=1", "title": "What we know now", "text": "Nothing is repeated here."},
        {"title": f"{WORDS[0]}!"},
        {"title": "Another title", "text": WORDS[1].replace(",", " -").upper()},
        {"text": "Our week. " + "We met many friends. " * 4 + WORDS[1][:400] + "So much for this week."},
    ],
    ids=["its address with questions", "a mark behind its title", "its words alone", "a long run of it"],
)
async def test_what_resembles_it_is_held_back_and_admins_hear_of_it(
    watch: Watch, again: dict[str, str]
) -> None:
    """Under a new id and at another address: not stored, told to nobody, and not in silence either."""
    shows(watch)
    await watch.polls()
    number = taken_down(watch.database)
    given = {"title": WORDS[0], "text": WORDS[1], "link": "/elsewhere", "uid": "new"} | again
    link = watch.site.url + given["link"]
    named = item(given["title"], given["text"], NOON - timedelta(hours=1), given["uid"], link=link)
    for day in range(2):
        watch.publish(
            "/feed", rss(named, item(*POST, NOON - timedelta(hours=2), "post"), item(*CALL, NOON, f"{day}"))
        )
        watch.restart()
        await watch.polls()
    assert set(watch.statements()) == {POST[0], CALL[0]}
    assert "Hyok" not in everything(watch.database)
    (event,) = watch.events()
    assert (event.kind, event.counts) == ("withheld", {"statement": number})
    with watch.database.write() as work:
        assert work.statements.takedowns.forget_likeness(number)
        work.sources.read_anew()
    await watch.polls()
    assert given["title"] in watch.statements(), "an admin let it in"


async def test_an_edit_of_another_item_does_not_bring_it_back(watch: Watch) -> None:
    """The other item stays as it was, admins hear of it once, and its next harmless edit is taken."""
    shows(watch)
    await watch.polls()
    number = taken_down(watch.database)
    for text in (f"Our week. {WORDS[1]}", f"Our week again. {WORDS[1]}"):
        watch.publish("/feed", rss(item(POST[0], text, NOON - timedelta(hours=2), "post")))
        watch.restart()
        await watch.polls()
    assert "Hyok" not in everything(watch.database)
    assert watch.statements()[POST[0]].text == POST[1]
    (event,) = watch.events()
    assert (event.kind, event.counts) == ("withheld", {"statement": number})
    watch.publish("/feed", rss(item(POST[0], "We met in a hall.", NOON - timedelta(hours=2), "post")))
    await watch.polls()
    assert watch.statements()[POST[0]].text == "We met in a hall."


async def test_what_a_source_writes_below_everything_holds_nothing_back(watch: Watch) -> None:
    """The foot of its pages is no likeness."""
    foot = " ".join(f"Northlight stands for word number {n} of its creed." for n in range(20))
    posts = [
        item(f"Post {n}", f"On day {n} we met. {foot}", NOON - timedelta(days=n), f"p{n}")
        for n in range(1, 5)
    ]
    named = item(WORDS[0], f"{WORDS[1]} {foot}", NOON - timedelta(hours=1), "names")
    watch.publish("/feed", rss(named, *posts))
    await watch.polls()
    taken_down(watch.database)
    watch.publish("/feed", rss(item("Another matter", f"It rains. {foot}", NOON, "rain"), *posts))
    await watch.polls()
    assert "Another matter" in watch.statements()
    assert watch.events() == []


async def test_what_waits_to_be_told_is_cancelled(watch: Watch) -> None:
    """And what has to leave the chats is counted for the admin."""
    with watch.database.write() as work:
        people = [a_reader(work, a_route(), address=str(number)) for number in range(3)]
        alert = queued(work, *people, alert=None)
        (first, *_) = work.deliveries.of_alert(alert.id)
        work.attempts.settle(first.id, DeliveryState.SENT, reference="7")
        work.alerts.put_changes(alert.id, (Change(Aspect.NAMES, (), (NAME,)),))
        done = take_down(work, alert.statement.id, "why", LATER)
        states = [one.state for one in work.deliveries.of_alert(alert.id)]
        assert work.alerts.changes_of(alert.statement.id) == {}, "what an edit changed is told in its words"
    assert (done.cancelled, done.sent) == (2, 1)
    assert sorted(states) == ["cancelled", "cancelled", "sent"]


async def test_what_was_being_sent_and_comes_back_is_not_sent(database: Database) -> None:
    """A sender that had it in hand, and is told to try later, finds it cancelled."""
    with database.write() as work:
        person = a_reader(work, a_route())
        alert = queued(work, person)
        (one,) = work.deliveries.due("telegram", NOON, 5)
        work.attempts.begin([one.id], NOON)
        take_down(work, alert.statement.id, "why", LATER)
        work.attempts.settle(one.id, DeliveryState.QUEUED, detail="later")

    class Silent:
        """A voice that must not be heard."""

        name, remembers, changes = "telegram", timedelta(), True

        async def tell(self, *_: object) -> object:
            raise AssertionError("it was told")

        notify = tell

    await Deliverer(database, Silent(), Pace(1000), lambda: NOON).drain()  # type: ignore[arg-type]
    with database.read() as work:
        assert [one.state for one in work.deliveries.of_alert(alert.id)] == [DeliveryState.CANCELLED]


def test_a_case_keeps_what_is_left_of_it(database: Database) -> None:
    """Its title becomes that of another of its statements; the admin is shown which those are."""
    with database.write() as work:
        case = work.cases.open(WORDS[0], NOON)
        named, other = kept(
            work,
            a_statement(title=WORDS[0], text=WORDS[1], case_id=case),
            a_statement(title="What the court said", case_id=case),
        )
        done = take_down(work, named.id, "why", LATER)
        found = work.cases.get(case)
    assert isinstance(done, TakenDown)
    assert [one.id for one in done.others] == [other.id]
    assert found is not None
    assert found.title == "What the court said"


def test_the_link_step_forgets_it_too(database: Database) -> None:
    """What the pollers remember of it is read anew, and names nobody."""
    recall = Recall()
    with database.write() as work:
        case = work.cases.open(WORDS[0], NOON)
        (named,) = kept(work, a_statement(title=WORDS[0], text=WORDS[1], case_id=case))
        recall.begin(work)
        assert recall.near(work, named, NOON, 1)
        take_down(work, named.id, "why", LATER)
    with database.write() as work:
        recall.begin(work)
        assert recall.near(work, replace(named, url=""), NOON, 1) == frozenset()
        stone = work.statements.get(named.id)
        assert stone is not None
        assert "hyok" not in repr(read_traits(stone)).lower()


def test_only_what_is_there_can_be_taken_down(database: Database) -> None:
    """And it only once."""
    with database.write() as work:
        (one,) = kept(work, a_statement())
        with pytest.raises(NotThere, match="no statement 99"):
            take_down(work, 99, "why", LATER)
        take_down(work, one.id, "why", LATER)
        with pytest.raises(NotThere, match="was taken down on 2026-03-12"):
            take_down(work, one.id, "why", LATER)


def test_names_are_gone_from_the_list_of_those_who_speak(database: Database) -> None:
    """Where nothing else is theirs."""
    with database.write() as work:
        (one,) = kept(work, a_statement(issuers=(NAME,)))
        assert work.statements.parties.named(NAME, Role.ISSUER)
        take_down(work, one.id, "why", LATER)
        assert work.statements.parties.named(NAME, Role.ISSUER) == ()


async def test_a_restored_backup_does_not_bring_it_back(watch: Watch, tmp_path: Path) -> None:
    """What the backup holds is taken down again; what is only known to be unwanted stays so."""
    shows(watch)
    await watch.polls()
    file = tmp_path / "vigil.backup"
    watch.database.back_up(file, NOON)
    other = item("Another who hides", "Choe Un-a hides too, in the hills by the sea. " * 12, NOON, "second")
    watch.publish("/feed", rss(other, item(*CALL, NOON, "call")))
    await watch.polls()
    taken_down(watch.database)
    second = next(one for one in watch.statements().values() if "Another" in one.title)
    with watch.database.write() as work:
        take_down(work, second.id, "why", LATER)
    with reading(file) as saved:
        restore(watch.database, saved, LATER, (), replace=True)
    assert "Hyok" not in everything(watch.database)
    watch.publish("/feed", rss(other))
    watch.restart()
    await watch.polls()
    assert set(watch.statements()) == {POST[0]}
