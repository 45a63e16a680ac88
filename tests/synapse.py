"""A real Matrix homeserver for the tests: Synapse from its wheel, in an environment that the Makefile makes.

It runs in a process of its own, so tests ask it directly and without waiting for the loop. `Person` is
somebody with a client that is not ours: bare requests of the Client-Server API.
"""

import hashlib
import hmac
import http.client
import json
import os
import socket
import subprocess
import tempfile
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

PYTHON = Path(__file__).parents[1] / ".venv-synapse" / "bin" / "python"
NAME = "t.test"
_SECRET = "for registering"
_V3 = "/_matrix/client/v3"
_numbers = count(1)
_FAST = {"per_second": 9999, "burst_count": 9999}
_LIMITS = {
    **{f"rc_{name}": _FAST for name in ("message", "registration", "joins_per_room", "room_creation")},
    "rc_admin_redaction": _FAST,
    "rc_login": dict.fromkeys(("address", "account", "failed_attempts"), _FAST),
    "rc_joins": {"local": _FAST, "remote": _FAST},
    "rc_invites": dict.fromkeys(("per_room", "per_user", "per_issuer"), _FAST),
}


@dataclass
class Synapse:
    """A running homeserver. `url` has no path."""

    port: int
    _connection: http.client.HTTPConnection | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """Where clients ask."""
        return f"http://127.0.0.1:{self.port}"

    def ask(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        token: str = "",
        *,
        fails: bool = False,
    ) -> dict[str, Any]:
        """The answer to a request; an error is one of the test, unless it `fails` as wanted."""
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Content-Type": "application/json"} | (
            {"Authorization": f"Bearer {token}"} if token else {}
        )
        try:
            self._connection.request(method, path, json.dumps(body if body is not None else {}), headers)
            answer = self._connection.getresponse()
            told = json.loads(answer.read())
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        assert fails or answer.status < 400, (method, path.split("?", maxsplit=1)[0], answer.status, told)
        return dict(told)

    def close(self) -> None:
        """End the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def register(self, name: str = "", *, admin: bool = False) -> "Person":
        """A new account, logged in on a device; of an `admin` of the homeserver where wanted."""
        name, password = name or f"person{os.getpid()}x{next(_numbers)}", "a pass word"
        nonce = self.ask("GET", "/_synapse/admin/v1/register")["nonce"]
        signed = f"{nonce}\0{name}\0{password}\0{'' if admin else 'not'}admin".encode()
        made = self.ask(
            "POST",
            "/_synapse/admin/v1/register",
            {
                "nonce": nonce,
                "username": name,
                "password": password,
                "admin": admin,
                "mac": hmac.new(_SECRET.encode(), signed, hashlib.sha1).hexdigest(),
            },
        )
        return Person(self, made["user_id"], password, made["access_token"])

    def lift(self, admin: "Person", user: str, *, lifted: bool = True) -> None:
        """Take the limits off a user, or put the usual ones back, as docs/operating.md has it."""
        path = f"/_synapse/admin/v1/users/{quote(user)}/override_ratelimit"
        body = {"messages_per_second": 0, "burst_count": 0}
        self.ask("POST" if lifted else "DELETE", path, body, admin.token)


@dataclass
class Person:
    """An account, and a client for it that enciphers nothing."""

    server: Synapse
    user: str
    password: str = field(repr=False)
    token: str = field(repr=False)

    def ask(
        self, method: str, path: str, body: dict[str, Any] | None = None, *, fails: bool = False
    ) -> dict[str, Any]:
        """As this person."""
        return self.server.ask(method, f"{_V3}{path}", body, self.token, fails=fails)

    def room(self, *invited: str, direct: bool = True, version: str = "", encrypted: bool = False) -> str:
        """A new private room; whoever is invited into a direct one has the same power."""
        preset = "trusted_private_chat" if direct else "private_chat"
        wanted: dict[str, Any] = {"preset": preset, "invite": list(invited), "is_direct": direct}
        if version:
            wanted["room_version"] = version
        if encrypted:
            content = {"algorithm": "m.megolm.v1.aes-sha2"}
            wanted["initial_state"] = [{"type": "m.room.encryption", "state_key": "", "content": content}]
        return str(self.ask("POST", "/createRoom", wanted)["room_id"])

    def joins(self, room: str) -> None:
        """Enter."""
        self.ask("POST", f"/join/{quote(room)}")

    def puts(self, room: str, kind: str, content: dict[str, Any]) -> str:
        """Send an event; its id."""
        path = f"/rooms/{quote(room)}/send/{kind}/{time.time_ns()}x{next(_numbers)}"
        return str(self.ask("PUT", path, content)["event_id"])

    def says(self, room: str, text: str, *, to: str = "") -> str:
        """Write a line, `to` an earlier event where it answers one."""
        content: dict[str, Any] = {"msgtype": "m.text", "body": text}
        if to:
            content["m.relates_to"] = {"m.in_reply_to": {"event_id": to}}
        return self.puts(room, "m.room.message", content)

    def reacts(self, room: str, event: str, key: str) -> str:
        """Set a reaction below an event."""
        relation = {"rel_type": "m.annotation", "event_id": event, "key": key}
        return self.puts(room, "m.reaction", {"m.relates_to": relation})

    def redacts(self, room: str, event: str) -> None:
        """Take an event's content away."""
        self.ask("PUT", f"/rooms/{quote(room)}/redact/{quote(event)}/{time.time_ns()}", {})

    def puts_out(self, room: str, user: str) -> None:
        """Kick somebody."""
        self.ask("POST", f"/rooms/{quote(room)}/kick", {"user_id": user})

    def events(self, room: str, since: str = "") -> list[dict[str, Any]]:
        """What happened in the room after the event `since`, oldest first."""
        found: list[dict[str, Any]] = []
        token = ""
        while True:
            path = f"/rooms/{quote(room)}/messages?dir=b&limit=200" + (
                f"&from={quote(token)}" if token else ""
            )
            answer = self.ask("GET", path)
            for event in answer["chunk"]:
                if event["event_id"] == since:
                    return found[::-1]
                found.append(event)
            token = answer.get("end", "")
            if not token or not answer["chunk"]:
                return found[::-1]


@contextmanager
def a_synapse(**more: Any) -> Iterator[Synapse]:
    """A homeserver with everything in memory and without limits but those in `more`; gone afterwards."""
    assert PYTHON.exists(), "there is no Synapse to test with: `make .venv-synapse/.done`"
    with tempfile.TemporaryDirectory(prefix="vigil-synapse-") as name, socket.socket() as free:
        folder = Path(name)
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        resources = [{"names": ["client"]}]
        listener = {"port": port, "bind_addresses": ["127.0.0.1"], "type": "http", "tls": False}
        settings = {
            "server_name": NAME,
            "listeners": [{**listener, "resources": resources}],
            "database": {"name": "sqlite3", "args": {"database": ":memory:"}},
            "registration_shared_secret": _SECRET,
            "macaroon_secret_key": "m",
            "report_stats": False,
            "trusted_key_servers": [],
            "signing_key_path": str(folder / "key"),
            "media_store_path": str(folder / "media"),
            "pid_file": str(folder / "pid"),
            "bcrypt_rounds": 4,
            "presence": {"enabled": False},
            **_LIMITS,
            **more,
        }
        # As `--generate-keys` would, without starting Python for it.
        (folder / "key").write_text(f"ed25519 a_test {b64encode(os.urandom(32)).decode().rstrip('=')}\n")
        (folder / "settings.yaml").write_text(json.dumps(settings))  # JSON is YAML
        words = [str(PYTHON), "-m", "synapse.app.homeserver", "-c", str(folder / "settings.yaml")]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(words, cwd=folder, stdout=log, stderr=log)  # noqa: S603 - our own words
        server = Synapse(port)
        try:
            _until_healthy(server, process, folder / "log")
            yield server
        finally:
            server.close()
            process.kill()
            process.wait()


def _until_healthy(server: Synapse, process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(600):
        assert process.poll() is None, log.read_text()[-4000:]
        try:
            with socket.create_connection(("127.0.0.1", server.port), 1):
                server.ask("GET", "/_matrix/client/versions")
                return
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
    raise AssertionError(log.read_text()[-4000:])
