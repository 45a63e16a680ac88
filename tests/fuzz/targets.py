"""What is tried, and on what: a reader of bytes, what it may raise, and inputs from which others are made."""

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp

from bot.cli.items import entries_of
from bot.commands.table import COMMANDS
from bot.config import ConfigError, load
from bot.transports.telegram_buttons import EXPIRED, Buttons
from bot.transports.telegram_incoming import read as read_update
from jobs.steps.discover import named, usual
from jobs.steps.document import Document
from jobs.steps.hubs import announced
from jobs.steps.opml import NotOpml, read_opml
from jobs.steps.parsed import NotAFeed
from jobs.steps.picture import Unfit, cleaned
from jobs.steps.read import read_document
from jobs.steps.shown import read_answer
from jobs.steps.understand import understand
from jobs.steps.unreadable import Unreadable
from storage.database import Database
from storage.vault import Vault
from storage.words import SourceKind
from tests.bot.chat import Chat, published
from tests.builders import NOON, a_source, a_statement
from tests.documents import EXAMPLE, ROOT
from tests.fuzz import updates
from tests.pictures import DRAWING, PHOTO, PROGRESSIVE

DATA = ROOT / "tests" / "data"
_URL = "https://northlight.example.org/news/feed"
_LARGE = 40_000


@dataclass(frozen=True, slots=True)
class Target:
    """`read` returns nothing; what it raises that it did not promise is a finding."""

    read: Callable[[bytes], None]
    seeds: Sequence[bytes]
    words: Sequence[bytes]
    seconds: float = 5.0
    """What takes longer, on whatever machine, is a finding as well."""


def _feed(body: bytes) -> None:
    source = a_source(url=_URL)
    try:
        shown = read_answer(body, {"content-type": "application/xml"}, _URL, source, NOON)
    except NotAFeed:
        return
    announced(source, {"link": body[:300].decode("latin-1")}, body, _URL)
    for one in shown.parsed.entries:
        assert "\x00" not in one.title + one.text + one.url, "no database takes it"
        assert one.url.partition(":")[0] in {"", "http", "https"}, "nothing else is a link"


def _page(body: bytes) -> None:
    selectors = {"item": "li", "title": "a", "link": "a", "date": "time"} if body[-1:] < b"a" else {}
    source = a_source(url=_URL, kind=SourceKind.PAGE, selectors=selectors)
    headers = {"content-type": "text/html"}
    with suppress(NotAFeed):
        read_answer(body, headers, _URL, source, NOON)
    named(body, headers, _URL)
    usual(body, headers, _URL)


def _document(body: bytes) -> None:
    kind = ("text/html; charset=euc-kr", "application/pdf", "text/plain", "")[len(body) % 4]
    try:
        found = read_document(body, kind, _URL)
    except Unreadable:
        return
    understand(found, NOON)


def _text(body: bytes) -> None:
    text = body.decode("utf-8", "replace").replace("\x00", "")
    title, _, rest = text.partition("\n")
    understand(Document(title=title[:300], text=rest), NOON)


def _opml(body: bytes) -> None:
    try:
        listed = read_opml(body)
    except NotOpml:
        return
    assert all(one.url.startswith(("http://", "https://")) for one in listed.sources)


def _items(body: bytes) -> None:
    file = _folder() / "items.jsonl"
    file.write_bytes(body)
    for one in entries_of(file):
        if isinstance(one, tuple):
            assert one[0].url.partition(":")[0] in {"", "http", "https"}, "nothing else is a link"


def _picture(body: bytes) -> None:
    try:
        found = cleaned(body)
    except Unfit:
        return
    assert cleaned(found.data) == found


def _configuration(body: bytes) -> None:
    file = _folder() / "config.toml"
    file.write_bytes(body)
    with suppress(ConfigError):
        load(file, {"TOKEN": "1:a"})


_BUTTONS = Buttons()


def _callback(body: bytes) -> None:
    """Whatever is pressed that nobody offered means nothing."""
    assert _BUTTONS.pressed(body.decode("utf-8", "surrogateescape"), 7).command == EXPIRED


def _update(body: bytes) -> None:
    """Nothing that hangs. What it stumbles over `Answering._read` takes for nothing."""
    found = updates.read(body)
    if found is not None:
        with suppress(AttributeError, TypeError, ValueError):
            read_update(found, "vigil_bot")


_CHATS: list[Chat] = []


def _chats() -> list[Chat]:
    if not _CHATS:
        vault = Vault.from_secret(bytes(range(32)))
        database = Database(f"sqlite:///{_folder() / 'fuzz.db'}", vault)
        database.prepare()
        published(
            database,
            a_source(),
            a_statement(),
            a_statement(
                title="北京の難民 의 성명 O'Brien",
                text='탈북 난민 % _ \\ "',
                language="ko",
                countries=("KR",),
            ),
        )
        _CHATS.extend(
            (
                Chat(database, transport="telegram", address="71"),
                Chat(database, transport="telegram", address="-100/5", group=True, language="ko"),
                Chat(database, transport="matrix", address="!a:b", admin=True),
            )
        )
    return _CHATS


def _command(body: bytes) -> None:
    lines = body.decode("utf-8", "replace" if len(body) % 7 else "surrogateescape")
    chats = _chats()
    chat = chats[len(body) % len(chats)]
    for line in lines.split("\x1e")[:4]:
        chat.now += timedelta(seconds=1)
        if line.strip():
            chat.says(line[:4096])
            assert chat.read is not None


def _search(body: bytes) -> None:
    text = body.decode("utf-8", "replace")[:4000]
    _chats()[0].says(f"/search {text}")


_FOLDER: list[Path] = []


def _folder() -> Path:
    if not _FOLDER:
        _FOLDER.append(Path(mkdtemp(prefix="vigil-fuzz-")))
    return _FOLDER[0]


def _of(pattern: str) -> list[bytes]:
    return [one.read_bytes()[:_LARGE] for one in sorted(DATA.glob(pattern)) if one.suffix != ".json"]


_PAGE = (
    b"<!doctype html><html lang=ko><title>News</title><link rel=alternate type=text/rss+xml href=/feed>"
    b"<ul><li><a href=/a.pdf>One call</a> <time>2026-07-04</time></li><li><a href=b>Two</a> 09:12</li></ul>"
)
_MARKUP = (
    *(
        b"<",
        b">",
        b"</",
        b"<!--",
        b"<![CDATA[",
        b"]]>",
        b"<!DOCTYPE x [<!ENTITY a 'b'>]>",
        b"&a;",
        b"&#0;",
        b"&#xd800;",
    ),
    *(
        b"<item>",
        b"<title>",
        b"<guid>",
        b"<link>",
        b"<pubDate>",
        b"<entry>",
        b"<content:encoded>",
        b"<li>",
        b"<a href=",
    ),
    *(
        b"javascript:",
        b"http://[::1",
        b"//",
        b"http://a@b:99999/",
        b"data:,",
        b"encoding='utf-16'",
        b"encoding='idna'",
    ),
    *(
        b"Sat, 04 Jul 2026 24:60:61 +9999",
        b"0000-00-00",
        b"9999-12-31T23:59:59-14:00",
        b"{",
        b"[",
        b'"items":[',
        b"]",
    ),
    *(
        b"<table><tr><td>",
        b"<base href=",
        b"<svg>",
        b"<meta charset=utf-7>",
        b"xmlns:a=''",
        b"<?xml version='1.0'?>",
    ),
)
_SENTENCES = (
    *(
        b"We call on the Government of Chad to ",
        b"must be freed",
        b"Dear Minister,",
        b"\n\n",
        b"(a)",
        b"1.",
        b"\xe2\x80\xa2",
    ),
    *(
        "중국 정부는 중단하라.".encode(),
        "を求める。".encode(),
        "呼吁".encode(),
        "نطالب".encode(),
        b"\xe2\x80\xae",
        b"\xcc\x81",
    ),
    *(
        b"by 31 February 2020",
        b"30.2.2021",
        "2026년 13월 40일".encode(),
        b"aged 12",
        b"execution tomorrow",
        b"UA 12/26",
    ),
    *(
        b"PETITION",
        b"Sincerely,",
        b"and 3,000,000,000 others",
        b"@",
        b"http://",
        b"+41 22 ",
        b"....",
        b"((((",
        b"\t\t",
    ),
)
_WORDS_OF_COMMANDS = (
    *(f"/{command.name} ".encode() for command in COMMANDS),
    *(
        b"KP",
        b"kind:",
        b"kind:resolution",
        b"-",
        b'"',
        b"urgency:",
        b"lang:",
        b"from:",
        b"digest:",
        b"daily",
        b"id:1",
        b"yes",
    ),
    *(
        b"from:2020..2021",
        b"since:",
        b"\x1e",
        b"!",
        b"@vigil_bot",
        b"country:",
        b"to:",
        b"24:00-25:00",
        b"Seoul",
        b"\n",
    ),
    *(
        "대한민국".encode(),
        "ﷺ".encode(),
        b"*",
        b"NEAR(",
        b"AND OR NOT",
        b"%",
        b"_",
        b"\\",
        b"'",
        b"until:9999-12-31",
        b"/",
    ),
)
_TOML = (
    *(
        b"[",
        b"]",
        b"[[sources]]",
        b"=",
        b'"',
        b"'''",
        b"env:TOKEN",
        b"env:",
        b"file:/",
        b"file:.",
        b"inf",
        b"nan",
        b"{}",
    ),
    *(
        b"true",
        b"1979-05-27T07:32:00Z",
        b'"99999999d"',
        b'"0s"',
        b"[1, [2]]",
        b"a.b.c",
        b"https://",
        b"postgresql://",
        b"sqlite://",
    ),
)
_JSON = (
    b"{",
    b"}",
    b"[",
    b"]",
    b'"',
    b"null",
    b"true",
    b"1e999",
    b'"\\ud800"',
    b"-0",
    b'"id":',
    b'"text":',
    b'"entities":[',
)

TARGETS: dict[str, Target] = {
    "feed": Target(
        _feed,
        [*_of("feeds/*.xml"), *_of("feeds/feed.json"), (DATA / "feeds/feed.json").read_bytes()],
        _MARKUP,
    ),
    "page": Target(_page, [_PAGE, *_of("feeds/*.html")], _MARKUP),
    "document": Target(
        _document, [*_of("documents/*.txt"), _PAGE], (*_MARKUP, *_SENTENCES, b"%PDF-1.7", b"\x1f\x8b")
    ),
    "text": Target(_text, _of("documents/*.txt"), _SENTENCES),
    "opml": Target(
        _opml,
        [
            b'<opml version="2.0"><body><outline text="a"><outline type="rss" xmlUrl="https://a.example/f"/></outline></body></opml>'
        ],
        (*_MARKUP, b'xmlUrl="', b"<outline "),
    ),
    "items": Target(
        _items,
        [
            json.dumps(
                {
                    "id": "a1",
                    "title": "T",
                    "summary": "S",
                    "link": "https://a.example/",
                    "published": "2005-02-16",
                }
            ).encode(),
            json.dumps(
                {"format": "vigil-1", "items": [{"id": 1, "title": "x", "taken_down": True}]}
            ).encode(),
        ],
        (*_JSON, b'"published":', b'"taken_down":', b'"format":', b'"source":', b'"0000-01-01"'),
    ),
    "picture": Target(
        _picture,
        [PHOTO, PROGRESSIVE, DRAWING],
        (b"\xff\xd8", b"\xff\xda", b"\xff\xe1\xff\xff", b"IDAT", b"IEND"),
    ),
    "configuration": Target(_configuration, [EXAMPLE.read_bytes(), b'[vigil]\nkey_file = "k"\n'], _TOML),
    "callback": Target(_callback, [b"AAAAAAAAAAA7+/subscribe KP", b"~abcdefgh"], _WORDS_OF_COMMANDS),
    "update": Target(_update, updates.SEEDS, _JSON),
    "command": Target(
        _command,
        [b"/subscribe KP CN kind:resolution", b"/search camp", b"/settings lang:ko", *_WORDS_OF_COMMANDS],
        _WORDS_OF_COMMANDS,
    ),
    "search": Target(
        _search,
        [b'refugees "imminent return" -fundraising from:northlight', "난민 송환".encode()],
        _WORDS_OF_COMMANDS,
    ),
}
