"""Asks a homeserver once whether it knows the account, for `vigil check`; without matrix-nio."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import aiohttp

from bot.config import MatrixConfig
from bot.transports.matrix_identity import REMEDIES, Standing
from bot.transports.matrix_session import Store
from bot.transports.matrix_signing import grouped, owner
from jobs.fetch import clock_ahead
from storage.vault import Vault

WITHIN = 20.0
"""Seconds."""
_API = "/_matrix/client/v3"


@dataclass(frozen=True, slots=True)
class AccountSeen:
    """What the homeserver said, in a word to the operator, and how to mend it ("" when all is well)."""

    said: str
    remedy: str = ""
    advice: str = ""
    """What can be made better though nothing is wrong."""
    clock: timedelta | None = None
    """How far our clock is ahead of the homeserver's."""


class _Refused(Exception):
    """The homeserver answers with one of Matrix's errors."""


async def check_account(
    config: MatrixConfig, vault: Vault | None, now: Callable[[], datetime]
) -> AccountSeen:
    """Whether the account can be used, and by which key others know the device.

    Without a `vault` no session can have been kept.

    Where no session is kept the password is tried, and the device that this makes is logged out at once.
    """
    timeout = aiohttp.ClientTimeout(total=WITHIN)
    clock: timedelta | None = None

    async with aiohttp.ClientSession(timeout=timeout) as http:

        async def ask(method: str, path: str, body: dict[str, Any] | None = None, token: str = "") -> Any:  # noqa: ANN401 - JSON
            nonlocal clock
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            url = f"{config.homeserver}{path}"
            async with http.request(method, url, json=body, headers=headers) as answer:
                clock = clock_ahead({name.lower(): value for name, value in answer.headers.items()}, now())
                told = json.loads(await answer.read())
                if answer.status >= 400:
                    raise _Refused(str(told.get("errcode", answer.status)))
                return told

        try:
            await ask("GET", "/_matrix/client/versions")
        except (aiohttp.ClientError, OSError, ValueError, AttributeError, _Refused) as error:
            said = f"the homeserver does not answer as one ({type(error).__name__.strip('_')})"
            return AccountSeen(
                said, "see that this machine is online; mend `homeserver` under [matrix]", clock=clock
            )
        try:
            user, device, advice = await _device(ask, config, vault)
            return AccountSeen(f"{user}, {device}", advice=advice, clock=clock)
        except _Refused as refused:
            remedy = "mend `user`, and `password` or `access_token`, under [matrix]"
            return AccountSeen(f"the homeserver refuses the account ({refused})", remedy, clock=clock)
        except (aiohttp.ClientError, OSError, ValueError, KeyError, AttributeError) as error:
            said = f"the homeserver broke off ({type(error).__name__})"
            return AccountSeen(said, "try again in a moment; else look at the homeserver's log", clock=clock)


async def _device(ask: Callable[..., Any], config: MatrixConfig, vault: Vault | None) -> tuple[str, str, str]:
    """The account's full name, what is to be told of its device, and what to do about it."""
    kept = Store(config.store, vault).session() if vault and not config.access_token else None
    token = config.access_token or (kept.token if kept else "")
    if not token:
        login = {
            "type": "m.login.password",
            "identifier": {"type": "m.id.user", "user": config.user},
            "password": config.password,
            "initial_device_display_name": f"{config.device_name} (check)",
        }
        made = await ask("POST", f"{_API}/login", login)
        await ask("POST", f"{_API}/logout", {}, made["access_token"])
        return made["user_id"], "the password is right; its device is made when the service starts", ""
    me = await ask("GET", f"{_API}/account/whoami", None, token)
    user, device = me["user_id"], me.get("device_id", "")
    known = await ask("POST", f"{_API}/keys/query", {"device_keys": {user: []}}, token)
    keys = known.get("device_keys", {}).get(user, {}).get(device, {}).get("keys", {})
    fingerprint = keys.get(f"ed25519:{device}", "")
    if not fingerprint:
        return user, f"device {quote(device)}, no keys yet: they are made when the service starts", ""
    told = f"device {quote(device)}, fingerprint {grouped(fingerprint)}"
    seen = owner(known, user)
    if not seen.master:
        return user, f"{told}, not cross-signed", "`vigil run` signs it; if it does not, its log says why"
    if device not in seen.devices:
        advice = REMEDIES[Standing.FOREIGN]
        return user, f"{told}, not cross-signed by the account's identity {grouped(seen.master)}", advice
    return user, f"{told}, cross-signed by the account's identity {grouped(seen.master)}", ""
