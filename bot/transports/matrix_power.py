"""Notices where urgent calls can mention everybody (@room), and tells a room's managers when they cannot."""

from collections.abc import Callable

from bot.transports.matrix_rooms import Rooms
from bot.transports.matrix_server import Homeserver

_NOTE = "calls"


class Power:
    """`told` (room, its managers) is called once, until the bot had the power and lost it again."""

    def __init__(
        self, server: Homeserver, rooms: Rooms, told: Callable[[str, tuple[str, ...]], None]
    ) -> None:
        self._server = server
        self._rooms = rooms
        self._told = told

    def look(self, room: str) -> None:
        """The room's levels may be others than before."""
        if self._rooms.is_direct(room):
            return
        known = self._server.notes.note(_NOTE, room)
        if self._rooms.may_call_all(room):
            if known != {"may": True}:
                self._server.notes.keep_note(_NOTE, room, {"may": True})
        elif known == {"may": True}:
            self._tell(room)

    def wanted(self, room: str) -> None:
        """An urgent call could not mention everybody there."""
        if self._server.notes.note(_NOTE, room) != {"may": False}:
            self._tell(room)

    def _tell(self, room: str) -> None:
        self._server.notes.keep_note(_NOTE, room, {"may": False})
        self._told(room, self._rooms.managers(room))
