"""What waits for an admin is read by nobody else; what was withheld stays away from what follows."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.cli.items import entries_of
from bot.render.amended import amended_message
from bot.render.html import plain_text
from bot.speech import Speech
from jobs import amend, removals
from jobs.archive import as_lines
from jobs.held import card, drop, redact, release
from jobs.intake import Intake
from jobs.keep import Edit, Outcome, keep_all
from jobs.limits import USUAL, Limits
from jobs.parser import Parser
from jobs.recall import Recall
from jobs.relink import join
from jobs.restore import restore
from jobs.steps.sensitive import MARK
from jobs.takedown import take_down
from storage.backup import reading
from storage.database import Database, Work
from storage.queries import Query
from storage.records import Entry, Source, Statement
from storage.redactions import Withheld
from storage.tables.log import alerts, deliveries
from storage.takedowns import digests
from storage.vault import Vault
from storage.words import Concern, DeliveryState, EventKind, Trust
from tests.builders import a_statement, kept
from tests.feeds import item, rss
from tests.jobs.test_review import ANNA, MINOR, TITLE, assert_nowhere, only_held, publishes, states
from tests.jobs.watching import CALL, Watch, a_watch, a_watch_of_news

LINK = "https://northlight.example/free-ryu-sol"
LATER = (
    "Ryu Sol and the eight other North Korean refugees held in Shenyang were put on a bus to the border, and "
    "face repatriation to North Korea tonight, where they would be tortured. Ryu Sol is ill."
)
"""The call again, a day later: no age stands beside the name."""
PLACE = " Two of them are in hiding in the village of Long Ping."


@pytest.fixture
async def watch(database: Database) -> AsyncIterator[Watch]:
    """A feed whose past is known; one reader wants what is urgent."""
    async with a_watch_of_news(database) as made:
        yield made


def the_statement(watch: Watch) -> Statement:
    """The one there is, or the newest."""
    with watch.database.read() as work:
        return work.statements.latest(Query(), 5).hits[0].statement


def the_entry(watch: Watch) -> Entry:
    """Its entry."""
    with watch.database.read() as work:
        found = work.entries.get(the_statement(watch).entry_id)
    assert found
    return found


def are_sent(watch: Watch) -> None:
    """All that is queued stands in its chat."""
    with watch.database.write() as work:
        work.connection.execute(
            sa.update(deliveries)
            .where(deliveries.c.state == DeliveryState.QUEUED)
            .values(state=DeliveryState.SENT, reference=sa.cast(deliveries.c.id, sa.String))
        )


def holds_all(work: Work) -> None:
    """Whatever was told waits for an admin again."""
    told = deliveries.c.alert_id.is_not(None)
    work.connection.execute(sa.update(deliveries).where(told).values(state=DeliveryState.HELD))


async def redacts(watch: Watch) -> int:
    """The call that names the child is sent without the name; returns the alert's number."""
    await publishes(watch)
    number = only_held(watch)
    with watch.database.write() as work:
        redact(work, card(work, number, USUAL), ANNA, watch.now, UTC)
    return number


async def test_while_it_waits_the_words_are_nowhere_in_clear(watch: Watch) -> None:
    """Nor found; the admin's card has them."""
    await publishes(watch, title="Ryu Sol, 11, and eight others face return")
    assert states(watch) == [DeliveryState.HELD]
    assert_nowhere(watch, "Ryu Sol")
    with watch.database.read() as work:
        assert work.statements.search(Query(words=("Ryu",)), 5).total == 0
        found = card(work, only_held(watch), USUAL)
    assert "Among them is Ryu Sol, 11." in found.alert.statement.text
    assert the_statement(watch).withheld
    with watch.database.write() as work:
        assert drop(work, only_held(watch), ANNA, watch.now) == 1
    assert_nowhere(watch, "Ryu Sol")


async def test_what_is_let_go_is_whole_again(watch: Watch, tmp_path: Path) -> None:
    """To the letter: what was read in it, its entry, its case, and what is found."""
    title = "Ryu Sol, 11, and eight others face return"
    other = Database(f"sqlite:///{tmp_path / 'other.db'}", watch.database.vault)
    other.prepare(migrate=True)
    async with a_watch(other) as beside:  # there nothing waits
        beside.limits = replace(watch.limits, review=replace(USUAL, official=frozenset()))
        beside.over_feed()
        beside.publish("/feed", rss())
        await beside.polls()
        beside.now = watch.now
        beside.publish("/feed", rss(item(title, MINOR, watch.now, "call", LINK)))
        await beside.polls()
        as_told, as_shown = the_statement(beside), the_entry(beside)
    other.close()
    watch.publish("/feed", rss(item(title, MINOR, watch.now, "call", LINK)))
    await watch.polls()
    number = only_held(watch)
    with watch.database.write() as work:
        assert release(work, number, ANNA, watch.now, UTC) == 1
        alert = work.alerts.many([number])[number]
        case = work.cases.get(alert.case_id or 0)
        entry = work.entries.get(alert.statement.entry_id)
        assert work.statements.search(Query(words=("Ryu",)), 5).total == 1
    assert case
    assert case.title == title
    assert replace(alert.statement, fetched=as_told.fetched) == as_told
    assert entry
    assert replace(entry, fetched=as_shown.fetched, again_at=as_shown.again_at) == as_shown


async def test_an_edit_of_what_waits_waits_with_it(watch: Watch) -> None:
    """Whatever the edit leaves beside the name; let go, it is whole as it stands then, with what it was."""
    await publishes(watch)
    watch.later(hours=1)
    edited = MINOR.replace("Ryu Sol, 11.", "Ryu Sol.").replace("within days", "tomorrow")
    await publishes(watch, edited)
    assert_nowhere(watch, "Ryu Sol")
    with watch.database.read() as work:
        newest = max(one.alert_id for one in work.held.waiting())
    with watch.database.write() as work:
        assert release(work, newest, ANNA, watch.now, UTC) == 1
        statement = work.alerts.many([newest])[newest].statement
        assert (statement.text, statement.withheld) == (edited, False)
        assert work.statements.versions.of(statement.id)[0].text == MINOR
        assert not any(MARK in one.quote for one in statement.dropped)


async def test_a_message_that_was_sent_is_not_redrawn_with_what_waits(watch: Watch) -> None:
    """An edit that nobody has looked at is not drawn into it, whether it rings or not."""
    await publishes(watch, CALL[1], title=CALL[0])
    are_sent(watch)
    watch.later(hours=1)
    title, text = (words.replace("Nine", "Eleven") for words in CALL)
    await publishes(watch, text, title=title)
    watch.later(minutes=5)
    await publishes(watch, text + PLACE, title=title)
    with watch.database.read() as work:
        count, changes = amend.due(work, "console", watch.now, 9, ends=False, without=())
    assert count == len(changes) == 1
    assert "Long Ping" not in repr(changes)
    assert_nowhere(watch, "Long Ping")


async def test_what_was_withheld_of_a_case_stays_out_of_what_is_said_of_it_later(watch: Watch) -> None:
    """Without an age beside the name, and in what tells that it is over, at once."""
    await redacts(watch)
    are_sent(watch)
    watch.later(days=2)
    watch.publish("/feed", rss(item("Update: the nine are on their way", LATER, watch.now, "more")))
    await watch.polls()
    assert states(watch) == [DeliveryState.SENT, DeliveryState.QUEUED]
    assert_nowhere(watch, "Ryu Sol")
    assert f"{MARK} is ill" in the_statement(watch).text
    are_sent(watch)
    watch.later(days=1)
    end = (
        "Ryu Sol and the eight other North Korean refugees who were held in Shenyang are free "
        "and safe. No further action is requested. Thank you to all who wrote."
    )
    watch.publish(
        "/feed", rss(item("Stop action: the nine North Korean refugees are free", end, watch.now, "end"))
    )
    await watch.polls()
    assert states(watch) == [DeliveryState.SENT, DeliveryState.SENT, DeliveryState.QUEUED]
    assert_nowhere(watch, "Ryu Sol")


async def test_what_waits_of_a_case_makes_what_is_said_of_it_later_wait(watch: Watch) -> None:
    """Nobody has decided on the name: another statement that says it is looked at as well."""
    await publishes(watch)
    watch.later(days=2)
    watch.publish("/feed", rss(item("Update: the nine are on their way", LATER, watch.now, "more")))
    await watch.polls()
    assert states(watch) == [DeliveryState.HELD, DeliveryState.HELD]
    assert_nowhere(watch, "Ryu Sol")


async def test_what_an_end_tells_of_its_edit_names_nobody(watch: Watch) -> None:
    """The call itself is called off where it stands: what is no longer asked stands beside it."""
    await publishes(watch, CALL[1] + " We call on China to release Ryu Sol.", title=CALL[0])
    are_sent(watch)
    watch.later(hours=1)
    end = (
        "Stop action. Ryu Sol, 11, and the eight other North Korean refugees who were held in Shenyang are "
        "free and safe. No further action is requested. Thank you to all who wrote."
    )
    await publishes(watch, end, title="Stop action: the nine North Korean refugees are free")
    with watch.database.read() as work:
        told = work.connection.execute(sa.select(alerts.c.msg_type, alerts.c.changes)).all()
    assert told[-1].msg_type == "cancel"
    assert "Ryu Sol" not in repr(told[-1].changes)
    assert_nowhere(watch, "Ryu Sol")


async def test_under_another_id_it_is_kept_without_the_words(watch: Watch) -> None:
    """A source that numbers its items anew says the same again."""
    await redacts(watch)
    watch.later(hours=1)
    await publishes(watch, uid="v2:call")
    assert the_entry(watch).uid == "v2:call"
    assert_nowhere(watch, "Ryu Sol")


async def test_a_backup_from_before_the_other_id_brings_no_word_back(watch: Watch, tmp_path: Path) -> None:
    """It is known by its words, by title and link."""
    file = tmp_path / "vigil.backup"
    await publishes(watch)
    with watch.database.write() as work:
        release(work, only_held(watch), ANNA, watch.now, UTC)  # the backup has the words
    watch.database.back_up(file, watch.now)
    with watch.database.write() as work:
        holds_all(work)
        redact(work, card(work, 1, USUAL), ANNA, watch.now, UTC)
    watch.later(hours=1)
    await publishes(watch, uid="v2:call")
    with reading(file) as saved:
        restore(watch.database, saved, watch.now, (), replace=True)
    assert the_entry(watch).uid == "call"
    assert_nowhere(watch, "Ryu Sol")


async def test_what_waited_when_a_backup_came_back_waits_again(watch: Watch, tmp_path: Path) -> None:
    """The backup is older than the edit that names the place."""
    file = tmp_path / "vigil.backup"
    await publishes(watch, MINOR)
    with watch.database.write() as work:
        release(work, only_held(watch), ANNA, watch.now, UTC)
    watch.database.back_up(file, watch.now)
    with watch.database.write() as work:
        holds_all(work)
    watch.later(hours=1)
    await publishes(watch, MINOR + PLACE)
    with reading(file) as saved:
        restore(watch.database, saved, watch.now, (), replace=True)
    assert_nowhere(watch, "Long Ping")


async def test_an_export_carries_the_words_to_the_same_key_alone(watch: Watch, tmp_path: Path) -> None:
    """In the archive that reads it, an edit does not bring them back; the file tells nobody."""
    await redacts(watch)
    with watch.database.read() as work:
        file = tmp_path / "archive.jsonl"
        file.write_bytes(b"".join(as_lines(work)))
    assert "Ryu" not in file.read_text(encoding="utf-8")
    assert json.loads(file.read_text(encoding="utf-8"))["redacted"]

    async def batches() -> AsyncIterator[list[tuple[Entry, Source]]]:
        yield list(entries_of(file))  # type: ignore[arg-type]

    database = Database(f"sqlite:///{tmp_path / 'other.db'}", watch.database.vault)
    database.prepare(migrate=True)
    await Intake(database, Parser(), lambda: watch.now).take(batches())
    with database.read() as work:
        kept = work.redactions.withheld(1)
        assert kept == Withheld(("Ryu Sol",), (), ("Ryu Sol", "Ryu Sol"), {"Ryu Sol": Concern.MINOR})
        other = replace(work.redactions, vault=Vault.from_secret(b"x" * 32))
        assert other.opened(work.redactions.seal(kept)) == Withheld()
    database.close()


async def test_the_words_leave_addresses_issuers_versions_and_the_case(watch: Watch) -> None:
    """Wherever a name can stand: an address is left out whole."""
    title = "Ryu Sol, 11, and eight others face return"
    watch.publish("/feed", rss(item(title, f"By Ryu Sol. {MINOR}", watch.now, "call", LINK)))
    await watch.polls()
    with watch.database.write() as work:
        release(work, only_held(watch), ANNA, watch.now, UTC)
        entry = work.entries.get(1)
        assert entry
        work.entries.save(replace(entry, enclosures=(f"{LINK}.pdf", "https://northlight.example/nine.pdf")))
        statement = work.statements.many([1])[0]
        source = watch.source()
        said = replace(statement, issuers=("Committee for Ryu Sol",))
        work.statements.change(replace(said, title="Nine others face return"), source, watch.now)
        holds_all(work)
        redact(work, card(work, 1, USUAL), ANNA, watch.now, UTC)
        kept = work.entries.get(1)
        assert kept
        assert (kept.url, kept.enclosures) == ("", ("https://northlight.example/nine.pdf",))
    assert_nowhere(watch, "Ryu Sol")
    assert_nowhere(watch, "ryu-sol")


async def test_an_expired_wait_leaves_it_without_the_words(watch: Watch) -> None:
    """Nobody has decided that it may be read."""
    await publishes(watch)
    with watch.database.write() as work:
        assert release(work, only_held(watch), ANNA, watch.now + timedelta(days=999), UTC) == 0
    assert_nowhere(watch, "Ryu Sol")


async def test_what_was_read_before_it_was_redacted_is_kept_without_the_words(watch: Watch) -> None:
    """A poll was under way: what it brings is another id, or what must not come back."""
    await redacts(watch)
    known, source, admins = the_entry(watch), watch.source(), watch.admins
    raw = replace(known, text=MINOR)
    renamed = Edit(raw, replace(raw, uid="v2:call"))
    more = replace(raw, text=f"{MINOR} More of it.")
    back = Edit(raw, more, the_statement(watch))
    with watch.database.write() as work:
        work.statements.takedowns.withhold([tuple(digests(source.name, more))[1:]])
        keep_all(work, [Outcome(source, source, watch.now, edits=(back,))], Limits(), Recall(), admins)
    assert_nowhere(watch, "Ryu Sol")
    with watch.database.write() as work:
        keep_all(work, [Outcome(source, source, watch.now, edits=(renamed,))], Limits(), Recall(), admins)
    assert the_entry(watch).uid == "v2:call"
    assert_nowhere(watch, "Ryu Sol")


async def test_admins_hear_of_an_end_that_waits(watch: Watch) -> None:
    """Another source says that it is over: people go on acting upon it until somebody has looked."""
    await publishes(watch, CALL[1], title=CALL[0])
    are_sent(watch)
    watch.over_feed("/other", "relay", trust=Trust.RELAY, organisation="Relay")
    watch.publish("/other", rss())
    await watch.polls("relay")
    watch.later(days=1)
    end = (
        "The nine North Korean refugees who were held in Shenyang are free and safe. "
        "No further action is requested. Thank you to all who wrote."
    )
    watch.publish(
        "/other", rss(item("Stop action: the nine North Korean refugees are free", end, watch.now, "end"))
    )
    await watch.polls("relay")
    assert states(watch) == [DeliveryState.SENT, DeliveryState.HELD]
    (event,) = (one for one in watch.events() if one.kind is EventKind.REVIEW)
    assert event.counts["recipients"] == 1
    assert event.detail.startswith("another source than the one that called")


@pytest.mark.parametrize("decided", [True, False])
async def test_what_is_taken_down_without_the_words_is_known_again_by_them(
    watch: Watch, *, decided: bool
) -> None:
    """Its source shows them: under another id it does not come back."""
    await (redacts(watch) if decided else publishes(watch))
    with watch.database.write() as work:
        take_down(work, the_statement(watch).id, "why", watch.now)
        again = Entry("v2", TITLE, text=MINOR)
        assert work.statements.takedowns.withheld("northlight", [again]) == {"v2"}


async def test_what_an_admin_joins_to_a_case_loses_what_is_withheld_of_it(watch: Watch) -> None:
    """By whatever way a statement comes into it."""
    number = await redacts(watch)
    with watch.database.write() as work:
        case = work.alerts.many([number])[number].case_id
        assert case
        (choir,) = kept(work, a_statement(title="A choir", text="Ryu Sol sings."), source=watch.source())
        join(work, choir.id, case, watch.now)
    assert_nowhere(watch, "Ryu Sol")


async def test_what_was_told_of_the_case_before_loses_the_words_where_it_stands(watch: Watch) -> None:
    """A first call named the child without an age, so nobody was asked; whoever reads it there knows her."""
    first = MINOR.replace("Ryu Sol, 11", "Ryu Sol")
    watch.publish("/feed", rss(item(TITLE, first, watch.now, "first")))
    await watch.polls()
    are_sent(watch)
    watch.later(days=2)
    await publishes(
        watch, LATER.replace("Ryu Sol and", "Ryu Sol, 11, and"), "more", "Update: the nine are on their way"
    )
    number = only_held(watch)
    with watch.database.write() as work:
        redact(work, card(work, number, USUAL), ANNA, watch.now, UTC)
    assert_nowhere(watch, "Ryu Sol")
    with watch.database.write() as work:
        _, (erase,) = removals.due(work, "console", watch.now, 9, without=(), changes=True)
    assert erase.told.shown is not None
    told = plain_text(amended_message(erase.told.shown, Speech("en"), watch.now))
    assert "words were withheld for somebody's safety" in told
    assert "Changed by its source" not in told
    assert "Ryu" not in told
    assert MARK in told
