"""Shares accounts out among nodes: who sends by two more than another gives one over, and answers go along.

A lock is taken by whoever asks first, and kept: without this the node that started first would send by all
accounts for ever. What is given over is given between two messages, none of them under way.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

import structlog
from sqlalchemy.exc import SQLAlchemyError

from jobs.presence import LATE_AFTER
from storage.database import Database, now_utc
from storage.locks import Hold, holders, place

log = structlog.get_logger()

LOOK_EVERY = 5.0
"""Seconds between two looks at who holds how many."""
SETTLED_AFTER = 15.0
"""Seconds that a node must have been at work to be given anything: one that dies at once is given nothing."""
LEFT_FOR = 10.0
"""Seconds for which we do not ask for what we gave over."""
REST = 3600.0
"""Seconds until the same account is given over again: it came back, so the other node could not use it."""
PATIENCE = 1.5
"""Seconds for which a free account is left to the node that should rather have it: it asks meanwhile."""
_ANEW = 30.0
"""Seconds after which an account that was left so is on another occasion free again."""


@dataclass(frozen=True, slots=True)
class Standing:
    """As of one moment, by place: the nodes that send, those that answer, and who holds which lock."""

    send: Mapping[str, float]
    """With the seconds that each has been at work."""
    answer: Collection[str]
    held: Mapping[str, str]


def surplus(standing: Standing, names: Collection[str], here: str) -> tuple[str, ...]:
    """Our accounts of which one should go: some settled node holds two fewer. () where all is well."""
    holds = Counter(standing.held.get(name) for name in names)
    others = [holds[one] for one, age in standing.send.items() if one != here and age >= SETTLED_AFTER]
    if not others or holds[here] - min(others) < 2:
        return ()
    return tuple(sorted(name for name in names if standing.held.get(name) == here))


def has_fewer(standing: Standing, names: Collection[str], here: str) -> bool:
    """Whether another node that sends holds fewer of these accounts than we do."""
    holds = Counter(standing.held.get(name) for name in names)
    return any(holds[one] < holds[here] for one in standing.send if one != here)


@dataclass(slots=True)
class Sharing:
    """This node's part. `names` are the accounts that may go to another node while it works.

    Where one program does everything (SQLite) nothing is asked, and nothing given.
    """

    database: Database
    names: Collection[str]
    here: str = field(default_factory=place)
    clock: Callable[[], float] = time.monotonic
    _goes: set[str] = field(default_factory=set)
    _given: dict[str, float] = field(default_factory=dict)
    _left: dict[str, float] = field(default_factory=dict)
    """When a lock that was free was left to another node."""

    async def keep(self) -> None:
        """Comes round until it is cancelled, where there may be other nodes and more than one account."""
        while self.database.is_shared and len(self.names) > 1:
            await asyncio.sleep(LOOK_EVERY)
            try:
                await asyncio.to_thread(self.look)
            except SQLAlchemyError as error:
                log.warning("accounts.not_looked_at", error=type(error).__name__)

    def look(self) -> None:
        """Decides whether one of our accounts is to go, and which."""
        standing = self._standing()
        for name in tuple(self._goes):
            if standing.held.get(name) != self.here:  # it was lost on its way out
                self._goes.discard(name)
        if self._goes:
            return
        ours = surplus(standing, self.names, self.here)
        free = [name for name in ours if not self._has_gone(name, within=REST)]
        self._goes.update(free[-1:])

    def goes(self, name: str) -> bool:
        """Whether this account is to be given over as soon as nothing is under way."""
        return name in self._goes

    def gone(self, name: str) -> None:
        """It is not held here any more."""
        self._goes.discard(name)
        self._given[name] = self.clock()
        log.info("account.given_over", name=name, because="another node holds fewer")

    def leaves(self, name: str) -> bool:
        """Whether we leave this account, which is free, to another node; for a moment, not for ever."""
        if not self.database.is_shared or name not in self.names:
            return False
        if self._has_gone(name, within=LEFT_FOR):
            return True
        return self._leaves_once(name, lambda: has_fewer(self._standing(), self.names, self.here))

    def follows(self, name: str) -> bool:
        """Whether we leave it to another node, which sends by this account, to listen by it as well."""
        if not self.database.is_shared:
            return False
        if self._has_gone(_listens(name), within=LEFT_FOR):
            return True
        return self._leaves_once(_listens(name), lambda: self._is_sent_elsewhere(name))

    def led(self, name: str, hold: Hold) -> Hold:
        """The lock of whoever listens by this account, which goes where messages are sent by it."""
        return _Led(self, name, hold) if self.database.is_shared else hold

    def is_led_away(self, name: str) -> bool:
        """Whether another node, which answers too, sends by this account. Told once an hour at most."""
        if self._has_gone(_listens(name), within=REST) or not self._is_sent_elsewhere(name):
            return False
        self._given[_listens(name)] = self.clock()
        log.info("account.given_over", name=_listens(name), because="another node sends by it")
        return True

    def _is_sent_elsewhere(self, name: str) -> bool:
        standing = self._standing()
        holder = standing.held.get(name, self.here)
        return holder != self.here and holder in standing.answer

    def _has_gone(self, name: str, *, within: float) -> bool:
        at = self._given.get(name)
        return at is not None and self.clock() - at < within

    def _leaves_once(self, name: str, another_should: Callable[[], bool]) -> bool:
        if not another_should():
            return False
        at = self._left.get(name)
        if at is None or self.clock() - at > _ANEW:
            at = self._left[name] = self.clock()
        return self.clock() - at < PATIENCE

    def _standing(self) -> Standing:
        with self.database.read() as work:
            found = holders(work.connection, tuple(self.names))
            nodes = work.nodes.all(now_utc())
        seen = [one for one in nodes if one.ago.total_seconds() < LATE_AFTER]
        return Standing(
            {one.node.place: one.at_work.total_seconds() for one in seen if "send" in one.node.roles},
            {one.node.place for one in seen if "answer" in one.node.roles},
            {name: by.removeprefix("vigil-") for name, by in found.items()},
        )


class _Led(Hold):
    """A lock that is lost as well where another node should have it."""

    def __init__(self, sharing: Sharing, name: str, hold: Hold) -> None:
        self._sharing, self._name, self._hold = sharing, name, hold
        super().__init__(taken=bool(hold))

    def is_held(self) -> bool:
        """As `Hold`."""
        return self._hold.is_held() and not self._sharing.is_led_away(self._name)


def _listens(name: str) -> str:
    return f"{name} listens"
