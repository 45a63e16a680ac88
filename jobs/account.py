"""Tells, from what a platform answers, whether its account can write now, and to whom it tries first.

Three things stop everybody. The platform told the account to wait: it is obeyed, but since Telegram does not
say whether a chat or the account is meant, a long wait is tried once at somebody else (429; Bot API,
ResponseParameters). The platform is in trouble, or cannot be reached: it is asked again, after waits that
grow. And it does not answer at all, to several in a row: what was sent then may have arrived, so each
further try could cost a message. See docs/decisions/0039-outages.md.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from jobs.errands import Errand, Standing
from jobs.outcome import Outcome, RetryLater, Sent, Uncertain

_IN_A_ROW = 3
"""So many chats from which no answer came, and none from any other meanwhile, are an outage."""
_FIRST = 5.0
_LONGEST = 60.0
"""Seconds between two questions whether the platform is there: they cost nothing."""
_DEAREST = 600.0
"""Seconds between two messages to a platform that answers questions, but no message."""
_EARLY = timedelta(seconds=30)
"""After so much of a long wait somebody else is tried: perhaps only one chat is limited."""
_FORGET = timedelta(hours=1)


@dataclass(slots=True)
class _Refusal:
    """Somebody at whom the account was told to wait."""

    chat: str
    until: datetime
    mark: int
    others_went: bool = False
    """Whether somebody else was written to since: then the limit is theirs alone."""


@dataclass(slots=True)
class Account:
    """One account as its answers show it. Every moment is given: it reads no clock."""

    paused_until: datetime | None = None
    away_since: datetime | None = None
    """Since when the platform takes no message, as far as is known."""
    is_probing: bool = False
    """Whether one message is tried, not many."""
    resting: dict[int, tuple[str, datetime]] = field(default_factory=dict)
    """Recipients, each with its chat, who alone are limited, as somebody else's message showed."""
    _asks: bool = False
    """Whether the platform is asked if it is there, before another message leaves."""
    _early: datetime | None = None
    """When somebody else may be tried although the account was told to wait."""
    _leaves_out: bool = True
    _mark: int = 0
    """Counts the troubles: what left before the last of them does not show that it is over."""
    _failures: int = 0
    _burnt: int = 0
    """Messages that were tried in an outage and not answered."""
    _refused: dict[int, _Refusal] = field(default_factory=dict)
    _silent: dict[int, str] = field(default_factory=dict)
    """Recipients from whom no answer came since the last answer from anybody, and their chats."""
    _silent_since: datetime | None = None
    _is_silence: bool = False
    """Whether it waits because no answer came: then any answer shows that it need not."""
    _is_ours: bool = False
    """Whether it waits because our own account is refused."""

    def begin(self, paused_until: datetime | None, away_since: datetime | None) -> None:
        """What an earlier program knew."""
        self.paused_until, self.away_since = paused_until, away_since
        self.is_probing = self._asks = away_since is not None

    def standing(self, now: datetime) -> Standing:
        """What another program would have to know.

        Not a wait because our account is refused: who starts anew, perhaps with a valid token, asks at once.
        """
        self.resting = {key: one for key, one in self.resting.items() if one[1] > now}
        resting = {key: until for key, (_, until) in self.resting.items()}
        return Standing(self.away_since, None if self._is_ours else self.paused_until, resting)

    def is_paused(self, now: datetime) -> bool:
        """Whether nothing leaves, but for a try that is due."""
        return self.paused_until is not None and now < self.paused_until and not self._is_early(now)

    def next_at(self, now: datetime) -> datetime | None:
        """When something may be tried again; None where nothing is waited for."""
        if self.paused_until is None or now >= self.paused_until:
            return None
        return min(self.paused_until, self._early) if self._early and self._early > now else self.paused_until

    def asks(self, now: datetime) -> bool:
        """Whether the platform is to be asked now if it is there, and nothing sent before it answers."""
        return self._asks and not self.is_paused(now)

    def tries_one(self, now: datetime) -> bool:
        """Whether at most one message may be under way."""
        return self.is_probing or self._is_early(now)

    def left_out(self, now: datetime) -> set[int]:
        """Recipients whom the next try leaves out: those who were refused, or may have been written to."""
        if not self.tries_one(now) or not (self._leaves_out or self._is_early(now)):
            return set()
        return {key for key, one in self._refused.items() if not one.others_went} | self._silent.keys()

    def nobody_else(self, now: datetime) -> bool:
        """Nothing was due for anybody but those left out: whether one of them may be tried instead."""
        had = bool(self.left_out(now)) and not self._is_early(now)
        self._leaves_out = self._leaves_out and not had
        return had

    def nothing_waits(self, now: datetime) -> None:
        """Nothing is left to be tried: as far as anybody knows, the platform is there."""
        if not self.is_paused(now) and not self._asks:
            self.away_since = None

    def leaves(self, now: datetime) -> int:
        """A message leaves; returns by what its answer is told from those of earlier ones."""
        if self._is_early(now):
            self._early = None
        return self._mark

    def answered(self, errand: Errand, outcome: Outcome, at: datetime, left: int) -> Outcome:
        """Takes in what came of a message; returns the outcome with whom it concerns, and for how long."""
        match outcome:
            case Uncertain():
                self._no_answer(errand, at)
            case RetryLater(everyone=True) if not self._is_theirs(errand, outcome):
                return self._all_wait(errand, outcome, at, left)
            case RetryLater():
                self._is_there(errand, outcome, at, left)
                attempts = errand.deliveries[0].attempts if errand.deliveries else 0
                grown = _grown(outcome.seconds, attempts + 1, _DEAREST)
                return replace(outcome, everyone=False, seconds=grown if outcome.guessed else outcome.seconds)
            case _:
                self._is_there(errand, outcome, at, left)
        return outcome

    def told(self, outcome: Outcome, at: datetime) -> float:
        """Takes in what came of the question whether it is there; returns the seconds to wait."""
        self._asks = False
        if not isinstance(outcome, RetryLater | Uncertain):
            self.is_probing = self.away_since is not None
            return 0.0
        told = isinstance(outcome, RetryLater) and not outcome.guessed
        self._is_ours = isinstance(outcome, RetryLater) and outcome.ours
        seconds = outcome.seconds if isinstance(outcome, RetryLater) else _FIRST
        if not told:
            self._failures += 1
            seconds = _grown(seconds, self._failures, _LONGEST)
        self._mark += 1
        self._is_silence = self._is_silence or bool(self._silent)
        self._stop(at, seconds, self._silent_since or at)
        self._asks = not told
        return seconds

    def _is_early(self, now: datetime) -> bool:
        until = self.paused_until
        return self._early is not None and until is not None and self._early <= now < until

    def _is_theirs(self, errand: Errand, told: RetryLater) -> bool:
        """Whether they are limited alone: refused again, although others were written to since."""
        known = self._refused.get(errand.recipient.id)
        return known is not None and known.others_went and not told.guessed

    def _all_wait(self, errand: Errand, told: RetryLater, at: datetime, left: int) -> RetryLater:
        seconds = told.seconds
        if told.guessed:
            self._failures += left >= self._mark  # of several under way together one counts
            seconds = _grown(seconds, self._failures, _LONGEST)
            self._asks = True
        else:
            self._refused = {key: one for key, one in self._refused.items() if one.until > at - _FORGET}
            until = at + timedelta(seconds=seconds)
            self._refused[errand.recipient.id] = _Refusal(errand.place.chat, until, self._mark)
            was = self.paused_until is not None and at < self.paused_until
            if not was and seconds > _EARLY.total_seconds():
                self._early = at + _EARLY
            self._silent.clear()
        self._mark += 1
        self._is_silence, self._is_ours = False, told.ours
        self._stop(at, seconds, self._silent_since or at)
        return replace(told, seconds=seconds)

    def _no_answer(self, errand: Errand, at: datetime) -> None:
        self._silent_since = self._silent_since or at
        self._silent[errand.recipient.id] = errand.place.chat
        if self.paused_until is not None and at < self.paused_until:
            return  # it was under way already
        if self.away_since is None and len(set(self._silent.values())) < _IN_A_ROW:
            self._asks = True
            return
        self._burnt += 1
        self._mark += 1
        self._is_silence, self._is_ours = True, False
        self._stop(at, min(_DEAREST, _FIRST * 3.0 ** min(self._burnt - 1, 9)), self._silent_since)
        self._asks = True

    def _is_there(self, errand: Errand, outcome: Outcome, at: datetime, left: int) -> None:
        """The platform answered about one message, which may have left before the last trouble."""
        over = left >= self._mark or self._is_silence
        self._silent.clear()
        self._silent_since = None
        if isinstance(outcome, Sent):
            self._refused.pop(errand.recipient.id, None)
            for one in self._refused.values():
                one.others_went = one.others_went or left > one.mark
        if not over:
            return
        waits = self.paused_until is not None and at < self.paused_until
        if waits and self._refused and not isinstance(outcome, Sent):
            self._early = at + _EARLY  # it tells nothing of the limit
            return
        if waits:
            self.resting |= {
                key: (one.chat, one.until) for key, one in self._refused.items() if one.until > at
            }
        self.paused_until = self._early = self.away_since = None
        self.is_probing = self._asks = self._is_silence = self._is_ours = False
        self._failures = self._burnt = 0

    def _stop(self, at: datetime, seconds: float, since: datetime) -> None:
        until = at + timedelta(seconds=seconds)
        self.paused_until = max(until, self.paused_until or until)
        self.away_since = self.away_since or since
        self.is_probing = self._leaves_out = True


def _grown(seconds: float, failures: int, longest: float) -> float:
    return min(max(seconds, longest), seconds * 2.0 ** min(max(failures, 1) - 1, 9))
