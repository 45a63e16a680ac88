"""`vigil explain --cases` reads what people have: entries, groups of them, and broken ones."""

import json
from pathlib import Path

import pytest
import typer

from bot.cli.explain import case_rows, explain
from bot.cli.items import read_entries

CALL = {
    "id": "a",
    "title": "Iran: Kaveh Darvishi to be hanged",
    "summary": "He was moved to a cell by himself in Tabriz.",
    "published": "2023-06-01T06:00:00Z",
    "lang": "en",
    "source": "north",
}
STAY = CALL | {"id": "b", "title": "Hanging of Kaveh Darvishi postponed", "published": "2023-06-02T20:00:00Z"}


def written(folder: Path, *rows: object, name: str = "items.jsonl") -> Path:
    """A file of rows, a line each."""
    file = folder / name
    file.write_text("\n".join(json.dumps(row) for row in rows) + "\n\n", encoding="utf-8")
    return file


def test_each_link_is_told_with_its_reasons(tmp_path: Path) -> None:
    """In order of publication, whatever the order in the file."""
    first, second = case_rows(read_entries(written(tmp_path, STAY, CALL)), None)
    assert (first["id"], first["relation"], first["reasons"]) == ("a", "new", [])
    assert (second["id"], second["relation"], second["case"]) == ("b", "update", first["case"])
    assert {"rule": "full name", "evidence": "kaveh darvishi"} in second["reasons"]


def test_groups_are_read_as_their_entries(tmp_path: Path) -> None:
    """The labelled files of tests/data/eval can be given as they are."""
    file = written(tmp_path, {"group": "g", "relation": "update", "items": [CALL, STAY]}, name="groups.json")
    assert [row["id"] for row in case_rows(read_entries(file), None)] == ["a", "b"]


@pytest.mark.parametrize(
    "odd",
    [
        {"published": None},
        {"published": "0001-01-01"},
        {"published": "9999-12-31T23:59:59+00:00"},
        {"published": "2023-06-01"},
        {"title": "", "summary": ""},
        {"title": None, "summary": None, "lang": None, "source": None, "link": None},
        {"title": "\ud800 half a character", "id": "\udfff"},
        {"title": "x" * 200_000, "summary": "김" * 200_000},
        {"lang": "xx", "link": "http://[::1"},
        {"id": 7, "title": 8, "summary": 9},
    ],
)
def test_odd_entries_are_read(tmp_path: Path, odd: dict[str, object]) -> None:
    """Nothing in an entry ends the command; what it says can be printed."""
    rows = list(case_rows(read_entries(written(tmp_path, CALL, CALL | odd, STAY)), None))
    assert len(rows) == 3
    json.dumps(rows, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    "line",
    [
        "no json",
        "[]",
        "3",
        '{"id": 1}',
        '{"items": [1]}',
        "[" * 100_000,
        '{"id": 1, "title": "x", "published": "soon"}',
    ],
)
def test_a_line_that_is_no_entry_is_named(
    tmp_path: Path, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With its number, and exit code 2."""
    file = tmp_path / "items.jsonl"
    file.write_text(json.dumps(CALL) + "\n" + line + "\n", encoding="utf-8")
    with pytest.raises(typer.Exit) as stopped:
        read_entries(file)
    assert stopped.value.exit_code == 2
    assert ":2: no entry" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, whatever its name ends in."""
    for name in ("none.jsonl", "none", "."):
        with pytest.raises(typer.Exit) as stopped:
            explain(str(tmp_path / name), cases=True)
        assert stopped.value.exit_code == 2
    assert "there is no such file" in capsys.readouterr().err
