"""The bot's own cross-signing: its account's keys are made and published, and its device signed by them.

The private keys are kept in the database under Vigil's key, not beside the device's: whoever moves with a
backup, or loses the store folder, has a new device that is signed by the same identity, and who verified the
bot before need not do it again.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from bot.transports.matrix_signing import Identity, Owner, owner

_V3 = "/_matrix/client/v3"
Ask = Callable[[str, str, Mapping[str, Any]], Awaitable[tuple[int, dict[str, Any]]]]
"""(method, path, body) -> (HTTP status, answer as JSON), with the account's token."""


class Identities(Protocol):
    """Where the private keys are kept."""

    async def identity(self, user: str) -> str | None:
        """The keys of this account as text, or None."""
        ...

    async def keep_identity(self, user: str, text: str) -> None:
        """Keep these, in the place of any before."""
        ...


class Standing(StrEnum):
    """How the device stands towards its account's identity."""

    SIGNED = "signed"
    FOREIGN = "foreign"
    """The account's identity was made by another program, which has not signed this device."""
    REFUSED = "refused"
    """The homeserver wants more than a password, or a password that we do not have."""


REMEDIES = {
    Standing.FOREIGN: (
        "let the client that made the account's keys verify this session, or make new ones: "
        "`vigil admin identity`"
    ),
    Standing.REFUSED: "give the account's `password` under [matrix], or let a client sign this session",
}


@dataclass(frozen=True, slots=True)
class Account:
    """Who is to be signed: an account's full name, its device, and the password where one is known."""

    user: str
    device: str
    password: str = ""


async def sign(ask: Ask, account: Account, kept: Identities, *, anew: bool = False) -> Standing:
    """Sees to it that the device is signed; makes and publishes the identity where there is none.

    One that another program has published is not replaced, but where it is to be made `anew`: then everybody
    who had verified the account has to do it again. Raises Unanswered.
    """
    answer = await _asked(ask, "POST", "/keys/query", {"device_keys": {account.user: []}})
    known = owner(answer, account.user)
    text = None if anew else await kept.identity(account.user)
    ours = Identity.from_text(text) if text else None
    if known.master and not anew and (ours is None or ours.public("master") != known.master):
        return Standing.SIGNED if account.device in known.devices else Standing.FOREIGN
    if ours is None:
        ours = Identity.new()
    if not known.master or anew:
        if not anew:  # kept before it is published: one whose keys are lost can only be replaced
            await kept.keep_identity(account.user, ours.text())
        if not await _published(ask, account, ours):
            return Standing.REFUSED
        if anew:  # until it is published, the one before is what people know
            await kept.keep_identity(account.user, ours.text())
        known = Owner()
    if account.device not in known.devices:
        await _sign(ask, account, ours, answer)
    return Standing.SIGNED


class Unanswered(Exception):
    """The homeserver does not do what it was asked; the message is its error's name."""


async def _published(ask: Ask, account: Account, ours: Identity) -> bool:
    """Publish the keys, and say who we are where we are asked (User-Interactive Authentication)."""
    path, body = f"{_V3}/keys/device_signing/upload", ours.published(account.user)
    status, answer = await ask("POST", path, body)
    if status == 401 and "session" in answer:
        auth = _password(account, answer)
        if auth is None:
            return False
        status, answer = await ask("POST", path, {**body, "auth": auth})
        if status == 401:
            return False
    if status >= 400:
        raise Unanswered(str(answer.get("errcode") or status))
    return True


def _password(account: Account, answer: Mapping[str, Any]) -> dict[str, Any] | None:
    """The one stage that we can pass; None where a flow needs others, or no password is known."""
    flows = answer.get("flows")
    found = [one.get("stages") for one in flows if isinstance(one, dict)] if isinstance(flows, list) else []
    session = answer["session"]
    if ["m.login.dummy"] in found:
        return {"type": "m.login.dummy", "session": session}
    if ["m.login.password"] in found and account.password:
        who = {"type": "m.id.user", "user": account.user}
        return {
            "type": "m.login.password",
            "identifier": who,
            "password": account.password,
            "session": session,
        }
    return None


async def _sign(ask: Ask, account: Account, ours: Identity, answer: Mapping[str, Any]) -> None:
    keys = answer.get("device_keys", {}).get(account.user, {}).get(account.device)
    if keys is None:
        raise Unanswered("the keys of the device are not published yet")
    body = {account.user: {account.device: ours.device(keys, account.user)}}
    told = await _asked(ask, "POST", "/keys/signatures/upload", body)
    if told.get("failures"):
        raise Unanswered("the signature was not taken")


async def _asked(ask: Ask, method: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
    status, answer = await ask(method, f"{_V3}{path}", body)
    if status >= 400:
        raise Unanswered(str(answer.get("errcode") or status))
    return answer
