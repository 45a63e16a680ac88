"""`vigil check` asks the homeserver of every account on Matrix, and compares our clock with each once."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.checks.everything import check_everything
from bot.checks.finding import Grade
from bot.config import Config, MatrixConfig
from storage.database import now_utc
from tests.synapse import Synapse


@pytest.fixture
def config(tmp_path: Path, synapse: Synapse) -> Config:
    """Two accounts on one homeserver."""
    first, second = (synapse.register() for _ in range(2))
    made = [
        MatrixConfig(synapse.url, one.user, password=one.password, store=tmp_path / one.user[1:])
        for one in (first, second)
    ]
    return Config(
        database=f"sqlite:///{tmp_path / 'vigil.db'}",
        key_file=tmp_path / "vigil.key",
        matrix=replace(made[0], more=(made[1],)),
    )


async def test_every_account_is_asked(config: Config) -> None:
    """By its own password; one that is wrong is told by its name, and the other is well."""
    assert config.matrix is not None
    (second,) = config.matrix.more
    found = {one.what: one for one in await check_everything(config, now_utc)}
    assert found["matrix"].grade is found[f"matrix {second.user}"].grade is Grade.FINE
    assert "the password is right" in found["matrix"].state
    assert found["clock"].state == "agrees with 1 server", "both accounts are on the same"
    wrong = replace(config, matrix=replace(config.matrix, more=(replace(second, password="no"),)))
    found = {one.what: one for one in await check_everything(wrong, now_utc)}
    assert found["matrix"].grade is Grade.FINE
    assert found[f"matrix {second.user}"].grade is Grade.WRONG
    assert "M_FORBIDDEN" in found[f"matrix {second.user}"].state
