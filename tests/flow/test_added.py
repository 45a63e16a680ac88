"""An admin adds a source in a chat: it is looked at, watched, and its first call waits for somebody."""

from datetime import timedelta
from pathlib import Path

from storage.database import now_utc
from tests.emulators.telegram import TelegramEmulator
from tests.feeds import Site, item, rss
from tests.flow.program import Program
from tests.flow.story import ADMIN, DINNER, TEXT, TITLE, rung, subscribe

HEAD = (
    '<html><head><link rel="alternate" type="application/rss+xml" href="/other"></head><body>Hi</body></html>'
)


def a_site_that_nobody_watches(site: Site, *posts: str) -> None:
    """A home page that names its feed; in that a dinner, and what else is given."""
    site.publish("/", HEAD, "text/html")
    dinner = item(*DINNER, now_utc() - timedelta(days=30), "dinner")
    site.publish("/other", rss(dinner, *posts))


def asked(site: Site) -> int:
    """How often the feed was."""
    return sum(path == "/other" for path, _ in site.asked)


async def test_from_an_address_in_a_chat_to_a_call_that_waits(
    vigil: Program, site: Site, telegram: TelegramEmulator
) -> None:
    """Looked at beside everything else, added by a press, asked at once; its call reaches an admin alone."""
    telegram.private(ADMIN)
    a_site_that_nobody_watches(site)
    vigil.later(timedelta())
    await vigil.serve()
    await subscribe(telegram)
    await telegram.says(ADMIN, f"/sources add {site.url}")
    await telegram.until(ADMIN, contains="The address was looked at", patience=90)
    await telegram.presses(ADMIN, "Show")
    await telegram.until(ADMIN, contains="1 item", patience=60)
    looked = asked(site)
    await telegram.presses(ADMIN, "Add 1")
    await telegram.until(ADMIN, contains="is watched from now on", patience=60)
    await telegram.until_true(lambda: asked(site) > looked, "a poll", 60)
    a_site_that_nobody_watches(site, item(TITLE, TEXT, now_utc(), "call"))
    vigil.later(timedelta(minutes=11))
    await vigil.until_notices("sent", "queued")
    vigil.later(timedelta(minutes=14))
    await telegram.until(ADMIN, contains="A call waits until an admin has looked at it", patience=90)
    assert rung(telegram) == 0
    await vigil.stop()
    code, out, err = await vigil.run("source", "list")
    assert (code, "chat, on trial" in out, "file" in out) == (0, True, True), err
    code, out, err = await vigil.run("export", "-")
    assert (code, out.count("vigil:added="), "/other" in out) == (0, 1, True), err


async def test_at_the_terminal_too_without_a_service(tmp_path: Path, site: Site) -> None:
    """What a pipe asked is answered before it ends; nothing else need run."""
    program = Program(tmp_path, {})
    a_site_that_nobody_watches(site)
    code, out, err = await program.run("console", given=f"/sources add {site.url}\n")
    assert (code, "The address was looked at" in out) == (0, True), err
    code, out, err = await program.run(
        "console", given="/sources found 1\n/sources found 1 add 1\n/sources\n"
    )
    assert (code, "1 item" in out, "is watched from now on" in out) == (0, True, True), err
    assert "added in a chat · on trial" in " ".join(out.split())
    code, out, err = await program.run("source", "add", f"{site.url}/other", "--yes")
    assert (code, "Nothing was added: it is watched already." in out) == (0, True), err
    assert "added in a chat, as" in " ".join(out.split())
    code, out, err = await program.run("check", "--alive")
    assert (code, "overdue" in err) == (0, False), err
