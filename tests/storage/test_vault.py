"""What a seized database reveals without the key: nothing."""

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.vault import Vault, WrongKey, parse_key, read_or_make_key

VAULT = Vault.from_secret(bytes(range(32)))
OTHER = Vault.from_secret(bytes(32))


@given(st.text(max_size=300))
def test_what_is_sealed_comes_back_with_the_key(text: str) -> None:
    """Any text in any script returns exactly as it was."""
    assert VAULT.open(VAULT.seal(text, "address"), "address") == text


def test_another_key_opens_nothing() -> None:
    """A copy of the database without its key is of no use."""
    sealed = VAULT.seal("123456", "address")
    with pytest.raises(WrongKey):
        OTHER.open(sealed, "address")


def test_a_sealed_text_cannot_be_moved_to_another_column() -> None:
    """The purpose is part of the seal."""
    with pytest.raises(WrongKey):
        VAULT.open(VAULT.seal("123456", "address"), "words")


def test_what_was_sealed_in_another_form_is_not_guessed_at() -> None:
    """A text of a future version, or a broken one, opens with an error and never as something else."""
    sealed = VAULT.seal("123456", "address")
    for broken in (b"", b"\xff" + sealed[1:], sealed[:-1], sealed[:5]):
        with pytest.raises(WrongKey):
            VAULT.open(broken, "address")


def test_a_key_of_another_length_makes_no_vault() -> None:
    """A short key would be a weak one."""
    for length in (0, 16, 31, 33):
        with pytest.raises(ValueError, match="32 bytes"):
            Vault.from_secret(bytes(length))


def test_the_same_address_is_sealed_differently_each_time_and_at_the_same_length() -> None:
    """Neither equality nor length tells two chats apart."""
    short, long = VAULT.seal("1", "address"), VAULT.seal("-1001234567890/42", "address")
    assert len(short) == len(long)
    assert VAULT.seal("1", "address") != short


def test_the_trace_depends_on_the_key() -> None:
    """Without the key nobody can try all chat ids against the hashes."""
    assert VAULT.trace("recipient", "telegram", "1") == VAULT.trace("recipient", "telegram", "1")
    assert VAULT.trace("recipient", "telegram", "1") != OTHER.trace("recipient", "telegram", "1")


def test_the_first_run_makes_a_key_only_its_owner_can_read(tmp_path: Path) -> None:
    """The key is made once, mode 0600, and read ever after."""
    path = tmp_path / "vigil.key"
    secret = read_or_make_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_or_make_key(path) == secret


def test_a_broken_key_file_is_refused_not_replaced() -> None:
    """A new key would lose every subscriber without a word."""
    with pytest.raises(ValueError, match="base64"):
        parse_key("not a key!")
    with pytest.raises(ValueError, match="32 bytes"):
        parse_key("c2hvcnQ=")
