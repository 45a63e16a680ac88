"""One request: its parameters, read as the Bot API server reads them, and what it may change."""

import json
import re
from dataclasses import dataclass
from typing import Any

from tests.emulators.telegram.chats import Chat
from tests.emulators.telegram.flood import FloodGate
from tests.emulators.telegram.refusals import bad_request
from tests.emulators.telegram.updates import Updates
from tests.emulators.telegram.webhook import Webhook
from tests.emulators.telegram.world import Access, World


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with the request."""

    name: str
    mime_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Said:
    """What an answer says beside its result, as setWebhook does."""

    result: Any
    description: str


class Call:
    """A method call: its parameters, and the parts of the emulator it acts on."""

    def __init__(
        self, world: World, updates: Updates, webhook: Webhook, gate: FloodGate, parameters: dict[str, Any]
    ) -> None:
        self.world = world
        self.updates = updates
        self.webhook = webhook
        self.gate = gate
        self._parameters = parameters

    @property
    def all(self) -> dict[str, Any]:
        """Everything that was given, as it was given."""
        return self._parameters

    def text(self, name: str) -> str:
        """A parameter as text, "" if it is missing."""
        value = self._parameters.get(name)
        if value is None or isinstance(value, Upload):
            return ""
        return json.dumps(value) if isinstance(value, list | dict) else str(value)

    def has(self, name: str) -> bool:
        """Whether it was given at all."""
        return name in self._parameters

    def number(self, name: str, default: int = 0) -> int:
        """A whole number as far as the text begins with one; else 0, or the default if it is missing."""
        value = self.text(name)
        found = re.match(r"-?\d+", value)
        return int(found[0]) if found else 0 if value else default

    def flag(self, name: str) -> bool:
        """A truth value."""
        return self.text(name).strip().lower() in {"true", "yes", "1"}

    def json(self, name: str, words: str = "") -> Any:
        """A list or an object, which forms carry as JSON text; None if it is missing.

        What is no JSON is refused ("can't parse `words`"), or taken for missing where the server does.
        """
        value = self._parameters.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError:
            if not words:
                return None
            raise bad_request(f"can't parse {words} JSON object") from None

    def upload(self, name: str) -> Upload | None:
        """A file that came as `name`, or under another name that `name` points to."""
        value = self._parameters.get(name)
        if isinstance(value, str) and value.startswith("attach://"):
            value = self._parameters.get(value.removeprefix("attach://"))
        return value if isinstance(value, Upload) else None

    def chat(self, wanted: Access, name: str = "chat_id") -> Chat:
        """The chat meant, if the bot may do there what it wants."""
        if not self.text(name):
            raise bad_request("chat_id is empty")
        chat = self.world.find(self.text(name))
        self.world.check(chat, wanted)
        return chat
