"""An account on Matrix among several nodes: its folder goes with the lock, and no other one is begun.

`make test-cluster` runs it, with a real Synapse.
"""

import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from storage.database import now_utc
from storage.people import Route
from tests.feeds import Site
from tests.flow.conftest import TOLD
from tests.flow.federation import Federation
from tests.flow.test_cluster_failures import TAKEOVER, ordinary, publish, until
from tests.postgres import PostgresServer, a_postgres_server
from tests.synapse import Person, Synapse

pytestmark = pytest.mark.cluster


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """A server of this test's own."""
    with a_postgres_server() as made:
        yield made


@pytest.fixture
def account(synapse: Synapse) -> Person:
    """The bot's."""
    return synapse.register()


@pytest.fixture
async def federation(
    tmp_path: Path, site: Site, synapse: Synapse, server: PostgresServer, account: Person
) -> AsyncIterator[Federation]:
    """Three nodes; two of them reach the same folder, the third has one of its own."""
    name = f"matrix_{time.monotonic_ns()}"
    server.make(name, like="template1")
    more = f"""
[matrix]
homeserver = "{synapse.url}"
user = "{account.user}"
password = "{account.password}"
store = "{tmp_path / "shared"}"
"""
    made = Federation(tmp_path, 3, ordinary(site), database=server.url(name), more=more)
    file = made.nodes[2].folder / "config.toml"
    file.write_text(file.read_text().replace(str(tmp_path / "shared"), "a-folder-of-its-own"))
    yield made
    await made.end()
    server.drop(name)


def devices_of(person: Person) -> set[str]:
    """Where the account is logged in."""
    return {one["device_id"] for one in person.ask("GET", "/devices")["devices"]}


async def test_the_folder_goes_with_the_lock_and_no_other_one_is_begun(
    federation: Federation,
    site: Site,
    synapse: Synapse,
    account: Person,
    record_property: Callable[..., None],
) -> None:
    """Killed, it is replaced by the node that reaches its folder, as the same device; others wait."""
    one, two, three = federation.nodes
    person = synapse.register()
    room = person.room(account.user)
    account.joins(room)
    with one.database() as database, database.write() as work:
        work.routes.add(work.recipients.ensure("matrix", room, "en", now_utc()).id, Route())

    def told(words: str) -> int:
        return sum(words in one["content"].get("body", "") for one in person.events(room))

    await one.serve()
    await until(lambda: federation.holder("matrix") is one)
    await two.serve()
    publish(site, federation, 0)
    await until(lambda: told("Nine North Korean"))
    devices = devices_of(account)
    await one.kill()
    publish(site, federation, 1)
    took = await until(lambda: federation.holder("matrix") is two, TAKEOVER)
    await until(lambda: told("Four Eritrean"))
    record_property(TOLD, f"an account on Matrix is held by another node after {took:.1f} s (reach 15)")
    assert devices_of(account) == devices, "the same device, so that everybody's keys still fit"
    await three.serve()
    await two.kill()
    publish(site, federation, 2)
    await until(lambda: "account.not_taken" in three.log())
    assert "is not the folder in which matrix was used last" in three.log()
    assert not told("Twelve Uyghur")
    await one.serve()
    await until(lambda: told("Twelve Uyghur"))
    assert devices_of(account) == devices
