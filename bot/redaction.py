"""Takes out of what is logged bot tokens, the configuration's own secrets, and the addresses of chats."""

import json
import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any
from urllib.parse import quote

from bot.transports.telegram_tokens import without_chats, without_tokens

SECRET = "<secret>"  # noqa: S105 - what stands in the place of one
_PLACE = "<chat>"
_SHORTEST = 4
"""A shorter password protects nothing, and taking it out would leave no line readable."""
_SESSION = re.compile(
    r"(?<![A-Za-z0-9])(?:syt_[A-Za-z0-9_=-]{8,}|m[ac]t_[A-Za-z0-9_=-]{8,})|(?<=Bearer )[\x21-\x7e]{8,}"
)
"""A Matrix session's token, as Synapse and its authentication service write it, or as it is sent."""
_MATRIX = re.compile(
    r"(?<![\w.@-])(?:!|%21)[A-Za-z0-9_-]{43}(?![\w:%-])"
    r"|(?:(?<![\w.@-])(?:!|%21)|(?<![\w/.@-])(?:[@#]|%40))"
    r"[A-Za-z0-9._=/+-]{1,255}(?::|%3A)[A-Za-z0-9.-]{1,255}(?::\d{1,5})?"
)
"""A person, a room or its alias on Matrix, as its servers write them; rooms of version 12 have no server."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
"""What moves a terminal's cursor or makes one line look like two; a tab and a line feed may stay."""


class Redaction:
    """Replaces every secret by "<secret>", in whatever way a library may have written it."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms = {form for secret in secrets for form in _forms(secret) if len(form) >= _SHORTEST}
        longest_first = sorted(forms, key=len, reverse=True)
        self._secrets = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")

    def text(self, text: str) -> str:
        """The text without secrets and without what could forge a line."""
        without = _MATRIX.sub(_PLACE, _SESSION.sub(SECRET, self._secrets.sub(SECRET, text)))
        return _CONTROL.sub("\ufffd", without_chats(without_tokens(without)))

    def value(self, value: object) -> Any:  # noqa: ANN401 - what is logged has any type
        """A logged value with all that is in it; what is neither number nor collection becomes text."""
        if value is None or isinstance(value, int | float):
            return value
        if isinstance(value, Mapping):
            return {self.text(str(key)): self.value(one) for key, one in value.items()}
        if isinstance(value, list | tuple | AbstractSet):
            return [self.value(one) for one in value]
        return self.text(str(value))


def _forms(secret: str) -> Iterable[str]:
    """A secret as it stands, in an address (RFC 3986 2.1), in Python's and in JSON's quotes."""
    # Of "number:letters", which is how Telegram writes a token, the letters alone are the secret.
    for one in {secret, secret.rpartition(":")[2]}:
        yield from (one, quote(one), quote(one, safe=""), repr(one)[1:-1], json.dumps(one)[1:-1])
