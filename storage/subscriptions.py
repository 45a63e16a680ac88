"""Subscriptions: what hubs were asked to push to us (WebSub), each with a token and a secret of its own."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from storage.locks import until_commit
from storage.remembered import Subscription
from storage.tables.watch import PUSHED, sources, subscriptions
from storage.vault import Sealer
from storage.words import SubscriptionState

TOKEN = "subscription token"  # noqa: S105 - the names of two columns' purposes
SECRET = "subscription secret"  # noqa: S105 - the name of a purpose
_PLAIN = tuple(name for name in Subscription.__dataclass_fields__ if name not in ("id", "token", "secret"))
_STAYS = subscriptions.c.state != SubscriptionState.LEAVING


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """Questions about subscriptions, and their changes."""

    connection: Connection
    vault: Sealer

    def lock(self) -> None:
        """Until the transaction ends, no other program decides which hub is asked what."""
        until_commit(self.connection, "subscriptions")

    def by_token(self, token: str) -> Subscription | None:
        """The subscription with this token, by its keyed hash."""
        found = self._select(subscriptions.c.token_trace == self._trace(token))
        return found[0] if found else None

    def all(self) -> tuple[Subscription, ...]:
        """Every subscription, in the order in which they were wanted."""
        return self._select(sa.true())

    def unsettled(self, base: str, now: datetime) -> bool:
        """Whether there is anything to do: cheap, since it is asked every few seconds."""
        waiting = sa.or_(subscriptions.c.due <= now, sa.and_(_STAYS, subscriptions.c.base != base))
        questions = (
            sa.select(subscriptions.c.id).where(waiting),
            _lacking(),
            sa.select(subscriptions.c.id).join(sources).where(_unwanted()),
        )
        return any(self.connection.execute(question.limit(1)).first() for question in questions)

    def lacking(self) -> tuple[int, ...]:
        """The watched sources, by id, that have a hub which nobody means to ask yet."""
        return tuple(self.connection.scalars(_lacking()))

    def unwanted(self) -> tuple[Subscription, ...]:
        """Those whose source is no longer watched, or names another hub by now."""
        named = sa.select(subscriptions.c.id).join(sources).where(_unwanted())
        return self._select(subscriptions.c.id.in_(named))

    def elsewhere(self, base: str) -> tuple[Subscription, ...]:
        """Those that lead to another public address than ours is now."""
        return self._select(sa.and_(_STAYS, subscriptions.c.base != base))

    def due(self, now: datetime, limit: int) -> tuple[Subscription, ...]:
        """Those whose time has come, the longest overdue first."""
        return self._select(subscriptions.c.due <= now, limit)

    def add(self, made: Subscription) -> int:
        """Keeps a new subscription; returns its id."""
        row = _row(made) | {
            "token_trace": self._trace(made.token),
            "token_sealed": self.vault.seal(made.token, TOKEN),
            "secret_sealed": self.vault.seal(made.secret, SECRET),
        }
        result = self.connection.execute(sa.insert(subscriptions).values(**row).returning(subscriptions.c.id))
        return int(result.scalar_one())

    def save(self, changed: Subscription) -> None:
        """Keeps what has become of a subscription; token and secret stay as they are."""
        key = subscriptions.c.id == changed.id
        self.connection.execute(sa.update(subscriptions).where(key).values(**_row(changed)))

    def remove(self, subscription_id: int) -> None:
        """Nothing is left of it."""
        self.connection.execute(sa.delete(subscriptions).where(subscriptions.c.id == subscription_id))

    def _trace(self, token: str) -> str:
        return trace_of(self.vault, token)

    def _select(self, where: sa.ColumnElement[bool], limit: int | None = None) -> tuple[Subscription, ...]:
        question = sa.select(subscriptions).where(where).limit(limit)
        rows = self.connection.execute(question.order_by(subscriptions.c.due, subscriptions.c.id))
        return tuple(self._record(row) for row in rows.mappings())

    def _record(self, row: RowMapping) -> Subscription:
        fields = {name: row[name] for name in _PLAIN} | {"id": row["id"]}
        return Subscription(
            **fields
            | {
                "token": self.vault.open(row["token_sealed"], TOKEN),
                "secret": self.vault.open(row["secret_sealed"], SECRET),
                "state": SubscriptionState(row["state"]),
            }
        )


def trace_of(vault: Sealer, token: str) -> str:
    """The keyed hash under which a token is found."""
    return vault.trace("subscription", token)


def _row(one: Subscription) -> dict[str, object]:
    return {name: getattr(one, name) for name in _PLAIN}


def _same() -> sa.ColumnElement[bool]:
    """Whether a subscription is with the hub that its source names now."""
    return sa.and_(subscriptions.c.hub == sources.c.hub, subscriptions.c.topic == sources.c.topic)


def _lacking() -> sa.Select[tuple[int]]:
    own = sa.and_(subscriptions.c.source_id == sources.c.id, _same(), _STAYS)
    held = sa.select(subscriptions.c.id).where(own).exists()
    return sa.select(sources.c.id).where(PUSHED, sources.c.hub != "", sa.not_(held))


def _unwanted() -> sa.ColumnElement[bool]:
    return sa.and_(_STAYS, sa.or_(sa.not_(PUSHED), sa.not_(_same())))
