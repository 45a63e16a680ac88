"""Whoever takes the database and not the key learns neither who is in it nor who belongs to whom."""

import base64
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs.prune import Pruner
from storage.columns import Moment
from storage.database import Database, Work
from storage.people import Recipient
from storage.tables import metadata
from storage.tables.desk import staff
from storage.tables.log import deliveries
from storage.tables.program import meta
from storage.words import Act, DeliveryState, DeskRole, Stance
from tests.backends import Backend
from tests.builders import NOON, a_reader, a_route, an_alert, arrived, queued

ABOUT_PEOPLE = (
    *("recipients", "routes", "stances", "deliveries", "requests", "updates", "approvals"),
    *("handovers", "staff", "looks"),
)
FINER = {
    "recipients.lately": "when a group was sent something in its last minute; gone within an hour",
    "recipients.rests": "how long Telegram asked us to wait; gone within an hour after it is past",
    "deliveries.not_before": "when something that waits may go; the day alone once it came to its end",
    "deliveries.tried": "since when something that waits may have arrived all the same; gone with its end",
    "handovers.expires": "until when a code serves; a quarter of an hour, gone when it is used",
    "looks.asked": "until when an address may be looked at for who asked; all of a look is gone within a day",
    "looks.taken": "since when a program looks at it; likewise",
    "looks.done": "that it was looked at; likewise",
    "deliveries.amend_at": "when a message may be changed; gone once it was",
    "deliveries.erase_at": "when a message has to leave its chat; gone once it did",
}
"""Every time about people that is kept finer than to the day, and why."""
AS_NUMBERS = {"recipients.lately"}
"""Those that are no column of a moment's type."""
_NUMBERS = st.integers(10**10, 10**13).map(str)
_ROOMS = st.text("abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ", min_size=18, max_size=18).map(
    lambda name: f"!{name}:example.org"
)
_WORD = st.text("abcdefghijklmnopqrstuvwxyz가나다라마바사아자차", min_size=9, max_size=14)
_PEOPLE = st.lists(st.tuples(st.one_of(_NUMBERS, _ROOMS), _WORD), min_size=2, max_size=4, unique=True)


def forms(secret: str) -> Iterator[bytes]:
    """A secret as a database might hold it: as text, in hexadecimal digits, in base64, as a number."""
    raw = secret.encode()
    yield from (raw, raw.hex().encode(), base64.b64encode(raw)[:-4], secret.encode("utf-16-le"))
    if secret.isdecimal():
        yield from (int(secret).to_bytes(8, "big"), int(secret).to_bytes(6, "big"))


def rows(work: Work) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every row of every table of ours, with the table's name: what a dump holds."""
    for table in metadata.sorted_tables:
        for row in work.connection.execute(sa.select(table)).mappings():
            yield table.name, dict(row)


def person(work: Work, address: str, word: str) -> Recipient:
    """Somebody who did all that leaves a row: wished, followed, was alerted, and waits for an answer."""
    route = a_route("KP", keywords=(word,), without=(f"no {word}",), sources=(f"by {word}",))
    one = a_reader(work, route, address=address)
    case = work.cases.open("Nine refugees", NOON)
    work.stances.take(one.id, case, Stance.FOLLOW)
    call = queued(work, one, alert=an_alert(identifier=f"told of {case}", case_id=case))
    arrived(work, call.id, f"{address} ${word} ${word},${word}")
    member = work.staff.join(work.staff.invite(DeskRole.ADMIN, NOON), one.transport, address, NOON)
    assert member is not None
    work.audit.note(member.mark, Act.JOINED, member.id, NOON)
    work.looks.ask(one.id, f"https://{word}.example/", NOON)
    work.updates.add(f'{{"chat": "{address}", "text": "{word}"}}', NOON)
    work.requests.begin("telegram", f"{address} 1", NOON)
    work.audit.note(work.audit.admin("telegram", address), next(iter(Act)), 1, NOON)
    return one


@settings(
    max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)
@given(people=_PEOPLE)
def test_nothing_of_a_person_is_in_a_dump(
    database: Database, backend: Backend, people: list[tuple[str, str]]
) -> None:
    """No address, no word of theirs, in any file or row; with the key all of it is there."""
    with database.write() as work:
        ids = [person(work, *one).id for one in people]
    with database.read() as work:
        dump = repr(list(rows(work))).encode()
        assert [work.recipients.many(ids)[key].address for key in ids] == [address for address, _ in people]
    found = {"rows": dump} | {file.name: file.read_bytes() for file in backend.files()}
    assert b"Nine refugees" in dump
    for name, content in found.items():
        for secret in (text for one in people for text in one):
            assert not any(form in content for form in forms(secret)), (name, secret)


def test_who_wants_the_same_has_nothing_in_common_to_be_seen(database: Database) -> None:
    """The same words, the same person as subscriber and as admin: no cipher and no hash stands twice."""
    with database.write() as work:
        person(work, "7301558244", "heron causeway")
        person(work, "7301558245", "heron causeway")
    with database.read() as work:
        hidden = Counter(
            (bytes(value) if not isinstance(value, str) else value)
            for table, row in rows(work)
            for name, value in row.items()
            if table in (*ABOUT_PEOPLE, "audit")
            and (name.endswith(("sealed", "trace")) or name in ("admin", "mark", "reference"))
            and value
        )
        marks = {row["admin"] for table, row in rows(work) if table == "audit"}
    assert len(hidden) == 2 * 14
    # What one admin did is told together, and of nobody else.
    assert {count for one, count in hidden.items() if one not in marks} == {1}


def test_who_is_forgotten_is_in_no_table_any_more(database: Database) -> None:
    """Whatever they did. Whoever adds a table says here what of it stays, and why that tells of nobody."""
    published = [
        *("alerts", "cases", "entries", "sources", "statements", "parties"),
        *("statement_parties", "statement_countries"),
    ]
    stays = {
        **dict.fromkeys(published, "what sources published, and what was read in it"),
        "meta": "of the search index",
        "audit": "what was done as an admin, under a hash that nothing else bears",
        "requests": "a fingerprint of a line, for three days, so that it is not done twice",
        "updates": "a line that waits for its answer, sealed; gone with it",
        "forgotten": "a mark that fits a row in a backup",
    }
    with database.write() as work:
        before = Counter(table for table, _ in rows(work))
        one = person(work, "7301558244", "heron causeway")
        code = work.handovers.offer(one.id, NOON)
        work.rests.rest(one.id, NOON)
        more = Counter(table for table, _ in rows(work)) - before
        work.recipients.forget(one.id)
        left = Counter(table for table, _ in rows(work)) - before
    assert {"recipients", "routes", "stances", "deliveries", "handovers", "staff", "looks"} <= more.keys()
    assert left.keys() <= stays.keys(), left
    assert left["forgotten"] == 1
    with database.read() as work:
        assert work.handovers.of(code, NOON) is None


def test_times_about_people_are_kept_to_the_day() -> None:
    """Else they would tell when somebody is online. Whoever adds a finer one says here why."""
    finer = {
        f"{name}.{column.name}"
        for name in ABOUT_PEOPLE
        for column in metadata.tables[name].columns
        if isinstance(column.type, Moment)
    } | AS_NUMBERS
    about = {table.name for table in metadata.sorted_tables if "recipient_id" in table.columns}
    assert finer == FINER.keys()
    assert about <= set(ABOUT_PEOPLE)


def test_no_hour_stays_at_what_was_sent(database: Database) -> None:
    """Who came back in the night is sent then what was kept for them: the hour is not remembered."""
    back = NOON + timedelta(hours=13, minutes=37)
    states = (DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.CANCELLED)
    with database.write() as work:
        people = [a_reader(work, address=str(number)) for number in range(4)]
        calls = [queued(work, one, alert=an_alert(identifier=one.address)) for one in people]
        ids = [work.deliveries.of_alert(call.id)[0].id for call in calls]
        work.attempts.begin(ids, back)
        for key in ids:
            work.attempts.settle(key, DeliveryState.QUEUED, not_before=back, perhaps=True)
        work.attempts.sent({ids[0]: "1"})
        work.attempts.settle(ids[1], DeliveryState.FAILED)
        work.recipients.suspend(people[2].id, back)
        work.retention.settle_down(back)
        found = work.deliveries.many(ids)
    assert [one.state for one in found] == [*states, DeliveryState.QUEUED]
    midnight = back.replace(hour=0, minute=0)
    assert [one.not_before for one in found] == [midnight, midnight, midnight, back]
    assert [one.tried for one in found] == [None, None, None, back]


def test_no_hour_stays_at_what_left_by_an_account_without_people(database: Database) -> None:
    """They all write to another bot by now."""
    with database.write() as work:
        reader = a_reader(work)
        (one,) = work.deliveries.of_alert(queued(work, reader).id)
        work.attempts.begin([one.id], NOON)
        work.recipients.turn_to(reader.id, "telegram 2000002", NOON)
        ended = {"state": DeliveryState.UNCERTAIN, "not_before": NOON}
        work.connection.execute(sa.update(deliveries).values(**ended))
        work.retention.settle_down(NOON)
        (found,) = work.deliveries.of_alert(1)
    assert found.not_before == NOON.replace(hour=0, minute=0)


def test_what_an_earlier_version_kept_in_clear_is_sealed_at_the_start(database: Database) -> None:
    """Rooms in the names of messages, and the hashes that tied an admin to a subscriber: all as it was."""
    room = "!heronCausewayAtDawn:example.org"
    with database.write() as work:
        one = person(work, "7301558244", "heron causeway")
        vault = work.recipients.vault
        mark = work.staff.mark(one.transport, one.address)
        trace = vault.trace("recipient", one.transport, one.address)
        work.connection.execute(sa.update(deliveries).values(reference=f"{room} $1"))
        work.connection.execute(sa.update(staff).values(mark=mark, mark_sealed=None, address_trace=trace))
        work.connection.execute(sa.delete(meta).where(meta.c.name == "closed"))
        work.staff.suspend(work.staff.mark("telegram", "99"), "telegram", NOON)
    database.prepare()
    with database.read() as work:
        dump = repr(list(rows(work)))
        assert [found.reference for found in work.deliveries.of_alert(1)] == [f"{room} $1"]
        member = work.staff.find(mark)
        held = [row for table, row in rows(work) if table == "staff"]
    assert room not in dump
    assert member is not None
    assert (member.address, member.mark) == (one.address, mark)
    assert not {mark, trace} & {value for row in held for value in row.values() if isinstance(value, str)}
    with database.write() as work:
        work.recipients.forget(one.id)
        assert work.staff.find(mark) is None
        assert [member.is_suspended for member in work.staff.all()] == [True]


def test_where_a_message_stands_is_forgotten_when_it_is_too_old_to_be_changed(database: Database) -> None:
    """After ninety days news of a case comes by itself, and says so."""
    with database.write() as work:
        one = person(work, "7301558244", "heron causeway")
    Pruner(database).prune(NOON + timedelta(days=89))
    with database.read() as work:
        assert all(found.reference for found in work.deliveries.of_alert(1))
    Pruner(database).prune(NOON + timedelta(days=91))
    with database.read() as work:
        (found,) = work.deliveries.of_alert(1)
    assert (found.recipient_id, found.reference, found.state) == (one.id, "", DeliveryState.SENT)


def test_when_a_late_message_left_is_known_to_the_day(database: Database) -> None:
    """It goes when somebody comes back, or their night is over; in the first hour it tells of nobody."""
    with database.write() as work:
        person(work, "7301558244", "heron causeway")
        soon, back = NOON + timedelta(minutes=59), NOON + timedelta(hours=14, minutes=37)
        work.courses.left({1: (soon, soon)})
        first = work.courses.of(1)
        work.courses.left({1: (NOON + timedelta(hours=3), NOON + timedelta(hours=3))})
        same_day = work.courses.of(1)
        work.courses.left({1: (back, back)})
        later = work.courses.of(1)
    assert first is not None
    assert same_day is not None
    assert later is not None
    assert (first.first_sent, first.last_sent) == (soon, soon)
    assert same_day.last_sent == NOON + timedelta(hours=1)
    assert (later.first_sent, later.last_sent) == (soon, back.replace(hour=0, minute=0))
