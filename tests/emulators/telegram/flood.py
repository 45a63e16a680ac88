"""Telegram's flood rules, as its FAQ states them, each of which can be switched off.

The FAQ for bots: about 30 messages a second over all chats; in one chat about one a second, where
short bursts may pass; 20 a minute in one group. Nobody outside knows how Telegram counts. Here:

- 30 a second and 20 a minute are sliding windows: in no second (minute) do more than so many pass.
- One a second in a chat is a token bucket. It holds `CHAT_BURST` tokens when it is full, so that so
  many may follow one another at once, and a new one comes every second. Three is a guess on the
  strict side: a bot that gets on with it gets on with more.
- A request that is refused, for whatever reason, is not counted; Telegram's penalties for going on
  all the same are not modelled. The 429 names the whole seconds after which all rules are met.
- Sending, copying and editing count; deleting, answering a press and everything else does not.
"""

import math
from collections import deque
from dataclasses import dataclass, field
from typing import Protocol

from tests.emulators.telegram.clock import Clock
from tests.emulators.telegram.refusals import too_many

PER_SECOND = 30
CHAT_BURST = 3
PER_MINUTE_IN_A_GROUP = 20


@dataclass(frozen=True, slots=True)
class FloodRules:
    """Which rules hold; None switches one off. `FloodRules(chat_burst=None)`: all but one a second."""

    per_second: int | None = PER_SECOND
    chat_burst: int | None = CHAT_BURST
    per_minute_in_a_group: int | None = PER_MINUTE_IN_A_GROUP


NO_FLOOD_RULES = FloodRules(None, None, None)


class Rule(Protocol):
    """Says how long to wait, and counts what has passed."""

    def wait(self, now: float) -> float:
        """Seconds until one more may pass; 0 if it may now."""

    def take(self, now: float) -> None:
        """One has passed."""


@dataclass(slots=True)
class Window:
    """At most `most` in any `seconds`."""

    most: int
    seconds: float
    _passed: deque[float] = field(default_factory=deque)

    def wait(self, now: float) -> float:
        """Until the oldest that counts has left the window."""
        while self._passed and self._passed[0] + self.seconds <= now:
            self._passed.popleft()
        return self._passed[0] + self.seconds - now if len(self._passed) >= self.most else 0.0

    def take(self, now: float) -> None:
        """Remember when."""
        self._passed.append(now)


@dataclass(slots=True)
class Bucket:
    """`burst` at once, then one every `seconds`; what is not used is saved up to `burst`."""

    burst: int
    seconds: float = 1.0
    _full_at: float = -math.inf

    def wait(self, now: float) -> float:
        """Until there is a whole token: when no more than burst - 1 are missing."""
        return max(0.0, self._full_at - (self.burst - 1) * self.seconds - now)

    def take(self, now: float) -> None:
        """One token less, so it is full one interval later."""
        self._full_at = max(self._full_at, now) + self.seconds


class FloodGate:
    """Lets messages pass or says 429. `rules` may be changed at any time; what was counted stays."""

    def __init__(self, rules: FloodRules, clock: Clock) -> None:
        self.rules = rules
        self.refused = 0
        """How many were."""
        self._clock = clock
        self._everywhere: dict[int, Rule] = {}
        self._in_chat: dict[tuple[int, int], Rule] = {}
        self._in_group: dict[tuple[int, int], Rule] = {}

    def let_pass(self, chat: int) -> None:
        """Count one message to the chat, or refuse it, naming the time to wait."""
        now = self._clock.now()
        rules = self._rules_for(chat)
        wait = max((rule.wait(now) for rule in rules), default=0.0)
        if wait > 0:
            self.refused += 1
            raise too_many(math.ceil(wait))
        for rule in rules:
            rule.take(now)

    def _rules_for(self, chat: int) -> list[Rule]:
        rules: list[Rule] = []
        if (most := self.rules.per_second) is not None:
            rules.append(self._everywhere.setdefault(most, Window(most, 1.0)))
        if (burst := self.rules.chat_burst) is not None:
            rules.append(self._in_chat.setdefault((chat, burst), Bucket(burst)))
        if chat < 0 and (most := self.rules.per_minute_in_a_group) is not None:
            rules.append(self._in_group.setdefault((chat, most), Window(most, 60.0)))
        return rules
