"""Accounts: that those of the configuration are the ones that people wrote to, and nobody is left without."""

import structlog

from bot.config import Config
from bot.installation import senders, telegram_sender
from bot.transports import telegram_answering
from storage.database import Database, Unusable, Work

log = structlog.get_logger()


def settle_accounts(config: Config, database: Database) -> None:
    """Notes which bot is the first. Raises Unusable where two have changed places.

    Who belongs to the first bot is known by that alone: another one in its place would find that they never
    wrote to it, and they would count as lost.
    """
    with database.write() as work:
        if config.telegram:
            _check_first(config, work)
            work.senders.tell(telegram_answering.NAME, mark=config.telegram.account)
        for name, people in missing(config, work).items():
            remedy = "put it back, or they hear nothing"
            log.error("account.missing", name=name, recipients=people, remedy=remedy)


def missing(config: Config, work: Work) -> dict[str, int]:
    """Accounts that people belong to and the configuration does not name, with how many those are."""
    known = set(senders(config))
    if not {one.name for one in work.senders.all()} - known:
        return {}
    return {name: count for name, count in work.senders.people().items() if name not in known}


def _check_first(config: Config, work: Work) -> None:
    assert config.telegram is not None  # noqa: S101 - looked at by the caller
    first, before = config.telegram, work.senders.get(telegram_answering.NAME).mark
    others = {one.account for one in first.more}
    was_another = telegram_sender(first) in {one.name for one in work.senders.all()}
    if before != first.account and (before in others or was_another):
        stays = f"put the token of bot {before} back" if before in others else "put a new bot"
        raise Unusable(
            f"bot {first.account} was one of [[telegram.more]] and stands under [telegram] now, so that "
            f"whoever wrote to the one before could not be reached: {stays} there, and bot {first.account} "
            "among the more"
        )
