"""Steps in worker processes: they answer, they end in time, and they can do nothing to the program."""

import asyncio
import ctypes
import os
import pickle
import signal
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from jobs.parser import PRELOAD, Parser
from jobs.steps.parsed import NotAFeed
from jobs.steps.shown import read_answer
from jobs.workers import Unfinished, Workers
from jobs.workers.nursery import Nursery
from jobs.workers.wire import LENGTH, frame, untrusted
from storage.records import Entry
from storage.words import Trust
from tests.builders import a_source

NOW = datetime(2024, 3, 6, 12, tzinfo=UTC)
URL = "https://site.example/feed"
SOURCE = a_source()
FEED = b"<rss version='2.0'><channel><title>F</title><item><title>A call</title></item></channel></rss>"
ENDLESS = FEED.replace(b"<title>A call</title>", b"<author>" + b"a" * 400_000 + b"</author>")
"""feedparser looks for an address in an author's name in a time that grows with its square: minutes."""


@pytest.fixture
async def workers() -> AsyncIterator[Workers]:
    """Two workers that allow a step four seconds."""
    async with Workers(most=2, seconds=4, preload=PRELOAD) as made:
        yield made


def alive(pid: int) -> bool:
    """Whether there is such a process."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_feed_read_in_a_worker_is_the_feed(workers: Workers) -> None:
    """Entries, marks and the words of a refusal are those of a reading in this process."""
    parser = Parser(workers.run)
    shown = await parser.shown(FEED, {}, URL, SOURCE, NOW)
    assert shown == read_answer(FEED, {}, URL, SOURCE, NOW)
    assert [(one.entry, one.statement.title) for one in shown.understood] == [
        (shown.parsed.entries[0], "A call")
    ]
    known = replace(SOURCE, marks=shown.parsed.marks)
    assert (await parser.shown(FEED, {}, URL, known, NOW)).parsed.entries == ()
    with pytest.raises(NotAFeed) as caught:
        await parser.shown(b"<html><body>We will be back</body></html>", {}, URL, SOURCE, NOW)
    assert caught.value.detail == "an HTML page: We will be back"


async def test_a_feed_that_takes_too_long_is_ended_while_another_is_read(workers: Workers) -> None:
    """The endless one is no feed in the end, others are read beside it, and its process is gone."""
    parser = Parser(workers.run)
    await asyncio.gather(
        *(parser.shown(FEED, {}, URL, SOURCE, NOW) for _ in range(2))
    )  # both workers are there
    began = time.monotonic()
    endless = asyncio.create_task(parser.shown(ENDLESS, {}, URL, SOURCE, NOW))
    await asyncio.sleep(0.2)
    for _ in range(5):
        assert len((await parser.shown(FEED, {}, URL, SOURCE, NOW)).parsed.entries) == 1
        assert not endless.done()
    with pytest.raises(NotAFeed, match=r"400,\d+ bytes: reading it takes longer than 4 s"):
        await endless
    assert 4 <= time.monotonic() - began < 20
    assert len((await parser.shown(FEED, {}, URL, SOURCE, NOW)).parsed.entries) == 1


async def test_a_worker_has_none_of_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever takes one over finds no key in its environment, and reads none in ours or in our memory."""
    monkeypatch.setenv("VIGIL_KEY", "heron-key")
    monkeypatch.setenv("VIGIL_TELEGRAM_TOKEN", "heron-token")
    async with Workers(most=1, seconds=4) as workers:
        theirs = await workers.run(Path.read_bytes, Path("/proc/self/environ"))
        assert await workers.run(os.getenv, "VIGIL_KEY") is None
        assert await workers.run(os.getenv, "PATH") == os.environ["PATH"]
    assert b"heron" not in theirs
    assert ctypes.CDLL(None).prctl(3, 0, 0, 0, 0) == 0  # PR_GET_DUMPABLE


async def test_waiting_for_a_worker_is_not_part_of_the_time() -> None:
    """More jobs than workers all end well: each has its whole time."""
    async with Workers(most=1, seconds=1.5) as workers:
        await asyncio.gather(*(workers.run(time.sleep, 0.6) for _ in range(4)))


async def test_at_most_so_many_processes_and_each_is_kept(workers: Workers) -> None:
    """Ten jobs at once run in two processes, and so do the next ten; none is left at the end."""
    pids = {
        pid for _ in range(2) for pid in await asyncio.gather(*(workers.run(os.getpid) for _ in range(10)))
    }
    assert 1 <= len(pids) <= 2
    assert os.getpid() not in pids
    await workers.__aexit__(None, None, None)
    assert not any(alive(pid) for pid in pids)


@pytest.mark.parametrize("fault", [(os.abort, ()), (os._exit, (0,)), (os.kill, (0, signal.SIGKILL))])
async def test_a_worker_that_dies_is_replaced(fault: tuple[Any, Any], workers: Workers) -> None:
    """A crash in a library of C ends one reading, not the program."""
    step, arguments = fault
    before = await workers.run(os.getpid)
    if step is os.kill:
        arguments = (before, signal.SIGKILL)
    with pytest.raises(Unfinished, match="ended the reader"):
        await workers.run(step, *arguments)
    assert await workers.run(os.getpid) != before


async def test_a_worker_that_died_while_it_waited_is_replaced(workers: Workers) -> None:
    """A worker killed by somebody else between two jobs costs no job."""
    before = await workers.run(os.getpid)
    os.kill(before, signal.SIGKILL)
    await asyncio.sleep(0.5)
    assert not alive(before)
    assert await workers.run(os.getpid) != before


async def test_giving_up_ends_the_work(workers: Workers) -> None:
    """When nobody waits for the answer any more, the process does not go on."""
    pid = await workers.run(os.getpid)
    task = asyncio.create_task(workers.run(time.sleep, 60))
    await asyncio.sleep(0.2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not alive(pid)


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS has no limit on a process's memory")
async def test_a_document_cannot_eat_the_memory() -> None:
    """A step that asks for more than a worker may have fails alone, and the worker goes on."""
    async with Workers(most=1, memory=500_000_000) as workers:
        with pytest.raises(MemoryError):
            await workers.run(bytes, 1_000_000_000)
        assert await workers.run(len, b"abc") == 3


async def test_a_large_program_keeps_its_workers(workers: Workers) -> None:
    """What the program itself has taken is not held against a worker."""
    assert sum(bytearray(b"x" * 400_000_000)[:: 1 << 20])  # so much of it has been in memory
    first = [await workers.run(os.getpid) for _ in range(3)]
    assert len(set(first)) == 1


async def test_a_swollen_worker_makes_room() -> None:
    """After a huge document the memory is given back: the next step has a fresh process."""
    async with Workers(most=1) as workers:
        before = await workers.run(os.getpid)
        assert await workers.run(eval, "len(b'x' * 400_000_000)") == 400_000_000
        assert await workers.run(os.getpid) != before
        assert not alive(before)


async def test_a_worker_whose_program_is_gone_ends_by_itself() -> None:
    """Even in the middle of an endless step, and though its mother is gone."""
    nursery = Nursery(1 << 30, ())
    worker = await nursery.worker()
    worker.writer.write(frame((0.5, time.sleep, (600,), {})))
    await worker.writer.drain()
    await nursery.end()
    worker.writer.close()
    async with asyncio.timeout(30):
        while alive(worker.pid):  # noqa: ASYNC110 - nobody tells of the end of a grandchild
            await asyncio.sleep(0.05)


async def test_a_mother_who_was_killed_is_replaced(workers: Workers) -> None:
    """Her workers go on; the next one has another mother."""
    first = await workers.run(os.getpid)
    mother = await workers.run(os.getppid)
    os.kill(mother, signal.SIGKILL)
    assert await workers.run(os.getpid) == first
    with pytest.raises(Unfinished):
        await workers.run(os._exit, 0)
    assert await workers.run(os.getppid) not in {mother, 1}


async def test_workers_share_what_their_mother_has_read(workers: Workers) -> None:
    """Two workers have one mother, who has imported for both."""
    pairs = await asyncio.gather(*(workers.run(eval, f"({MOTHER}, {IMPORTED})") for _ in range(2)))
    assert len({mother for mother, _ in pairs}) == 1
    assert all(imported for _, imported in pairs)


MOTHER = "__import__('os').getppid()"
IMPORTED = "'jobs.steps.understand' in __import__('sys').modules"


async def test_what_a_step_prints_stays_off_the_pipe(workers: Workers) -> None:
    """A library that prints or reads the terminal does not garble an answer."""
    await workers.run(print, "not a frame")
    with pytest.raises(EOFError):
        await workers.run(input)
    assert await workers.run(len, b"abc") == 3


@pytest.mark.parametrize(
    "value",
    [os.system, eval, Path("/etc/passwd"), read_answer, type("X", (), {}).__class__, getattr, Workers],
)
def test_a_worker_sends_values_and_nothing_that_acts(value: object) -> None:
    """An answer that names a function or another class is refused before anything is called."""
    with pytest.raises(pickle.UnpicklingError, match="a worker sent"):
        untrusted(pickle.dumps(value))


def test_what_a_worker_may_send_arrives_whole() -> None:
    """Records with their dates and words, and the exceptions of steps and of Python."""
    entry = Entry(uid="1", title="x", published=NOW, fetched=NOW, enclosures=("u",))
    for value in (entry, Trust.RELAY, (1, b"a", "b", None, {"c": [1.5]}), frozenset({1})):
        assert untrusted(frame(value)[LENGTH.size :]) == value
    for error in (NotAFeed("an empty answer"), MemoryError(), ValueError("x")):
        back = untrusted(frame(error)[LENGTH.size :])
        assert type(back) is type(error)
        assert str(back) == str(error)
