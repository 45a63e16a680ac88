"""Says who can be told of trouble, and where people are reached."""

from collections.abc import Mapping

from bot.checks.finding import Finding, fine, note, wrong
from bot.config import Config
from bot.transports.matrix_check import AccountSeen
from bot.transports.telegram_check import BotSeen


def check_telegram(config: Config, bot: BotSeen | None) -> list[Finding]:
    """What Telegram said of the bot; that it is not set up is worth a word where nothing else is either."""
    if bot is None:
        state = "not configured: alerts reach only this terminal"
        return [] if config.matrix else [note("telegram", state, "add [telegram] or [matrix]")]
    return [wrong("telegram", bot.said, bot.remedy) if bot.remedy else fine("telegram", bot.said)]


def check_matrix(account: AccountSeen | None) -> list[Finding]:
    """What the homeserver said of the account, with the fingerprint by which others may verify it."""
    if account is None:
        return []
    return [wrong("matrix", account.said, account.remedy) if account.remedy else fine("matrix", account.said)]


def check_admins(config: Config, bot: BotSeen | None) -> list[Finding]:
    """Whether there are admins, and whether the bot may write to them."""
    admins = config.admins
    count = len(admins.telegram) + len(admins.matrix)
    if not count:
        state = "none: trouble is told on this terminal alone"
        return [note("admins", state, "list your own number under [admins]")]
    strangers = _strangers(bot.strangers if bot else {})
    if strangers:
        return strangers
    if admins.approvals > count:
        state = f"{count}, but {admins.approvals} must agree to an appeal"
        return [note("admins", state, "add an admin, or lower `approvals`")]
    return [fine("admins", f"{count}; {admins.approvals} must agree to an appeal")]


def _strangers(strangers: Mapping[int, str]) -> list[Finding]:
    return [
        wrong("admins", f"the bot cannot write to {number}: {why}", "let them send /start to the bot, once")
        for number, why in strangers.items()
    ]
