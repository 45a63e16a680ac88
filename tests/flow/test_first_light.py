"""A source speaks, a chat rings: the real program, a site on loopback, Telegram's emulator."""

import asyncio
import json
import signal
from datetime import timedelta

import pytest

from storage.clock import now_utc
from tests.emulators.telegram import TelegramEmulator, hang
from tests.feeds import Site
from tests.flow.program import Program
from tests.flow.story import ADMIN, PERSON, TITLE, rung, subscribe, urgent_call


async def test_from_first_contact_to_the_alert(
    vigil: Program, site: Site, telegram: TelegramEmulator
) -> None:
    """Two steps to a subscription; the call rings; asked again, nothing rings twice; the stop is clean."""
    vigil.afresh = True
    await vigil.serve()
    vigil.afresh = False
    await subscribe(telegram)
    urgent_call(site)
    code, out, err = await vigil.run("poll", "--source", "northlight", "--json")
    assert code == 0, err
    (alert,) = json.loads(out)["alerts"]
    assert (alert["title"], alert["urgency"], alert["recipients"]) == (TITLE, "Immediate", 1)
    await telegram.until(PERSON, contains=TITLE, patience=60)
    _, out, _ = await vigil.run("poll", "--source", "northlight", "--json")
    assert json.loads(out) == {
        "sources": [{"name": "northlight", "state": "ok", "new": 0, "detail": ""}],
        "alerts": [],
    }
    await telegram.says(PERSON, "/search Shenyang")
    await telegram.until(PERSON, contains="1 result", patience=60)
    assert await vigil.stop() == 0
    assert rung(telegram) == 1
    assert telegram.token not in vigil.log()
    assert f"={PERSON}" not in vigil.log()


async def test_killed_between_poll_and_send_nothing_is_lost(
    vigil: Program, site: Site, telegram: TelegramEmulator
) -> None:
    """What was queued before the kill rings after the next start, once."""
    await vigil.serve()
    await subscribe(telegram)
    await vigil.stop(signal.SIGKILL)
    urgent_call(site)
    await vigil.run("poll", "--source", "northlight")
    assert not any(TITLE in text for text in telegram.texts(PERSON))
    await vigil.serve()
    await telegram.until(PERSON, contains=TITLE, patience=60)
    await vigil.stop()
    assert rung(telegram) == 1


async def test_killed_while_sending_an_immediate_alert_is_repeated(
    vigil: Program, site: Site, telegram: TelegramEmulator
) -> None:
    """Nobody can know whether it had arrived: a miss is worse than a double."""
    await vigil.serve()
    await subscribe(telegram)
    telegram.fail("sendMessage", hang(), times=1)
    urgent_call(site)
    await vigil.run("poll", "--source", "northlight")
    await vigil.until("sending")
    async with asyncio.timeout(60):
        while not any(method == "sendmessage" and TITLE in str(said) for method, said in telegram.calls):  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.05)  # it has left when it is killed
    await vigil.stop(signal.SIGKILL)
    await vigil.serve()
    await telegram.until(PERSON, contains=TITLE, patience=60)
    assert "deliver.uncertain" in vigil.log()


async def test_a_dry_run_says_what_would_ring_and_writes_nothing(vigil: Program, site: Site) -> None:
    """Not even a database is made."""
    urgent_call(site)
    code, out, err = await vigil.run("poll", "--dry-run")
    assert code == 0, err
    assert "Would alert: Immediate" in out
    assert sorted(path.name for path in vigil.folder.iterdir()) == ["config.toml"]


async def test_the_demo_plays_its_tour_without_a_terminal(vigil: Program) -> None:
    """One urgent call rings among ordinary posts, and what people ask is answered."""
    code, out, err = await vigil.run("demo")
    assert code == 0, err
    assert out.count("URGENT") == 1
    for said in ("9 people", "halt the return", "> /demands china", "end the forced repatriation"):
        assert said in out
    assert all(len(line) <= 100 for line in out.splitlines())


async def test_the_archive_is_filled_and_asked_from_the_command_line(vigil: Program) -> None:
    """Import alerts nobody, twice changes nothing, and search gives the imported ids."""
    rows = [
        {
            "id": "a1",
            "title": "Resolution on the camps",
            "summary": "Close them.",
            "published": "2005-02-16T00:00:00Z",
        },
        {
            "id": "a2",
            "title": "긴급 채용 공고",
            "summary": "사무국 활동가를 찾습니다.",
            "published": "2020-01-01T00:00:00Z",
        },
    ]
    path = vigil.folder / "items.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    assert (await vigil.run("import", "items.jsonl"))[1] == "2 taken, 0 known already\n"
    assert (await vigil.run("import", "items.jsonl"))[1] == "0 taken, 2 known already\n"
    _, out, _ = await vigil.run("search", "camps", "resolution", "--json")
    assert json.loads(out)["query"] == "camps resolution"
    assert [row["id"] for row in json.loads(out)["results"]] == ["a1"]
    _, out, _ = await vigil.run("search", "긴급채용", "--json")
    assert [row["id"] for row in json.loads(out)["results"]][:1] == ["a2"]
    assert (await vigil.run("--version"))[1].startswith("vigil ")
    code, out, _ = await vigil.run("explain", "items.jsonl", "--json")
    assert [json.loads(line)["id"] for line in out.splitlines()] == ["a1", "a2"]
    code, out, _ = await vigil.run("explain", "--cases", "items.jsonl", "--json")
    assert [json.loads(line)["relation"] for line in out.splitlines()] == ["new", "new"]
    assert code == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("poll", "--config", "none.toml"), "there is no such file"),
        (("poll", "--source", "nobody"), 'there is no source "nobody"'),
        (("poll", "--as-of", "yesterday"), "write it as"),
        (("import", "none.jsonl"), "there is no such file"),
        (("explain", "none.txt"), "cannot be read"),
        (("explain", "feeds.opml"), "`vigil import feeds.opml`"),
        (("search", "kind:resolutoin"), "resolution"),
    ],
)
async def test_wrong_words_end_with_code_2_and_a_remedy(
    vigil: Program, words: tuple[str, ...], told: str
) -> None:
    """No traceback; the sentence says what to do."""
    (vigil.folder / "feeds.opml").write_text('<?xml version="1.0"?>\n<opml version="2.0"><body/></opml>')
    code, _, err = await vigil.run(*words)
    assert (code, told in err, "Traceback" in err) == (2, True, False)


async def test_what_was_polled_as_of_another_time_was_polled_now(vigil: Program, site: Site) -> None:
    """What is published is judged by that time; a poll of the past leaves no source ill since then.

    Where nothing is to be sent, and where there is no such alert, that is said.
    """
    urgent_call(site)
    began = now_utc()
    for moment in (began - timedelta(days=30), began + timedelta(days=30)):
        code, _, err = await vigil.run("poll", "--source", "northlight", "--as-of", moment.isoformat())
        assert code == 0, err
        with vigil.database() as database, database.read() as work:
            polled = work.sources.by_name("northlight")
        assert polled
        assert polled.last_polled
        assert polled.last_success
        assert polled.next_due
        for at in (polled.last_polled, polled.last_success):
            assert began <= at <= now_utc()
        assert began <= polled.next_due <= began + timedelta(hours=2)
    code, out, err = await vigil.run("deliver")
    assert (code, out) == (0, "Nothing is due to be sent, and nothing waits.\n"), err
    code, out, err = await vigil.run("admin", "timeline", "99")
    assert (code, err) == (1, "there is no alert 99: none has been made yet\n")


async def test_lines_from_a_pipe_are_answered(vigil: Program) -> None:
    """The console serves a script as well as a person; an unknown command gets the nearest one."""
    code, out, _ = await vigil.run("console", given="/subscibe KP\n/subscribe KP\n/status\n")
    assert code == 0
    for said in ("Did you mean /subscribe?", "You are subscribed", "1 source is watched"):
        assert said in out


async def test_the_check_asks_telegram_for_the_bot(vigil: Program, telegram: TelegramEmulator) -> None:
    """A good token is named by its bot; a refused one is told with the remedy, and never shown."""
    telegram.private(ADMIN)
    code, out, _ = await vigil.run("check")
    assert (code, "@emulated_bot" in out, "Nothing is wrong." in out) == (0, True, True), out
    config = vigil.folder / "config.toml"
    wrong = telegram.token[:-4] + "AAAA"
    config.write_text(config.read_text(encoding="utf-8").replace(telegram.token, wrong), encoding="utf-8")
    code, out, err = await vigil.run("check")
    assert (code, "copy it anew" in out) == (1, True)
    assert wrong not in out + err


async def test_the_terminal_speaks_what_the_configuration_says(vigil: Program) -> None:
    """In Korean, whatever the environment of whoever sits there."""
    config = vigil.folder / "config.toml"
    config.write_text(
        config.read_text(encoding="utf-8").replace("[vigil]\n", '[vigil]\nlanguage = "ko"\n', 1),
        encoding="utf-8",
    )
    code, out, err = await vigil.run("console", given="/start\n")
    assert (code, "환영합니다" in out) == (0, True), err
    code, out, err = await vigil.run("admin", "audit")
    assert (code, out) == (0, "Nothing was done at the desk yet.\n"), err
