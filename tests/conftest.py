"""Fixtures that every test may use."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.database import Database
from storage.vault import Vault


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
