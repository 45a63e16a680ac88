"""Reads the documents as their readers do: what stands in them as code, and what is named there."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCUMENTS = (ROOT / "README.md", ROOT / "ARCHITECTURE.md", *sorted((ROOT / "docs").rglob("*.md")))
EXAMPLE = ROOT / "config.example.toml"
_BLOCK = re.compile(r"^```[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_SET = re.compile(r"^# (?=\[?\[?[a-z_.]+\]?\]?$|[a-z_]+ = )", re.MULTILINE)


def texts() -> Iterator[tuple[str, str]]:
    """Every document with its name."""
    for path in DOCUMENTS:
        yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")


def code(text: str) -> list[str]:
    """The lines of code blocks (fenced or indented), and what stands between backticks."""
    blocks = [line for block in _BLOCK.findall(text) for line in block.splitlines()]
    rest = _BLOCK.sub("", text)
    indented = [line[4:] for line in rest.splitlines() if line.startswith("    ")]
    spans = [
        span for line in rest.splitlines() if not line.startswith("    ") for span in _SPAN.findall(line)
    ]
    return blocks + indented + spans


def all_code() -> list[str]:
    """The code of every document."""
    return [line for _, text in texts() for line in code(text)]


def section(text: str, title: str) -> str:
    """What stands under a heading, to the next one."""
    _, _, rest = text.partition(f"\n## {title}\n")
    return rest.partition("\n## ")[0]


def uncommented(toml: str) -> str:
    """The example with its optional tables and keys in force."""
    return _SET.sub("", toml)


def commands_of(script: str) -> list[tuple[str, ...]]:
    """The commands of a shell script or a code block, without comments, settings and redirections."""
    found = []
    for line in script.splitlines():
        words = shlex.split(line.partition("<")[0], comments=True)
        if words and words[0] not in {"set", "cd", "export"}:
            found.append(tuple(words))
    return found
