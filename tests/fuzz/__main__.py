"""Tries for so many minutes: `python -m tests.fuzz [--minutes 30] [--seed 1] [--keep FOLDER] [TARGET ...]`.

Each finding is written into FOLDER/TARGET as the bytes that brought it about, once for each place in the
code where it came to light, and told on standard error. The exit code is 1 where there was any.
"""

import argparse
import random
import signal
import sys
import time
import traceback
from collections import Counter
from hashlib import sha256
from pathlib import Path
from types import FrameType

from tests.fuzz.mutate import mutated
from tests.fuzz.targets import DATA, TARGETS, Target

_HANGS = 30
"""Seconds of the processor's after which an input is given up."""


class _TooLong(BaseException):
    """Raised in the middle of whatever is done: no `except Exception` may swallow it."""


def _alarm(_number: int, _frame: FrameType | None) -> None:
    raise _TooLong


def fault_of(target: Target, data: bytes) -> str:
    """What the input brought to light, named by where; "" for nothing."""
    signal.signal(signal.SIGPROF, _alarm)
    began = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, _HANGS)
    try:
        target.read(data)
    except _TooLong as error:
        return f"hangs {_place(error)}"
    except Exception as error:  # noqa: BLE001 - that is what is looked for
        return f"{type(error).__name__} {_place(error)}"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    took = time.process_time() - began
    return f"slow {took:.0f} s" if took > target.seconds else ""


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [one for one in frames if "/site-packages/" not in one.filename] or frames
    return f"{Path(ours[-1].filename).name}:{ours[-1].lineno} {frames[-1].name}"


def main() -> int:
    """Until the time is over."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=DATA / "fuzz")
    parser.add_argument("targets", nargs="*", default=list(TARGETS))
    wish = parser.parse_args()
    chance = random.Random(wish.seed)  # noqa: S311 - to be repeated, not secret
    until = time.monotonic() + 60 * wish.minutes
    tried: Counter[str] = Counter()
    found: set[tuple[str, str]] = set()
    while time.monotonic() < until:
        name = chance.choice(wish.targets)
        target, turn = TARGETS[name], time.monotonic() + 1
        while time.monotonic() < turn:
            tried[name] += 1
            data = mutated(chance, target.seeds, target.words)
            fault = fault_of(target, data)
            if fault and (name, fault) not in found:
                found.add((name, fault))
                kept = wish.keep / name / sha256(data).hexdigest()[:12]
                kept.parent.mkdir(parents=True, exist_ok=True)
                kept.write_bytes(data)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
