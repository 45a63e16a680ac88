"""Writes docs/encrypted-room.md: conversations in encrypted rooms on Matrix, as a human's client reads them.

python -m tests.rooms     writes it anew; a test says when it is not true any more

The homeserver is a real Synapse, the human has a device of their own that enciphers, everything behind the
bot's account is the program. The clock stands still but where it is moved.
"""

import asyncio
import re
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from nio import Event, MegolmEvent

from bot.commands.request import Request
from bot.config import Config, MatrixConfig
from bot.desk import TERMINAL, Desk
from bot.render.message import Message
from bot.speaking import AT_ONCE, always, delivering
from bot.speech import Speech
from bot.transports.matrix import MatrixTransport
from bot.voices import matrix as wired
from jobs.desk import Rules
from jobs.launch import Launcher
from jobs.limits import Limits
from storage.database import Database
from storage.vault import Vault
from tests.bot.transports.a_bot import until
from tests.builders import NOON
from tests.ciphering import a_human, confirms
from tests.conversations import FREED, LANGUAGES, MORE, standing
from tests.documents import ROOT
from tests.feeds import item, rss
from tests.jobs.watching import CALL, POST, Watch, a_watch
from tests.synapse import Person, Synapse, a_synapse

PAGE = ROOT / "docs" / "encrypted-room.md"
SEVEN = (
    CALL[0].replace("Nine", "Seven"),
    CALL[1].replace("Nine", "Seven").replace("Shenyang", "Dandong"),
)
OTHERS = (
    "Four Eritrean asylum seekers face imminent return",
    (
        "Four Eritrean asylum seekers held in Cairo, Egypt, face imminent return to Eritrea within days, "
        "where they would be tortured. Northlight calls on Egypt to immediately halt the return."
    ),
)
APPEAL = (
    "/appeal\ncountries: KP\nurgency: Immediate\nto: the foreign ministry of China\n"
    "Write today: nine face return\nThey wait in the house behind the station. Ask that they may stay."
)
HEAD = """# Conversations in encrypted rooms on Matrix

Made by `python -m tests.rooms` and checked by a test, from the human's side: what is told here was deciphered
by a client of their own, on a real homeserver, and everything behind the bot's account is the program, from
an invented publisher's feed on. Lines that begin with `>` were typed, or are what happened. Below each
stands what the client shows then. Each message of the bot has a number: `[3]` is new, `[3 changed]` stands in
the place of what was there, `[3 removed]` is gone with every version of it. `rings`: a client makes a
sound; what has no such word is a notice, which never does. `rings for all`: everybody in the room is
mentioned (@room). `below 3`: it is shown as an answer to that message.
"""

Heard = tuple[str, Event]
"""A room, and what the human's client was told of it, deciphered."""
Writes = Callable[[str, dict[str, Any]], Awaitable[str]]
"""(room, content of a message) -> its event, once it was sent enciphered."""
Client = Callable[[Person, Path, list[Heard]], AbstractAsyncContextManager[Writes]]
"""(whose it is, a folder, where it puts what it hears) -> a client, following all rooms."""


@dataclass
class Scene:
    """One room, told from where it was last looked at."""

    title: str
    room: str
    lines: list[str] = field(default_factory=list)
    told: int = 0
    """So many of the events of all rooms are told, or are another room's."""
    numbers: dict[str, int] = field(default_factory=dict)
    """The messages of the bot, by their events."""
    newest: str = ""
    """What it said last."""


@dataclass
class Stage:
    """A publisher, the watch over it, a homeserver, the bot, and a human with a client that enciphers."""

    language: str
    watch: Watch
    account: Person
    person: Person
    writes: Writes
    config: Config
    desk: Desk
    bot: MatrixTransport
    heard: list[Heard]
    scenes: list[Scene] = field(default_factory=list)

    # What people do

    async def invites(self, title: str, *others: Person, direct: bool = True) -> Scene:
        """The human makes an encrypted room, and the bot comes in and says what it is."""
        room = self.person.room(
            self.account.user, *(one.user for one in others), direct=direct, encrypted=True
        )
        for one in others:
            one.joins(room)
        scene = Scene(title, room)
        self.scenes.append(scene)
        await until(lambda: self._said(scene))
        await self.acts(scene, "a room is made, encrypted, and the bot is invited")
        return scene

    async def says(self, scene: Scene, line: str, *, below: int = 0) -> None:
        """The human writes, `below` a message of the bot's where it answers one."""
        content: dict[str, Any] = {"msgtype": "m.text", "body": line}
        if below:
            content["m.relates_to"] = {"m.in_reply_to": {"event_id": self._event(scene, below)}}
        event = await self.writes(scene.room, content)
        told = f"{line}    (as an answer to {below})" if below else line
        await self._answered(scene, told, event)

    async def chooses(self, scene: Scene, label: str, *, below: int = 0) -> None:
        """The human writes the number of a choice, by what it is called in English."""
        shown = self._text(scene, below) if below else scene.newest
        await self.says(scene, self._number(shown, label), below=below)

    async def reacts(self, scene: Scene, label: str, below: int) -> None:
        """The human reacts with the number of a choice."""
        key = f"{self._number(self._text(scene, below), label)}\ufe0f\u20e3"
        event = self.person.reacts(scene.room, self._event(scene, below), key)
        await self._answered(scene, f"reacts to {below} with {key}", event)

    async def acts(self, scene: Scene, told: str) -> None:
        """Something happened; what the client shows after it is told."""
        await self._settled(scene)
        scene.lines += ["", f"> {told}", *self._news(scene)]

    # What happens elsewhere

    async def publishes(self, *items: tuple[str, str], first: int = 1) -> None:
        """The feed shows these, is asked, and what follows is sent."""
        shown = [item(*words, self.watch.now, f"{number}") for number, words in enumerate(items, first)]
        self.watch.publish("/feed", rss(*shown))
        await self.watch.polls()
        await self.sends()
        self.watch.later(minutes=10)

    async def sends(self) -> None:
        """Everything that is due is sent."""
        async with delivering(self.watch.database, always(self.bot, AT_ONCE)) as sender:
            await sender.drain()

    async def orders(self, line: str) -> Message:
        """An admin types a line at the terminal; the last that it is answered."""
        reply = await self.desk.answer(Request(line, *TERMINAL, self.watch.now))
        return reply.messages[-1]

    async def appeals(self) -> None:
        """An admin's appeal, approved and sent."""
        (row, *_) = (await self.orders(APPEAL)).choices
        await self.orders(row[0].command)
        self.watch.later(minutes=2)
        await Launcher(self.watch.database, self.desk.rules, Limits()).due(self.watch.now)
        await self.sends()

    async def starts_anew(self) -> None:
        """The program stops and starts, with what it has on disk."""
        await self.bot.stop()
        self.bot = wired(self.config, self.desk)
        await self.bot.start()
        await until(lambda: self.bot._server.synced)

    # What is seen

    def _number(self, shown: str, label: str) -> str:
        speech = Speech(self.language)
        found = re.search(rf"^(\d+) · {re.escape(speech.t(label))}$", shown, re.MULTILINE)
        assert found, (label, shown)
        return found[1]

    def _event(self, scene: Scene, number: int) -> str:
        return next(event for event, one in scene.numbers.items() if one == number)

    def _text(self, scene: Scene, number: int) -> str:
        """What a message says, as it stands now."""
        event, text = self._event(scene, number), ""
        for one in self._said(scene):
            content, relation = one.source["content"], _relation(one)
            if one.event_id == event:
                text = content["body"]
            elif relation.get("rel_type") == "m.replace" and relation["event_id"] == event:
                text = content["m.new_content"]["body"]
        return text

    def _said(self, scene: Scene) -> list[Event]:
        """What the bot has said, and taken back, in a room."""
        kinds = ("m.room.message", "m.room.redaction", "m.room.encrypted")
        return [
            one
            for room, one in self.heard
            if room == scene.room and one.sender == self.account.user and one.source["type"] in kinds
        ]

    async def _answered(self, scene: Scene, told: str, event: str) -> None:
        await until(lambda: event in self.bot._answering._taken)
        await self.acts(scene, told)

    async def _settled(self, scene: Scene) -> None:
        """Until nothing is being answered, and the client knows all that the bot has said."""
        await until(lambda: not self.bot._answering._inbox._tasks)
        ours = [
            one["event_id"]
            for one in self.person.events(scene.room)
            if one["sender"] == self.account.user and one["type"] in ("m.room.encrypted", "m.room.redaction")
        ]
        await until(lambda: set(ours) <= {one.event_id for _, one in self.heard})

    def _news(self, scene: Scene) -> Iterator[str]:
        """What the bot has said, changed or taken back in the room since it was last looked at."""
        said = self._said(scene)
        for event in said[scene.told :]:
            assert not isinstance(event, MegolmEvent), "what the human cannot read"
            yield from self._retold(scene, event)
        scene.told = len(said)

    def _retold(self, scene: Scene, event: Event) -> Iterator[str]:
        if event.source["type"] == "m.room.redaction":
            number = scene.numbers.get(str(event.redacts))
            if number is not None:  # else an edit, of which nobody sees anything any more
                yield from ("", f"[{number} removed]")
            return
        content, relation = event.source["content"], _relation(event)
        if relation.get("rel_type") == "m.replace":
            number, text = scene.numbers[relation["event_id"]], content["m.new_content"]["body"]
            marks = [f"{number} changed"]
        else:
            number, text = len(scene.numbers) + 1, content["body"]
            scene.numbers[event.event_id] = number
            marks = [f"{number}", *_sound(content)]
            above = relation.get("m.in_reply_to", {}).get("event_id", "")
            marks += [f"below {scene.numbers[above]}"] if above in scene.numbers else []
        scene.newest = text
        yield from ("", f"[{', '.join(marks)}]", *text.splitlines())


def _relation(event: Event) -> dict[str, Any]:
    return dict(event.source["content"].get("m.relates_to") or {})


def _sound(content: dict[str, Any]) -> list[str]:
    if content["msgtype"] != "m.text":
        return []
    return ["rings for all"] if content.get("m.mentions", {}).get("room") else ["rings"]


async def first_contact(stage: Stage) -> Scene:
    """Invited, a number, and the settings by numbers."""
    scene = await stage.invites("First contact, and the settings by numbers")
    await stage.chooses(scene, "Everything urgent")
    await stage.chooses(scene, "Settings")
    await stage.chooses(scene, "Quiet hours")
    await stage.chooses(scene, "Quiet by night")
    return scene


async def alerts(stage: Stage) -> Scene:
    """A call, what changed, look-ups in between, and its end."""
    scene = await stage.invites("An alert, its update, look-ups and its end")
    await stage.says(scene, "!subscribe KP")
    await stage.publishes(CALL)
    await stage.acts(scene, "the publisher calls")
    call = scene.numbers[stage._said(scene)[-1].event_id]
    await stage.chooses(scene, "Full text", below=call)
    await stage.publishes(MORE)
    await stage.acts(scene, "the publisher corrects the number")
    await stage.says(scene, "!demands China")
    await stage.says(scene, "!case 1")
    await stage.starts_anew()
    await stage.acts(scene, "the program is stopped and started")
    await stage.reacts(scene, "Follow", call)
    await stage.publishes(MORE, FREED)
    await stage.acts(scene, "the publisher says that it is over")
    return scene


async def search(stage: Stage, scene: Scene) -> None:
    """A search, its next page where it stands, and a citation."""
    posts = [
        (f"Report {number}: returns to North Korea", f"{POST[1]} Part {number}.") for number in range(1, 9)
    ]
    await stage.publishes(*posts, first=100)
    told = Scene("Search with pages", scene.room, told=scene.told, numbers=scene.numbers)
    stage.scenes.append(told)
    await stage.says(told, "!search returns North Korea")
    await stage.chooses(told, "More")
    await stage.says(told, "!cite 1")


async def few_words(stage: Stage) -> None:
    """Who may not be seen reading reads nothing that tells anything, until they ask."""
    scene = await stage.invites("Few words")
    await stage.says(scene, "!subscribe ER")
    await stage.says(scene, "!settings discreet:on")
    await stage.publishes(OTHERS, first=200)
    await stage.acts(scene, "the publisher calls")
    await stage.chooses(scene, "Show", below=scene.numbers[stage._said(scene)[-1].event_id])


async def taken_back(stage: Stage) -> None:
    """A group, what it lacks to be called together, and an appeal that has to leave every chat again."""
    member = stage.person.server.register()
    scene = await stage.invites("A group, and an appeal that endangers somebody", member, direct=False)
    await stage.says(scene, "!subscribe KP")
    await stage.appeals()
    await stage.acts(scene, "those who run the watch send an appeal")
    levels = f"/rooms/{scene.room}/state/m.room.power_levels"
    content = stage.person.ask("GET", levels)
    content.setdefault("users", {})[stage.account.user] = 50
    stage.person.ask("PUT", levels, content)
    await until(lambda: stage.bot._sending._rooms.may_call_all(scene.room))
    await stage.publishes(SEVEN, first=300)
    await stage.acts(scene, "the bot is given the power; the publisher calls")
    await stage.orders("/correct 1 safety yes")
    await stage.sends()
    await stage.acts(scene, "the appeal is taken down for somebody's safety")


async def play(stage: Stage) -> None:
    """All of it, in an order in which it could happen; in other languages than the first what rings."""
    if stage.language != next(iter(LANGUAGES)):
        await alerts(stage)
        return
    await first_contact(stage)
    scene = await alerts(stage)
    await search(stage, scene)
    await few_words(stage)
    await taken_back(stage)


@asynccontextmanager
async def with_nio(person: Person, folder: Path, heard: list[Heard]) -> AsyncIterator[Writes]:
    """The human's client is matrix-nio, on a device that the human has confirmed."""
    async with a_human(person, folder / "human") as client:
        await until(lambda: client.olm.account.shared)
        await confirms(person, client)

        async def hears(room: Any, event: Event) -> None:
            heard.append((room.room_id, event))

        async def writes(room: str, content: dict[str, Any]) -> str:
            sent = await client.room_send(room, "m.room.message", content, ignore_unverified_devices=True)
            return str(sent.event_id)

        client.add_event_callback(hears, Event)
        yield writes


@asynccontextmanager
async def a_stage(server: Synapse, language: str, folder: Path, client: Client) -> AsyncIterator[Stage]:
    """Everything, empty."""
    account, person, heard = server.register(), server.register(), list[Heard]()
    database = Database(f"sqlite:///{folder}/play.db", Vault.from_secret(bytes(range(32))))
    database.prepare()
    config = Config(
        language=language,
        matrix=MatrixConfig(server.url, account.user, password=account.password, store=folder / "store"),
    )
    desk = Desk(database, rules=Rules(approvals=1))
    async with a_watch(database) as watch, client(person, folder, heard) as writes:
        watch.over_feed()
        bot = wired(config, desk)
        await bot.start()
        stage = Stage(language, watch, account, person, writes, config, desk, bot, heard)
        try:
            yield stage
        finally:
            await stage.bot.stop()
    database.close()


async def played(server: Synapse, language: str, client: Client = with_nio) -> Stage:
    """The whole play in one language, with the human's client."""
    stages: list[Stage] = []

    def now() -> datetime:
        return stages[0].watch.now + timedelta(minutes=1) if stages else NOON

    with tempfile.TemporaryDirectory() as folder, standing(now):
        async with a_stage(server, language, Path(folder), client) as stage:
            stages.append(stage)
            await play(stage)
            return stage


def seen_by_the_homeserver(stage: Stage) -> list[dict[str, Any]]:
    """What the bot and the human have done in the rooms, as it stands there."""
    both = (stage.account.user, stage.person.user)
    rooms = {scene.room for scene in stage.scenes}
    return [one for room in rooms for one in stage.person.events(room) if one["sender"] in both]


def written(stages: Sequence[Stage]) -> str:
    """The whole page, of a play in each language."""
    text = [HEAD]
    for stage in stages:
        text.append(f"## {LANGUAGES[stage.language]}\n")
        for scene in stage.scenes:
            told = re.sub("\n{3,}", "\n\n", "\n".join(scene.lines)).strip()
            text.append(f"### {scene.title}\n\n```\n{told}\n```\n")
    return "\n".join(text)


if __name__ == "__main__":
    with a_synapse() as homeserver:
        plays = [asyncio.run(played(homeserver, language)) for language in LANGUAGES]
        PAGE.write_text(written(plays), encoding="utf-8")
