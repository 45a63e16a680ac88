"""Greetings in groups: a few for each person who brings the bot into them."""

from bot.transports.telegram_admins import ChatAdmins
from bot.transports.telegram_incoming import Said
from bot.transports.telegram_newcomers import BY_ONE, Newcomers


def into(group: int, person: int) -> Said:
    """The bot was let into a small group by this person."""
    return Said("/start", -group, None, person, "en", group=True, speaks_for_group=False, greets=True)


async def test_one_person_cannot_have_the_bot_greet_group_after_group() -> None:
    """It would be barred as a nuisance, and then nobody hears of a call; another person's is greeted."""
    greeted: list[int] = []

    async def say(said: Said) -> None:
        greeted.append(said.chat)

    newcomers = Newcomers(ChatAdmins.__new__(ChatAdmins), None, say)
    for group in range(1, BY_ONE + 4):
        await newcomers.greet(into(group, 7))
    await newcomers.greet(into(100, 8))
    assert greeted == [*(-group for group in range(1, BY_ONE + 1)), -100]
