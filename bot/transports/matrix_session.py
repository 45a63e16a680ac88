"""Keeps one account's session in the store folder: device, token, and how far the room's news were handled.

Transaction ids and encryption keys belong to a device, so the device outlives the program: it is never logged
out. The token is sealed with Vigil's key; the keys of the encryption are nio's own file beside it.
"""

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from storage.vault import Sealer, WrongKey

_PURPOSE = "matrix session"


class AccountRefusedError(Exception):
    """The homeserver does not take the password or the token of the configuration."""


@dataclass(frozen=True, slots=True)
class Session:
    """A device that is logged in."""

    user: str
    device: str
    token: str = field(repr=False)


class Store:
    """The folder: made when first needed, readable by its owner alone."""

    def __init__(self, folder: Path, vault: Sealer) -> None:
        self.folder = folder
        self._vault = vault
        self._session = folder / "session"
        self._next = folder / "session.next"
        self._since = folder / "since"

    @property
    def pickle_key(self) -> str:
        """What nio enciphers its keys with: derived from Vigil's, so that a copied folder opens nothing."""
        return self._vault.mark("matrix store")

    def prepare(self) -> None:
        """Make the folder. Raises OSError where that cannot be done."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder.chmod(0o700)

    def session(self) -> Session | None:
        """The session that was kept; None where there is none, or Vigil's key is another one.

        One that waits for a key that is ours by now takes its place.
        """
        for path in (self._session, self._next):
            with suppress(OSError, ValueError, TypeError, WrongKey):
                found = Session(**json.loads(self._vault.open(path.read_bytes(), _PURPOSE)))
                if path is self._next:
                    path.replace(self._session)
                return found
        return None

    def keep_next(self, session: Session) -> None:
        """Remember the session for when this vault's key is Vigil's; until then the one before stays."""
        self._write(self._next, self._sealed(session))

    def keep(self, session: Session) -> None:
        """Remember the session."""
        self._write(self._session, self._sealed(session))

    def _sealed(self, session: Session) -> bytes:
        return self._vault.seal(json.dumps(asdict(session)), _PURPOSE)

    def since(self, session: Session) -> str:
        """The sync token up to which everything was handled on this device; "" at the first start."""
        with suppress(OSError, ValueError):
            device, _, token = self._since.read_text(encoding="utf-8").partition(" ")
            if device == session.device:
                return token
        return ""

    def keep_since(self, session: Session, token: str) -> None:
        """Remember that everything up to the token was handled."""
        self._write(self._since, f"{session.device} {token}".encode())

    def _write(self, path: Path, content: bytes) -> None:
        """Whole or not at all."""
        draft = path.with_name(f"{path.name}.new")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
