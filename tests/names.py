"""Hosts with names of their own on loopback: "www.ngo.example" and all others that end so (RFC 2606)."""

import socket
from typing import Any

import pytest


def on_loopback(monkeypatch: pytest.MonkeyPatch, *others: str) -> None:
    """From now on every name under "example" leads to 127.0.0.1, and so do these others."""
    real = socket.getaddrinfo

    def resolved(host: Any, *given: Any, **named: Any) -> Any:
        ours = isinstance(host, str) and (host.endswith(".example") or host in others)
        return real("127.0.0.1" if ours else host, *given, **named)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
