"""How much people may make the bot do within an hour: each of them a little, all together not much."""

from collections import Counter, deque

_HOUR = 3600.0


class Allowance:
    """So many an hour for one person, and for everybody; for as long as the program runs."""

    def __init__(self, by_one: int, by_all: int) -> None:
        self._by_one = by_one
        self._by_all = by_all
        self._taken: deque[tuple[float, str]] = deque()

    def takes(self, person: str, now: float) -> bool:
        """Whether one more of this person is within it; counts it if so. `now` in seconds of any clock."""
        while self._taken and self._taken[0][0] <= now - _HOUR:
            self._taken.popleft()
        counted = Counter(one for _, one in self._taken)
        if len(self._taken) >= self._by_all or counted[person] >= self._by_one:
            return False
        self._taken.append((now, person))
        return True
