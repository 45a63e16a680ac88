"""Fixtures that every test may use."""

import gc
import os
import zlib
from collections.abc import Collection, Iterator
from itertools import count
from pathlib import Path
from shutil import copyfile

import pytest
from hypothesis import settings

from storage.database import Database
from storage.vault import Vault
from tests.backends import BACKENDS, Backend, PostgresBackend, SqliteBackend
from tests.plain_log import log_plainly
from tests.postgres import PostgresServer, a_postgres_server
from tests.synapse import Synapse, a_synapse

# Speed is never tested. Continuous integration draws the same examples each time, so that a red run
# can be repeated; elsewhere every run draws new ones.
settings.register_profile("everywhere", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, database=None, max_examples=30)
settings.load_profile("ci" if os.environ.get("CI") else "everywhere")
log_plainly()
# Until everything is collected, next to nothing of what is made is thrown away: looking for it is in vain.
gc.disable()

HERE = Path(__file__).parent
SOME = os.environ.get("VIGIL_SOME_STORIES", "")
"""Set where time is short (.ci/run): then each story is told on one database; its name says on which."""
ONE_IN = {"flow": 4, "bot": 6, "jobs": 4}
"""One in so many on PostgreSQL, the rest on SQLite, by folder; what asks a database itself on both."""
_MIGRATED = "migrated"
_SHARED = "shared"
_EMPTY = "template1"
_numbers = count(1)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what there is no time for, by name, so that it is the same each time."""
    if not SOME:
        return
    names = {one.nodeid for one in items}
    left = {one for one in items if _is_left(one, names)}
    config.hook.pytest_deselected(items=list(left))
    items[:] = [one for one in items if one not in left]


def _is_left(item: pytest.Item, names: Collection[str]) -> bool:
    """Whether the same is told on the other database; what is told on one alone is never left out."""
    one_in = ONE_IN.get(item.path.relative_to(HERE).parts[0], 0)
    ours = next((name for name in ("sqlite", "postgresql") if name in item.name), "")
    other = {"sqlite": "postgresql", "postgresql": "sqlite"}.get(ours, "")
    twin = item.nodeid.replace(ours, other)
    if not (one_in and ours and twin in names):
        return False
    on_postgresql = zlib.crc32(max(item.nodeid, twin, key=len).encode()) % one_in == 0
    return on_postgresql is (ours == "sqlite")


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the collector need not look at it again and again."""
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.fixture
def vault() -> Vault:
    """A vault with a key of its own."""
    return Vault.from_secret(bytes(range(32)))


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A real PostgreSQL, started when a test first asks for it."""
    with a_postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def synapse() -> Iterator[Synapse]:
    """A real Matrix homeserver, started when a test first asks for it."""
    with a_synapse() as server:
        yield server


@pytest.fixture(scope="session")
def migrated(postgres: PostgresServer) -> str:
    """A database with Vigil's tables, to be copied: quicker than making them for each test."""
    postgres.make(_MIGRATED, like=_EMPTY)
    made = Database(postgres.url(_MIGRATED), Vault.from_secret(bytes(range(32))))
    made.prepare()
    made.close()
    return _MIGRATED


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as a file of SQLite."""
    file = tmp_path_factory.mktemp("migrated") / "vigil.db"
    made = Database(f"sqlite:///{file}", Vault.from_secret(bytes(range(32))))
    made.prepare()
    made.close()
    return file


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    """An empty database of each kind: the test runs once on each."""
    # A copy of migrated tables where they are wanted anyway: quicker than making them each time.
    wanted = "database" in request.fixturenames
    if request.param == "sqlite":
        if wanted:
            copyfile(request.getfixturevalue("migrated_file"), tmp_path / "vigil.db")
        yield SqliteBackend(tmp_path)
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name = f"test_{next(_numbers)}"
    server.make(name, like=request.getfixturevalue("migrated") if wanted else _EMPTY)
    yield PostgresBackend(server, name)
    server.drop(name)


@pytest.fixture
def database(backend: Backend, vault: Vault) -> Iterator[Database]:
    """A database of each kind with Vigil's tables: the test runs once on each."""
    made = Database(backend.url, vault)
    made.prepare()
    yield made
    made.close()


@pytest.fixture
def shared(postgres: PostgresServer, migrated: str, vault: Vault) -> Iterator[Database]:
    """A database on a real PostgreSQL, for what there is on that alone."""
    postgres.make(_SHARED, like=migrated)
    made = Database(postgres.url(_SHARED), vault)
    made.prepare()
    yield made
    made.close()
    postgres.drop(_SHARED)


@pytest.fixture
def empty_database(
    backend: Backend, vault: Vault, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Database]:
    """Another database of the same kind as `database`, for what moves from one to the other."""
    server, name = None, f"test_{next(_numbers)}"
    if isinstance(backend, PostgresBackend):
        server = backend.server
        server.make(name, like=request.getfixturevalue("migrated"))
    else:
        copyfile(request.getfixturevalue("migrated_file"), tmp_path / "other.db")
    made = Database(server.url(name) if server else f"sqlite:///{tmp_path / 'other.db'}", vault)
    made.prepare()
    yield made
    made.close()
    if server:
        server.drop(name)
