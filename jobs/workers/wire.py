"""Frames on the way between the program and a worker: a length, then a pickle.

The worker reads what strangers wrote. Whatever it sends is therefore unpickled with nothing but plain
values and our own records allowed, so that a worker that was taken over cannot call anything here.
"""

import builtins
import io
import pickle
import struct
from typing import Any

LENGTH = struct.Struct("!Q")
MOST = 1 << 30
"""Bytes of one frame."""

_RECORDS = ("jobs.steps.", "storage.records", "storage.words")
_VALUES = {
    "datetime": {"datetime", "date", "time", "timedelta", "timezone"},
    "builtins": {"set", "frozenset"},
}


def frame(value: object) -> bytes:
    """A frame that holds `value`."""
    data = pickle.dumps(value, protocol=5)
    return LENGTH.pack(len(data)) + data


def trusted(data: bytes) -> Any:  # noqa: ANN401 - a job may hold anything
    """What the program sent to its worker."""
    return pickle.loads(data)  # noqa: S301 - from our own parent process


def untrusted(data: bytes) -> Any:  # noqa: ANN401 - a result may be anything of the allowed kinds
    """What a worker sent. Raises UnpicklingError, and what broken pickles raise."""
    return _Records(io.BytesIO(data)).load()


class _Records(pickle.Unpickler):
    """Knows our records, exceptions and plain values, and no function at all."""

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401 - as the base class has it
        allowed = name in _VALUES.get(module, ())
        if module.startswith(_RECORDS):
            allowed = "." not in name
        elif module == "builtins" and not allowed:
            found = getattr(builtins, name, None)
            allowed = isinstance(found, type) and issubclass(found, Exception)
        found = super().find_class(module, name) if allowed else None
        if not isinstance(found, type):
            raise pickle.UnpicklingError(f"a worker sent {module}.{name}")
        return found
