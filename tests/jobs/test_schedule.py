"""Jobs run again and again, and one bad run ends nothing."""

import asyncio

from structlog.testing import capture_logs

from jobs.schedule import Job, Schedule

OFTEN = 0.02


async def test_a_job_that_fails_runs_again_and_is_told() -> None:
    """A fault in one run is logged with the job's name; the schedule goes on with it and with the others."""
    runs: list[str] = []
    enough = asyncio.Event()

    async def poll() -> None:
        runs.append("poll")
        if runs.count("poll") >= 3 and "deliver" in runs:
            enough.set()
        raise OSError("no disk")

    async def deliver() -> None:
        runs.append("deliver")

    schedule = Schedule((Job("poll", OFTEN, poll), Job("deliver", OFTEN, deliver)))
    with capture_logs() as logs:
        schedule.start()
        await asyncio.wait_for(enough.wait(), 10)
        schedule.stop()
    assert {(row["event"], row["job"], row["log_level"]) for row in logs} == {("job.failed", "poll", "error")}


async def test_a_slow_job_does_not_run_twice_at_once_unless_it_may() -> None:
    """A run that takes longer than its pause is waited for; with `at_most` two, two overlap and no more."""
    most: dict[str, int] = {"one": 0, "two": 0}
    running: dict[str, int] = {"one": 0, "two": 0}
    overlapped = asyncio.Event()

    def slow(name: str, at_most: int) -> Job:
        async def run() -> None:
            running[name] += 1
            most[name] = max(most[name], running[name])
            if most["two"] == 2:
                overlapped.set()
            await asyncio.sleep(OFTEN * 5)
            running[name] -= 1

        return Job(name, OFTEN, run, at_most=at_most)

    schedule = Schedule((slow("one", 1), slow("two", 2)))
    schedule.start()
    await asyncio.wait_for(overlapped.wait(), 10)
    await asyncio.sleep(OFTEN * 8)
    schedule.stop()
    assert most == {"one": 1, "two": 2}


async def test_after_the_stop_nothing_begins() -> None:
    """Stopped before it began, or twice, it stays stopped and says nothing."""
    runs: list[int] = []

    async def run() -> None:
        runs.append(1)

    schedule = Schedule((Job("poll", OFTEN, run),))
    schedule.stop()
    schedule.start()
    schedule.stop()
    schedule.stop()
    await asyncio.sleep(OFTEN * 4)
    assert runs == []
