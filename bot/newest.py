"""A memory of bounded size that keeps what was used last."""

from collections import OrderedDict
from typing import Generic, TypeVar, overload

K = TypeVar("K")
V = TypeVar("V")


class Newest(Generic[K, V]):
    """Like a dictionary of at most `capacity` pairs; the one unused for longest goes first."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._pairs: OrderedDict[K, V] = OrderedDict()

    @overload
    def get(self, key: K) -> V | None: ...

    @overload
    def get(self, key: K, otherwise: V) -> V: ...

    def get(self, key: K, otherwise: V | None = None) -> V | None:
        """What was put under the key, or `otherwise`; counts as use."""
        if key in self._pairs:
            self._pairs.move_to_end(key)
        return self._pairs.get(key, otherwise)

    def __contains__(self, key: K) -> bool:
        return key in self._pairs

    def put(self, key: K, value: V) -> None:
        """Remember the value, and forget the oldest if there are too many."""
        self._pairs[key] = value
        self._pairs.move_to_end(key)
        while len(self._pairs) > self._capacity:
            self._pairs.popitem(last=False)

    def drop(self, key: K) -> None:
        """Forget the key, known or not."""
        self._pairs.pop(key, None)
