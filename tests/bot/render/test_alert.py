"""What a subscriber gets at three in the morning: complete, short, and never more than is known."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.countries import _codes
from bot.render.alert import LIMIT, alert_message
from bot.render.html import plain_text, split, to_html
from bot.render.message import Choice, Heading, Quote
from bot.render.text import length, single_line
from bot.speech import Speech
from storage.records import Addressee, Alert, Assessment, Demand, PersonsAtRisk, Reason, Statement
from storage.words import Cause, Certainty, Kind, MsgType, Severity, Status, Trust, Urgency
from tests.builders import NOON, a_source, a_statement, an_alert

ENGLISH, KOREAN = Speech("en"), Speech("ko")
TEXT = (
    "Nine people wait in a cell in Dongxing. They may be sent back within days. Northlight calls on China "
    "to halt the return and to disclose where they are held."
)

WHY = (
    "Why it rang: urgency Immediate, severity Extreme, certainty Likely; from the words "
    "“… in Dongxing. They may be sent back within days. Northlight calls …”."
)
SOURCE = a_source(url="https://northlight.example/feed")


def full_alert(**given_: object) -> Alert:
    """An alert of which everything is known."""
    statement = a_statement(
        title="Nine refugees face return",
        url="https://northlight.example/9",
        text=f"Nine refugees face return\n\n{TEXT}",
        issuers=("Northlight", "Borderless"),
        date_written=date(2026, 3, 9),
        date_posted=date(2026, 3, 10),
        deadline=date(2026, 3, 14),
        addressees=(Addressee("China", "CN", 2), Addressee("President of Laos", "LA", 1)),
        demands=(
            Demand("China", "halt the return"),
            Demand("President of Laos", "answer for it", deadline=date(2026, 3, 20)),
            Demand("China", "disclose where they are held", condition="without delay"),
        ),
        persons_at_risk=PersonsAtRisk(9, 2),
        places=("Dongxing",),
        identifiers=("UA 12/26",),
        fetched=NOON,
        alert=Assessment(
            urgent=True,
            urgency=Urgency.IMMEDIATE,
            severity=Severity.EXTREME,
            certainty=Certainty.LIKELY,
            reasons=(Reason("imminent", "may be sent back within days"),),
        ),
        id=12,
    )
    return replace(an_alert(statement=statement, source=SOURCE, also=("borderless",)), **given_)  # type: ignore[arg-type]  # any field


def told(alert: Alert, speech: Speech = ENGLISH, now: datetime = NOON) -> str:
    """What is read of the alert."""
    return plain_text(alert_message(alert, speech, now))


def with_statement(**given_: object) -> Alert:
    """The full alert with something else known about the statement."""
    alert = full_alert()
    return replace(alert, statement=replace(alert.statement, **given_))  # type: ignore[arg-type]  # any field


def test_the_whole_alert_as_it_is_read() -> None:
    """The danger first, then who, where, by when, what is asked, whose words, and where they stand."""
    assert told(full_alert()).split("\n") == [
        "URGENT · 9 people at risk · China and North Korea",
        "",
        "Nine refugees face return",
        "",
        "At risk: 9 people, of whom 2 children",
        "Where: China and North Korea · Dongxing",
        "By: 14 March 2026 (4 days left)",
        "",
        "Asked of China:",
        "",
        "• “halt the return”",
        "• “disclose where they are held” (without delay)",
        "",
        "Asked of President of Laos:",
        "",
        "• “answer for it” (by 20 March 2026)",
        "",
        "Northlight and Borderless say:",
        TEXT,
        "Reference: UA 12/26",
        "Source: Northlight",
        "Dates: written 9 March 2026 · posted 10 March 2026 · fetched 10 March 2026, 12:00 UTC",
        "Also carried by: borderless",
        "",
        WHY,
    ]


def test_a_lock_screen_says_it() -> None:
    """The first sixty characters name the urgency, the place and the number."""
    first = told(full_alert())[:60]
    assert "URGENT" in first
    assert "China" in first
    assert "9 people at risk" in first
    assert told(full_alert(), KOREAN).startswith("긴급 · 9명 위험 · 중국 및 북한")


COUNTRIES = st.lists(st.sampled_from(sorted(_codes())), max_size=3).map(tuple)


@given(
    COUNTRIES,
    st.none() | st.integers(0, 999_999),
    st.sampled_from([MsgType.ALERT, MsgType.UPDATE, MsgType.CANCEL]),
    st.booleans(),
    st.sampled_from([Status.ACTUAL, Status.EXERCISE, Status.TEST]),
    st.sampled_from([ENGLISH, KOREAN]),
)
def test_sixty_characters_tell_which_call_it_is(
    countries: tuple[str, ...],
    count: int | None,
    msg_type: MsgType,
    remind: bool,
    status: Status,
    speech: Speech,
) -> None:
    """The number at risk, or else the title; where there is room the place: whatever countries are called."""
    cause = Cause.REMINDER if remind and msg_type is MsgType.ALERT else Cause.NEWS
    alert = with_statement(
        countries=countries, persons_at_risk=PersonsAtRisk(count), deadline=date(2026, 9, 14)
    )
    read = told(replace(alert, msg_type=msg_type, status=status, cause=cause), speech)
    first = read[:60]
    if count is None or msg_type is MsgType.CANCEL:
        assert alert.statement.title[:18] in first
    else:
        assert speech.number(count) in first
        assert "14" in first or cause is not Cause.REMINDER
        if countries and status is Status.ACTUAL and cause is not Cause.REMINDER:
            assert speech.country(countries[0])[:12] in first


@pytest.mark.parametrize("speech", [ENGLISH, KOREAN])
def test_what_the_heading_says_is_not_said_again(speech: Speech) -> None:
    """The title stands in the heading or below it; a call that is over says which one it was."""
    bare = with_statement(countries=(), persons_at_risk=PersonsAtRisk(), text="")
    for alert in (bare, replace(full_alert(), msg_type=MsgType.CANCEL)):
        heading, *rest = told(alert, speech).split("\n")
        assert "Nine refugees face return" in heading
        assert "Nine refugees face return" not in rest


def test_without_a_place_or_a_number_the_title_stands_in_the_heading() -> None:
    """There is always something that tells one alert from another."""
    alert = with_statement(countries=(), persons_at_risk=PersonsAtRisk())
    assert told(alert).startswith("URGENT · Nine refugees face return")


def test_the_words_are_the_issuer_s_own() -> None:
    """Every quotation stands in the text letter for letter, and can be unfolded."""
    message = alert_message(full_alert(), ENGLISH, NOON)
    quotes = [block for block in message.blocks if isinstance(block, Quote)]
    assert [quote.folded for quote in quotes] == [True]
    assert quotes[0].line[0].text in single_line(full_alert().statement.text)


def test_what_is_not_known_is_said_or_left_out() -> None:
    """An urgent call that counts nobody says so; no deadline is invented."""
    bare = told(an_alert(statement=a_statement(text="", countries=(), alert=Assessment(urgent=True))))
    assert "At risk: number of people not stated" in bare
    assert "Where:" not in bare
    assert "By:" not in bare
    assert "Asked of" not in bare
    assert "Says who: Northlight" in bare


@pytest.mark.parametrize(
    ("deadline", "said"),
    [
        (date(2026, 3, 10), "10 March 2026 (today)"),
        (date(2026, 3, 11), "11 March 2026 (1 day left)"),
        (date(2026, 3, 9), "9 March 2026 (1 day ago)"),
        (None, "When: at once"),
    ],
)
def test_how_much_time_is_left(deadline: date | None, said: str) -> None:
    """Counted in days of the reader; without a date an Immediate call is for now."""
    assert said in told(with_statement(deadline=deadline))


def test_a_cancel_says_first_that_it_is_over_and_asks_nothing() -> None:
    """Nobody acts any more on a call that has ended."""
    read = told(full_alert(msg_type=MsgType.CANCEL))
    assert read.startswith("OVER · Nine refugees face return · China")
    assert "Nothing is asked of you any more." in read[:120]
    assert "Asked of" not in read
    assert "By:" not in read
    assert "Why it rang" not in read


def test_an_update_says_that_it_is_one() -> None:
    """And that the danger has passed, as a reading of ours and not a fact."""
    past = Assessment(urgency=Urgency.PAST)
    alert = with_statement(alert=past)
    read = told(replace(alert, msg_type=MsgType.UPDATE))
    assert read.startswith("UPDATE · 9 people at risk · China")
    assert "As Vigil reads it, the danger has passed." in read
    assert told(full_alert(msg_type=MsgType.UPDATE)).startswith("URGENT UPDATE")


@pytest.mark.parametrize("status", [Status.EXERCISE, Status.TEST, Status.DRAFT])
def test_what_is_not_actual_says_so_before_anything_else(status: Status) -> None:
    """Hawaii 2018: a drill must not read like the real thing, in no language."""
    for speech in (ENGLISH, KOREAN):
        heading, remark = told(full_alert(status=status), speech).split("\n\n")[:2]
        assert not heading.startswith(speech.t("URGENT"))
        assert remark.split()[0] not in heading.split(" · ")[1]
    assert told(full_alert(status=status)).startswith(status.value.upper())


def test_a_quiet_kind_names_itself() -> None:
    """What is not urgent does not shout, and gives no reason for ringing."""
    read = told(with_statement(kind=Kind.RESOLUTION, alert=Assessment()))
    assert read.startswith("Resolution · 9 people at risk · China")
    assert "Why it rang" not in read


def test_a_relay_and_a_foreign_language_are_said() -> None:
    """Whose word it is, and whether the reader can read it."""
    alert = full_alert(source=a_source(trust=Trust.RELAY))
    assert "(passes on the words of others)" in told(alert)
    assert "원문 언어: 영어" in told(full_alert(), KOREAN)


def test_the_choices_lead_to_acting_and_to_the_text() -> None:
    """Where nobody is asked for anything, to the latest; what is not stored has no number to open."""
    message = alert_message(full_alert(), ENGLISH, NOON)
    assert message.choices == ((Choice("Act", "/act 12"), Choice("Full text", "/statement 12")),)
    idle = alert_message(with_statement(demands=(), addressees=()), ENGLISH, NOON)
    assert idle.choices == ((Choice("Full text", "/statement 12"), Choice("Latest", "/latest")),)
    assert not message.silent
    assert alert_message(with_statement(id=0), ENGLISH, NOON).choices == ((Choice("Latest", "/latest"),),)


def test_many_demands_are_counted_where_they_do_not_fit() -> None:
    """Each addressee keeps at least one; the rest is a command away."""
    demands = tuple(Demand(f"Minister {n % 4}", f"{n} {'act on this ' * 20}") for n in range(40))
    alert = with_statement(demands=demands, addressees=())
    read = told(alert)
    assert "more demands: /statement 12" in read
    shown = read.count("• “")
    assert f"and {40 - shown} more demands" in read
    assert all(f"Asked of Minister {n}:" in read for n in range(4))


def test_the_day_is_the_reader_s() -> None:
    """Near midnight the days left are counted where the reader lives."""
    from zoneinfo import ZoneInfo

    late = datetime(2026, 3, 13, 20, tzinfo=UTC)
    assert "(1 day left)" in told(full_alert(), now=late)
    assert "(today)" in told(full_alert(), Speech("en", ZoneInfo("Asia/Seoul")), late)


WORDS = st.text(max_size=400)
STATEMENTS = st.builds(
    Statement,
    title=WORDS,
    kind=st.sampled_from(Kind),
    language=st.sampled_from(["en", "ko", ""]),
    url=st.sampled_from(["", "https://northlight.example/x", "javascript:alert(1)"]),
    text=st.text(max_size=3000),
    issuers=st.lists(WORDS, max_size=6).map(tuple),
    deadline=st.none() | st.dates(date(1990, 1, 1), date(2100, 1, 1)),
    addressees=st.lists(st.builds(Addressee, WORDS, st.none() | st.just("CN")), max_size=10).map(tuple),
    demands=st.lists(st.builds(Demand, to=WORDS, quote=WORDS, condition=st.none() | WORDS), max_size=30).map(
        tuple
    ),
    persons_at_risk=st.builds(PersonsAtRisk, *[st.none() | st.integers(0, 10**6)] * 3),
    countries=st.lists(st.sampled_from(["CN", "KP", "ZQ"]), max_size=12).map(tuple),
    places=st.lists(WORDS, max_size=12).map(tuple),
    identifiers=st.lists(WORDS, max_size=5).map(tuple),
    alert=st.builds(
        Assessment,
        urgent=st.booleans(),
        urgency=st.sampled_from(Urgency),
        reasons=st.lists(st.builds(Reason, st.just("rule"), WORDS), max_size=6).map(tuple),
    ),
    id=st.integers(0, 10**6),
)


@given(STATEMENTS, st.sampled_from(MsgType), st.sampled_from(Status), st.sampled_from([ENGLISH, KOREAN]))
def test_any_alert_is_short_and_begins_with_a_heading(
    statement: Statement, msg_type: MsgType, status: Status, speech: Speech
) -> None:
    """However much a publisher writes, one message holds it, and it can be drawn."""
    also = tuple("x" * 200 for _ in range(20))
    alert = an_alert(statement=statement, msg_type=msg_type, status=status, also=also)
    message = alert_message(alert, speech, NOON)
    assert length(message) <= LIMIT
    assert len(split(message)) == 1, "a kill leaves no half of it"
    assert isinstance(message.blocks[0], Heading)
    assert to_html(message)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://evil.example/x", "Northlight (evil.example)"),
        ("https://northlight.example.evil.example/x", "Northlight (northlight.example.evil.example)"),
        ("https://news.northlight.example/x", "Northlight"),
    ],
)
def test_an_item_on_another_site_shows_its_host(url: str, shown: str) -> None:
    """The name of its source alone would hide where the link leads."""
    source = a_source(title="Northlight", url="https://northlight.example/feed")
    found = an_alert(statement=a_statement(url=url), source=source)
    told = plain_text(alert_message(found, Speech("en"), NOON))
    assert next(line for line in told.splitlines() if line.startswith("Source")) == f"Source: {shown}"


@pytest.mark.parametrize(
    ("title", "heading"),
    [
        ("Urgent action: Kim faces execution in North Korea", "URGENT · Kim faces execution in North Korea"),
        ("Kim faces execution", "URGENT · Kim faces execution · North Korea"),
        ("Kim faces a North Korean court", "URGENT · Kim faces a North Korean court · North Korea"),
        ("긴급행동: 북한 김 씨 처형 위기", "URGENT · 북한 김 씨 처형 위기 · North Korea"),
        ("Urgent appeal", "URGENT · Urgent appeal · North Korea"),
    ],
)
def test_the_heading_says_nothing_twice(title: str, heading: str) -> None:
    """Neither that it is urgent nor where, if the title names that; "North Korean" does not."""
    alert = with_statement(title=title, countries=("KP",), persons_at_risk=PersonsAtRisk())
    assert told(alert).splitlines()[0] == heading


def test_a_korean_title_names_its_country_with_what_follows_it() -> None:
    """북한에서 is 북한."""
    alert = with_statement(title="북한에서 처형 위기", countries=("KP",), persons_at_risk=PersonsAtRisk())
    assert plain_text(alert_message(alert, Speech("ko"), NOON)).splitlines()[0] == "긴급 · 북한에서 처형 위기"
