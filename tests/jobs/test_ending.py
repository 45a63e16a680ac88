"""What is told to end ends, also where it does not hear it the first time."""

import asyncio
from threading import Thread

from jobs.ending import ended, nothing_left


async def test_who_passes_over_the_first_word_is_told_again() -> None:
    """As `wait_for` does in the moment in which what it waits for arrives."""
    heard = 0

    async def deaf() -> None:
        nonlocal heard
        while heard < 2:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                heard += 1

    tasks = [asyncio.create_task(deaf()), asyncio.create_task(asyncio.sleep(60))]
    await asyncio.sleep(0)
    assert await ended(tasks, every=0.05, most=5)
    assert heard == 2
    assert tasks[1].cancelled()
    assert await ended(tasks, every=0.05, most=5), "nobody is left"


async def test_who_never_hears_holds_up_nobody_for_long() -> None:
    """It is left behind, and that is said."""
    freed = asyncio.Event()

    async def stubborn() -> None:
        while not freed.is_set():
            try:
                await freed.wait()
            except asyncio.CancelledError:
                continue

    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    assert not await ended([task], every=0.05, most=0.2)
    freed.set()
    await task


def test_what_a_library_leaves_behind_does_not_keep_the_program_from_ending() -> None:
    """`asyncio.run` tells it once: it would wait for who passes over that."""
    heard: list[int] = []

    async def deaf() -> None:
        while len(heard) < 3:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                heard.append(1)

    async def program() -> None:
        left = asyncio.create_task(deaf(), name="left by a library")
        await asyncio.sleep(0)
        assert await nothing_left(every=0.05, most=5)
        assert left.done()

    running = Thread(target=lambda: asyncio.run(program()), daemon=True)
    running.start()
    running.join(10)
    assert not running.is_alive()
    assert len(heard) == 3
