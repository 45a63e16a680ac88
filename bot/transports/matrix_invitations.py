"""Which invitations are accepted: by the policy of the configuration, and never a flood of them."""

from collections.abc import Callable, Collection
from typing import Any

from jobs.allowance import Allowance

BY_ONE = 5
BY_ALL = 60
"""Rooms that one person, or all together, may bring the bot into within an hour."""


class Invitations:
    """`policy` is "anyone", "direct" or "listed"; `listed` are full names and servers, accepted by each."""

    def __init__(self, policy: str, listed: Collection[str], clock: Callable[[], float]) -> None:
        self._policy = policy
        self._listed = frozenset(listed)
        self._expected: dict[str, str] = {}
        self._allowance = Allowance(BY_ONE, BY_ALL)
        self._clock = clock

    def expect(self, room: str, before: str) -> None:
        """This room takes the place of one that the bot is in: an invitation into it is no stranger's."""
        self._expected[room] = before

    def before(self, room: str) -> str:
        """The room whose place this one takes; "" for none that is expected."""
        return self._expected.get(room, "")

    def accepts(self, room: str, inviter: str, content: Any) -> bool:  # noqa: ANN401 - JSON
        """Whether to enter; counts it if so. `content` is that of the inviting m.room.member."""
        if room in self._expected:
            return True
        listed = inviter in self._listed or inviter.partition(":")[2] in self._listed
        direct = isinstance(content, dict) and content.get("is_direct") is True
        if not listed and (self._policy == "listed" or (self._policy == "direct" and not direct)):
            return False
        return self._allowance.takes(inviter, self._clock())
