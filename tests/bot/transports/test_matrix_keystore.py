"""The sealed store of Matrix's keys, by itself: what it keeps, and what it takes over from nio's."""

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from nio.crypto import OlmAccount, OlmDevice, OutboundGroupSession, TrustState
from nio.crypto.sessions import InboundGroupSession
from nio.store import DefaultStore

from bot.transports.matrix_keystore import LOOK_BACK, SealedStore
from storage.clock import now_utc
from storage.vault import WrongKey

USER, DEVICE, KEY = "@vigil:t.test", "DEVICE", "a passphrase"


def filled(store: SealedStore | DefaultStore) -> tuple[OlmAccount, InboundGroupSession, OlmDevice]:
    """An account, what opens a room's messages, and somebody's device, each kept in the store."""
    account = OlmAccount()
    account.shared = True
    store.save_account(account)
    outbound = OutboundGroupSession()
    session = InboundGroupSession(outbound.session_key, "signer", "sender", "!room:t.test")
    store.save_inbound_group_session(session)
    device = OlmDevice("@a:t.test", "THEIRS", {"ed25519": "e", "curve25519": "c"}, "A's phone")
    store.save_device_keys({"@a:t.test": {"THEIRS": device}})
    store.ignore_devices([device])
    store.save_encrypted_rooms({"!room:t.test"})
    return account, session, device


def holds(store: SealedStore, kept: tuple[OlmAccount, InboundGroupSession, OlmDevice]) -> None:
    """All of it is there."""
    account, session, device = kept
    found = store.load_account()
    assert found is not None
    assert (found.identity_keys, found.shared) == (account.identity_keys, True)
    assert store.load_inbound_group_sessions().get("!room:t.test", "sender", session.id) is not None
    (known,) = store.load_device_keys()
    assert known == device
    assert known.trust_state is TrustState.ignored
    assert store.load_encrypted_rooms() == {"!room:t.test"}


def test_what_is_kept_is_there_again(tmp_path: Path) -> None:
    """For the same device and passphrase, and for no other."""
    store = SealedStore(USER, DEVICE, str(tmp_path), KEY)
    kept = filled(store)
    store.close()
    holds(again := SealedStore(USER, DEVICE, str(tmp_path), KEY), kept)
    again.close()
    assert SealedStore(USER, "ANOTHER", str(tmp_path), KEY).load_account() is None


def test_what_opens_old_messages_goes(tmp_path: Path) -> None:
    """Each start of the bot gives every room a new key: they must not pile up for ever."""
    store = SealedStore(USER, DEVICE, str(tmp_path), KEY)
    _, session, _ = filled(store)
    with time_machine.travel(now_utc() + LOOK_BACK + timedelta(days=1), tick=False):
        assert store.load_inbound_group_sessions().get("!room:t.test", "sender", session.id) is None
    assert store._file.execute("SELECT count(*) FROM items WHERE kind = 'megolm'").fetchone() == (0,)
    assert store.load_encrypted_rooms() == {"!room:t.test"}


def test_nothing_is_opened_by_another_passphrase(tmp_path: Path) -> None:
    """The rows are none of its own; moved under its name, they do not open."""
    store = SealedStore(USER, DEVICE, str(tmp_path), KEY)
    filled(store)
    sealed = store._file.execute("SELECT body FROM items WHERE kind = 'account'").fetchone()[0]
    store.close()
    (tmp_path / "other").mkdir()
    strange = SealedStore(USER, DEVICE, str(tmp_path / "other"), "another passphrase")
    assert strange.load_account() is None
    strange._file.execute("INSERT INTO items VALUES (?, 'account', 'x', ?)", (strange._owner, sealed))
    with pytest.raises(WrongKey):
        strange.load_account()


def test_what_nio_kept_in_the_clear_is_taken_over_and_goes(tmp_path: Path) -> None:
    """The device stays the same, and the files with names in them are gone."""
    before = DefaultStore(USER, DEVICE, str(tmp_path), KEY)
    kept = filled(before)
    before.database.close()
    assert any("@a:t.test" in path.read_text(errors="replace") for path in tmp_path.iterdir())
    store = SealedStore(USER, DEVICE, str(tmp_path), KEY)
    holds(store, kept)
    store.close()
    assert not any(b"@a:t.test" in path.read_bytes() for path in tmp_path.iterdir())
    assert {path.name for path in tmp_path.iterdir()} == {"keys.db"}
