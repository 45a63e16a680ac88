"""Whatever happens in whatever order, the notification log knows it: nothing is lost, nothing sent twice."""

from collections import Counter
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run

from jobs.errands import Errand, Finished, Room
from jobs.ledger import Ledger
from jobs.outcome import Gone, Migrated, Outcome, Rejected, RetryLater, Sent, Uncertain
from storage.database import Database
from storage.people import Delivery
from storage.tables.log import deliveries
from storage.words import DeliveryState, MsgType, RecipientState, Stance
from tests.builders import CALM, NOON, URGENT, a_reader, a_statement, an_alert, queued

_numbers = count()
LANES = st.sampled_from((1, 2, 3, 4))
OUTCOMES = st.sampled_from(
    (
        Sent("7"),
        Sent("8"),
        RetryLater(30, "Too Many Requests"),
        RetryLater(0, "trouble"),
        RetryLater(5, "no connection", everyone=True),
        RetryLater(5, "no answer", everyone=True, perhaps=True),
        Rejected("Bad Request: can't parse"),
        Uncertain("timed out"),
        Gone("Forbidden: bot was blocked by the user"),
        Migrated("new"),
        Migrated("known"),
    )
)
HELD = "an admin looks first"


class Log(RuleBasedStateMachine):
    """A sender at work: it is given errands, gets answers or none, is killed, and begins anew."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self.database = database
        self.now = NOON
        self.ledger = self.begun()
        self.under_way: list[Errand] = []
        self.readers: list[int] = []
        self.arrived: Counter[int] = Counter()
        """How often the platform may have shown each delivery, as it knows itself."""
        self.immediate: set[int] = set()
        self.cases: list[int] = []
        self.of_case: dict[int, list[int]] = {}
        """The calls of each case, by their numbers."""
        self.waits_for_admin: set[int] = set()
        self.over: set[int] = set()
        """Calls whose case has ended."""
        self.muted: set[int] = set()
        """Deliveries that nobody wants any more."""
        self.moved: set[int] = set()

    def begun(self) -> Ledger:
        """A sender that has just started."""
        return Ledger(self.database, "telegram", lambda: self.now)

    @initialize()
    def begins(self) -> None:
        """Three readers, two cases, and an empty log."""
        with self.database.write() as work:
            work.connection.execute(sa.delete(deliveries))
            self.readers = [a_reader(work, address=f"r{next(_numbers)}").id for _ in range(3)]
            self.cases = [work.cases.open(f"case {next(_numbers)}", NOON) for _ in range(2)]
            self.of_case = {case: [] for case in self.cases}

    @rule(
        who=st.sets(st.integers(0, 2), min_size=1),
        lane=LANES,
        urgent=st.booleans(),
        case=st.integers(0, 1),
        life=st.sampled_from((30, 60 * 24 * 30)),
        held=st.sampled_from(("", "", HELD)),
    )
    def rings(self, who: set[int], lane: int, urgent: bool, case: int, life: int, held: str) -> None:
        """An alert is queued, or held, for whoever of them can be reached: the others are not matched."""
        with self.database.write() as work:
            asked = [work.recipients.get(key) for key in sorted({self.readers[one] for one in who})]
            people = [one for one in asked if one and one.state is RecipientState.ACTIVE]
            said = a_statement(alert=URGENT if urgent else CALM)
            named = an_alert(
                identifier=f"a{next(_numbers)}",
                statement=said,
                expires=self.now + timedelta(minutes=life),
                case_id=self.cases[case],
            )
            alert = queued(work, *people, lane=lane, held=held, alert=named)
            self.of_case[self.cases[case]].append(alert.id)
            if held:
                self.waits_for_admin.add(alert.id)
            if urgent:
                self.immediate |= {one.id for one in work.deliveries.of_alert(alert.id)}

    @precondition(lambda self: any(self.of_case.values()))
    @rule(case=st.integers(0, 1), which=st.integers(0, 9))
    def is_kept_back(self, case: int, which: int) -> None:
        """An edit gives a call something that an admin has to look at."""
        if calls := self.of_case[self.cases[case]]:
            number = calls[which % len(calls)]
            with self.database.write() as work:
                if work.held.keep_back(number, HELD):
                    self.waits_for_admin.add(number)

    @precondition(lambda self: self.waits_for_admin)
    @rule(let=st.booleans(), which=st.integers(0, 9))
    def is_decided(self, let: bool, which: int) -> None:
        """An admin has looked."""
        waiting = sorted(self.waits_for_admin)
        number = waiting[which % len(waiting)]
        self.waits_for_admin.discard(number)
        with self.database.write() as work:
            if let:
                work.held.release(number, self.now)
            else:
                work.held.drop(number)

    @rule(case=st.integers(0, 1))
    def ends(self, case: int) -> None:
        """A case is over: what waits of it is taken back, and who was told hears it."""
        with self.database.write() as work:
            work.deliveries.cancel_case(self.cases[case])
            far = self.now + timedelta(days=30)
            named = an_alert(
                identifier=f"e{next(_numbers)}",
                msg_type=MsgType.CANCEL,
                case_id=self.cases[case],
                statement=a_statement(alert=CALM),
                expires=far,
            )
            end = queued(work, alert=named)
            work.told.queue(end, 0, self.now)
            self.over |= set(self.of_case[self.cases[case]])
            self.of_case[self.cases[case]] = []

    @rule(who=st.integers(0, 2), case=st.integers(0, 1))
    def is_muted(self, who: int, case: int) -> None:
        """Somebody wants no more of a case: what waits of it is theirs no longer."""
        with self.database.write() as work:
            work.stances.take(self.readers[who], self.cases[case], Stance.MUTE)
            for number in self.of_case[self.cases[case]]:
                one = work.deliveries.one_of(number, self.readers[who])
                if one is not None and one.state is not DeliveryState.SENDING:
                    self.muted.add(one.id)

    @rule(most=st.integers(1, 3))
    def sends(self, most: int) -> None:
        """What is due leaves; nobody is written to twice at a time."""
        busy = [errand.recipient.id for errand in self.under_way]
        turn = self.ledger.turn((), Room(most, busy))
        self.under_way += turn.errands
        receivers = [errand.recipient.id for errand in self.under_way]
        assert len(receivers) == len(set(receivers))
        assert len(turn.errands) <= most
        for errand in turn.errands:
            assert errand.recipient.state is RecipientState.ACTIVE
            assert len(errand.deliveries) == 1 or errand.deliveries[0].lane == 4
            assert isinstance(errand.matter, tuple)
            assert all(alert.expires and alert.expires >= self.now for alert in errand.matter)
            assert {one.alert_id for one in errand.deliveries}.isdisjoint(self.over | self.waits_for_admin)
            assert {one.id for one in errand.deliveries}.isdisjoint(self.muted)

    @precondition(lambda self: self.under_way)
    @rule(which=st.integers(0, 2), outcome=OUTCOMES)
    def answers(self, which: int, outcome: Outcome) -> None:
        """The platform answers one of them."""
        errand = self.under_way.pop(which % len(self.under_way))
        outcome = self.answer(errand, outcome)
        if isinstance(outcome, Sent | Uncertain) or (isinstance(outcome, RetryLater) and outcome.perhaps):
            self.reaches(errand, surely=isinstance(outcome, Sent))
        if isinstance(outcome, Migrated):
            outcome = self.migrates(errand, outcome)
        self.ledger.turn([Finished(errand, outcome, self.now)], Room())

    def migrates(self, errand: Errand, outcome: Migrated) -> Migrated:
        """To an address that is new, or to that of another reader who turns out to be the same."""
        mine, busy = errand.recipient.id, {one.recipient.id for one in self.under_way}
        others = [key for key in self.readers if key != mine and key not in busy]
        self.moved |= {mine, *others}
        if outcome.address == "new" or not others:
            return Migrated(f"m{next(_numbers)}")
        with self.database.read() as work:
            other = work.recipients.get(others[0])
            assert other is not None
        self.readers = [other.id if key == mine else key for key in self.readers]
        return Migrated(other.address)

    @rule()
    def is_killed(self) -> None:
        """What was under way may have arrived: nobody can know."""
        for errand in self.under_way:
            self.reaches(errand, surely=False)
        self.under_way = []
        self.ledger = self.begun()
        self.ledger.recover()

    def reaches(self, errand: Errand, *, surely: bool) -> None:
        """The platform shows it; where that is not sure, we take it for shown."""
        del surely
        self.arrived.update(one.id for one in errand.deliveries)

    def answer(self, errand: Errand, outcome: Outcome) -> Outcome:
        """The outcome that the platform can have for it; only one that knows keys lets repeat so."""
        del errand
        return Uncertain("no answer") if isinstance(outcome, RetryLater) and outcome.perhaps else outcome

    def may_arrive(self, delivery: int) -> int:
        """How often at most."""
        return 2 if delivery in self.immediate else 1

    @rule(minutes=st.integers(1, 20))
    def waits(self, minutes: int) -> None:
        """Time passes."""
        self.now += timedelta(minutes=minutes)

    @rule(who=st.integers(0, 2))
    def comes_back(self, who: int) -> None:
        """Somebody speaks, who may have been lost."""
        with self.database.write() as work:
            known = work.recipients.get(self.readers[who])
            assert known is not None
            work.recipients.ensure("telegram", known.address, "en", self.now)

    @invariant()
    def is_true(self) -> None:
        """An attempt is in the log before it is made; what arrived is not sent again, but for one repeat."""
        log = self.log()
        for errand in self.under_way:
            for one in errand.deliveries:
                assert (log[one.id].state, log[one.id].begun) == (DeliveryState.SENDING, True)
                assert log[one.id].attempts == one.attempts + 1
        sending = {key for key, one in log.items() if one.state is DeliveryState.SENDING}
        assert sending == {one.id for errand in self.under_way for one in errand.deliveries}
        for key, times in self.arrived.items():
            assert times <= self.may_arrive(key)

    def teardown(self) -> None:
        """In the end the platform takes everything: then all that could be told has been."""
        if not self.readers:
            return
        for errand in self.under_way:
            self.reaches(errand, surely=True)
            self.ledger.turn([Finished(errand, Sent("9"), self.now)], Room())
        for _ in range(200):
            self.now += timedelta(minutes=20)
            turn = self.ledger.turn((), Room(3))
            if not turn.looked:
                break
            for errand in turn.errands:
                self.reaches(errand, surely=True)
                self.ledger.turn([Finished(errand, Sent("9"), self.now)], Room())
        for one in self.log().values():
            assert one.state not in {DeliveryState.QUEUED, DeliveryState.SENDING}, one
            if one.state is DeliveryState.SENT:
                assert one.reference or one.recipient_id in self.moved
                assert 1 <= self.arrived[one.id] <= self.may_arrive(one.id)

    def log(self) -> dict[int, Delivery]:
        """Every delivery as it stands."""
        with self.database.read() as work:
            ids: Any = work.connection.scalars(sa.select(deliveries.c.id)).all()
            return {one.id: one for one in work.deliveries.many(ids)}


class Recognised(Log):
    """The same where the platform knows a repetition by its key: then nothing is ever shown twice."""

    memory = timedelta(days=1)

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.shown: dict[str, datetime] = {}

    def begun(self) -> Ledger:
        """A sender that has just started."""
        return Ledger(self.database, "telegram", lambda: self.now, remembers=self.memory)

    def is_known(self, errand: Errand) -> bool:
        """Whether the platform knows the key still."""
        since = self.shown.get(errand.key)
        return since is not None and self.now - since < self.memory

    def reaches(self, errand: Errand, *, surely: bool) -> None:
        """Shown, unless it is a repetition; one in three that nobody is sure of never came to it."""
        came = surely or (errand.number + len(self.shown)) % 3 > 0
        if came and not self.is_known(errand):
            self.shown[errand.key] = self.now
            super().reaches(errand, surely=surely)

    def answer(self, errand: Errand, outcome: Outcome) -> Outcome:
        """What was shown before is not refused now; and no chat moves where keys are known."""
        if isinstance(outcome, Migrated):
            return RetryLater(0, "trouble")
        return Sent("7") if self.is_known(errand) and isinstance(outcome, Rejected) else outcome

    def may_arrive(self, delivery: int) -> int:
        """Once."""
        del delivery
        return 1


class Forgetful(Recognised):
    """The same where it forgets the key soon: an Immediate alert may be shown once more, nothing else."""

    memory = timedelta(minutes=15)

    def may_arrive(self, delivery: int) -> int:
        """As where no key is known."""
        return Log.may_arrive(self, delivery)


@pytest.mark.parametrize("machine", [Log, Recognised, Forgetful])
def test_nothing_is_lost_and_nothing_sent_twice(database: Database, machine: type[Log]) -> None:
    """Whatever a platform answers, and whenever the sender is killed."""
    few = settings(
        max_examples=8, stateful_step_count=20, suppress_health_check=list(HealthCheck), deadline=None
    )
    run(lambda: machine(database), settings=few)  # type: ignore[arg-type]  # a factory is taken as well
