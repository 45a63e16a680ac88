"""Fixtures that every test may use."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from storage.database import Database
from storage.vault import Vault

# Speed is never tested. Continuous integration draws the same examples each time, so that a red run
# can be repeated; elsewhere every run draws new ones.
settings.register_profile("everywhere", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "everywhere")


@pytest.fixture
def vault() -> Vault:
    """A vault with a key of its own."""
    return Vault.from_secret(bytes(range(32)))


@pytest.fixture
def database(tmp_path: Path, vault: Vault) -> Iterator[Database]:
    """An empty database in a file, as an operator would have it."""
    made = Database(f"sqlite:///{tmp_path / 'vigil.db'}", vault)
    made.prepare()
    yield made
    made.close()
