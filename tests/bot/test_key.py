"""The key is had from a file, from the configuration, or from a command; and from nowhere by accident."""

import stat
import sys
from datetime import date
from pathlib import Path

import pytest

from bot.config import Config, ConfigError, load
from bot.installation import open_database
from bot.key import coming, may_be, place, prepared, put_in_place, secret_of, written
from storage.database import Unusable
from storage.vault import read_or_make_key

SECRET = b"k" * 32


def printing(text: str, code: int = 0) -> tuple[str, ...]:
    """A command that prints something and ends."""
    return (sys.executable, "-c", f"import sys; print({text!r}); sys.exit({code})")


def test_a_key_in_the_environment_makes_no_file(tmp_path: Path) -> None:
    """It is read like any other secret, opens the database, and is not in what may be logged."""
    file = tmp_path / "config.toml"
    file.write_text('[vigil]\nkey = "env:VIGIL_KEY"\n', encoding="utf-8")
    config = load(file, {"VIGIL_KEY": written(SECRET)})
    assert secret_of(config) == SECRET
    assert written(SECRET) in config.secrets
    assert written(SECRET) not in repr(config).replace(repr(config.secrets), "")
    open_database(config).close()
    assert [path.name for path in tmp_path.glob("*key*")] == []
    assert place(config) == "`key`"


def test_a_command_prints_the_key(tmp_path: Path) -> None:
    """Whatever stands around it in white space."""
    config = Config(
        database=f"sqlite:///{tmp_path / 'vigil.db'}", key_command=printing(f"  {written(SECRET)}\n")
    )
    assert secret_of(config) == SECRET
    open_database(config).close()
    assert [one.trace("a") for one in may_be(config)]


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (printing("no key"), "is not base64"),
        (printing(written(SECRET), 3), "ended with 3"),
        (("/nowhere/at/all",), "cannot be run"),
    ],
)
def test_a_command_that_prints_no_key_is_told(command: tuple[str, ...], said: str) -> None:
    """With what to do, and without what it printed."""
    with pytest.raises(Unusable, match=said) as raised:
        secret_of(Config(key_command=command))
    assert written(SECRET) not in str(raised.value)
    assert list(may_be(Config(key_command=command))) == []


def test_a_command_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """A prompt for a password that nobody sees must not hold the service up for ever."""
    monkeypatch.setattr("bot.key._PATIENCE", 0.2)
    with pytest.raises(Unusable, match="said nothing within"):
        secret_of(Config(key_command=(sys.executable, "-c", "import time; time.sleep(60)")))


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ('key = "short"', "vigil.key: cannot be used"),
        ('key_command = ["cat", 1]', "vigil.key_command: holds something else than strings"),
        ('key_file = "a"\nkey_command = ["cat", "b"]', "vigil.key_command: stands beside key_file"),
        (f'key = "{written(SECRET)}"\nkey_command = ["cat", "b"]', "vigil.key_command: stands beside key"),
    ],
)
def test_a_key_that_cannot_be_had_is_a_fault_of_the_configuration(
    tmp_path: Path, lines: str, fault: str
) -> None:
    """All at once with the others, and no part of a key in it."""
    file = tmp_path / "config.toml"
    file.write_text(f"[vigil]\n{lines}\n", encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        load(file, {})
    (told,) = raised.value.faults
    assert fault in told
    assert written(SECRET) not in told


def test_the_next_key_is_for_whoever_read_the_one_before(tmp_path: Path) -> None:
    """Its mode, its place behind a link; and without a next one nothing is moved."""
    real = tmp_path / "secrets" / "vigil.key"
    real.parent.mkdir()
    old = read_or_make_key(real)
    real.chmod(0o640)
    link = tmp_path / "vigil.key"
    link.symlink_to(real)
    with pytest.raises(OSError, match="No such file"):
        put_in_place(link, date(2026, 11, 30))
    assert [path.name for path in real.parent.iterdir()] == ["vigil.key"]
    new = prepared(link)
    assert prepared(link) == new, "one that was begun is taken up"
    assert coming(link) == real.with_name("vigil.key.new")
    kept = put_in_place(link, date(2026, 11, 30))
    assert kept == real.with_name("vigil.key.until-2026-11-30")
    assert (read_or_make_key(kept), read_or_make_key(link)) == (old, new)
    assert {stat.S_IMODE(path.stat().st_mode) for path in (real, kept)} == {0o640}
    assert link.is_symlink()
    prepared(link)
    assert put_in_place(link, date(2026, 11, 30)).name == "vigil.key.until-2026-11-30-2"
