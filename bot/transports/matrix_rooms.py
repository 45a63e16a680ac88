"""What is known of the rooms: who is in them, who may manage them, and by what address they are known."""

from collections.abc import Iterable
from typing import Any

from nio import MatrixRoom, RoomCreateEvent

from bot.transports.matrix_outcome import NoRoom
from bot.transports.matrix_server import Homeserver
from bot.transports.matrix_upgrades import creators, has_creators

_MANAGERS = 10
"""So many are called by name at most."""


class Rooms:
    """The rooms of one account.

    **Address**: a room is known by its id; a direct one with an admin of the configuration by the admin's
    name, so that notices find them, in a room that is made where there is none.
    """

    def __init__(self, server: Homeserver, admins: Iterable[str]) -> None:
        self._server = server
        self._admins = frozenset(admins)
        self._creators: dict[str, frozenset[str]] = {}
        self._made: dict[str, str] = {}
        """Rooms that were made for somebody and are not in a sync yet."""

    def learn(self, room: str, events: Iterable[Any]) -> None:
        """Note who made the room."""
        for event in events:
            if isinstance(event, RoomCreateEvent):
                self._creators[room] = creators(event.source) if has_creators(event.source) else frozenset()

    def is_direct(self, room: str) -> bool:
        """Whether the bot is alone with one person."""
        return len(self._of(room).users) <= 2

    def is_encrypted(self, room: str) -> bool:
        """Whether what is said there has to be enciphered."""
        return bool(self._of(room).encrypted)

    def is_deserted(self, room: str) -> bool:
        """Whether nobody else is there, nor invited."""
        return set(self._of(room).users) <= {self._server.user}

    def address(self, room: str) -> str:
        """By what the room is known to the rest of the program."""
        others = set(self._of(room).users) - {self._server.user}
        return next(iter(others)) if len(others) == 1 and others <= self._admins else room

    def alone_with(self, user: str) -> str:
        """By what the one direct room with somebody is known; "" where there is none, or several."""
        if user in self._admins:
            return user
        both = {user, self._server.user}
        found = [name for name, room in self._server.rooms.items() if set(room.users) == both]
        return found[0] if len(found) == 1 else ""

    async def room(self, address: str) -> str:
        """The room that an address means. Raises NoRoom, or what the homeserver refuses."""
        if not address.startswith("@"):
            return address
        both = {address, self._server.user}
        found = [name for name, room in self._server.rooms.items() if set(room.users) == both]
        if found:
            # Rather one that the person has entered.
            return max(found, key=lambda name: not self._of(name).users[address].invited)
        if address not in self._admins:
            raise NoRoom
        if address not in self._made:
            self._made[address] = await self._server.make_direct(address)
        return self._made[address]

    def may_manage(self, room: str, user: str) -> bool:
        """Whether the user may change what the room receives."""
        levels = self._of(room).power_levels
        return self._is_creator(room, user) or levels.get_user_level(user) >= levels.defaults.state_default

    def may_call_all(self, room: str) -> bool:
        """Whether the bot may mention everybody in the room (`notifications.room`)."""
        levels = self._of(room).power_levels
        needed = levels.get_notification_required_level("room")
        me = self._server.user
        return self._is_creator(room, me) or levels.get_user_level(me) >= needed

    def managers(self, room: str) -> tuple[str, ...]:
        """Who may change what the room receives, a few of them; not the bot."""
        users = (user for user in self._of(room).users if user != self._server.user)
        return tuple(sorted(user for user in users if self.may_manage(room, user)))[:_MANAGERS]

    def own_name(self, room: str) -> str:
        """How the bot is called in the room."""
        return str(self._of(room).user_name(self._server.user) or self._server.user)

    def _is_creator(self, room: str, user: str) -> bool:
        return user in self._creators.get(room, frozenset())

    def _of(self, room: str) -> MatrixRoom:
        try:
            return self._server.rooms[room]
        except KeyError:
            raise NoRoom from None
