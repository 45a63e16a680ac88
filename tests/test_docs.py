"""The documents name what exists, and what exists is named: each test goes one of the two ways."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from typing import Any

import pytest
import typer

from bot.__main__ import command_line as every_command
from bot.commands.table import COMMANDS
from bot.config import keys
from tests.documents import EXAMPLE, ROOT, all_code, code, commands_of, section, texts, uncommented

README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = PROJECT["tool"]["setuptools"]["packages"]
TARGETS = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
OF_BOTFATHER = {"newbot", "revoke", "setinline"}
_MAKE = re.compile(r"\bmake (?:-C \S+ )?([a-z]+)\b")
_VIGIL = re.compile(r"(?:^|\s|bin/)vigil ((?:source |admin )?[a-z]+)(?![\w.])(.*)")
_CHAT = re.compile(r"(?<![\w./=:-])/([a-z]{3,})(?![\w/.])")
_PATH = re.compile(r"(?:/opt/vigil/)?((?:[\w.-]+/)+[\w.-]*|[\w.-]+\.(?:md|toml))")


def command_line() -> Mapping[str, Any]:
    """The commands of the program, as it parses them: `poll`, and of a group `source add`."""
    found: dict[str, Any] = {}
    for name, command in typer.main.get_command(every_command()).commands.items():  # type: ignore[attr-defined]
        inner = getattr(command, "commands", {})
        found |= {f"{name} {sub}": one for sub, one in inner.items()} if inner else {name: command}
    return found


def named(pattern: re.Pattern[str]) -> set[str]:
    """What the pattern finds in the code of the documents."""
    return {match[1] for line in all_code() for match in pattern.finditer(line)}


def shown_chat_commands() -> set[str]:
    """`/subscribe` and its like; the image's folders and what is served over HTTP are none of them."""
    return named(_CHAT) - {"data", "tmp", "metrics", "healthz"}


def source() -> str:
    """All of the program."""
    files = (path for folder in ("bot", "jobs", "storage") for path in (ROOT / folder).rglob("*.py"))
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def example_keys(table: Mapping[str, Any], place: str = "") -> Iterator[str]:
    """The keys of a TOML table, as the program calls them: `sources.selectors.item`."""
    for name, value in table.items():
        inner = value if isinstance(value, list) and value and isinstance(value[0], dict) else [value]
        for one in inner:
            if isinstance(one, dict):
                yield from example_keys(one, f"{place}{name}.")
            else:
                yield f"{place}{name}"


# What is named exists.


def test_every_make_target_that_is_named_exists() -> None:
    """Who follows the documents is not sent to a target that is gone."""
    assert {"demo", "test", "setup"} <= named(_MAKE) <= TARGETS


def test_every_command_line_that_is_shown_is_understood() -> None:
    """`vigil poll --dry-run` names a command of the program and an option of that command."""
    shown = [match for line in all_code() for match in _VIGIL.finditer(line)]
    known = command_line()
    assert len(shown) > 20
    for match in shown:
        assert match[1] in known, match[0]
        options = {name for parameter in known[match[1]].params for name in parameter.opts}
        for option in re.findall(r"(?<=\s)--[a-z-]+", match[2].partition("#")[0]):
            assert option in options | {"--help"}, match[0]


def test_every_chat_command_that_is_shown_exists() -> None:
    """`/subscribe` is a command of the bot."""
    shown = shown_chat_commands() - OF_BOTFATHER
    assert {"start", "subscribe", "forget"} <= shown <= {command.name for command in COMMANDS}


def test_every_path_that_is_named_exists() -> None:
    """The map shows no road that was torn up."""
    folders = {path.name for path in ROOT.iterdir() if path.is_dir()} - {".venv"}
    count = 0
    for name, text in texts():
        targets = re.findall(r"\]\(([^)#:]+)\)", text)
        for target in targets:
            assert ((ROOT / name).parent / target).exists(), (name, target)
        for line in code(text):
            for path in _PATH.findall(line):
                if path.partition("/")[0] in folders or ("/" not in path and path.endswith("example.toml")):
                    count += 1
                    assert (ROOT / path).exists(), (name, path)
    assert count > 40


def test_every_test_that_is_named_exists() -> None:
    """What a promise is shown by can be looked up, and run."""
    files = [path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")]
    known = set(re.findall(r"^ *(?:async )?def (test_\w+)", "\n".join(files), re.MULTILINE))
    shown = {name for line in all_code() for name in re.findall(r"(?<![\w/])test_\w+(?!\.py)\b", line)}
    assert len(shown) > 60
    assert shown <= known, shown - known


@pytest.mark.parametrize(("name", "least"), [("threat-model.md", 46), ("faults.md", 44)])
def test_every_threat_and_every_fault_names_the_test_that_tries_it(name: str, least: int) -> None:
    """A row without one would be a hope."""
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    tables = re.findall(r"^\|.* \| tried by \|\n\|-.*\n((?:\|.*\n)+)", text, re.MULTILINE)
    rows = [line for table in tables for line in table.splitlines()]
    assert len(rows) > least
    for row in rows:
        tried = row.split(" | ")[-1]
        assert re.search(r"`test_\w+`", tried), row


def test_every_configuration_key_that_is_named_exists() -> None:
    """In the documents and in the example: a key that the program would refuse is not recommended."""
    known = keys()
    last = {key.rpartition(".")[2] for key in known}
    tables = {key.rpartition(".")[0] for key in known}
    for line in all_code():
        found = re.match(r"([a-z_]+) = ", line)
        assert not found or found[1] in last, line
        for table in re.findall(r"(?<!\w)\[\[?([a-z]+(?:\.[a-z]+)?)\]\]?(?!\()", line):
            assert table in tables, line
    for _, text in texts():
        for rows in re.findall(r"^\| key \|.*\n\|-.*\n((?:\|.*\n)+)", text, re.MULTILINE):
            assert set(re.findall(r"^\| `(\w+)`", rows, re.MULTILINE)) <= last, rows
    assert set(example_keys(tomllib.loads(uncommented(EXAMPLE.read_text(encoding="utf-8"))))) <= known


def test_every_environment_variable_that_is_named_is_read() -> None:
    """By the program, or because the configuration shown beside it says `env:NAME`."""
    documents = "\n".join([*(text for _, text in texts()), EXAMPLE.read_text(encoding="utf-8")])
    chosen = set(re.findall(r"env:([A-Z_]+)", documents)) - {"NAME"}
    assert {"VIGIL_TELEGRAM_TOKEN", "VIGIL_KEY_FILE"} <= chosen
    for name in re.findall(r"\bVIGIL_[A-Z_]+|\b[A-Z]+_[A-Z_]+(?==)", documents):
        assert name in chosen or f'"{name}"' in source(), name


def test_every_event_that_is_explained_is_logged() -> None:
    """An operator who looks for one finds it."""
    operating = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    events = set(re.findall(r"`([a-z]+\.[a-z_]+)`", section(operating, "Logs")))
    sources = source()
    assert {"vigil.ready", "watchdog.hung"} <= events
    assert [event for event in sorted(events) if f'"{event}"' not in sources] == []


# What exists is named.


def test_every_command_of_the_program_is_named() -> None:
    """None has to be found by chance."""
    assert set(command_line()) <= named(_VIGIL)


def test_the_list_of_commands_breaks_no_sentence_off() -> None:
    """`vigil --help` shows a command's first sentence whole, on a terminal of 80 columns."""
    for name, command in command_line().items():
        assert not command.get_short_help_str(64).endswith("..."), name


def test_every_command_of_the_chat_is_named() -> None:
    """The hidden one, which buttons press, aside."""
    assert {command.name for command in COMMANDS if not command.hidden} <= shown_chat_commands()


def test_every_make_target_is_named() -> None:
    """In the documents, not only in the Makefile."""
    assert named(_MAKE) >= TARGETS


def test_every_configuration_key_is_in_the_example_with_a_word_about_it() -> None:
    """The example is the reference: each key stands there below a comment of its own or of its neighbour."""
    text = EXAMPLE.read_text(encoding="utf-8")
    assert set(example_keys(tomllib.loads(uncommented(text)))) == keys()
    for block in text.split("\n\n"):
        assert "#" in block, block


def test_every_top_level_folder_and_every_package_is_on_the_map() -> None:
    """Whoever takes over finds each room on the plan."""
    architecture = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").replace("/", "").split()
    folders = {
        path.name
        for path in ROOT.iterdir()
        if path.is_dir()
        and (path.name == ".ci" or not path.name.startswith("."))
        and not any(fnmatch(path.name, pattern) for pattern in ignored)
    }
    assert {"bot", "deploy", "docs"} <= folders
    for folder in folders | {package.replace(".", "/") for package in PACKAGES}:
        assert re.search(rf"`{re.escape(folder)}[/`]", architecture), folder


def test_every_package_is_listed_for_installation() -> None:
    """One that is not would be missing from an installation that is not editable."""
    found = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for folder in ("bot", "jobs", "storage")
        for path in (ROOT / folder).rglob("__init__.py")
    }
    assert found == set(PACKAGES)


# The rest.


def test_continuous_integration_runs_the_two_commands_of_the_readme() -> None:
    """What a newcomer types is what was tested: these two, in this order, and nothing else."""
    shown = commands_of("\n".join(code(section(README, "Try it"))))
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert shown == commands_of(script)
    assert len(shown) == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("make demo     # no network\nmake test", [("make", "demo"), ("make", "test")]),
        ("#!/bin/sh\nset -e\ncd x\nmake demo < /dev/null\n", [("make", "demo")]),
    ],
)
def test_commands_are_read_as_a_shell_reads_them(text: str, expected: list[tuple[str, ...]]) -> None:
    """Comments and where the input comes from are no part of a command."""
    assert commands_of(text) == expected


def test_the_image_installs_by_the_same_steps_as_the_makefile() -> None:
    """The Dockerfile copies what `make setup` needs, runs it, and does not run as root."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert "RUN make setup" in text
    for name in re.findall(r"^COPY (?!--)(.+) \S+$", text, re.MULTILINE):
        assert all((ROOT / part).exists() for part in name.split()), name
    assert text.index("USER vigil") < text.index("ENTRYPOINT")
    assert "HEALTHCHECK" in text


def test_the_unit_is_what_the_documents_and_the_program_say() -> None:
    """It starts a command that exists, waits for what the program tells, and leaves it no rights."""
    unit = (ROOT / "deploy" / "vigil.service").read_text(encoding="utf-8")
    settings = dict(re.findall(r"^(\w+)=(.*)$", unit, re.MULTILINE))
    (command,) = _VIGIL.findall(settings["ExecStart"])
    assert command[0] in command_line()
    assert (settings["Type"], settings["Restart"]) == ("notify", "on-failure")
    assert int(settings["WatchdogSec"]) >= 30
    assert settings["RestartPreventExitStatus"] == "2"
    assert settings["CapabilityBoundingSet"] == ""
    operating = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    for path in (
        settings["EnvironmentFile"].lstrip("-"),
        settings["WorkingDirectory"],
        "/etc/vigil/config.toml",
    ):
        assert path in operating


def test_nothing_names_a_registry_or_a_machine() -> None:
    """Requirements are pinned by hash alone."""
    for file in (ROOT / "requirements").iterdir():
        text = file.read_text(encoding="utf-8")
        assert "://" not in text, file.name
        if file.suffix == ".txt":
            assert text.count("==") > 10
            assert "--hash=sha256:" in text


def test_the_lock_is_whole() -> None:
    """Installed without resolving, nothing is missing and nothing is at odds."""
    found = subprocess.run(
        (sys.executable, "-m", "pip", "check"), capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert found.returncode == 0, found.stdout
