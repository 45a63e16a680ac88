"""`vigil export` and `vigil import` between two installations, and from a feed reader."""

import stat
from pathlib import Path

import pytest

from bot.config import load
from tests.flow.program import Program

READER = """<opml version="1.0"><body><outline text="Rights">
<outline text="env:HOME" xmlUrl="https://www.nkhr.or.kr/bbs/rss.php?bo_table=news"/>
<outline text="Second board" xmlUrl="https://www.nkhr.or.kr/bbs/rss.php?bo_table=press"/>
<outline text="Known" xmlUrl="https://known.example/feed/"/></outline></body></opml>"""


def an_installation(folder: Path, name: str) -> Program:
    """One that watches a feed and, as a page, a list."""
    (folder / name).mkdir()
    program = Program(folder / name, {"known": "https://reader:hunter2@known.example/feed"})
    page = '[[sources]]\nname = "list"\nurl = "https://list.example/"\nkind = "page"\n'
    page += '[sources.selectors]\nitem = "li"\n'
    config = program.folder / "config.toml"
    config.write_text(config.read_text(encoding="utf-8") + page, encoding="utf-8")
    return program


async def test_a_list_goes_to_another_installation_and_is_watched_there(tmp_path: Path) -> None:
    """All that was configured but the password; a second import adds nothing."""
    ours, theirs = an_installation(tmp_path, "ours"), Program(tmp_path, {})
    code, out, err = await ours.run("export", "../feeds.opml")
    assert (code, out) == (0, "../feeds.opml: 2 sources\n"), err
    assert stat.S_IMODE((tmp_path / "feeds.opml").stat().st_mode) == 0o600
    assert (await ours.run("export", "../feeds.opml"))[0] == 2
    assert (await ours.run("export", "../feeds.opml", "--force"))[0] == 0
    code, out, err = await theirs.run("import", "feeds.opml", "--add")
    assert (code, out) == (0, "2 added to config.toml; 2 listed\n"), err
    mine = {source.name: source for source in load(ours.folder / "config.toml").sources}
    got = {source.name: source for source in load(tmp_path / "config.toml").sources}
    assert got["list"] == mine["list"]
    assert got["known"].url == "https://known.example/feed"
    assert (got["known"].organisation, got["known"].every) == ("Known", 60)
    _, out, _ = await theirs.run("import", "feeds.opml", "--add")
    assert out == "0 added to config.toml; 2 listed, 2 watched already\n"
    _, out, err = await theirs.run("import", "feeds.opml")
    assert (out, err) == ("", "2 listed, 2 watched already: there is nothing to add\n")
    code, out, _ = await ours.run("export", "-")
    assert (code, out.startswith("<?xml"), "hunter2" in out) == (0, True, False)


async def test_a_feed_readers_list_becomes_lines_or_sources(tmp_path: Path) -> None:
    """Named after their hosts, as no other is; a title that would be looked up is none."""
    program = an_installation(tmp_path, "ours")
    (program.folder / "feeds.opml").write_text(READER, encoding="utf-8")
    config = program.folder / "config.toml"
    before = config.read_text(encoding="utf-8")
    config.write_text(before.replace('name = "list"', 'name = "nkhr"'), encoding="utf-8")
    code, out, err = await program.run("import", "feeds.opml")
    assert (code, out.count("[[sources]]"), "env:HOME" in out) == (0, 2, False)
    assert "3 listed, 1 watched already: put these lines into the configuration" in err
    config.write_text(f"{config.read_text(encoding='utf-8')}{out}", encoding="utf-8")
    assert [one.name for one in load(config).sources] == ["known", "nkhr", "nkhr-2", "nkhr-3"]
    config.write_text(before, encoding="utf-8")
    _, out, _ = await program.run("import", "feeds.opml", "--add")
    assert out == "2 added to config.toml; 3 listed, 1 watched already\n"
    found = load(config).sources
    assert [(one.name, one.title) for one in found[2:]] == [("nkhr", ""), ("nkhr-2", "Second board")]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("export", "feeds.json"), "ends in .opml"),
        (("import", "trap.opml"), "it defines entities"),
        (("import", "items.jsonl", "--add"), "--add is for lists of feeds"),
    ],
)
async def test_wrong_files_end_with_code_2(tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    """And the remedy, or the reason."""
    program = an_installation(tmp_path, "ours")
    (program.folder / "trap.opml").write_text("<!DOCTYPE a [<!ENTITY b 'c'>]><opml/>", encoding="utf-8")
    (program.folder / "items.jsonl").write_text("", encoding="utf-8")
    code, _, err = await program.run(*words)
    assert (code, told in err, "Traceback" in err) == (2, True, False)
