"""Tells the service manager how the service fares: sd_notify(3), a few words over a datagram socket.

Silent where nobody listens, so that the program runs the same under systemd, in a container and by hand.
"""

import os
import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

_LONGEST_STATUS = 200


@dataclass(frozen=True, slots=True)
class Manager:
    """The service manager. `watchdog` is how many seconds it bears our silence; None: for ever."""

    address: str = ""
    watchdog: float | None = None

    @classmethod
    def of(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Who started us, by the environment: NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID."""
        address = environ.get("NOTIFY_SOCKET", "")
        if not address.startswith(("/", "@")):
            return cls()  # nobody, or a kind of socket (vsock) that is only for virtual machines
        microseconds = environ.get("WATCHDOG_USEC", "")
        # sd_watchdog_enabled(3): a watchdog for another process is none for us.
        ours = environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        if not (ours and microseconds.isascii() and microseconds.isdigit() and int(microseconds)):
            return cls(address)
        return cls(address, int(microseconds) / 1e6)

    def ready(self) -> None:
        """The service has begun its work."""
        self._tell("READY=1")

    def alive(self) -> None:
        """Everything that should move does: the watchdog is fed."""
        self._tell("WATCHDOG=1")

    def status(self, status: str) -> None:
        """One line for people, as `systemctl status` shows it."""
        self._tell(_status(status))

    def stopping(self) -> None:
        """The service ends by itself or as it was asked to."""
        self._tell("STOPPING=1", "STATUS=stopping")

    def _tell(self, *lines: str) -> None:
        if not self.address:
            return
        # A leading "@" stands for the zero byte of the abstract namespace (unix(7)).
        address = f"\0{self.address[1:]}" if self.address.startswith("@") else self.address
        # Lost words do no harm, waiting would: a manager that is gone, or too busy, is passed over.
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.setblocking(False)
            sender.sendto("\n".join(lines).encode(), address)


def _status(text: str) -> str:
    return "STATUS=" + " ".join(text.split())[:_LONGEST_STATUS]
