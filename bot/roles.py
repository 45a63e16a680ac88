"""What a node does, where there are several: all of it, unless `vigil run --roles` says otherwise."""

ROLES = {
    "poll": "asks sources and understands what they say",
    "send": "holds the bot accounts, one node each, and sends; on Matrix it answers as well",
    "answer": "answers people on Telegram, one node at a time",
    "web": "is reached over HTTP: pushes of hubs, updates of Telegram",
    "keep": "looks when anything is due: sources, appeals, reminders, pruning",
}
ALL = frozenset(ROLES)


class UnknownRole(ValueError):
    """There is no such role; the message lists those there are."""


def chosen(text: str) -> frozenset[str]:
    """The roles in a list such as "poll,send"; all of them for "". Raises UnknownRole."""
    wanted = frozenset(name.strip() for name in text.split(",") if name.strip())
    unknown = sorted(wanted - ALL)
    if unknown:
        listed = "; ".join(f"{name} ({what})" for name, what in ROLES.items())
        raise UnknownRole(f"there is no role {', '.join(unknown)}: {listed}")
    return wanted or ALL
