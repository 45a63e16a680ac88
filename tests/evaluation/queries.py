"""Look-ups in the archive: what of each question's answers stands among the first five found."""

import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.cli.common import configuration
from bot.cli.imports import import_
from bot.commands import words
from bot.installation import open_database
from bot.speech import Speech
from storage.clock import now_utc
from tests.evaluation.entries import EXAMPLES, rows
from tests.evaluation.figures import Figure, share

_FIRST = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """A labelled question and the entries found for it, best first."""

    label: dict[str, Any]
    found: tuple[str, ...]

    @property
    def is_answered(self) -> bool:
        """Whether enough of its answers are among the first five."""
        return len(set(self.found) & set(self.label["relevant"])) >= int(self.label["need"])


def questions(half: str) -> list[dict[str, Any]]:
    """The labelled questions of a half: "dev" or "test"."""
    text = (EXAMPLES / f"queries_{half}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def asked(labels: Sequence[dict[str, Any]]) -> list[Asked]:
    """Each question as `vigil search QUERY --json` answers it, over the entries that they are about."""
    speech = Speech("en")
    over = set((EXAMPLES / "queries_over.txt").read_text(encoding="utf-8").split())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config, items = folder / "config.toml", folder / "items.jsonl"
        config.write_text(
            f'[vigil]\ndatabase = "sqlite:///{folder / "vigil.db"}"\nkey_file = "{folder / "vigil.key"}"\n',
            encoding="utf-8",
        )
        lines = (json.dumps(row, ensure_ascii=False) for row in rows("dev") if row["id"] in over)
        items.write_text("\n".join(lines), encoding="utf-8")
        import_(str(items), config)
        database = open_database(configuration(config), watch=False)
        found = []
        with database.read() as work:
            for label in labels:
                wanted = words.looked_for(words.read(label["query"], words.SEARCH, speech, now_utc().date()))
                hits = work.statements.search(words.query_of(wanted), _FIRST)
                found.append(Asked(label, tuple(hit.statement.external_id for hit in hits.hits)))
        database.close()
    return found


def figures(found: Sequence[Asked]) -> list[Figure]:
    """The share of questions that are answered."""
    return [share("found", sum(one.is_answered for one in found), len(found))]


def misses(found: Sequence[Asked]) -> Iterator[str]:
    """Each question without its answer in a line."""
    for one in found:
        if not one.is_answered:
            label = one.label
            yield f"{label['lang']} {label['tag']}: {label['query']} | {label['relevant']} found {one.found}"
