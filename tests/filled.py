"""Fills every table of a database with rows that tell each other apart, through the repositories."""

from dataclasses import replace
from datetime import date, timedelta

from jobs.steps.websub import subscribed, wanted
from storage.appeals import Draft
from storage.audit import NOBODY
from storage.database import Work
from storage.looks import Findings, Item, Place
from storage.moments import ALIVE
from storage.nodes import Node
from storage.people import Event, Notice, Recipient, Route
from storage.records import Addressee, Demand, Entry, PersonsAtRisk, Picture, Reason, Signatories, Source
from storage.redactions import Withheld
from storage.remembered import Reread
from storage.words import (
    Act,
    CaseState,
    DeliveryState,
    DeskRole,
    Digest,
    EventKind,
    Gone,
    Kind,
    SourceState,
    Stance,
    Urgency,
)
from tests.builders import NOON, URGENT, a_source, a_statement, an_alert, an_entry

LETTER = {
    "title": "긴급: 강제 북송 중단 — \u201cquoted\u201d",
    "kind": Kind.OPEN_LETTER,
    "language": "ko",
    "text": "중국은 강제 북송을 즉각 중단하라. \U0001f56f",
    "issuers": ("Northlight", "북한인권시민연합"),
    "date_written": date(2005, 2, 16),
    "date_posted": date(2005, 2, 17),
    "deadline": date(2026, 3, 31),
    "signatories": Signatories(3, 40, 2, 70, None, 5, ("A", "B")),
    "addressees": (Addressee("China", "CN", 1),),
    "demands": (Demand("China", "즉각 중단하라", "halt", "if", date(2026, 4, 1)), Demand("nobody", "x")),
    "persons_at_risk": PersonsAtRisk(9, None, 2),
    "places": ("Shenyang",),
    "identifiers": ("A/RES/78/218",),
    "instruments": ("CAT",),
    "alert": replace(URGENT, reasons=(Reason("imminent", "\u201cwithin days\u201d"),)),
    "external_id": "x-1",
}


def fill(work: Work) -> tuple[Recipient, Recipient]:
    """Two of every noun, the second one with all that can be said of it; returns the two recipients."""
    plain = work.sources.ensure(a_source())
    rich = work.sources.ensure(
        a_source(
            name="other",
            organisation="Südlicht",
            countries=("KP", "CN"),
            selectors={"item": ".news"},
            etag='"é"',
            address="https://other.example/feed",
            moved_to="https://other.example/new",
            moved_since=NOON,
            hints={"ttl": [60]},
            unread_due=NOON,
            reread_due=NOON,
            newest=NOON,
            habit=86_400,
            silent_since=NOON,
            marks=b"12345678",
            hub="https://hub.example/",
            topic="https://other.example/feed",
            since=NOON,
            unreached_since=NOON,
            told="dark",
            told_at=NOON,
            unsteady=True,
            last_success=NOON + timedelta(microseconds=123456),
            next_due=NOON + timedelta(minutes=10),
        )
    )
    work.senders.take("telegram", "machine:1")
    work.senders.tell("telegram", link="https://t.me/a_bot", mark="1000001")
    work.nodes.come_round(Node("n1", "machine:1", "1.0", ("poll", "send")), NOON)
    work.sources.give([rich.id], NOON + timedelta(minutes=10), NOON)
    work.pauses.pause({"other.example": NOON + timedelta(hours=1)}, NOON)
    asked = wanted(rich, "https://vigil.example", "token", "secret", NOON)
    work.subscriptions.add(asked)
    active = subscribed(replace(asked, token="other token", detail="why", asked=NOON), "60", NOON, 0.0)
    work.subscriptions.add(active)
    work.tombstones.add(["ab" * 32])
    one = work.recipients.ensure("telegram", "-1001", "en", NOON)
    other = work.recipients.ensure("console", "terminal", "ko", NOON)
    work.routes.add(one.id, Route())
    work.routes.add(
        other.id,
        Route(
            countries=("KP",),
            kinds=(Kind.RESOLUTION,),
            languages=("ko",),
            keywords=("수용소",),
            least_urgency=Urgency.EXPECTED,
            digest=Digest.WEEKLY,
        ),
    )
    work.requests.begin("telegram", "1:1001", NOON)
    _speak(work, plain, "plain", {}, (one,))
    case = _speak(work, rich, "rich", LETTER, (one, other))
    work.cases.touch(case, CaseState.RESOLVED, NOON + timedelta(days=1))
    _happened(work)
    _notify(work, one)
    _appeal(work)
    (claimed,) = work.deliveries.due("console", NOON, 1)
    work.attempts.begin([claimed.id], NOON)
    work.attempts.settle(claimed.id, DeliveryState.SENT, reference="77", detail="told")
    work.removals.begin(2, NOON + timedelta(microseconds=123456))
    work.stances.take(other.id, 1, Stance.FOLLOW)
    return one, other


def _happened(work: Work) -> None:
    """The letter was rewritten, then was gone; something else was taken down before."""
    letter = work.statements.get(2)
    assert letter is not None
    source = work.sources.by_name(letter.source_name)
    assert source is not None
    later = NOON + timedelta(hours=2, microseconds=123456)
    work.statements.change(replace(letter, title="긴급: 북송 중단"), source, later)
    work.statements.mark_gone(letter.entry_id, Gone.PAGE, later)
    work.statements.takedowns.withhold([("ab" * 32,)])
    work.rereads.keep(source.id, [Reread("c", '"e"', looks=2, missed=2, due=later, entry_id=letter.entry_id)])
    work.redactions.keep(2, Withheld(("김은주",)))
    work.redactions.leave_undecided(1, '{"parts": []}')


def _appeal(work: Work) -> None:
    """One that somebody has approved, and one that was sent."""
    admin, other = (work.audit.admin("telegram", address) for address in ("1", "2"))
    words = Draft("긴급", "북송을 막자", "ko", Urgency.IMMEDIATE, ("KP",), "UNHCR", date(2026, 4, 1))
    work.staff.join(work.staff.invite(DeskRole.REVIEWER, NOON), "telegram", "3", NOON)
    work.staff.suspend(other, "telegram", NOON)
    work.staff.invite(DeskRole.KEEPER, NOON)
    work.handovers.offer(1, NOON)
    work.looks.ask(1, "https://new.example/?token=abc", NOON)
    number = work.looks.ask(1, "https://other.example/", NOON, 1)
    work.looks.take(NOON, 1)
    work.looks.finish(
        number, Findings((Place("https://other.example/feed", items=(Item("하나", NOON),)),)), NOON
    )
    work.senders.take("telegram two", "here:1")
    work.identities.keep("@vigil:example.org", "the keys of an account")
    made = work.appeals.add(admin, words, NOON)
    work.appeals.approve(made.id, other)
    work.pictures.keep(made.id, Picture.of(b"picture", "image/png", 1, 1), b"picture")
    work.appeals.sent(work.appeals.add(other, words, NOON).id, 1, 2)
    work.sendings.plan(made.id, 2, 1)
    work.sendings.begin(made.id + 1, 1, 1, NOON)
    (going,) = work.sendings.going()
    work.sendings.show(going, ("telegram",), NOON + timedelta(microseconds=123456))
    work.sendings.begin_correction(made.id + 1, 2, None, (2, 1), NOON)
    work.sendings.end(work.sendings.of(made.id + 1)[1], NOON + timedelta(seconds=9))
    work.sendings.begin_retraction(2, 1, (2, 1), NOON)
    work.delays.note("telegram", {(1, 0): 1, (1, 40): 2})
    work.delays.sent("telegram", {1: 3})
    work.audit.note(admin, Act.WRITTEN, made.id, NOON)
    work.audit.note(NOBODY, Act.SENT, made.id + 1, NOON, 2)


def _notify(work: Work, admin: Recipient) -> None:
    event = Event(
        EventKind.ILL,
        NOON,
        source="other",
        title="Südlicht",
        url="https://other.example/feed",
        state=SourceState.NOT_A_FEED,
        detail="200 text/html: \u201cWartung\u201d",
        since=NOON,
        last_success=NOON - timedelta(days=1),
        next_due=NOON + timedelta(hours=6),
        newest=NOON - timedelta(days=30),
        habit=86_400,
        counts={"sources": 2},
    )
    number = work.notices.add(Notice((event, Event(EventKind.ONLINE, NOON)), NOON))
    work.deliveries.queue_notice(number, [(admin.id, admin.transport, NOON)], 3)
    work.moments.put(ALIVE, NOON)


def _speak(
    work: Work, source: Source, name: str, said: dict[str, object], heard: tuple[Recipient, ...]
) -> int:
    entry = an_entry(uid=name, enclosures=("http://127.0.0.1/a.pdf",), note="a \u201cnote\u201d")
    entry_id = work.entries.add(source.id, _as_told(entry) if name == "rich" else entry, NOON)
    case = work.cases.open(name, NOON)
    made = a_statement(**{"entry_id": entry_id, "case_id": case} | said)
    statement = work.statements.get(work.statements.add(made, source, NOON))
    alert = an_alert(
        identifier=name,
        statement=statement,
        source=source,
        case_id=case,
        expires=NOON + timedelta(days=9),
        references=("vigil-0",),
    )
    wanted = [(recipient.id, recipient.transport, NOON) for recipient in heard]
    work.deliveries.queue(work.alerts.add(alert), wanted, 1)
    return case


def _as_told(entry: Entry) -> Entry:
    dated = replace(entry, date_only=True, updated=NOON + timedelta(hours=1))
    return replace(dated, shown="a", fingerprint="b", tries=1, again_at=NOON + timedelta(minutes=10))
