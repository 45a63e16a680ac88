"""The unit of work: one transaction, with one repository for each noun."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from storage import backup, clock, locks
from storage.absent import Absent
from storage.additions import Additions
from storage.alerts import Alerts
from storage.appeals import Appeals
from storage.attempts import Attempts
from storage.audit import Audit
from storage.cases import Cases
from storage.clock import now_utc as now_utc  # noqa: PLC0414 - those who keep something take it from here
from storage.closing import close, is_closed
from storage.columns import Moment
from storage.compact import is_compact, is_worded, packed
from storage.connecting import StorageError as StorageError  # noqa: PLC0414 - likewise
from storage.connecting import Unusable as Unusable  # noqa: PLC0414 - likewise
from storage.connecting import connecting
from storage.connecting import reason as reason  # noqa: PLC0414 - likewise
from storage.copy import hold_still, into_file, tables_of
from storage.counts import count_all, count_caught_up
from storage.courses import Courses
from storage.delays import Delays
from storage.deliveries import Deliveries
from storage.engines import index_for
from storage.entries import Entries
from storage.handovers import Handovers
from storage.held import Held
from storage.identities import Identities
from storage.kept import Kept
from storage.keyring import CHECK, Keyring, Present
from storage.locks import Hold as Hold  # noqa: PLC0414 - those who hold one take it from here
from storage.looks import Looks
from storage.matching import Matching
from storage.measures import Measures, measure
from storage.memory import Memory
from storage.migrate import current_revision, revisions
from storage.moments import Moments
from storage.nodes import Nodes
from storage.notices import Notices
from storage.own_time import OwnTime
from storage.pauses import Pauses
from storage.pictures import Pictures
from storage.preparing import at_its_version, newer
from storage.queries import Counts
from storage.recipients import Recipients
from storage.redactions import Redactions
from storage.rekey import rekey
from storage.reminders import Reminders
from storage.removals import Removals
from storage.requests import Requests
from storage.rereads import Rereads
from storage.rests import Rests
from storage.retention import Retention
from storage.routes import Routes
from storage.senders import Senders
from storage.sendings import Sendings
from storage.sources import Sources
from storage.staff import Staff
from storage.stances import Stances
from storage.statements import Statements
from storage.statistics import Statistics, count_since
from storage.subscriptions import Subscriptions
from storage.tables.program import meta
from storage.told import Told
from storage.tombstones import Tombstones
from storage.updates import Updates
from storage.vault import Vault, WrongKey


@dataclass(frozen=True, slots=True)
class Work:
    """One open transaction and what can be done in it. It ends whole or not at all."""

    connection: Connection
    sources: Sources
    pauses: Pauses
    entries: Entries
    cases: Cases
    statements: Statements
    alerts: Alerts
    recipients: Recipients
    rests: Rests
    absent: Absent
    routes: Routes
    requests: Requests
    updates: Updates
    deliveries: Deliveries
    attempts: Attempts
    told: Told
    removals: Removals
    stances: Stances
    reminders: Reminders
    own_time: OwnTime
    matching: Matching
    kept: Kept
    subscriptions: Subscriptions
    notices: Notices
    moments: Moments
    nodes: Nodes
    senders: Senders
    held: Held
    redactions: Redactions
    courses: Courses
    delays: Delays
    retention: Retention
    appeals: Appeals
    pictures: Pictures
    sendings: Sendings
    staff: Staff
    identities: Identities
    handovers: Handovers
    looks: Looks
    tombstones: Tombstones
    audit: Audit
    rereads: Rereads

    def counts(self) -> Counts:
        """How much is held."""
        return count_all(self.connection)

    def statistics(self, since: datetime) -> Statistics:
        """What was rung since then, what became of it, how quickly it came."""
        return count_since(self.connection, since)

    def measures(self, now: datetime) -> Measures:
        """What a monitoring system asks for."""
        return measure(self.connection, now)

    def caught_up(self, since: datetime, until: datetime, too_old: datetime) -> dict[str, int]:
        """What was fetched and rung after an outage; see `storage.counts`."""
        return count_caught_up(self.connection, since, until, too_old)


_WELL_TOLD = timedelta(seconds=1)
"""A question that takes longer does not tell well what time it is."""


class Database:
    """Opens transactions on one database.

    `url` is an SQLAlchemy URL (sqlite:/// or postgresql://). Raises StorageError when the
    database cannot be reached, is of another version, or belongs to another key. `renew` says which
    key it may be by now, where the database was given another one.
    """

    def __init__(self, url: str, vault: Vault, renew: Callable[[], Iterable[Vault]] = tuple) -> None:
        self.keys = Keyring(vault, renew)
        self.engine = connecting(url)
        self._memory = Memory()

    @property
    def vault(self) -> Vault:
        """The vault of the key that was met last."""
        return self.keys.vault

    def prepare(self, *, migrate: bool = False) -> None:
        """Makes the tables where there are none; with `migrate` brings old ones up to date."""
        file = self.engine.url.database
        if self.engine.dialect.name == "sqlite" and file and backup.is_backup(Path(file)):
            raise Unusable(
                f"{file}: this is a backup, which may hold what was sent since: bring it back with "
                "`vigil restore`"
            )
        found = at_its_version(self.engine, migrate=migrate)
        self._check_key()
        self._check_index(anew=found is None or migrate)

    @contextmanager
    def write(self) -> Iterator[Work]:
        """A transaction that may change things; it commits when the block ends without an error."""
        with self.engine.connect().execution_options(vigil_write=True) as connection, connection.begin():
            locks.shared_until_commit(connection, CHECK)  # first: who changes the key waits for us, or we
            additions = Additions(connection)
            yield self._work(connection, additions)
            additions.end()

    @contextmanager
    def read(self) -> Iterator[Work]:
        """A transaction that only looks; it sees one state of everything."""
        with self._looking() as connection:
            yield self._work(connection, Additions(connection))

    def copy_to(self, file: Path) -> dict[str, int]:
        """Every row into a new SQLite file, as of one moment, while others write; the index is left out.

        Nothing is made where the database has no tables yet.
        """
        with self._standing_still() as connection:
            return {} if current_revision(connection) is None else into_file(connection, file)

    def back_up(self, file: Path, now: datetime) -> backup.Written:
        """A backup as of one moment, while others write, in place of what the file was."""
        with self._standing_still() as connection:
            if current_revision(connection) is None:
                raise StorageError("there is nothing to back up: the database has no tables of Vigil")
            return backup.write(connection, file, now)

    @contextmanager
    def sender_lock(self, transport: str) -> Iterator[Hold]:
        """True while this process alone may do what `transport` names; False when another one does.

        Whether that is so still is told by `Hold.is_held`: a server may end what it had given.
        """
        with locks.if_free(self.engine, transport) as alone:
            yield alone

    def lock_holder(self, name: str) -> str:
        """Who holds the lock of this name, for an operator."""
        return locks.holder(self.engine, name)

    def key_fits(self) -> bool:
        """Whether we have the key that this database stands under; True while it has none yet."""
        with self._looking() as connection:
            try:
                self.keys.fitting(connection)
            except WrongKey:
                return False
        return True

    def change_key(self, new: Vault) -> int:
        """Puts all that is sealed under another key, whole or not at all; returns how many rows.

        Programs that are at work on the database wait meanwhile, and then ask for their key anew.
        Raises WrongKey where what we have is not the key of this database.
        """
        with self.engine.connect().execution_options(vigil_write=True) as connection, connection.begin():
            locks.until_commit(connection, CHECK)
            return rekey(connection, self.keys.fitting(connection), new)

    def clock_ahead(self) -> timedelta | None:
        """How far the server's clock is ahead of this machine's; None where that could not be told well."""
        before = clock.machine()
        with self.engine.connect() as connection:
            there: datetime | None = connection.scalar(sa.select(sa.func.clock_timestamp(type_=Moment())))
        took = clock.machine() - before
        return None if there is None or took > _WELL_TOLD else there - before - took / 2

    @property
    def is_shared(self) -> bool:
        """Whether other machines may be at work on it, too."""
        return self.engine.dialect.name == "postgresql"

    def close(self) -> None:
        """Gives back every connection."""
        self.engine.dispose()

    @contextmanager
    def _looking(self) -> Iterator[Connection]:
        with self.engine.connect() as connection:
            if self.engine.dialect.name == "postgresql":
                # Its default lets each question see another state.
                connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with connection.begin():
                yield connection

    @contextmanager
    def _standing_still(self) -> Iterator[Connection]:
        """A transaction for reading everything, of a database at any version."""
        try:
            with self.engine.connect() as connection:
                found = current_revision(connection)
                if found not in (None, *revisions()):
                    raise Unusable(newer(found))
                tables = tables_of(connection)
            with self._looking() as connection:
                hold_still(connection, tables)
                yield connection
        except SQLAlchemyError as error:
            raise StorageError(f"the database cannot be copied: {reason(error)}") from error

    def _work(self, connection: Connection, additions: Additions) -> Work:
        index = index_for(connection, additions, self._memory)
        key = Present(self.keys, connection)
        compact, worded = is_compact(connection, self._memory), is_worded(connection, self._memory)
        as_kept = partial(packed, compact=compact, worded=worded)
        statements = Statements(connection, additions, index, key.mark, as_kept)
        sources = Sources(connection)
        deliveries = Deliveries(connection, additions, key)
        return Work(
            connection=connection,
            sources=sources,
            pauses=Pauses(connection),
            entries=Entries(connection, additions, compact=compact),
            cases=Cases(connection, additions),
            statements=statements,
            alerts=Alerts(connection, additions, statements, sources),
            recipients=Recipients(connection, key),
            rests=Rests(connection),
            absent=Absent(connection, key),
            routes=Routes(connection, additions, key),
            requests=Requests(connection, key),
            updates=Updates(connection, key),
            deliveries=deliveries,
            attempts=Attempts(connection, key),
            told=Told(connection, key),
            removals=Removals(connection, key),
            stances=Stances(connection, additions),
            reminders=Reminders(connection),
            own_time=OwnTime(connection, additions),
            matching=Matching(connection, additions, deliveries),
            kept=Kept(connection, additions),
            subscriptions=Subscriptions(connection, key),
            notices=Notices(connection, additions, deliveries, key),
            moments=Moments(connection, additions),
            nodes=Nodes(connection),
            senders=Senders(connection),
            held=Held(connection),
            redactions=Redactions(connection, key, additions),
            courses=Courses(connection),
            delays=Delays(connection),
            retention=Retention(connection),
            appeals=Appeals(connection, key),
            pictures=Pictures(connection, key),
            sendings=Sendings(connection),
            staff=Staff(connection, key),
            identities=Identities(connection, key),
            handovers=Handovers(connection, key),
            looks=Looks(connection, key),
            tombstones=Tombstones(connection),
            audit=Audit(connection, key),
            rereads=Rereads(connection, additions),
        )

    def _check_key(self) -> None:
        with self.write() as work:
            locks.until_commit(work.connection, "prepare")
            if work.connection.scalar(sa.select(meta.c.value).where(meta.c.name == CHECK)) is None:
                work.connection.execute(sa.insert(meta).values(name=CHECK, value=self.keys.check()))
            vault = self.keys.fitting(work.connection)
            if not is_closed(work.connection):
                close(work.connection, vault)
            work.recipients.mark_chats()
            work.tombstones.number_all()

    def _check_index(self, *, anew: bool) -> None:
        with self.read() as work:
            if work.statements.are_indexed():
                return
        with self.write() as work:
            locks.until_commit(work.connection, "prepare")
            if work.statements.are_indexed():
                return
            if not anew and work.counts().statements:
                raise Unusable(
                    "what is archived has to be indexed anew for this program: make a backup, then run "
                    "`vigil migrate`"
                )
            work.statements.index_all()
