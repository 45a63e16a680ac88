"""Ends tasks for good: who is told once may not have heard it.

Up to Python 3.11 `asyncio.wait_for` passes over a cancellation that comes in the moment in which what it
waits for arrives (CPython, gh-86296), and libraries wait so; a group of tasks that is failing passes over
it as well (gh-116720).
"""

import asyncio
from collections.abc import Collection
from typing import Any


async def ended(tasks: Collection[asyncio.Task[Any]], every: float, most: float) -> bool:
    """Cancels them, again every so many seconds while any goes on; whether all ended within `most`.

    What they raise is theirs to tell.
    """
    end = asyncio.get_running_loop().time() + most
    pending = {task for task in tasks if not task.done()}
    while pending and (left := end - asyncio.get_running_loop().time()) > 0:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=min(every, left))
    return not pending


async def nothing_left(every: float, most: float) -> bool:
    """Ends whatever else is under way in this loop, as `ended` does: libraries leave tasks behind.

    To be said last. `asyncio.run` tells them once, and then waits for them without an end.
    """
    me = asyncio.current_task()
    return await ended([task for task in asyncio.all_tasks() if task is not me], every, most)
