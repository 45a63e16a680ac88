"""How long to wait after a failure, and after the next one."""

import random
from collections.abc import Iterator


def pauses(longest: float = 60) -> Iterator[float]:
    """Growing seconds to wait after failures, each a little random so that programs do not march in step."""
    pause = 1.0
    while True:
        yield pause * random.uniform(0.75, 1.25)  # noqa: S311 - jitter, no secret
        pause = min(longest, pause * 2)
