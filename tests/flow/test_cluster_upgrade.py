"""Another version, node by node: old and new programs at work on one database, across a migration.

`make test-cluster` runs it. The new program is ours with one step more: a column that it must have and fills.
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from storage.migrate import newest_revision
from tests.emulators.telegram import TelegramEmulator
from tests.feeds import Site
from tests.flow.conftest import TOLD
from tests.flow.federation import Federation
from tests.flow.program import ROOT
from tests.flow.test_cluster_failures import (
    in_the_middle,
    judge,
    ordinary,
    publish,
    settled,
    subscribe,
    until,
)
from tests.postgres import PostgresServer, a_postgres_server

pytestmark = pytest.mark.cluster

NEXT = "9999"
_STEP = f'''"""A step that only adds: what a program of before leaves out is filled for it."""

import sqlalchemy as sa
from alembic import op

revision = "{NEXT}"
down_revision = "{newest_revision()}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What this version adds."""
    weight = sa.Column("weight", sa.Integer(), nullable=False, server_default="1")
    op.add_column("deliveries", weight)


def downgrade() -> None:
    """The way back."""
    op.drop_column("deliveries", "weight")
'''
_KNOWN = '    Column("seen", Integer, nullable=False, server_default="0"),\n    UniqueConstraint("alert_id"'
_WEIGHT = '    Column("weight", Integer, nullable=False, server_default="1"),\n'
_ARRIVED = "        state=DeliveryState.SENT,\n        reference="


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """A server of this test's own."""
    with a_postgres_server() as made:
        yield made


@pytest.fixture
def next_version(tmp_path: Path) -> Path:
    """The tree of the next version: it writes 2 where a message has arrived."""
    tree = tmp_path / "next"
    tree.mkdir()
    for package in ("bot", "jobs"):
        (tree / package).symlink_to(ROOT / package)
    shutil.copytree(ROOT / "storage", tree / "storage", ignore=shutil.ignore_patterns("__pycache__"))
    (tree / "storage" / "migrations" / "versions" / f"{NEXT}_next.py").write_text(_STEP, encoding="utf-8")
    for name, before, after in (
        ("tables/log.py", _KNOWN, _WEIGHT + _KNOWN),
        ("attempts.py", _ARRIVED, f"        weight=2,\n{_ARRIVED}"),
    ):
        file = tree / "storage" / name
        text = file.read_text(encoding="utf-8")
        assert text.count(before) == 1, name
        file.write_text(text.replace(before, after), encoding="utf-8")
    return tree


async def test_nodes_are_exchanged_one_by_one_across_a_migration(
    tmp_path: Path,
    site: Site,
    telegram: TelegramEmulator,
    server: PostgresServer,
    next_version: Path,
    record_property: Callable[..., None],
) -> None:
    """Each call reaches everybody once, whichever are at work; an old one may start on new tables."""
    server.make("upgrade", like="template1")
    given = {"database": server.url("upgrade"), "api_url": telegram.api_url, "token": telegram.token}
    federation = Federation(tmp_path, 3, ordinary(site), **given)
    subscribe(federation, telegram)
    first, second, third = federation.nodes

    async def reaches_all(number: int) -> None:
        publish(site, federation, number)
        await until(lambda: settled(federation, number + 1), 90, first.log)

    try:
        await in_the_middle(federation, site, telegram)
        for node in federation.nodes:
            node.tree, node.afresh = next_version, True  # those that run are of before
        code, out, err = await first.run("migrate")
        assert code == 0, out + err
        await until(lambda: settled(federation, 1), 90)
        await reaches_all(1)
        await first.stop()
        await first.serve()
        await reaches_all(2)
        second.tree = ROOT
        await second.kill()
        await second.serve()  # an old one again, in the middle of it
        assert "database.newer" in second.log()
        await reaches_all(3)
        for node in (second, third):
            node.tree = next_version
            await node.stop()
            await node.serve()
        await until(lambda: federation.holder("telegram"))
        await reaches_all(4)
        weights = _weights(server)
    finally:
        await federation.end()
    doubles, uncertain = judge(federation, telegram, 5)
    told = f"nodes exchanged one by one: 5 calls, none missed, {doubles} doubled, {uncertain} uncertain"
    record_property(TOLD, told)
    assert not any("Traceback" in node.log() for node in federation.nodes)
    assert set(weights) == {1, 2}, "rows of both programs stand side by side"
    assert weights[1] >= 30, "what the old ones sent"


def _weights(server: PostgresServer) -> dict[int, int]:
    """How many messages the old and the new program have sent."""
    engine = sa.create_engine(server.url("upgrade").replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        question = "SELECT weight, count(*) FROM deliveries WHERE state = 'sent' GROUP BY weight"
        found = dict(map(tuple, connection.exec_driver_sql(question).all()))
    engine.dispose()
    return found
