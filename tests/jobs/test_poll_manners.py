"""How a source is asked: conditionally, on time, and never when it wants to be left alone."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from email.utils import format_datetime

import pytest
from structlog.testing import capture_logs

from jobs.fetch import Fetched, Fetcher
from jobs.polled import Polled
from storage.database import Database
from storage.words import SourceState
from tests.builders import NOON, a_source
from tests.feeds import item, rss
from tests.jobs.watching import CALL, POST, Watch, a_watch
from tests.names import on_loopback

FEED = "/feed"
FILES = "files.ngo.example"


@pytest.fixture
async def watch(database: Database) -> AsyncIterator[Watch]:
    """A watch on each database."""
    async with a_watch(database) as made:
        yield made


def publishes(watch: Watch, *titles: str, path: str = FEED, etag: str = "") -> None:
    """The feed shows ordinary posts of these titles."""
    posts = (item(title, POST[1], watch.now, title) for title in titles)
    watch.publish(path, rss(*posts), etag=etag)


def answers(watch: Watch, status: int, path: str = FEED, **headers: str) -> None:
    """The path answers with this status and these header fields."""
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    watch.publish(path, "later", "text/plain", status, headers=fields)


def waits_for(watch: Watch) -> timedelta:
    """How long after its last answer the source is asked again; when that came, a loaded machine decides."""
    source = watch.source()
    assert source.next_due is not None
    assert source.last_polled is not None
    return source.next_due - source.last_polled


def recovers(watch: Watch, path: str = FEED) -> None:
    """The feed answers as it should."""
    publishes(watch, "First", path=path)


async def test_the_newest_validator_is_sent_byte_for_byte_even_after_a_restart(watch: Watch) -> None:
    """A new ETag counts though the body is the same, and also when it came with a 304."""
    watch.over_feed()
    for etag in ('W/"a,b"', '"b"', "c without quotes"):
        publishes(watch, "First", etag=etag)
        await watch.polls()
    watch.restart()
    await watch.polls()
    assert watch.asked() == ["", 'W/"a,b"', '"b"', "c without quotes"]
    answers(watch, 304, ETag='"d"')
    await watch.polls()
    await watch.polls()
    assert watch.asked()[-2:] == ["c without quotes", '"d"']
    assert watch.held() == 1


async def test_a_restart_asks_nobody_before_the_stored_time(watch: Watch) -> None:
    """The due time outlives the program; when it comes, the question is conditional."""
    publishes(watch, "First", etag='"v"')
    watch.over_feed(every=600)
    assert await watch.polls_due() == ["northlight"]
    watch.restart()
    watch.later(seconds=60)
    assert await watch.polls_due() == []
    watch.later(seconds=600)
    assert await watch.polls_due() == ["northlight"]
    assert watch.asked() == ["", '"v"']


async def test_too_many_requests_silence_the_watch_for_the_whole_host(watch: Watch) -> None:
    """After 429 no feed of the host is asked for an hour: by schedule, by hand, or after a restart."""
    answers(watch, 429, Retry_After="3600")
    publishes(watch, "First", path="/other")
    watch.over_feed(every=60)
    elsewhere = watch.site.url.replace("127.0.0.1", "localhost")
    publishes(watch, "Second", path="/elsewhere")
    watch.over(*watch.configured, a_source(name="elsewhere", url=f"{elsewhere}/elsewhere", every=60))
    await watch.polls()
    watch.over_feed("/other", "other", every=60)
    for minutes in (1, 28, 30):
        watch.restart()
        watch.later(minutes=minutes)
        assert await watch.polls_due() == ["elsewhere"]
    assert (await watch.polls("other")).source.state is SourceState.THROTTLED
    assert (watch.asked(), watch.asked("/other")) == ([""], [])
    recovers(watch)
    watch.later(minutes=2)
    assert await watch.polls_due() == ["elsewhere", "northlight", "other"]
    assert watch.source().state is SourceState.OK


async def test_an_overloaded_feed_is_left_alone_and_its_neighbour_is_not(watch: Watch) -> None:
    """503 with a date speaks for the one feed: until then it is not asked, not even by hand."""
    until = watch.now + timedelta(hours=2)
    answers(watch, 503, Retry_After=format_datetime(until))
    publishes(watch, "First", path="/other")
    watch.over_feed(every=60)
    watch.over_feed("/other", "other", every=60)
    assert await watch.polls_due() == ["northlight", "other"]
    watch.restart()
    watch.later(minutes=119)
    assert await watch.polls_due() == ["other"]
    by_hand = await watch.polls()
    assert (by_hand.source.state, "2026-03-10 14:0" in by_hand.source.detail) == (SourceState.THROTTLED, True)
    assert len(watch.asked()) == 1
    recovers(watch)
    watch.later(minutes=2)
    assert "northlight" in await watch.polls_due()


async def test_a_pause_of_a_year_is_a_mistake_and_lasts_a_day(watch: Watch) -> None:
    """A watch that may be blinded by one header is none."""
    answers(watch, 503, Retry_After=str(365 * 86400))
    watch.over_feed()
    await watch.polls()
    watch.later(hours=23, minutes=59)
    assert await watch.polls_due() == []
    watch.later(minutes=3)
    assert await watch.polls_due() == ["northlight"]


async def test_failures_space_the_polls_out_but_never_end_them(watch: Watch) -> None:
    """Later each time, six hours at most; that the source is dark is told once, and once that it is well."""
    answers(watch, 500)
    watch.over_feed(every=600)
    waits = []
    with capture_logs() as logs:
        for _ in range(12):
            assert await watch.polls_due() == ["northlight"]
            watch.restart()
            waits.append(waits_for(watch).total_seconds())
            watch.now += timedelta(seconds=waits[-1] + 60)
        assert watch.source().state is SourceState.DARK
        recovers(watch)
        assert await watch.polls_due() == ["northlight"]
    assert waits[0] <= 600 < waits[1] < waits[2] < waits[3]
    assert 0.8 * 6 * 3600 <= min(waits[8:]) <= max(waits) <= 6 * 3600
    assert len(set(waits[8:])) > 1, "and not all at one beat"
    assert (watch.source().state, watch.source().failures) == (SourceState.OK, 0)
    told = [entry["event"] for entry in logs if entry["log_level"] == "warning"]
    assert told == ["source.ill", "source.well"]


async def test_a_feed_that_is_gone_is_told_and_asked_once_a_week(watch: Watch) -> None:
    """410 means for good, but a mistaken one must not blind the watch for ever."""
    answers(watch, 410)
    watch.over_feed()
    with capture_logs() as logs:
        await watch.polls_due()
    assert [entry["state"] for entry in logs if entry["event"] == "source.ill"] == [SourceState.GONE]
    watch.restart()
    watch.later(days=6)
    assert await watch.polls_due() == []
    recovers(watch)
    watch.later(days=1)
    assert await watch.polls_due() == ["northlight"]
    assert watch.source().state is SourceState.OK


async def test_a_move_is_believed_after_days_and_what_was_configured_stays(watch: Watch) -> None:
    """One day's redirect is a mistake; three days' is a move, which holds until the file is changed."""
    publishes(watch, "First", path="/new")
    answers(watch, 301, Location="/new")
    watch.over_feed()
    for _ in range(3):
        await watch.polls()
        watch.later(days=1)
    recovers(watch)
    await watch.polls()
    assert (watch.source().address, watch.source().moved_to) == ("", "")
    answers(watch, 308, Location="/new")
    for _ in range(4):
        watch.later(days=1, minutes=1)
        watch.restart()
        await watch.polls()
    source = watch.source()
    assert (source.url, source.address) == (f"{watch.site.url}/feed", f"{watch.site.url}/new")
    before = len(watch.asked())
    await watch.polls()
    assert len(watch.asked()) == before, "the old address is not asked any more"
    watch.over(a_source(url=f"{watch.site.url}/newest"))
    assert (watch.source().asked, watch.source().etag) == (f"{watch.site.url}/newest", "")


async def test_where_a_source_moved_to_and_went_dark_it_is_looked_for_at_home(watch: Watch) -> None:
    """A move that leads nowhere is taken back: the address that a person wrote is asked again."""
    publishes(watch, "First", path="/new")
    answers(watch, 301, Location="/new")
    watch.over_feed()
    for _ in range(4):
        await watch.polls()
        watch.later(days=1, minutes=1)
    assert watch.source().address
    answers(watch, 404, "/new")
    recovers(watch)
    for _ in range(5):
        await watch.polls()
    assert (watch.source().state, watch.source().address) == (SourceState.DARK, "")
    assert (await watch.polls()).source.state in (SourceState.OK, SourceState.UNCHANGED)


async def test_a_redirect_to_another_organisation_is_refused_and_told(watch: Watch) -> None:
    """A hijacked domain must not put words into an organisation's mouth; nobody is asked there."""
    watch.publish("/stranger", rss(item(*CALL, watch.now, "1")))
    answers(watch, 302, Location=watch.site.url.replace("127.0.0.1", "localhost") + "/stranger")
    watch.over_feed()
    polled = await watch.polls()
    assert (polled.source.state, polled.new, watch.asked("/stranger")) == (SourceState.MOVED, 0, [])
    assert "another site, localhost" in polled.source.detail


async def test_the_password_of_a_source_is_neither_logged_nor_kept_in_its_state(watch: Watch) -> None:
    """However its polls end, only the database's column of addresses knows it."""
    secret = watch.site.url.replace("http://", "http://reader:hush-hush@")
    watch.over(a_source(url=f"{secret}/feed"))
    details = []
    with capture_logs() as logs:
        for outcome in (404, 429, 503, 410, 200):
            answers(watch, outcome)
            details.append((await watch.polls()).source.detail)
            watch.later(days=9)
        answers(watch, 301, Location=watch.site.url.replace("127.0.0.1", "localhost"))
        details.append((await watch.polls()).source.detail)
        await watch.fetcher.__aexit__(None, None, None)
        details.append((await watch.polls()).source.detail)
    assert all(details)
    assert "fault in Vigil" in details[-1]
    assert "hush-hush" not in f"{details} {logs}"
    assert watch.source().shown_url == f"{watch.site.url}/feed"
    with watch.database.read() as work:
        assert "hush-hush" not in str(work.pauses.paused(watch.now - timedelta(days=60)))


async def test_a_malformed_feed_gives_what_can_be_read_and_says_so(watch: Watch) -> None:
    """Peers reject it whole; here the call in it rings, and the state says degraded until it is mended."""
    whole = rss(item(*CALL, watch.now, "1"), item(*POST, watch.now, "2"))
    watch.publish(FEED, whole.replace("</channel>", "<oops></channel>"))
    watch.over_feed()
    first = await watch.polls()
    assert (first.source.state, first.new, len(first.alerts)) == (SourceState.DEGRADED, 2, 1)
    again = await watch.polls()
    assert (again.source.state, again.source.detail) == (SourceState.DEGRADED, first.source.detail)
    watch.publish(FEED, whole)
    mended = await watch.polls()
    assert (mended.source.state, mended.source.detail, mended.alerts) == (SourceState.OK, "", ())


@pytest.mark.parametrize(
    "headers",
    [
        {"Cache_Control": "public, max-age=2592000"},
        {"Expires": "Thu, 31 Dec 2026 23:59:59 GMT"},
        {},
    ],
)
async def test_no_hint_of_a_server_makes_a_poll_later_than_was_promised(
    watch: Watch, headers: dict[str, str]
) -> None:
    """A month of max-age, a ttl of a day, hours and days without news: the next poll is within `every`."""
    hours = "".join(f"<hour>{hour}</hour>" for hour in range(23))
    quiet = "<ttl>1440</ttl><skipDays><day>Tuesday</day><day>Wednesday</day></skipDays>"
    quiet += f"<skipHours>{hours}</skipHours>"
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    body = rss(item(*POST, watch.now, "1")).replace("<channel>", f"<channel>{quiet}")
    watch.publish(FEED, body, headers=fields)
    watch.over_feed(every=600)
    for _ in range(5):
        assert await watch.polls_due() == ["northlight"]
        assert timedelta(0) < waits_for(watch) <= timedelta(seconds=600)
        watch.later(seconds=660)


@pytest.mark.parametrize(
    ("channel", "headers"),
    [
        ("<ttl>59</ttl>", {}),
        (f"<skipHours>{''.join(f'<hour>{hour}</hour>' for hour in range(12, 24))}</skipHours>", {}),
        ("", {"Cache-Control": "max-age=3540"}),
    ],
    ids=["ttl", "skipHours", "max-age"],
)
async def test_the_rhythm_of_a_feed_is_remembered_with_its_body(
    watch: Watch, channel: str, headers: dict[str, str]
) -> None:
    """It is said once, and kept to over restarts, while the server says no more than that nothing changed."""
    body = rss(item(*POST, watch.now, "1")).replace("<channel>", f"<channel>{channel}")
    watch.publish(FEED, body, etag='"1"', headers=headers)
    watch.over_feed(every=3600)
    await watch.polls()
    for _ in range(3):
        watch.restart()
        watch.now = watch.source().next_due or watch.now
        assert await watch.polls_due() == ["northlight"]
        assert timedelta(minutes=58.8) <= waits_for(watch) <= timedelta(hours=1)
    assert watch.asked() == ["", '"1"', '"1"', '"1"']


async def test_what_a_failed_commit_lost_is_asked_for_again_whole(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The validator is stored with the items or not at all: the next poll asks anew, and the call rings."""
    watch.publish(FEED, rss(item(*CALL, watch.now, "1")), etag='"v"')
    watch.over_feed()

    def no_room(*_: object) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("storage.deliveries.Deliveries.queue", no_room)
        lost = await watch.polls()
    assert (lost.source.state, watch.held(), watch.waiting()) == (SourceState.FAILING, 0, 0)
    watch.restart()
    assert len((await watch.polls()).alerts) == 1
    assert watch.asked() == ["", ""]
    assert (watch.held(), watch.waiting()) == (1, 1)


async def test_many_unchanged_sources_are_stored_with_few_commits(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A commit for each would bound the watch by the disk; each source still has its own new due time."""
    names = [f"s{number:02}" for number in range(60)]
    for name in names:
        publishes(watch, "First", path=f"/{name}")
        watch.over(*watch.configured, a_source(name=name, url=f"{watch.site.url}/{name}"))
    await watch.polls_due()
    watch.later(hours=1)
    commits = []
    write = Database.write

    def counted(database: Database) -> object:
        commits.append(1)
        return write(database)

    monkeypatch.setattr(Database, "write", counted)
    assert await watch.polls_due() == names
    assert len(commits) <= 6
    assert all(watch.source(name).last_success == watch.source(name).last_polled for name in names)
    assert len({watch.source(name).next_due for name in names}) > 50


class Answering(Fetcher):
    """A road to the sources that gives one answer, or fails in a way nobody foresaw."""

    def __init__(self, answer: Fetched | Exception, after: float = 0.0) -> None:
        super().__init__()
        self.answer = answer
        self.after = after

    async def get(self, *_: object, **__: object) -> Fetched:
        """What was given."""
        await asyncio.sleep(self.after)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


async def test_a_fault_that_quotes_the_password_is_told_without_it(watch: Watch) -> None:
    """Libraries put whole addresses into their messages; neither the log nor the state repeats them."""
    secret = "http://reader:hush-hush@ngo.example/feed"
    watch.over(a_source(url=secret))
    watch.fetcher = Answering(ValueError(f"cannot ask {secret}"))
    watch.restart()
    with capture_logs() as logs:
        polled = await watch.polls()
    assert (polled.source.state, polled.source.detail) == (SourceState.FAILING, "fault in Vigil: ValueError")
    assert "hush-hush" not in str(logs)
    assert logs[0]["event"] == "poll.failed"


async def test_too_many_requests_after_a_redirect_are_meant_by_both_hosts(watch: Watch) -> None:
    """Who leads there leads there again: neither the one nor the other is asked."""
    asked, final = "http://ngo.example/feed", "http://feeds.ngo.example/feed"
    watch.over(a_source(url=asked))
    watch.fetcher = Answering(Fetched(asked, final, 429, {"retry-after": "3600"}, b""))
    watch.restart()
    await watch.polls()
    with watch.database.read() as work:
        paused = work.pauses.paused(watch.now + timedelta(minutes=59))
    assert set(paused) == {"ngo.example", "feeds.ngo.example"}


async def test_a_pause_counts_from_the_answer_and_not_from_the_question(watch: Watch) -> None:
    """A slow server that wants a minute gets a minute."""
    watch.over_feed(every=1)  # chance adds a tenth of it
    url = watch.source().url
    watch.fetcher = Answering(Fetched(url, url, 503, {"retry-after": "90"}, b""), after=0.3)
    watch.restart()
    polled = await watch.polls()
    assert polled.source.next_due is not None
    assert polled.source.next_due - watch.now >= timedelta(seconds=90.3)


async def test_not_modified_is_no_answer_to_a_question_without_a_condition(watch: Watch) -> None:
    """A broken cache in front of a new source must not look like a source without news."""
    answers(watch, 304)
    watch.over_feed()
    polled = await watch.polls()
    assert (polled.source.state, "304" in polled.source.detail) == (SourceState.FAILING, True)


async def test_a_host_that_says_no_more_than_429_is_left_alone_for_minutes(watch: Watch) -> None:
    """A source that is asked once a day must not silence its neighbour for a day."""
    answers(watch, 429)
    publishes(watch, "First", path="/other")
    watch.over_feed(every=86_400)
    watch.over_feed("/other", "other", every=300)
    await watch.polls()
    watch.later(minutes=4)
    assert await watch.polls_due() == []
    watch.later(minutes=2)
    assert await watch.polls_due() == ["other"]


async def test_the_rest_of_an_answer_that_broke_off_is_asked_for(watch: Watch) -> None:
    """A server without lengths gives half of it, under the validator of the whole."""
    whole = rss(item(*POST, watch.now, "post"), item(*CALL, watch.now, "call"))
    watch.publish(FEED, whole[: len(whole) // 2], etag='"v"')
    watch.over_feed()
    for _ in range(2):
        await watch.polls()
        watch.later(hours=1)
    assert (watch.waiting(), watch.asked()) == (0, ["", ""])
    watch.publish(FEED, whole, etag='"v"')
    await watch.polls()
    await watch.polls()
    assert (watch.waiting(), watch.asked()) == (1, ["", "", "", '"v"'])


async def test_a_source_that_is_asked_more_often_now_is_asked_at_once(watch: Watch) -> None:
    """It was asked once a week, and was to be asked again next week."""
    publishes(watch, "First")
    watch.over_feed(every=7 * 86_400)
    await watch.polls_due()
    watch.configured = ()
    watch.over_feed(every=300)
    watch.later(minutes=1)
    assert await watch.polls_due() == ["northlight"]
    assert await watch.polls_due() == []


async def test_a_clock_that_ran_ahead_blinds_the_watch_for_no_longer(watch: Watch) -> None:
    """What was asked in 2030, by mistake, is due again when the clock is right."""
    publishes(watch, "First")
    answers(watch, 503, "/ill", Retry_After="3600")
    watch.over_feed()
    watch.over_feed("/ill", "ill")
    real = watch.now
    watch.later(days=4 * 365)
    await watch.polls_due()
    watch.now = real
    watch.restart()
    assert await watch.polls_due() == ["ill", "northlight"]


async def test_a_host_that_drips_keeps_no_other_source_from_being_asked(watch: Watch) -> None:
    """A hundred and more of its sources are due, and none is answered until the good one was read."""
    elsewhere = watch.site.url.replace("127.0.0.1", "localhost")
    watch.site.hold("/slow")
    watch.fetcher._timeout = 120
    slow = [a_source(name=f"a{n}", url=f"{elsewhere}/slow?{n}") for n in range(120)]
    watch.publish("/good", rss(item(*CALL, watch.now, "call")))
    watch.over(*slow, a_source(name="z-good", url=f"{watch.site.url}/good"))
    read: list[str] = []

    def done(polled: Polled) -> None:
        read.append(polled.source.name)
        watch.site.release()

    with watch.database.read() as work:
        sources = work.sources.all()
    await watch.poller.all(sources, watch.now, done)
    assert read[0] == "z-good"
    assert len(read) == 121


async def test_no_redirect_leads_to_a_host_that_wants_to_be_left_alone(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a source nor a linked page goes there by way of another of the organisation's hosts."""
    on_loopback(monkeypatch)
    home, files = (watch.site.url.replace("127.0.0.1", name) for name in ("www.ngo.example", FILES))
    answers(watch, 429, "/limited", Retry_After="3600")
    watch.over(a_source(name="limited", url=f"{files}/limited"))
    await watch.polls("limited")
    answers(watch, 302, "/hop", Location=f"{files}/page")
    answers(watch, 302, "/moved", Location=f"{files}/feed")
    watch.publish(FEED, rss(item("A word", "It begins […]", watch.now, "1", f"{home}/hop")))
    watch.over(a_source(url=f"{home}{FEED}"), a_source(name="moved", url=f"{home}/moved"))
    watch.restart()
    with watch.database.read() as work:
        watch.poller._pauses.learn(work.pauses.paused(watch.now))
    polled = await watch.polls()
    assert (len(watch.asked("/hop")), watch.asked("/page")) == (1, [])
    assert "asked us to wait" in polled.notes[0]
    moved = await watch.polls("moved")
    assert (moved.source.state, len(watch.asked(FEED))) == (SourceState.THROTTLED, 1)
    assert "files.ngo.example: not asked" in moved.source.detail


@pytest.mark.parametrize("road", ["page", "pdf"])
async def test_a_linked_page_that_leads_to_another_organisation_is_not_followed_and_told(
    watch: Watch, monkeypatch: pytest.MonkeyPatch, road: str
) -> None:
    """A stranger's call must not ring in the source's name; once it is on the source's own site it does."""
    on_loopback(monkeypatch)
    hosts = ("www.ngo.example", "www.other.example", FILES)
    home, other, files = (watch.site.url.replace("127.0.0.1", host) for host in hosts)
    watch.publish("/theirs", f"<article><h1>{CALL[0]}</h1><p>{CALL[1]}</p></article>", "text/html")
    answers(watch, 302, "/hop.pdf", Location=f"{other}/theirs")
    linked, text = (f"{home}/hop.pdf", "It begins […]") if road == "page" else ("", "See the letter.")
    enclosure = f'<enclosure url="{home}/hop.pdf" type="application/pdf" length="9"/></item>'
    shown = item("A word from us", text, watch.now, "1", linked)
    watch.publish(FEED, rss(shown if road == "page" else shown.replace("</item>", enclosure)))
    watch.over(a_source(url=f"{home}{FEED}"))
    polled = await watch.polls()
    assert (watch.asked("/theirs"), polled.alerts, len(watch.asked("/hop.pdf"))) == ([], (), 1)
    assert polled.notes == (
        "the linked page was not followed: www.ngo.example: it leads to another site, www.other.example",
    )
    assert watch.statements()["A word from us"].text == text
    answers(watch, 302, "/hop.pdf", Location=f"{files}/theirs")
    watch.later(minutes=11)
    assert len((await watch.polls()).alerts) == 1


async def test_a_source_may_be_led_to_a_sibling_of_its_host(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """feeds.example.org is www.example.org's; two blogs of one provider are two people's."""
    on_loopback(monkeypatch, "one.wordpress.com", "two.wordpress.com")
    urls = {
        name: watch.site.url.replace("127.0.0.1", host)
        for name, host in {
            "feeds": "feeds.ngo.example", "www": "www.ngo.example",
            "one": "one.wordpress.com", "two": "two.wordpress.com",
        }.items()
    }  # fmt: skip
    publishes(watch, "First", path="/there")
    answers(watch, 302, "/sibling", Location=f"{urls['www']}/there")
    answers(watch, 302, "/neighbour", Location=f"{urls['two']}/there")
    watch.over(
        a_source(name="sibling", url=f"{urls['feeds']}/sibling"),
        a_source(name="neighbour", url=f"{urls['one']}/neighbour"),
    )
    assert (await watch.polls("sibling")).new == 1
    polled = await watch.polls("neighbour")
    assert (polled.source.state, polled.new) == (SourceState.MOVED, 0)
    assert polled.source.detail == "one.wordpress.com: it leads to another site, two.wordpress.com"


async def test_a_source_that_an_admin_paused_is_left_alone(database: Database) -> None:
    """Over a restart with its configuration too; resumed, it is asked at once, and its news rings."""
    async with a_watch(database) as watch:
        watch.over_feed()
        watch.publish("/feed", rss(item(*POST, watch.now, "post")))
        assert await watch.polls_due() == ["northlight"]
        with database.write() as work:
            work.sources.halt(watch.source().id, watch.now)
        watch.later(days=1)
        watch.restart()
        watch.publish("/feed", rss(item(*CALL, watch.now, "call"), item(*POST, NOON, "post")))
        assert await watch.polls_due() == []
        with database.write() as work:
            work.sources.resume(watch.source().id)
        assert await watch.polls_due() == ["northlight"]
        assert (watch.held(), watch.waiting()) == (2, 1)
