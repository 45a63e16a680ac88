"""Closes the program's memory, where the key is, to other processes of its user and to core dumps."""

import ctypes
from contextlib import suppress

_PR_SET_DUMPABLE = 4


def close_memory() -> None:
    """From now on until this process starts another program in its place (prctl(2), PR_SET_DUMPABLE).

    Nobody but root reads its memory or environment or traces it, and no core dump is written of it.
    """
    with suppress(AttributeError, OSError):  # macOS has no such call
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
