"""Says who can be told of trouble, and where people are reached."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.checks.finding import Finding, fine, note, wrong
from bot.config import Config
from bot.transports.matrix_check import AccountSeen
from bot.transports.telegram_check import BotSeen, Updates
from bot.transports.telegram_webhook import PATH

_RECENT = timedelta(minutes=15)
"""Telegram tells of its last failure for ever; an older one was made good."""


def check_telegram(config: Config, bot: BotSeen | None, now: datetime) -> list[Finding]:
    """What Telegram said of the bot; that it is not set up is worth a word where nothing else is either."""
    if bot is None:
        state = "not configured: alerts reach only this terminal"
        return [] if config.matrix else [note("telegram", state, "add [telegram] or [matrix]")]
    if bot.remedy:
        return [wrong("telegram", bot.said, bot.remedy)]
    webhook = config.telegram is not None and config.telegram.webhook
    found = _check_updates(bot.updates, webhook=webhook, now=now) if bot.updates else []
    return [fine("telegram", bot.said), *found]


def check_further(bots: Mapping[str, BotSeen]) -> list[Finding]:
    """What Telegram said of each further bot."""
    return [
        wrong(f"bot {number}", bot.said, bot.remedy) if bot.remedy else fine(f"bot {number}", bot.said)
        for number, bot in bots.items()
    ]


def check_orphans(orphans: Mapping[str, int]) -> list[Finding]:
    """Whether people belong to an account that nobody speaks by any more: they hear nothing."""
    return [
        wrong(
            "accounts",
            f"{people} belong to {name}, which is not configured",
            "put it back, or they hear nothing",
        )
        for name, people in orphans.items()
    ]


def _check_updates(seen: Updates, *, webhook: bool, now: datetime) -> list[Finding]:
    """How updates come: as the configuration says, or by whom else, and what goes wrong on the way."""
    if not webhook:
        if not seen.host:
            return [fine("updates", "polled")]
        state = f"a webhook brings them to {seen.host}; `vigil run` ends that, and polls"
        return [note("updates", state, "see that no other program uses this bot's token")]
    if not seen.ours:
        state = f"are brought to {seen.host}" if seen.host else "are not brought anywhere yet"
        return [note("updates", f"{state}; `vigil run` has them brought to `public_url`")]
    if seen.since and now - seen.since < _RECENT:
        state = f"Telegram could not bring one lately: {seen.trouble}; {seen.waiting} waiting"
        remedy = f"let your reverse proxy pass {PATH} on to `listen`, as docs/operating.md shows"
        return [wrong("updates", state, remedy)]
    return [fine("updates", f"brought to {seen.host}; {seen.waiting} waiting")]


def check_matrix(accounts: Mapping[str, AccountSeen]) -> list[Finding]:
    """What its homeserver said of each account, with the fingerprint by which others may verify it."""
    return [_check_account(name, seen) for name, seen in accounts.items()]


def _check_account(name: str, seen: AccountSeen) -> Finding:
    if seen.remedy:
        return wrong(name, seen.said, seen.remedy)
    return note(name, seen.said, seen.advice) if seen.advice else fine(name, seen.said)


def check_admins(config: Config, bot: BotSeen | None) -> list[Finding]:
    """Whether there are admins, and whether the bot may write to them."""
    admins = config.admins
    count = len(admins.telegram) + len(admins.matrix)
    if not count:
        state = "none: trouble, and calls that wait for review, are told on this terminal alone"
        return [note("admins", state, "list your own number under [admins]")]
    strangers = _strangers(bot.strangers if bot else {})
    if strangers:
        return strangers
    if admins.approvals > count:
        state = f"{count}, but {admins.approvals} must agree to an appeal"
        return [note("admins", state, "add an admin, or lower `approvals`")]
    return [fine("admins", f"{count}; {admins.approvals} must agree to an appeal")]


def check_review(waiting: int) -> list[Finding]:
    """Whether calls wait until an admin has looked: people may be in danger meanwhile."""
    if not waiting:
        return []
    state = "1 alert waits" if waiting == 1 else f"{waiting} alerts wait"
    return [wrong("review", f"{state} until an admin has looked", "/review in a chat, or `vigil admin held`")]


def _strangers(strangers: Mapping[int, str]) -> list[Finding]:
    return [
        wrong("admins", f"the bot cannot write to {number}: {why}", "let them send /start to the bot, once")
        for number, why in strangers.items()
    ]
