"""What stands in a file of entries is taken as it is, or its line is named with a remedy."""

from pathlib import Path

import pytest
import typer

from bot.cli.imports import _documents
from bot.cli.items import count_entries, entry_of, read_entries


def written(folder: Path, *lines: bytes) -> Path:
    """A file with these lines."""
    file = folder / "items.jsonl"
    file.write_bytes(b"\n".join(lines))
    return file


GOOD = b'{"id": 7, "title": "One", "summary": "caf\xc3\xa9", "published": "2005-02-16"}'


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b'{"id": "x", "title": "caf\xe9"}', "byte 26 (0xe9) is not UTF-8: convert the file first"),
        (b'{"id": "x", "title": ', "not JSON at character 22"),
        (b'["id"]', "a list where an object was expected, such as {"),
        (b'{"title": "x"}', "`id` is missing: give each entry one of its own"),
        (b'{"id": null, "title": "x"}', "`id` is missing"),
        (b'{"id": true, "title": "x"}', "`id` is true or false: give a text or a number"),
        (b'{"id": 1}', "`title` is missing"),
        (b'{"id": 1, "title": ["list"]}', "`title` is a list: give a text"),
        (b'{"id": 1, "title": "x", "summary": {}}', "`summary` is an object: give a text"),
        (b'{"id": 1, "title": "x", "published": "soon"}', "`published` is 'soon': write it as"),
        (b'{"id": 1, "title": "x", "published": 1108512000}', "`published` is 1108512000: write it as"),
        (b'{"items": [3]}', "a number where an object was expected"),
        (b'{"format": "vigil 9", "id": 1}', "its format is 'vigil 9', and this Vigil reads 'vigil 1'"),
        (
            b'{"format": "vigil 1", "id": 1, "title": "x"}',
            "it says that Vigil wrote it, and was changed since",
        ),
        (b"[" * 100_000, "not JSON"),
    ],
)
def test_a_line_that_is_no_entry_is_named_with_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: bytes, told: str
) -> None:
    """The file is refused whole, with code 2, before anything is done; nobody reads Python."""
    file = written(tmp_path, GOOD, line)
    with pytest.raises(typer.Exit) as ended:
        count_entries(file)
    assert ended.value.exit_code == 2
    said = capsys.readouterr().err
    assert f"items.jsonl:2: no entry: {told}" in said
    assert "nothing of it was taken" in said


def test_what_is_written_is_kept(tmp_path: Path) -> None:
    """A mark of UTF-8 before it, a number for an id, empty lines."""
    file = written(tmp_path, b"\xef\xbb\xbf" + GOOD, b"", GOOD.replace(b"7", b'"8"'))
    assert [(entry.uid, entry.text) for entry, _ in read_entries(file)] == [("7", "café"), ("8", "café")]


def test_a_link_is_not_followed_out_of_a_folder(tmp_path: Path) -> None:
    """Neither to a file nor to another folder: what lies there was not meant."""
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "names.txt").write_text("Somebody", encoding="utf-8")
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "own.txt").write_text("Ours", encoding="utf-8")
    (folder / "linked.txt").symlink_to(tmp_path / "secret" / "names.txt")
    (folder / "deep").symlink_to(tmp_path / "secret", target_is_directory=True)
    (folder / "within.txt").symlink_to(folder / "own.txt")
    assert _documents(folder) == [folder / "own.txt"]


@pytest.mark.parametrize(
    ("link", "taken"),
    [
        ("javascript:alert(1)", ""),
        ("data:text/html,<script>", ""),
        ("file:///etc/passwd", ""),
        ("https://bank.example@evil.example/", "https://evil.example/"),
        ("https://a.example/\u202egnp.exe\n", "https://a.example/gnp.exe"),
        ("https://a.example/소식?q=1", "https://a.example/소식?q=1"),
    ],
)
def test_what_is_no_web_address_is_no_link(link: str, taken: str) -> None:
    """As in a feed: the archive is told in chats, and exported for other people's pages."""
    row = {"id": "1", "title": "T", "link": link, "attachments": [link], "published": "2005-02-16"}
    entry, _ = entry_of(row)
    assert (entry.url, entry.enclosures) == (taken, (taken,) if taken else ())
