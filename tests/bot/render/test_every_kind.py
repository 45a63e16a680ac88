"""Whatever the bot says, Telegram takes as it was meant: every kind of message, from any text.

Judged by TDLib, Telegram's own parser. `test_html` tries the blocks; here they are what the program makes.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.announce import bare
from bot.commands.answer import answer
from bot.commands.request import Elsewhere, Request
from bot.render.alert import alert_message
from bot.render.amended import amended_message
from bot.render.citation import citation
from bot.render.digest import digest_message
from bot.render.discreet import ping
from bot.render.html import plain_text, split
from bot.render.message import Choice, Message
from bot.render.notice import notice_message
from bot.speech import Speech
from bot.transports.telegram_buttons import LONGEST_DATA, MOST_BUTTONS, Buttons
from jobs.amend import Changed
from storage.database import Database
from storage.people import Event, Notice
from storage.records import Addressee, Alert, Demand, PersonsAtRisk, Signatories, Statement
from storage.vault import Vault
from storage.words import Cause, EventKind, MsgType, SourceKind, SourceState, Status
from tests.bot.render.test_alert import STATEMENTS
from tests.bot.render.test_html import ADDRESSES, TEXTS, parsed, units
from tests.builders import NOON, URGENT, a_source, an_alert, kept
from tests.transcript import LINES

ENGLISH, KOREAN = Speech("en"), Speech("ko")
WORDS = TEXTS | st.builds(lambda text, times: text * times, TEXTS, st.integers(1, 40))
HOSTILE = st.builds(
    replace,
    STATEMENTS,
    title=WORDS,
    text=WORDS,
    url=ADDRESSES,
    issuers=st.lists(WORDS, max_size=3).map(tuple),
    demands=st.lists(st.builds(Demand, to=TEXTS, quote=WORDS, condition=st.none() | TEXTS), max_size=8).map(
        tuple
    ),
    places=st.lists(TEXTS, max_size=4).map(tuple),
)
SOURCES = st.builds(
    a_source, title=TEXTS, organisation=TEXTS, kind=st.sampled_from(SourceKind), url=ADDRESSES
)
ALERTS = st.builds(
    an_alert,
    statement=HOSTILE,
    source=SOURCES,
    msg_type=st.sampled_from(MsgType),
    status=st.sampled_from(Status),
    cause=st.sampled_from(Cause),
    also=st.lists(TEXTS, max_size=3).map(tuple),
    case_id=st.integers(1, 3),
    id=st.integers(1, 10**6),
)
EVENTS = st.builds(
    Event,
    st.sampled_from(EventKind),
    st.just(NOON),
    source=TEXTS,
    title=WORDS,
    url=ADDRESSES,
    state=st.sampled_from(SourceState),
    detail=WORDS,
    since=st.just(NOON),
    counts=st.dictionaries(
        st.sampled_from(["sources", "missing", "deliveries", "appeal"]), st.integers(0, 9)
    ),
)
SPEECHES = st.sampled_from([ENGLISH, KOREAN])
KINDS: dict[str, Callable[[list[Alert], list[Event], Speech], Message]] = {
    "an alert": lambda alerts, _, speech: alert_message(alerts[0], speech, NOON),
    "an appeal": lambda alerts, _, speech: alert_message(by_admins(alerts[0]), speech, NOON),
    "an alert in plain text": lambda alerts, _, speech: bare(alert_message(alerts[0], speech, NOON)),
    "a digest": lambda alerts, _, speech: digest_message(tuple(alerts), speech, NOON),
    "an alert called off or rewritten": lambda alerts, _, speech: amended_message(
        Changed("1", alerts[0], alerts[-1], None, "k"), speech, NOON
    ),
    "a digest of which something is over": lambda alerts, _, speech: amended_message(
        Changed("1", alerts[0], alerts[-1], None, "k", tuple(alerts), frozenset({alerts[0].id})), speech, NOON
    ),
    "a citation": lambda alerts, _, speech: citation(alerts[0].statement, speech, alerts[0].source),
    "a few words": lambda alerts, _, speech: ping(str(alerts[0].id), speech, silent=True),
    "a notice": lambda _, events, speech: notice_message(Notice(tuple(events), NOON), speech),
}


def by_admins(alert: Alert) -> Alert:
    """The same as admins would have written it."""
    return replace(alert, source=replace(alert.source, kind=SourceKind.DESK))


def is_taken(message: Message) -> None:
    """Every part parses, is within the limits, and says what was meant; so do its buttons."""
    parts = [part for part in split(message) if plain_text(part)]
    assert parts, "nothing is said"
    for part in parts:
        text, entities = parsed(part)
        assert text == plain_text(part)
        assert units(text) <= 4096
        assert len(entities) <= 100
    keyboard = Buttons().keyboard(message.choices, -1001234567890)
    buttons = [button for row in keyboard.inline_keyboard for button in row] if keyboard else []
    assert len(buttons) <= MOST_BUTTONS
    for button in buttons:
        assert button.text.strip()
        assert 1 <= len(str(button.callback_data).encode()) <= LONGEST_DATA


@pytest.mark.parametrize("kind", KINDS)
@given(
    alerts=st.lists(ALERTS, min_size=1, max_size=4),
    events=st.lists(EVENTS, min_size=1, max_size=5),
    speech=SPEECHES,
)
@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_is_told_is_taken_as_it_was_meant(
    kind: str, alerts: list[Alert], events: list[Event], speech: Speech
) -> None:
    """Alerts, digests, changes, citations and notices, from whatever publishers write."""
    is_taken(KINDS[kind](alerts, events, speech))


@given(st.lists(st.builds(Choice, TEXTS, TEXTS.map("/search ".__add__)), min_size=1, max_size=150))
@settings(max_examples=8, deadline=None)
def test_a_hundred_buttons(choices: list[Choice]) -> None:
    """What is more than Telegram shows is left out, the message is taken."""
    is_taken(Message(citation(Statement(title="x"), ENGLISH).blocks, tuple((one,) for one in choices)))


NASTY = (
    '<b>&amp;"\'</b> </blockquote> <a href="tg://user?id=1">',
    "가나다 \u202eabc\u200b 👩\u200d👧🏽 e\u0301 x",
    "« " * 200 + " »",
    "النص العربي مع https://evil.example/ و <i>",
    "w" * 3000,
)


def hostile(number: int, words: str) -> Statement:
    """A statement in which everything a publisher writes is this."""
    return Statement(
        title=f"{words} refugees",
        text="\n\n".join(
            (words, "SEND APPEALS TO:", f"{words}\nFax: +999 1 555 01 44", "SAMPLE LETTER", words)
        ),
        language="en",
        url=f"https://example.org/{number}",
        issuers=(words,),
        published=NOON,
        date_written=date(2005, 2, 16),
        countries=("CN", "KP"),
        places=(words,),
        addressees=(Addressee("China", "CN", 1), Addressee(words, None, 1)),
        demands=(Demand("China", words), Demand(words, words, condition=words)),
        persons_at_risk=PersonsAtRisk(9, 1),
        signatories=Signatories(organisations=2, names=(words, "NKHR")),
        identifiers=(words,),
        instruments=(words,),
        alert=URGENT,
    )


@pytest.fixture
def archive(migrated_file: Path, tmp_path: Path, vault: Vault) -> Iterator[Database]:
    """An archive of such statements in one case, each of them rewritten once."""
    file = tmp_path / "vigil.db"
    file.write_bytes(migrated_file.read_bytes())
    made = Database(f"sqlite:///{file}", vault)
    with made.write() as work:
        source = a_source(title=NASTY[0], organisation=NASTY[1])
        case = work.cases.open(NASTY[0], NOON)
        stored = kept(work, *(hostile(n, words) for n, words in enumerate(NASTY)), source=source)
        for one in stored:
            changed = replace(one, text=one.text[::-1], case_id=case)
            work.statements.change(changed, work.sources.ensure(source), NOON)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("language", "other"), [("en", None), ("ko", Elsewhere("@channel", NASTY[0], "-1001", may_manage=True))]
)
def test_every_answer_is_taken_as_it_was_meant(
    archive: Database, language: str, other: Elsewhere | None
) -> None:
    """Each line of the transcript and more, about the nastiest of archives; about a channel as well."""
    numbers = range(1, len(NASTY) + 1)
    lines = [*LINES, *(f"/{name} {n}" for name in ("statement", "act", "cite", "case") for n in numbers)]
    lines += [f"/search {words[:200]}" for words in NASTY] + [f"/subscribe “{words[:80]}”" for words in NASTY]
    lines += [
        "/settings",
        "/unsubscribe 9",
        "/follow 99 <b>",
        "/quiet <i>",
        f"/{NASTY[0]}",
        "/help <b>",
        "/signed <",
    ]
    for line in lines:
        with archive.write() as work:
            request = Request(line, "telegram", "42", NOON, language=language, other=other)
            for message in answer(request, work).messages:
                is_taken(message)
