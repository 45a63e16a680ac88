"""Writes docs/commands.md: every command of the chat on sample data, as it is answered in English and Korean.

python -m tests.transcript        writes it anew; a test says when it is not true any more
"""

import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from bot.commands.table import COMMANDS
from jobs.held import card
from jobs.limits import USUAL
from jobs.review import sentence
from storage.database import Database, Work
from storage.looks import Findings, Item, Place
from storage.records import (
    Addressee,
    Alert,
    Assessment,
    Demand,
    PersonsAtRisk,
    Signatories,
    Source,
    Statement,
)
from storage.vault import Vault
from storage.words import CaseState, Concern, Gone, Kind, MsgType, Relation, Urgency
from tests.bot.chat import Chat
from tests.builders import CALM, NOON, URGENT, a_source, an_entry
from tests.documents import ROOT

PAGE = ROOT / "docs" / "commands.md"
_CODE = re.compile(r"(?<=^/move )[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3}$", re.MULTILINE)
"""Another one each time."""
LANGUAGES = {"en": "English", "ko": "한국어"}
LINES = (
    *(
        "/start",
        "/help status",
        "/privacy",
        "/subscribe ?organisation",
        "/subscribe KP kind:resolution digest:daily",
    ),
    *("/settings", "/latest China", '/search "prison camps" since:2004', "/search prisson kind:resolutoin"),
    *("/resolutions 2005", "/demands 2005 China", "/demands 2005 North Korean government"),
    *("/demands 2005", "/demands Korea", "/demands 2005 Chnia", "/demands"),
    *("/search return this month", "/search return 작년"),
    *("/search return 나라:중국", "/search sort:최신 kind=resolution", "/search after:2004 camps"),
    *("/signed NKRC", "/signed Open Sea", "/orgs"),
    *(
        "/statement 1",
        "/statement 1 versions",
        "/statement 99",
        "/act 1",
        "/act 3",
        "/for @channel /subscribe KP",
        "/case 1",
        "/cite 2",
        "/cite 3",
        "/status",
    ),
    *("/settings 1", "/settings 1 kinds", "/follow 1", "/mute 1", "/settings", "/mute 1 off"),
    *("/digest daily 07:30 Seoul", "/quiet 22:00-07:00", "/settings discreet:on", "/settings drills:on"),
    *("/move", "/move AAAA-BBBB-CCCC-DDDD", "/settings", "/quiet off", "/unsubscribe 1", "/forget"),
)
DESK = (
    *(
        ("author", line)
        for line in ("/review", "/review 1", "/review 1 redacted", "/review 1 redacted {held}")
    ),
    *(("author", line) for line in ("/sources", "/sources northlight", "/sources northlight pause")),
    *(("author", f"/sources {line}") for line in ("add example.org", "found 1", "found 1 add 1", "example")),
    *(("author", f"/sources example {line}") for line in ("trust official", "every 30m", "clear", "remove")),
    *(("author", line) for line in ("/stats", "/audit", "/admins")),
    ("author", "/appeal"),
    (
        "author",
        (
            "/appeal\ncountries: KP\nto: the foreign ministry of China\nby: 2026-03-20\n"
            "url: https://northlight.example/act\nurgency: Immediate\n"
            "Write today: nine face return\nAsk the ministry to let the nine go where they are safe."
        ),
    ),
    (
        "author",
        (
            "/appeal 1 ko\nto: 중국 외교부\n오늘 편지를 쓰십시오: 아홉 명이 송환 위기\n"
            "아홉 명이 안전한 곳으로 가게 해 달라고 외교부에 요청하십시오."
        ),
    ),
    ("author", "/appeal 1 at: 2026-03-16T17:00 Seoul"),
    ("author", "/appeals drafts"),
    ("author", "/approve 1 {mark}"),
    ("colleague", "/approve 1 {mark}"),
    ("author", "/stop 1"),
    *(("colleague", line) for line in ("/appeals", "/correct", "/correct 1", "/drill")),
    (
        "colleague",
        "/drill\ncountries: KP\nurgency: Immediate\nNine face return\nWhom would you call? Say it aloud.",
    ),
    ("colleague", "/appeal 2"),
)
"""What two admins say to the bot, each in a private chat; a mark is that of the first appeal."""
HEAD = """# The commands, as they are answered

Made by `python -m tests.transcript` from invented statements, and checked by a test. Lines that begin
with `>` were typed; what stands in brackets are buttons. What is typed is the same in every language.
From /appeal on two admins speak.
"""


def sample(database: Database) -> None:
    """A call that was rewritten and called off, a resolution of 2005, a letter that three have signed."""
    with database.write() as work:
        source = a_source(name="northlight", title="Northlight news", url="https://northlight.example/feed")
        work.sources.configure([source])
        stored = work.sources.ensure(source)
        case = work.cases.open("Nine refugees face return", NOON)
        call, end, resolution, letter = statements(case)
        first = kept(work, stored, call)
        kept(work, stored, resolution)
        kept(work, stored, letter)
        kept(work, stored, end)
        text = call.text.replace("They were seen on Monday.", "They were last seen on Sunday.")
        known = work.statements.get(first)
        assert known is not None
        work.statements.change(replace(known, text=text), stored, NOON + timedelta(hours=2))
        found = work.statements.get(first + 2)
        assert found is not None
        work.statements.mark_gone(found.entry_id, Gone.PAGE, NOON + timedelta(days=3))
        work.cases.touch(case, CaseState.STOPPED, NOON + timedelta(days=4))


def kept(work: Work, source: Source, statement: Statement) -> int:
    """Store one as a poll would; returns its number."""
    count = work.counts().statements
    entry = an_entry(uid=str(count), title=statement.title, url=statement.url, text=statement.text)
    entry = replace(entry, enclosures=("https://northlight.example/ua-12-26.pdf",) if count == 0 else ())
    number = work.entries.add(source.id, entry, NOON)
    return work.statements.add(replace(statement, entry_id=number), source, NOON)


def statements(case: int) -> tuple[Statement, ...]:
    """The call, its end, the resolution, the letter."""
    call = Statement(
        title="Nine refugees face return",
        kind=Kind.URGENT_APPEAL,
        language="en",
        url="https://northlight.example/ua-12-26",
        text=(
            "Nine refugees are held near the border and face imminent return. They were seen on Monday.\n\n"
            "We call on China to halt the return, and to disclose where they are."
        ),
        issuers=("Northlight",),
        published=NOON,
        countries=("CN", "KP"),
        addressees=(Addressee("China", "CN", 2),),
        demands=(Demand("China", "halt the return"), Demand("China", "disclose where they are")),
        persons_at_risk=PersonsAtRisk(9, 1),
        identifiers=("UA 12/26",),
        deadline=date(2026, 3, 14),
        alert=URGENT,
        case_id=case,
    )
    end = Statement(
        title="Stop action: the nine are safe",
        kind=Kind.STATEMENT,
        language="en",
        url="https://northlight.example/stop",
        text="The nine refugees have reached a third country. No further action is asked.",
        issuers=("Northlight",),
        published=NOON + timedelta(days=4),
        countries=("CN", "KP"),
        relation=Relation.UPDATE,
        alert=Assessment(msg_type=MsgType.CANCEL),
        case_id=case,
    )
    resolution = Statement(
        title="Resolution of the Second Assembly",
        kind=Kind.RESOLUTION,
        language="en",
        url="https://assembly.example/2005",
        text="The Assembly resolves that the prison camps be closed. It calls on China to end returns.",
        issuers=("Second Assembly",),
        date_written=date(2005, 2, 16),
        published=datetime(2005, 3, 1, tzinfo=UTC),
        countries=("KP",),
        addressees=(Addressee("China", "CN", 2), Addressee("North Korea", "KP", 1)),
        demands=(
            Demand("China", "end returns"),
            Demand("China", "let observers visit the border"),
            Demand("North Korea", "close the prison camps"),
        ),
        alert=CALM,
    )
    letter = Statement(
        title="Open letter on the new law",
        kind=Kind.OPEN_LETTER,
        language="en",
        url="https://openseas.example/letter",
        text="We, the undersigned, write about the new law.",
        issuers=("Open Seas Network",),
        date_written=date(2020, 11, 9),
        countries=("KR",),
        signatories=Signatories(
            organisations=2,
            persons=1,
            claimed_organisations=3,
            names=("Northern Korea Rights Circle (NKRC)", "Open Seas Network", "Jane Roe"),
        ),
        alert=CALM,
    )
    return call, end, resolution, letter


def answered(
    transport: str = "console", languages: Iterable[str] = tuple(LANGUAGES)
) -> Iterator[tuple[str, str, Chat]]:
    """(language, line, chat that has read the answer) of every line."""
    for language in languages:
        with tempfile.TemporaryDirectory() as folder:
            database = Database(f"sqlite:///{folder}/sample.db", Vault.from_secret(bytes(range(32))))
            database.prepare()
            sample(database)
            chat = Chat(database, transport, language=language, now=NOON + timedelta(days=5))
            for line in LINES:
                chat.says(line)
                yield language, line, chat
            yield from at_the_desk(database, language, transport)
            database.close()


def at_the_desk(database: Database, language: str, transport: str) -> Iterator[tuple[str, str, Chat]]:
    """The same of what admins say, while somebody else has asked for everything urgent."""
    now = NOON + timedelta(days=5)
    reader = Chat(database, transport, address="reader", now=now)
    for line in ("/subscribe", "/settings drills:on"):
        reader.says(line)
    waits(database, now, transport)
    people = {
        name: Chat(database, transport, language=language, address=name, admin=True, now=now)
        for name in ("author", "colleague")
    }
    for name, said in DESK:
        with database.read() as work:
            written = work.appeals.get(1)
            waiting = card(work, 1, USUAL).mark if work.held.waiting() else ""
        line = said.format(mark=written.mark if written else "", held=waiting)
        chat = people[name]
        chat.says(line)
        looked_at(database, now)
        yield language, line, chat


def looked_at(database: Database, now: datetime) -> None:
    """What was asked of an address is found at once."""
    call = Item("Twelve face return tonight", now - timedelta(days=40), str(Urgency.IMMEDIATE))
    items = (Item("Annual dinner: tickets on sale", now - timedelta(days=2)), call)
    place = Place(
        "https://example.org/feed",
        "Example Rights Watch",
        usable=True,
        count=2,
        newest=now - timedelta(days=2),
        language="en",
        items=items,
        ringing=1,
        rang=(call,),
    )
    with database.write() as work:
        for look in work.looks.take(now, 5):
            work.looks.finish(look.id, Findings((place,)), now)


def waits(database: Database, now: datetime, transport: str) -> None:
    """A call that names a child is held for the reader."""
    call = Statement(
        title="Two pupils face return",
        kind=Kind.URGENT_APPEAL,
        language="en",
        url="https://northlight.example/ua-13-26",
        text="Two pupils were led away on Monday and face imminent return. One is Ryu Sol, 11.",
        issuers=("Northlight",),
        published=now,
        countries=("CN", "KP"),
        persons_at_risk=PersonsAtRisk(2, 1, 1),
        alert=URGENT,
    )
    with database.write() as work:
        source = work.sources.by_name("northlight")
        reader = work.recipients.find(transport, "reader")
        assert source is not None
        assert reader is not None
        found = work.statements.get(kept(work, source, call))
        assert found is not None
        alert = Alert(identifier="sample", statement=found, source=source, sent=now - timedelta(minutes=20))
        to = [(reader.id, reader.transport, now)]
        why = sentence((Concern.MINOR,))
        work.deliveries.queue(work.alerts.add(alert), to, lane=1, held=why)


def page() -> str:
    """The document."""
    parts = [HEAD]
    now = ""
    for language, line, chat in answered():
        buttons = " ".join(f"[{label}]" for label in chat.offered)
        answer = f"{chat.read}\n\n{buttons}".rstrip()
        if language != now:
            parts.append(f"## {LANGUAGES[language]}\n")
            now = language
        text = "\n".join(line.rstrip() for line in _CODE.sub("ABCD-EFGH-IJKL-MNOP", answer).splitlines())
        parts.append(f"```text\n> {line}\n\n{text}\n```\n")
    return "\n".join(parts)


def shown() -> set[str]:
    """The names of the commands that the document shows."""
    lines = (*LINES, *(line for _, line in DESK))
    return {line.split()[0].removeprefix("/") for line in lines}


def missing() -> set[str]:
    """The commands that it does not show; /help is shown with a name behind it."""
    return {command.name for command in COMMANDS if not command.hidden} - shown()


if __name__ == "__main__":
    Path(PAGE).write_text(page(), encoding="utf-8")
