"""The documents name what exists, and what exists is named."""

import re
import subprocess
import sys
from pathlib import Path

from bot.__main__ import COMMANDS as WORDS
from bot.commands.table import COMMANDS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
DOCUMENTS = (README, (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8"))


def test_every_make_target_that_is_named_exists() -> None:
    """Who follows the README is not sent to a target that is gone."""
    targets = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
    named = {name for text in DOCUMENTS for name in re.findall(r"\bmake ([a-z]+)\b", text)}
    assert {"demo", "test", "setup"} <= named <= targets


def test_continuous_integration_runs_the_two_commands_of_the_readme() -> None:
    """What a newcomer types is what was tested."""
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    for command in ("make demo", "make test"):
        assert f"\n{command}" in script
        assert command in README


def test_every_command_line_that_is_shown_exists() -> None:
    """`vigil poll` in the README is a command of the program."""
    named = {name for text in DOCUMENTS for name in re.findall(r"\bvigil ([a-z]+)\b(?! and)", text)}
    assert {"run", "poll", "explain"} <= named & {word for word, _ in WORDS}


def test_every_chat_command_that_is_shown_exists() -> None:
    """`/subscribe` in the README is a command of the bot."""
    known = {command.name for command in COMMANDS}
    others = {"newbot"}  # a command of @BotFather
    named = set(re.findall(r"(?<![\w./])/([a-z]{3,})\b(?!/)", README))
    assert {"start", "subscribe", "forget"} <= named - others <= known


def test_every_path_in_the_map_exists() -> None:
    """The map shows no road that was torn up."""
    for path in re.findall(r"`((?:bot|jobs|storage|docs|tests)/[\w/.]*)`", DOCUMENTS[1]):
        assert (ROOT / path).exists(), path


def test_the_image_installs_by_the_same_steps_as_the_makefile() -> None:
    """The Dockerfile copies what `make setup` needs, runs it, and does not run as root."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert "RUN make setup" in text
    for name in re.findall(r"^COPY (?!--)(.+) \S+$", text, re.MULTILINE):
        assert all((ROOT / part).exists() for part in name.split()), name
    assert text.index("USER vigil") < text.index("ENTRYPOINT")
    assert "HEALTHCHECK" in text


def test_nothing_names_a_registry_or_a_machine() -> None:
    """Requirements are pinned by hash alone."""
    for file in (ROOT / "requirements").iterdir():
        text = file.read_text(encoding="utf-8")
        assert "://" not in text, file.name
        if file.suffix == ".txt":
            assert text.count("==") > 20
            assert "--hash=sha256:" in text


def test_the_lock_is_whole() -> None:
    """Installed without resolving, nothing is missing and nothing is at odds."""
    found = subprocess.run(
        (sys.executable, "-m", "pip", "check"), capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert found.returncode == 0, found.stdout
