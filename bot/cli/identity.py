"""vigil admin identity: new cross-signing keys for the Matrix account, where those of before are lost."""

import asyncio
import json
from collections.abc import Mapping
from typing import Annotated, Any

import aiohttp
import typer

from bot.cli.common import DEFAULT, ConfigFile, configuration, fail
from bot.cli.opened import opened
from bot.config import MatrixConfig
from bot.transports.matrix_identity import REMEDIES, Account, Unanswered, sign
from bot.transports.matrix_keeping import DatabaseIdentities
from bot.transports.matrix_session import Store
from bot.transports.matrix_signing import Identity, grouped
from storage.database import Database

_WITHIN = aiohttp.ClientTimeout(total=30)


def new_identity(
    config: ConfigFile = DEFAULT,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
) -> None:
    """Make new cross-signing keys for the account on Matrix. Who had verified it has to do so again."""
    settings = configuration(config)
    if settings.matrix is None:
        fail("there is no [matrix] in the configuration", 2)
    if not yes:
        typer.confirm(
            "Whoever has verified the bot will be warned, and has to do it again. Go on?", abort=True
        )
    with opened(config) as database:
        try:
            made = asyncio.run(_signed(settings.matrix, database))
        except Unanswered as error:
            fail(f"the homeserver does not do it: {error}")
        except (aiohttp.ClientError, OSError) as error:
            fail(f"the homeserver does not answer ({type(error).__name__}): try again in a moment")
    typer.echo(f"The account has a new identity: {grouped(made)}. Restart the service.")


async def _signed(config: MatrixConfig, database: Database) -> str:
    """The public master key of the new identity."""
    async with aiohttp.ClientSession(timeout=_WITHIN) as http:
        kept = Store(config.store, database.vault).session()
        token = config.access_token or (kept.token if kept else "")
        if not token:
            fail("the bot has no device yet: `vigil run` makes it, and its keys")

        async def ask(method: str, path: str, body: Mapping[str, Any] | None) -> tuple[int, dict[str, Any]]:
            headers = {"Authorization": f"Bearer {token}"}
            url = f"{config.homeserver}{path}"
            async with http.request(method, url, json=body, headers=headers) as answer:
                try:
                    told = json.loads(await answer.read())
                except ValueError:
                    told = {}
                return answer.status, told if isinstance(told, dict) else {}

        status, me = await ask("GET", "/_matrix/client/v3/account/whoami", None)
        if status != 200:
            raise Unanswered(str(me.get("errcode") or status))
        identities = DatabaseIdentities(database)
        account = Account(str(me["user_id"]), str(me.get("device_id", "")), config.password)
        standing = await sign(ask, account, identities, anew=True)
        if standing in REMEDIES:
            fail(f"the homeserver wants to know who asks: {REMEDIES[standing]}")
        text = await identities.identity(account.user)
        return Identity.from_text(text or "").public("master")
