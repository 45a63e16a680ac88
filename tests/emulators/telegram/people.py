"""What people do: they write, press, react, let the bot in and throw it out."""

import re
from collections import Counter
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.emulators.telegram.chats import (
    ADMINISTERING,
    ANONYMOUS_ADMIN,
    GENERAL_TOPIC,
    SENDING,
    Attachment,
    Chat,
    Message,
    Standing,
    Version,
)
from tests.emulators.telegram.formatting import found_in
from tests.emulators.telegram.shown import show, show_chat, show_member
from tests.emulators.telegram.updates import Updates
from tests.emulators.telegram.world import Query, World

SOMEBODY = 1
"""Who acts in a group or channel where nobody is named."""
LONGEST_QUERY = 256
DEEP_LINKS = ("t.me", "telegram.me", "telegram.dog")
START_PARAMETER = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""core.telegram.org/bots/features, "Deep linking"."""


class People:
    """Everybody but the bot. Each method is one act, and the bot is told of it as Telegram would."""

    world: World
    updates: Updates
    username: str

    # Places

    def private(self, person: int) -> Chat:
        """The chat of a person who has started the bot earlier."""
        return self.world.private(person)

    def group(self, number: int, *, admins: set[int] | None = None, topics: set[int] | None = None) -> Chat:
        """A group (negative id) that the bot is in; with `topics`, a forum."""
        kind = "supergroup" if number <= -1_000_000_000_000 or topics else "group"
        chat = Chat(number, f"Group {-number}", kind, admins=admins or set(), forum=bool(topics))
        chat.topics = dict.fromkeys(topics or (), "open")
        return self._settle(chat)

    def channel(
        self, number: int, *, name: str = "", admins: set[int] | None = None, may_post: bool = True
    ) -> Chat:
        """A channel, public if it has a name; the bot is its admin, with or without the right to post."""
        rights = {"can_manage_chat"} | ({"can_post_messages"} if may_post else set())
        bot = Standing("administrator", frozenset(rights))
        return self._settle(
            Chat(number, f"Channel {-number}", "channel", username=name, admins=admins or set(), bot=bot)
        )

    def _settle(self, chat: Chat) -> Chat:
        for person in chat.admins:
            self.world.person(person)
        self.world.chats[chat.id] = chat
        return chat

    # Talk

    async def says(
        self,
        chat: int,
        text: str,
        *,
        language: str | None = "en",
        person: int | None = None,
        topic: int | None = None,
        reply_to: int | None = None,
        anonymous: bool = False,
    ) -> Message:
        """Somebody writes: in a private chat its person, in a group `person` (1 if not given).

        `anonymous` writes as an admin in the group's own name. What the bot cannot see in a group (no
        command, no mention, no reply to it) it is not told, as in Telegram's privacy mode, unless it is
        an admin there.
        """
        place = self.world.private(chat) if chat > 0 else self.world.chats[chat]
        author = ANONYMOUS_ADMIN if anonymous else person or self._anybody(chat)
        account = self.world.person(author, language)
        if anonymous:
            account |= {"is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
        place.members.add(author)
        version = Version(text, text, found_in(text), at=self.world.clock.now())
        message = Message(
            self.world.next_id(place), author, [version], int(version.at), thread=topic, reply_to=reply_to
        )
        self.world.add(place, message)
        shown = show(self.world, place, message)
        if anonymous:
            shown["sender_chat"] = show_chat(place)
        if self._hears(place, message):
            self.updates.add("channel_post" if place.kind == "channel" else "message", shown)
        return message

    def shows(self, person: int, *, album: str = "") -> None:
        """Somebody sends the bot a picture without a word, or one of several as one `album`."""
        chat = self.world.private(person)
        version = Version("", "", at=self.world.clock.now())
        file = Attachment("photo", "a", "picture.jpg", "image/jpeg", b"")
        message = Message(self.world.next_id(chat), person, [version], int(version.at), file=file)
        self.world.add(chat, message)
        together = {"media_group_id": album} if album else {}
        self.updates.add("message", show(self.world, chat, message) | together)

    async def sends(
        self,
        person: int,
        content: bytes,
        caption: str = "",
        *,
        kind: str = "photo",
        language: str | None = "en",
        shown: dict[str, object] | None = None,
    ) -> Message:
        """Somebody sends a photo, or a "document", to the bot alone; `shown` is what else the update says."""
        place = self.world.private(person)
        account = self.world.person(person, language)
        file = Attachment(kind, f"{kind}-{len(self.world.files) + 1}", "IMG_0001.jpg", "image/jpeg", content)
        self.world.files[file.id] = file
        version = Version(caption, caption, found_in(caption), at=self.world.clock.now())
        number = self.world.next_id(place)
        message = Message(number, account["id"], [version], int(version.at), file=file)
        self.world.add(place, message)
        self.updates.add("message", show(self.world, place, message) | (shown or {}))
        return message

    async def follows(self, person: int, link: str, *, language: str | None = "en") -> Message:
        """Somebody comes to the bot by its deep link, and presses Start: the bot reads /start and the rest.

        With another parameter than Telegram allows no client would start the bot with it.
        """
        parts = urlsplit(link)
        assert parts.hostname in DEEP_LINKS, f"no deep link: {link}"
        assert parts.path.strip("/").lower() == self.username.lower(), f"another bot's: {link}"
        (parameter,) = parse_qs(parts.query, keep_blank_values=True).get("start", [""])
        assert START_PARAMETER.fullmatch(parameter), (
            f"a start parameter is 1 to 64 characters of A-Za-z0-9_-: {parameter!r}"
        )
        return await self.says(person, f"/start {parameter}", language=language)

    async def edits(self, chat: int, message: Message, text: str) -> None:
        """Somebody changes what they wrote."""
        place = self.world.chats[chat]
        message.versions.append(
            replace(message.now, text=text, source=text, entities=found_in(text), at=self.world.clock.now())
        )
        if self._hears(place, message):
            kind = "edited_channel_post" if place.kind == "channel" else "edited_message"
            self.updates.add(kind, show(self.world, place, message))

    def _hears(self, chat: Chat, message: Message) -> bool:
        if not chat.bot.inside:
            return False
        if chat.kind == "private" or chat.bot.status == "administrator":
            return True
        replied = chat.find(message.reply_to) if message.reply_to else None
        to_the_bot = replied is not None and replied.sender == self.world.bot["id"]
        return message.text.startswith("/") or f"@{self.username}" in message.text or to_the_bot

    async def presses(
        self,
        chat: int,
        label: str,
        *,
        person: int | None = None,
        language: str | None = None,
        old: bool = False,
    ) -> str:
        """Somebody presses the newest button whose label contains `label`; its press's id.

        Of an `old` message the bot is told no more than its chat and number (InaccessibleMessage).
        """
        place = self.world.chats[chat]
        for message in reversed(place.said_by(self.world.bot["id"])):
            for button in (button for row in message.now.buttons for button in row):
                if label in button.label and button.kind == "callback_data":
                    presser = person or self._anybody(chat)
                    return self._press(place, message, button.value, presser, language, old=old)
        raise AssertionError(f"no button {label!r} in\n{self.transcript(chat)}")

    async def forges(self, chat: int, data: str, *, person: int | None = None) -> str:
        """A client says that something was pressed which is on no button of the bot's newest message.

        The Bot API warns of it (CallbackQuery, `data`).
        """
        place = self.world.chats[chat]
        message = place.said_by(self.world.bot["id"])[-1]
        return self._press(place, message, data, person or self._anybody(chat), None)

    def _press(
        self,
        chat: Chat,
        message: Message,
        data: str,
        person: int,
        language: str | None,
        *,
        old: bool = False,
    ) -> str:
        inaccessible = {"chat": show_chat(chat), "message_id": message.id, "date": 0}
        query = str(len(self.world.presses) + 1)
        self.world.presses[query] = None
        content = {
            "id": query,
            "from": self.world.person(person, language),
            "message": inaccessible if old else show(self.world, chat, message),
            "chat_instance": str(chat.id),
            "data": data,
        }
        self.updates.add("callback_query", content)
        return query

    async def asks_inline(self, person: int, words: str, *, offset: str = "") -> Query:
        """Somebody types the bot's name and some words in any chat; `.answer` is what they are offered.

        Telegram asks only bots that have inline mode, which BotFather switches on.
        """
        assert self.world.bot["supports_inline_queries"], "the bot has no inline mode: inline=True"
        assert len(words) <= LONGEST_QUERY, "Telegram cuts the query at 256 characters"
        query = self.world.inline.setdefault(
            str(len(self.world.inline) + 1), Query(self.world.clock.now(), person)
        )
        content = {
            "id": str(len(self.world.inline)),
            "from": self.world.person(person),
            "query": words,
            "offset": offset,
        }
        self.updates.add("inline_query", content)
        return query

    async def reacts(self, chat: int, message: Message, *emoji: str, person: int | None = None) -> None:
        """Somebody reacts to a message, or with no emoji takes the reaction back.

        The bot is told in private chats and where it is an admin, if it asked for message_reaction; in a
        channel how many there are, if it asked for message_reaction_count.
        """
        place = self.world.chats[chat]
        who = person or self._anybody(chat)
        before = message.reactions.pop(who, ())
        if emoji:
            message.reactions[who] = emoji
        if place.kind != "private" and place.bot.status != "administrator":
            return
        if place.kind == "channel":
            counted = Counter(one for each in message.reactions.values() for one in each)
            self.updates.add(
                "message_reaction_count",
                {
                    "chat": show_chat(place),
                    "message_id": message.id,
                    "date": self.world.clock.date(),
                    "reactions": [
                        {"type": {"type": "emoji", "emoji": one}, "total_count": count}
                        for one, count in counted.items()
                    ],
                },
            )
            return
        content = {
            "chat": show_chat(place),
            "message_id": message.id,
            "user": self.world.person(who),
            "date": self.world.clock.date(),
            "old_reaction": [{"type": "emoji", "emoji": one} for one in before],
            "new_reaction": [{"type": "emoji", "emoji": one} for one in emoji],
        }
        self.updates.add("message_reaction", content)

    # Who lets the bot in

    def blocks(self, person: int) -> None:
        """A person blocks the bot, which is told, and can write there no more."""
        self._change(self.world.chats[person], Standing("kicked"))

    def unblocks(self, person: int) -> None:
        """A person lets the bot in again."""
        self._change(self.world.chats[person], Standing())

    def kicks(self, chat: int) -> None:
        """A group or channel throws the bot out."""
        self._change(self.world.chats[chat], Standing("kicked"))

    def invites(self, chat: int, *, by: int | None = None) -> None:
        """A group takes the bot in (again); `by` an admin of it, or somebody."""
        self._change(self.world.chats[chat], Standing(), by)

    def promotes(self, chat: int, *rights: str, by: int | None = None) -> None:
        """The bot becomes an admin with these rights, or with all of them."""
        given = frozenset(rights or ADMINISTERING)
        self._change(self.world.chats[chat], Standing("administrator", given), by)

    def restricts(self, chat: int, *sending: str, outside: bool = False) -> None:
        """The bot may send nothing but this any more: `restricts(group, "can_send_photos")`.

        `outside`: it is no member any more, and would be restricted if it were (`is_member`).
        """
        assert SENDING.issuperset(sending), f"one of {sorted(SENDING)}"
        self._change(self.world.chats[chat], Standing("restricted", frozenset(sending), outside))

    def deactivates(self, person: int) -> None:
        """A person's account ends; nobody is told."""
        self.world.chats[person].ended = "deactivated"

    def deletes_group(self, group: int) -> None:
        """A group is deleted; nobody is told."""
        self.world.chats[group].ended = "deleted"

    def upgrades(self, group: int, supergroup: int) -> Chat:
        """A group becomes a supergroup with another id; the bot is told in both."""
        before = self.world.chats[group]
        before.moved_to = supergroup
        after = self.group(supergroup, admins=before.admins)
        after.bot = before.bot
        for chat, news in (
            (before, {"migrate_to_chat_id": after.id}),
            (after, {"migrate_from_chat_id": group}),
        ):
            self._serve_notice(chat, news)
        return after

    def _serve_notice(self, chat: Chat, news: dict[str, Any], thread: int | None = None) -> None:
        """A message that only says what has happened; in groups all bots are told of these."""
        version = Version("", "", at=self.world.clock.now())
        number, by = self.world.next_id(chat), self._anybody(chat.id)
        message = Message(number, by, [version], int(version.at), thread=thread)
        self.world.add(chat, message)
        shown = show(self.world, chat, message)
        del shown["text"]
        self.updates.add("message", shown | news)

    def closes_topic(self, group: int, topic: int) -> None:
        """An admin closes a topic; number 1 is the general one."""
        self._topic(group, topic, "closed", "forum_topic_closed")

    def reopens_topic(self, group: int, topic: int) -> None:
        """An admin opens a topic again; number 1 is the general one."""
        self._topic(group, topic, "open", "forum_topic_reopened")

    def _topic(self, group: int, topic: int, state: str, news: str) -> None:
        chat = self.world.chats[group]
        chat.topics[topic] = state
        self._serve_notice(chat, {news: {}}, None if topic == GENERAL_TOPIC else topic)

    def deletes_topic(self, group: int, topic: int) -> None:
        """An admin deletes a topic."""
        del self.world.chats[group].topics[topic]

    def _change(self, chat: Chat, standing: Standing, by: int | None = None) -> None:
        before, chat.bot = chat.bot, standing
        content = {
            "chat": show_chat(chat),
            "from": self.world.person(by or self._anybody(chat.id)),
            "date": self.world.clock.date(),
            "old_chat_member": show_member(self.world.bot, before, chat.kind),
            "new_chat_member": show_member(self.world.bot, chat.bot, chat.kind),
        }
        self.updates.add("my_chat_member", content)

    def _anybody(self, chat: int) -> int:
        return chat if chat > 0 else SOMEBODY

    def transcript(self, number: int) -> str:
        """The conversation as a person would retell it, with buttons, edits and deletions."""
        chat = self.world.chats.get(number)
        return "\n".join(line for message in chat.messages for line in self._retold(message)) if chat else ""

    def _retold(self, message: Message) -> list[str]:
        name = "bot" if message.sender == self.world.bot["id"] else f"person {message.sender}"
        marks = [f"topic {message.thread}"] if message.thread else []
        marks += [f"replying to {message.reply_to}"] if message.reply_to else []
        marks += ["silent"] if message.silent else []
        marks += ["protected"] if message.protected else []
        marks += [f"edited {len(message.versions) - 1}x"] if len(message.versions) > 1 else []
        marks += ["deleted"] if message.deleted else []
        lines = [f"{name} ({', '.join(marks)}):" if marks else f"{name}:"]
        lines += [f"    <{message.file.kind} {message.file.name}>"] if message.file else []
        lines += [f"    {line}" for line in message.text.splitlines()]
        lines += ["    " + " ".join(f"[{button.label}]" for button in row) for row in message.now.buttons]
        lines += [
            "    " + " ".join(f"{emoji}" for each in message.reactions.values() for emoji in each)
        ] * bool(message.reactions)
        return lines
