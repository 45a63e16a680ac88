"""What is new, what was edited, and what only goes by another name: told over several polls and restarts."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from structlog.testing import capture_logs

from jobs.filing import keep
from jobs.keep import Edit, Outcome, keep_all
from jobs.limits import Limits
from jobs.recall import Recall
from jobs.steps.understand import of_source
from storage.database import Database
from storage.queries import Query
from storage.records import Alert, Assessment
from storage.words import CaseState, DeliveryState, MsgType, SourceState
from tests.builders import NOON, a_statement, an_entry, arrived
from tests.feeds import item, rss
from tests.jobs.watching import CALL, POST, Watch, a_watch

FEED = "/feed"
QUIET = (
    "Nine North Korean refugees: a portrait",
    "Northlight has spoken with nine North Korean refugees who live in Shenyang, China, about their food.",
)
FREED = (
    "Stop action: nine North Korean refugees released",
    "The nine North Korean refugees held in Shenyang, China, have been released. No further action.",
)
CASES = [
    (
        f"{10 + number} refugees in {town} face imminent return",
        (
            f"{10 + number} refugees held in {town}, China, face imminent repatriation to North Korea within "
            f"days, where they would be tortured. Northlight calls on China to halt the return from {town}."
        ),
    )
    for number, town in enumerate(("Shenyang", "Dandong", "Yanji", "Tumen", "Harbin"))
]


@pytest.fixture
async def watch(database: Database) -> AsyncIterator[Watch]:
    """A watch on each database."""
    async with a_watch(database) as made:
        yield made


def shows(watch: Watch, *items: str, etag: str = "") -> None:
    """The feed shows these items and no others."""
    watch.publish(FEED, rss(*items), etag=etag)


async def rung(watch: Watch, hours: float = 1) -> list[Alert]:
    """What rings at the next poll, by a program that was started anew."""
    watch.restart()
    polled = await watch.polls()
    watch.later(hours=hours)
    return [alert for alert, recipients in polled.alerts if recipients]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(("", ""), ("", ""), id="neither guid nor link"),
        pytest.param(("same", ""), ("same", ""), id="one guid for both"),
        pytest.param(("", "http://127.0.0.1/board"), ("", "http://127.0.0.1/board"), id="one link for both"),
        pytest.param(
            ("same", "http://127.0.0.1/a"), ("same", "http://127.0.0.1/b"), id="one guid, two links"
        ),
    ],
)
async def test_items_that_cannot_be_told_apart_by_guid_are_kept_and_ring_once(
    watch: Watch, first: tuple[str, str], second: tuple[str, str]
) -> None:
    """Peers lose them or ring each time: here all are held and the call rings once, as the list grows."""
    watch.over_feed()
    call, post = item(*CALL, NOON, *first), item(*POST, NOON, *second)
    shows(watch, call)
    alerts = await rung(watch)
    for items in ((post, call), (post, call), (item(*QUIET, NOON, *first), post, call), (call,)):
        shows(watch, *items)
        alerts += await rung(watch)
    assert [alert.statement.title for alert in alerts] == [CALL[0]]
    assert (watch.held(), watch.waiting()) == (3, 1)


@pytest.mark.parametrize("links", ["the same links", "new links", "no links"])
async def test_a_feed_that_changes_all_its_guids_rings_nothing_and_adds_nothing(
    watch: Watch, links: str
) -> None:
    """New software at the publisher's: 0 alerts, 0 statements; what is posted next under it rings."""
    watch.over_feed()
    old = "http://127.0.0.1/old" if links != "no links" else ""
    new = {"the same links": old, "new links": "http://127.0.0.1/new", "no links": ""}[links]
    texts = [*CASES[:4], POST]

    def drawn(base: str, guid: str, at: datetime = NOON) -> list[str]:
        return [
            item(*text, at, f"{guid}{number}", base and f"{base}/{number}")
            for number, text in enumerate(texts)
        ]

    shows(watch, *drawn(old, "v1-"))
    assert len(await rung(watch)) == 4
    held = watch.held()
    shows(watch, *drawn(new, "v2-"))
    assert await rung(watch) == []
    shows(watch, *drawn(new, "v3-", watch.now))  # a restored backup: new guids, and dated today
    assert await rung(watch) == []
    assert (watch.held(), watch.waiting()) == (held, 4)
    if links == "new links":
        assert watch.statements()[POST[0]].url == "http://127.0.0.1/new/4"
    shows(watch, item(*CASES[4], watch.now, "v3-next", new and f"{new}/next"), *drawn(new, "v3-", watch.now))
    assert [alert.statement.title for alert in await rung(watch)] == [CASES[4][0]]


async def test_another_call_under_the_same_heading_is_no_rename(watch: Watch) -> None:
    """Each week's "Urgent appeal", with a link to the front page, is a new one, though the last is gone."""
    watch.over_feed()
    for number in (0, 3):
        shows(watch, item("Urgent appeal", CASES[number][1], watch.now, f"{number}", "http://127.0.0.1/"))
        await rung(watch, hours=24 * 7)
    assert watch.held() == 2


async def test_an_edit_that_makes_an_old_item_urgent_rings_once(watch: Watch) -> None:
    """A month-old portrait becomes a call: it rings by that edit and no later one; the archive has it."""
    watch.over_feed()
    old = NOON - timedelta(days=30)
    shows(watch, item(*QUIET, old, "1"), item(*POST, old, "2"))
    assert await rung(watch) == []
    shows(watch, item(*CALL, old, "1"), item(*POST, old, "2"))
    (alert,) = await rung(watch)
    assert (alert.msg_type, alert.statement.title) == (MsgType.ALERT, CALL[0])
    assert set(watch.statements()) == {CALL[0], POST[0]}
    assert watch.statements()[CALL[0]].published == old
    for text in (QUIET, CALL, (CALL[0], f"{CALL[1]} It is urgent.")):
        shows(watch, item(*text, old, "1"), item(*POST, old, "2"))
        assert await rung(watch) == []
    assert (watch.held(), watch.waiting()) == (2, 1)
    with watch.database.read() as work:
        hits = work.statements.search(_query("Shenyang"), 10)
    assert [hit.statement.text[-13:] for hit in hits.hits] == ["It is urgent."]


async def test_who_was_told_of_an_item_hears_it_again_when_it_becomes_urgent(database: Database) -> None:
    """The second alert has an identifier of its own and refers to the first, as an update of it."""
    async with a_watch(database, wants_all=True) as watch:
        watch.over_feed()
        shows(watch, item(*QUIET, NOON, "1"))
        (first,) = await rung(watch)
        shows(watch, item(*CALL, NOON, "1"))
        (second,) = await rung(watch)
    assert (second.msg_type, second.references) == (MsgType.UPDATE, (first.identifier,))
    assert second.identifier != first.identifier


async def test_an_edit_of_one_carrier_rings_nobody_who_heard_it_from_another(watch: Watch) -> None:
    """The same call in two feeds is one alert, also when the second becomes the call by an edit."""
    watch.over_feed()
    watch.over_feed("/copy", "copy")
    link = "http://127.0.0.1/call"
    shows(watch, item(*CALL, NOON, "1", link))
    watch.publish("/copy", rss(item(*QUIET, NOON, "1", link)))
    await watch.polls()
    await watch.polls("copy")
    watch.publish("/copy", rss(item(*CALL, NOON, "1", link)))
    assert (await watch.polls("copy")).alerts == ()
    assert watch.waiting() == 1


async def test_an_edit_without_content_does_nothing(watch: Watch) -> None:
    """Spacing, case, punctuation and markup are no words: nothing is stored anew, nothing rings."""
    watch.over_feed()
    shows(watch, item(*CALL, NOON, "1"))
    assert len(await rung(watch)) == 1
    before = watch.statements()[CALL[0]]
    shows(watch, item(CALL[0].upper(), f"<p>{CALL[1].replace('. ', '  —  ')}</p>", NOON, "1"))
    polled = await watch.polls()
    assert (polled.source.state, polled.new, polled.alerts) == (SourceState.OK, 0, ())
    assert watch.statements()[CALL[0]] == before


async def test_a_call_that_is_edited_into_its_end_is_called_off(watch: Watch) -> None:
    """Organisations write "released" over the same page: whoever was told hears it, once."""
    watch.over_feed()
    shows(watch, item(*CALL, NOON, "1"))
    (call,) = await rung(watch)
    with watch.database.write() as work:
        arrived(work, call.id)
    shows(watch, item(*FREED, NOON, "1"))
    (end,) = await rung(watch)
    assert (end.msg_type, end.references) == (MsgType.CANCEL, (call.identifier,))
    shows(watch, item(FREED[0], f"{FREED[1]} Thank you.", NOON, "1"))
    assert await rung(watch) == []
    with watch.database.read() as work:
        states = [one.state for alert in (call, end) for one in work.deliveries.of_alert(alert.id)]
        case = work.cases.get(call.case_id or 0)
    assert states == [DeliveryState.SENT, DeliveryState.QUEUED]
    assert case is not None
    assert case.state is CaseState.STOPPED


async def test_when_many_items_change_at_once_an_admin_looks_first(watch: Watch) -> None:
    """A new footer, or a hijacker, can make all old items urgent in one stroke: held, not sent, not lost."""
    watch.over_feed()
    old = NOON - timedelta(days=20)
    texts = [
        (f"Portrait of a family in {title.split()[3]}", "They cook, and they sing.") for title, _ in CASES
    ]
    shows(watch, *(item(*text, old, f"{number}") for number, text in enumerate(texts)))
    assert await rung(watch) == []
    shows(watch, *(item(*text, old, f"{number}") for number, text in enumerate(CASES)))
    alerts = await rung(watch)
    assert len(alerts) == len(CASES)
    with watch.database.read() as work:
        states = {one.state for alert in alerts for one in work.deliveries.of_alert(alert.id)}
    assert states == {DeliveryState.HELD}


async def test_an_edit_of_what_is_dated_in_the_future_never_rings(watch: Watch) -> None:
    """No road leads round the rule: not that of edits either."""
    watch.over_feed()
    future = NOON + timedelta(days=300)
    shows(watch, item(*QUIET, future, "1"))
    await rung(watch)
    shows(watch, item(*CALL, future, "1"))
    assert await rung(watch) == []
    assert CALL[0] in watch.statements()


def page(text: str) -> str:
    """A page with an article."""
    return f"<html><body><main><h1>{CALL[0]}</h1><p>{text}</p></main></body></html>"


async def test_a_linked_page_that_failed_is_read_at_a_later_poll_and_rings_then(watch: Watch) -> None:
    """The excerpt says nothing; its page, down at first, does: read though the feed itself is unchanged."""
    watch.over_feed(every=300)
    link = f"{watch.site.url}/page"
    shows(watch, item("A word from Northlight", "We write to you because […]", NOON, "1", link), etag='"v"')
    watch.publish("/page", "down", "text/plain", 503)
    first = await watch.polls()
    assert (first.new, first.alerts, "503" in first.notes[0]) == (1, (), True)
    watch.publish("/page", page(CALL[1] * 3), "text/html")
    watch.later(minutes=5)
    await watch.polls()
    assert len(watch.asked("/page")) == 1, "a page that is down is left alone for a while"
    watch.restart()
    watch.later(minutes=6)
    second = await watch.polls()
    assert (second.source.state, len(second.alerts)) == (SourceState.UNCHANGED, 1)
    assert CALL[1] in watch.statements()["A word from Northlight"].text
    for _ in range(5):
        watch.later(hours=12)
        assert (await watch.polls()).alerts == ()
    assert (watch.source().unread_due, watch.held()) == (None, 1), "no more than what is read again of all"


async def test_a_linked_page_that_never_answers_is_given_up(watch: Watch) -> None:
    """A bounded number of times, each later than the one before; the excerpt is kept all the same."""
    watch.over_feed()
    shows(watch, item("Whole", "It begins so […]", NOON, "1", f"{watch.site.url}/dead"))
    for _ in range(200):
        await watch.polls()
        watch.later(minutes=30)
    assert len(watch.asked("/dead")) == 5
    assert watch.statements()["Whole"].text.startswith("It begins so")
    assert watch.source().unread_due is None


@pytest.mark.parametrize(("status", "times"), [(410, 1), (451, 1), (401, 5), (403, 5)])
async def test_a_page_that_is_not_to_be_read_is_not_asked_again_and_again(
    watch: Watch, status: int, times: int
) -> None:
    """What is gone stays gone; a firewall's 403 passes as often as not, and the call would be lost."""
    watch.over_feed()
    shows(watch, item("Whole", "It begins so […]", NOON, "1", f"{watch.site.url}/private"))
    watch.publish("/private", "members only", "text/plain", status)
    for _ in range(12):
        await watch.polls()
        watch.later(hours=5)
    assert len(watch.asked("/private")) == times


async def test_a_host_that_wants_no_more_of_us_is_not_asked_for_linked_pages_either(watch: Watch) -> None:
    """429 from a page holds for the feed on the same host, and over a restart."""
    watch.over_feed(every=60)
    shows(watch, item("Whole", "It begins so […]", NOON, "1", f"{watch.site.url}/page"))
    watch.publish("/page", "slow down", "text/plain", 429, headers={"Retry-After": "3600"})
    await watch.polls()
    watch.restart()
    watch.later(minutes=58)
    assert await watch.polls_due() == []
    assert (len(watch.asked()), len(watch.asked("/page"))) == (1, 1)
    watch.later(minutes=3)
    assert await watch.polls_due() == ["northlight"]


async def test_an_edited_excerpt_does_not_replace_the_whole_text_when_its_page_is_down(watch: Watch) -> None:
    """What was read stays until it can be read again."""
    watch.over_feed()
    link = f"{watch.site.url}/page"
    whole = " ".join(f"Paragraph {n} of the statement on the camps." for n in range(60))
    watch.publish("/page", page(whole), "text/html")
    shows(watch, item("A word", "Paragraph 0 […]", NOON, "1", link))
    await rung(watch)
    watch.publish("/page", "down", "text/plain", 503)
    shows(watch, item("A word", "A new beginning […]", NOON, "1", link))
    await rung(watch)
    assert "Paragraph 59" in watch.statements()["A word"].text
    watch.publish("/page", page(f"A new beginning. {whole} A new end."), "text/html")
    await rung(watch)
    assert "A new end." in watch.statements()["A word"].text


async def test_a_demand_that_is_dropped_is_noticed_though_the_file_beside_it_is_down(watch: Watch) -> None:
    """The feed's own text got shorter; that a letter beside it cannot be read says nothing of that."""
    file = f'<enclosure url="{watch.site.url}/none.pdf" type="application/pdf" length="1"/>'
    more = " We ask the United Nations to send monitors to the border."
    for text in (CALL[1] + more, CALL[1]):
        shows(watch, item(CALL[0], text, watch.now, "one").replace("</item>", f"{file}</item>"))
        if not watch.configured:
            watch.over_feed()
        await watch.polls()
        watch.later(hours=1)
    with watch.database.read() as work:
        (was,) = work.statements.versions.of(1)
        now = work.statements.get(1)
    assert now is not None
    assert (was.text, was.rewritten, now.text) == (CALL[1] + more, True, CALL[1])


async def test_a_source_that_falls_silent_against_its_habit_is_flagged_until_it_speaks(watch: Watch) -> None:
    """An item every other day, then none for weeks, while the server says that all is well: told once."""
    watch.over_feed()
    items = [item(f"Report {n}", "Figures.", NOON - timedelta(days=2 * n), f"{n}") for n in range(8)]
    shows(watch, *items)
    with capture_logs() as logs:
        for _ in range(20):
            await rung(watch, hours=24)
    assert [one["event"] for one in logs if one["log_level"] == "warning"] == ["source.silent"]
    silent_since = watch.source().silent_since
    assert silent_since is not None
    assert timedelta(days=7) < silent_since - NOON < timedelta(days=9)
    shows(watch, item("Report 9", "Figures.", watch.now, "9"), *items)
    await rung(watch)
    assert watch.source().silent_since is None


def _query(word: str) -> Query:
    return Query(words=(word,))


async def test_what_was_kept_without_digests_is_no_edit_when_it_is_first_seen(watch: Watch) -> None:
    """An imported archive, or an older version's: its source has other words for it, and nothing rings."""
    watch.over_feed()
    source = watch.source()
    with watch.database.write() as work:
        entry = an_entry(uid="1", title=QUIET[0], text=QUIET[1], published=NOON)
        statement = a_statement(title=QUIET[0], text=QUIET[1], alert=Assessment())
        keep(work, source, of_source(entry, statement, source), NOON, Recall())
    shows(watch, item(*CALL, NOON, "1"))
    assert await rung(watch) == []
    shows(watch, item(CALL[0], f"{CALL[1]} It is urgent.", NOON, "1"))
    assert len(await rung(watch)) == 1, "from then on its edits are seen"


async def test_an_undated_archive_rings_nothing_when_its_pages_are_read_late(watch: Watch) -> None:
    """The first poll reads a source's past; that its pages were down on that day makes them no news."""
    watch.over_feed()
    shows(watch, item("A word", "We write because […]", None, "1", f"{watch.site.url}/page"))
    watch.publish("/page", "down", "text/plain", 503)
    assert await rung(watch) == []
    watch.publish("/page", page(CALL[1] * 3), "text/html")
    assert await rung(watch) == []
    assert CALL[1] in watch.statements()["A word"].text
    shows(watch, item("Another word", "We write because […]", None, "2", f"{watch.site.url}/other"))
    watch.publish("/other", "down", "text/plain", 503)
    assert await rung(watch) == []
    watch.publish("/other", page(CASES[1][1] * 3), "text/html")
    assert len(await rung(watch)) == 1


async def test_each_linked_page_keeps_its_own_time(watch: Watch) -> None:
    """That one page is due again is no reason to ask for another that has just failed."""
    watch.over_feed(every=60)
    first = item("One", "It begins […]", NOON, "1", f"{watch.site.url}/one")
    shows(watch, first)
    await watch.polls()
    watch.later(minutes=9)
    shows(watch, item("Two", "It begins so […]", NOON, "2", f"{watch.site.url}/two"), first)
    await watch.polls()
    watch.later(minutes=2)
    await watch.polls()
    assert (len(watch.asked("/one")), len(watch.asked("/two"))) == (2, 1)


async def test_what_another_program_has_kept_meanwhile_is_not_overwritten(watch: Watch) -> None:
    """Two programs poll one source: what the slower one saw is older, and so is what it makes of it."""
    watch.over_feed()
    shows(watch, item(*QUIET, NOON, "1"))
    await watch.polls()
    source = watch.source()
    with watch.database.read() as work:
        (seen,) = work.entries.by_uid(source.id, ["1"]).values()
    shows(watch, item(*CALL, NOON, "1"))
    await watch.polls()
    late = Edit(seen, replace(seen, title="Old news"), a_statement(title="Old news"))
    taken = Edit(seen, replace(seen, uid="2"))
    with watch.database.write() as work:
        keep_all(work, [Outcome(source, source, NOON, edits=(late, taken))], Limits(), Recall())
    assert set(watch.statements()) == {CALL[0]}


async def test_a_page_that_is_due_again_and_whose_entry_is_edited_is_asked_once(watch: Watch) -> None:
    """Two reasons to read it are no reason to read it twice."""
    watch.over_feed(every=60)
    link = f"{watch.site.url}/one"
    shows(watch, item("One", "It begins […]", NOON, "1", link))
    await watch.polls()
    watch.later(minutes=11)
    shows(watch, item("One", "It begins otherwise […]", NOON, "1", link))
    await watch.polls()
    assert len(watch.asked("/one")) == 2


async def test_the_same_words_again_beside_the_first_are_a_new_item(watch: Watch) -> None:
    """Arrested again, or an appeal that is worded alike each time: only what left the list was renamed."""
    watch.over_feed()
    first = item(*POST, NOON - timedelta(days=5), "first", f"{watch.site.url}/1")
    shows(watch, first)
    await watch.polls()
    shows(watch, item(*POST, NOON, "second", f"{watch.site.url}/2"), first)
    assert (await watch.polls()).new == 1
    shows(watch, item(*POST, NOON, "third", f"{watch.site.url}/3"), first)
    assert (await watch.polls()).new == 0, "the second goes by another name now"


async def test_an_id_that_was_another_items_is_no_edit_of_it(watch: Watch) -> None:
    """A feed that numbers its items from the top: with each new one all others go by another number."""
    posts = [
        (f"Report of meeting {n} in spring", f"The board met for the {n}th time and talked about bread.", n)
        for n in range(1, 6)
    ]

    def shows(*listed: tuple[str, str, int]) -> None:
        shown = (
            item(title, text, NOON - timedelta(days=n), f"at {place}", f"http://127.0.0.1/read/{n}")
            for place, (title, text, n) in enumerate(listed)
        )
        watch.publish("/feed", rss(*shown))

    shows(*posts)
    watch.over_feed()
    await watch.polls()
    held = watch.held()
    watch.later(hours=1)
    shows((*CALL, 0), *posts)
    called = await watch.polls()
    assert (called.new, [recipients for _, recipients in called.alerts]) == (1, [1])
    assert watch.waiting() == 1
    watch.later(hours=1)
    shows(("Another meeting, in autumn", "They met again.", -1), (*CALL, 0), *posts[:4])
    assert (await watch.polls()).new == 1
    assert (watch.held() - held, watch.waiting()) == (2, 1)
    assert {title for title, _, _ in posts} < set(watch.statements())
