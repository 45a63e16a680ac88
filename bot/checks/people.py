"""Says who can be told of trouble, and where people are reached."""

from collections.abc import Mapping

from bot.checks.finding import Finding, fine, note, wrong
from bot.config import Config
from bot.transports.telegram_check import BotSeen


def check_transports(config: Config, bot: BotSeen | None) -> list[Finding]:
    """Each network of the configuration."""
    found = []
    if bot is None:
        found.append(note("telegram", "not configured: alerts reach only this terminal", "add [telegram]"))
    elif bot.remedy:
        found.append(wrong("telegram", bot.said, bot.remedy))
    else:
        found.append(fine("telegram", bot.said))
    found += [
        note(table, "configured, but not used: this version does not speak it yet") for table in config.later
    ]
    return found


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
