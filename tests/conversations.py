"""Writes docs/telegram.md: conversations on Telegram as they are read there, in two languages, with pictures.

python -m tests.conversations     writes them anew; a test says when they are not true any more

Telegram is emulated, everything behind it is the program: a publisher's feed is polled, what rings is sent by
the sender, what people write and press is answered by the desk. The clock stands still but where it is moved.
"""

import asyncio
import calendar
import re
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from bot.speaking import AT_ONCE, always, delivering
from bot.speech import Speech
from storage import clock
from storage.database import Database
from storage.vault import Vault
from tests.bot.transports.a_service import Service, a_service
from tests.builders import NOON
from tests.documents import ROOT
from tests.drawing import picture
from tests.emulators.telegram import Button, Message, TelegramEmulator
from tests.feeds import item, rss
from tests.jobs.watching import CALL, Watch, a_watch

PAGE = ROOT / "docs" / "telegram.md"
PICTURES = ROOT / "docs" / "telegram"
LANGUAGES = {"en": "English", "ko": "한국어"}
PERSON, READER, LOST, ADMIN, SEEKER = range(42, 47)
FORUM, TOPIC, CHANNEL = -1001234567890, 7, -1009876543210
MORE = (CALL[0].replace("Nine", "Twelve"), CALL[1].replace("Nine", "Twelve"))
FREED = (
    "Stop action: twelve North Korean refugees released",
    "The twelve North Korean refugees held in Shenyang, China, have been released. No further action.",
)
KOREAN = {
    "First contact": "첫 만남",
    "Blocked, and back": "차단했다가 풀 때",
    "A group with topics": "주제가 있는 그룹",
    "A channel, managed in its admin's own chat": "관리자의 개인 대화에서 관리하는 채널",
    "An alert, its update and its end": "알림, 그 새 소식과 종료",
    "Search with pages": "여러 쪽의 검색 결과",
    "blocks the bot": "봇을 차단한다",
    "the publisher calls": "단체가 긴급 호소를 낸다",
    "its topic was closed; the publisher calls": "주제가 닫힌 뒤 단체가 긴급 호소를 낸다",
    "the publisher calls; the channel reads:": "단체가 긴급 호소를 낸다. 채널에 보이는 것:",
    "the publisher corrects the number": "단체가 인원수를 바로잡는다",
    "lets the bot in again": "차단을 푼다",
    "a moment later": "잠시 뒤",
    "the publisher says that it is over": "단체가 끝났다고 알린다",
    "(in topic {})": "(주제 {})",
    "(in place)": "(그 자리에서 바뀜)",
    "(silent)": "(소리 없이)",
    "(under message {})": "(메시지 {}에 이어)",
}
"""What happens and how it is read, for the Korean half of the page."""
HEAD = """# Conversations on Telegram

Made by `python -m tests.conversations` and checked by a test. Telegram is emulated; all else is the program,
from an invented publisher's feed to the screen. Lines that begin with `>` were typed, or pressed where they
stand in brackets, or are what happened; below each stands what the chat reads then, buttons in brackets,
links with an arrow; "(in place)" is a message that was changed where it stands, "(silent)" one that made no
sound.
"""


@dataclass
class Scene:
    """One chat, told from where it was last looked at."""

    title: str
    chat: int
    lines: list[str] = field(default_factory=list)
    known: set[tuple[int, int]] = field(default_factory=set)


@dataclass
class Stage:
    """A publisher, the watch over it, Telegram, and what is told of it."""

    watch: Watch
    service: Service
    language: str
    scenes: list[Scene] = field(default_factory=list)
    pictures: dict[str, str] = field(default_factory=dict)

    @property
    def telegram(self) -> TelegramEmulator:
        """Where it happens."""
        return self.service.telegram

    def scene(self, title: str, chat: int) -> Scene:
        """One more to be told."""
        self.scenes.append(Scene(self.told(title), chat))
        return self.scenes[-1]

    async def says(self, scene: Scene, line: str, **how: object) -> None:
        """Somebody writes, and is answered."""
        await self.acts(
            scene,
            line,
            self.telegram.says(scene.chat, line, language=self.language, **how),  # type: ignore[arg-type]  # as given
        )

    async def presses(self, scene: Scene, label: str, **how: object) -> None:
        """Somebody presses a button, by what it is called in English."""
        said = self.word(label)
        await self.acts(
            scene,
            f"[{said}]",
            self.telegram.presses(scene.chat, said, language=self.language, **how),  # type: ignore[arg-type]  # as given
        )

    def word(self, label: str) -> str:
        """What a button is called in the language of the play."""
        speech = Speech(self.language)
        countries = {Speech("en").country(code): speech.country(code) for code in ("KP", "CN")}
        return countries.get(label) or speech.t(label)

    def told(self, happening: str) -> str:
        """What happens, in the language of the play."""
        return KOREAN.get(happening, happening) if self.language == "ko" else happening

    async def acts(self, scene: Scene, told: str, act: Awaitable[object] | None = None) -> None:
        """Something happens; what the chat reads after it is told."""
        if act is not None:
            await act
        await self.telegram.until_handled()
        inbox = self.service.bot._answering._inbox
        await self.telegram.until_true(lambda: not inbox._tasks, "an answer")
        scene.lines += ["", f"> {self.told(told)}"]
        scene.lines += list(self.news(scene))

    def news(self, scene: Scene) -> Iterator[str]:
        """What the bot has said or changed in the chat since."""
        for message in self.telegram.said(scene.chat):
            last = len(message.versions)
            if (message.id, last) in scene.known:
                continue
            was = any(number == message.id for number, _ in scene.known)
            scene.known.add((message.id, last))
            yield from retold(message, self.told, changed=was)

    def draws(self, name: str, chat: int, number: int = -1) -> None:
        """A picture of a message as it stands."""
        self.pictures[f"{name}.{self.language}"] = picture(self.telegram.said(chat)[number].now)

    async def publishes(self, *items: tuple[str, str], first: int = 1) -> None:
        """The feed shows these, numbered from `first` on, is asked, and what follows is sent."""
        shown = []
        for number, (title, text) in enumerate(items, first):
            page = f"/{number}"
            self.watch.publish(page, f"<article><h1>{title}</h1><p>{text}</p></article>", "text/html")
            link = f"{self.watch.site.url}{page}"
            shown.append(item(title, text, self.watch.now, f"{number}", link))
        self.watch.publish("/feed", rss(*shown))
        await self.watch.polls()
        await self.sends()
        self.watch.later(minutes=10)

    async def sends(self) -> None:
        """Everything that is due is sent."""
        async with delivering(self.watch.database, always(self.service.bot, AT_ONCE)) as sender:
            await sender.drain()


def retold(message: Message, told: Callable[[str], str], *, changed: bool) -> Iterator[str]:
    """A message as it is read."""
    marks = [told("(in topic {})").format(message.thread)] if message.thread else []
    marks += [told("(in place)")] if changed else []
    marks += [told("(silent)")] if message.silent and not changed else []
    marks += [told("(under message {})").format(message.reply_to)] if message.reply_to and not changed else []
    yield ""
    if marks:
        yield " ".join(marks)
    yield from message.text.splitlines()
    yield from (" ".join(map(_shown, row)) for row in message.now.buttons)
    yield ""


def _shown(button: Button) -> str:
    """A link with the arrow that Telegram gives it."""
    return f"[{button.label}{' ↗' if button.kind == 'url' else ''}]"


async def first_contact(stage: Stage) -> None:
    """A link from a poster, two taps, and the settings."""
    scene = stage.scene("First contact", PERSON)
    link = f"https://t.me/{stage.telegram.username}?start=kp"
    await stage.acts(scene, link, stage.telegram.follows(PERSON, link, language=stage.language))
    stage.draws("welcome", PERSON)
    await stage.presses(scene, "North Korea")
    await stage.presses(scene, "Settings")
    stage.draws("settings", PERSON)
    await stage.presses(scene, "Quiet hours")
    await stage.presses(scene, "Quiet by night")
    stage.draws("quiet", PERSON)
    await stage.presses(scene, "Time zone")
    await stage.says(scene, "/settings 1")
    stage.draws("subscription", PERSON)


async def groups(stage: Stage) -> tuple[Scene, Scene]:
    """A topic of a forum and a channel, each as its admin wants it."""
    telegram = stage.telegram
    telegram.group(FORUM, admins={ADMIN}, topics={TOPIC})
    telegram.channel(CHANNEL, name="northlight", admins={ADMIN})
    telegram.chat(CHANNEL).title = "Northlight"
    topic = stage.scene("A group with topics", FORUM)
    await stage.says(topic, "/subscribe", person=PERSON, topic=TOPIC)
    await stage.says(topic, "/subscribe", person=ADMIN, topic=TOPIC)
    channel = stage.scene("A channel, managed in its admin's own chat", ADMIN)
    await stage.says(channel, "/for @northlight /subscribe")
    return topic, channel


async def search(stage: Stage) -> None:
    """A search, its second page and back, and a statement from it."""
    posts = [
        (
            f"Monthly report, {month} 2025: returns to North Korea",
            (
                f"In {month} 2025 {number} people were returned from China, as far as Northlight knows. "
                "The report says how they were counted."
            ),
        )
        for number, month in enumerate(calendar.month_name[1:], 3)
    ]
    await stage.publishes(*posts, first=100)
    scene = stage.scene("Search with pages", SEEKER)
    await stage.says(scene, "/search returns North Korea")
    stage.draws("search", SEEKER)
    await stage.presses(scene, "More")
    await stage.presses(scene, "Back")
    await stage.says(scene, "/statement 1")


async def play(stage: Stage) -> None:
    """All of it, in an order in which it could happen."""
    telegram = stage.telegram
    await first_contact(stage)
    lost = stage.scene("Blocked, and back", LOST)
    await stage.says(lost, "/subscribe KP")
    topic, channel = await groups(stage)
    alert = stage.scene("An alert, its update and its end", READER)
    await stage.says(alert, "/subscribe KP")
    telegram.blocks(LOST)
    await stage.acts(lost, "blocks the bot")
    telegram.closes_topic(FORUM, TOPIC)
    await stage.publishes(CALL)
    await stage.acts(alert, "the publisher calls")
    stage.draws("alert", READER)
    await stage.acts(topic, "its topic was closed; the publisher calls")
    await stage.acts(lost, "the publisher calls")
    posted = Scene("", CHANNEL)
    called = stage.told("the publisher calls; the channel reads:")
    channel.lines += [f"> {called}", *stage.news(posted)]
    await stage.publishes(MORE)
    await stage.acts(alert, "the publisher corrects the number")
    telegram.unblocks(LOST)
    await stage.acts(lost, "lets the bot in again")
    await stage.sends()
    await stage.acts(lost, "a moment later")
    await stage.publishes(MORE, FREED)
    await stage.acts(alert, "the publisher says that it is over")
    telegram.deletes_topic(FORUM, TOPIC)
    await search(stage)


@contextmanager
def standing(now: Callable[[], datetime]) -> Iterator[None]:
    """The clock shows this to everybody who reads it."""
    readers = [
        module
        for name, module in list(sys.modules.items())
        if name.partition(".")[0] in {"bot", "jobs", "storage"} and hasattr(module, "now_utc")
    ]
    real = clock.now_utc
    for module in readers:
        module.now_utc = now  # type: ignore[attr-defined]  # looked for above
    try:
        yield
    finally:
        for module in readers:
            module.now_utc = real  # type: ignore[attr-defined]  # as above


@asynccontextmanager
async def a_stage(language: str, folder: str) -> AsyncIterator[Stage]:
    """Everything, empty."""
    database = Database(f"sqlite:///{folder}/play.db", Vault.from_secret(bytes(range(32))))
    database.prepare()
    async with TelegramEmulator() as telegram, a_watch(database) as watch:
        watch.over_feed()
        async with a_service(database, telegram) as service:
            yield Stage(watch, service, language)
    database.close()


async def played(language: str) -> Stage:
    """The whole play in one language."""
    stages: list[Stage] = []

    def now() -> datetime:
        return stages[0].watch.now + timedelta(minutes=1) if stages else NOON

    with tempfile.TemporaryDirectory() as folder, standing(now):
        async with a_stage(language, folder) as stage:
            stages.append(stage)
            await play(stage)
            return stage


def files() -> dict[Path, str]:
    """Every file that is made, and what it holds."""
    made: dict[Path, str] = {}
    text = [HEAD]
    for language, name in LANGUAGES.items():
        stage = asyncio.run(played(language))
        text.append(f"## {name}\n")
        shown = " ".join(f"![{one}](telegram/{one}.svg)" for one in stage.pictures)
        text.append(f"{shown}\n")
        for scene in stage.scenes:
            told = re.sub("\n{3,}", "\n\n", "\n".join(scene.lines)).strip()
            text.append(f"### {scene.title}\n\n```\n{told}\n```\n")
        made |= {PICTURES / f"{one}.svg": drawn for one, drawn in stage.pictures.items()}
    return {PAGE: "\n".join(text)} | made


if __name__ == "__main__":
    PICTURES.mkdir(exist_ok=True)
    for file, content in files().items():
        file.write_text(content, encoding="utf-8")
