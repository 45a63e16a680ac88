"""What arrives together is written together; what fails fails alone; nobody waits for nothing."""

import asyncio
from collections.abc import Sequence

import pytest

from jobs.batch import Batches


class Disk:
    """Writes batches; an item named "bad" spoils its batch."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []

    def write(self, items: Sequence[str]) -> list[str]:
        """All of them or none."""
        if "bad" in items:
            raise OSError("bad")
        self.batches.append(list(items))
        return [f"{item}!" for item in items]


def batches(disk: Disk, weight: int = 1) -> Batches[str, str]:
    """Batches on this disk, of items that weigh so much."""
    return Batches(disk.write, lambda _: weight)


async def arrives(into: Batches[str, str], item: str, after: float = 0.0) -> str:
    """An item that is on its way for a while."""
    with into.expected():
        await asyncio.sleep(after)
    return await into.add(item)


async def test_a_lone_item_is_written_at_once() -> None:
    """An alert waits for no company."""
    disk = Disk()
    start = asyncio.get_running_loop().time()
    assert await arrives(batches(disk), "a") == "a!"
    assert asyncio.get_running_loop().time() - start < 0.04


async def test_what_arrives_within_a_moment_is_one_batch_and_stragglers_are_another() -> None:
    """Who is on the way is waited for, but not for long; each hears of his own."""
    disk = Disk()
    into = batches(disk)
    waits = {"a": 0.0, "b": 0.01, "c": 0.02, "late": 0.3}
    assert await asyncio.gather(*(arrives(into, *one) for one in waits.items())) == [
        f"{one}!" for one in waits
    ]
    assert disk.batches == [["a", "b", "c"], ["late"]]


@pytest.mark.parametrize(("weight", "largest"), [(1, 50), (20, 3), (1000, 1)])
async def test_a_batch_is_bounded_by_its_weight(weight: int, largest: int) -> None:
    """Fifty light ones, few heavy ones: other writers are not kept waiting."""
    disk = Disk()
    into = batches(disk, weight)
    await asyncio.gather(*(into.add(str(number)) for number in range(120)))
    assert max(map(len, disk.batches)) == largest
    assert sum(map(len, disk.batches)) == 120


async def test_one_bad_item_does_not_take_the_others_with_it() -> None:
    """They are written one by one; only its own caller hears of the fault."""
    disk = Disk()
    into = batches(disk)
    found = await asyncio.gather(*(into.add(item) for item in ("a", "bad", "b")), return_exceptions=True)
    assert (found[0], found[2]) == ("a!", "b!")
    assert isinstance(found[1], OSError)
    assert await into.add("c") == "c!"


async def test_a_caller_who_goes_away_leaves_his_item_to_be_written() -> None:
    """What was brought is kept, and the others hear of theirs."""
    disk = Disk()
    into = batches(disk)
    gone, stays = (asyncio.create_task(arrives(into, item)) for item in ("gone", "stays"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    gone.cancel()
    assert await stays == "stays!"
    assert "stays" in disk.batches[-1]
