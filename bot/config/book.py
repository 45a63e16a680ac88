"""Keeps the sources in the configuration file as admins change them from a chat: adds, changes, removes one.

The file is people's own, so only the lines in question are touched, and what will be is read and judged
before it takes the place of what is. Where that cannot be, the file stays as it was (`NotWritten`).
"""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot.config.sections import load
from bot.config.settings import Config, ConfigError
from bot.config.written import NotWritten, append, name_for, put_beside, quoted
from storage.records import Source
from storage.words import Trust

_HEADER = re.compile(r"[ \t]*\[\[[ \t]*sources[ \t]*\]\]")
_PART = re.compile(r"[ \t]*\[[ \t]*sources[ \t]*\.")
_TABLE = re.compile(r"[ \t]*\[")
_NOTHING = re.compile(r"[ \t]*(?:#.*)?\r?\n?")
_MINUTE = 60


@dataclass(frozen=True, slots=True)
class Book:
    """The sources of one configuration file."""

    file: Path
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)

    def add(self, source: Source) -> tuple[Source, ...]:
        """One more, under a name that none has; returns all, it the last. Raises NotWritten."""
        taken = {one.name for one in self._read().sources}
        return append(self.file, [replace(source, name=name_for(source.url, taken))], self.environ).sources

    def trust(self, name: str, trust: Trust) -> tuple[Source, ...]:
        """From now on it is trusted so; returns all. Raises NotWritten."""
        return self._set(name, "trust", trust, lambda one: replace(one, trust=trust))

    def every(self, name: str, seconds: int) -> tuple[Source, ...]:
        """From now on it is asked so often; returns all. Raises NotWritten."""
        told = f"{seconds // _MINUTE}m" if seconds % _MINUTE == 0 else f"{seconds}s"
        return self._set(name, "every", told, lambda one: replace(one, every=seconds))

    def remove(self, name: str) -> tuple[Source, ...]:
        """It is not watched any more; returns all that are. Raises NotWritten."""
        before, lines = self._read(), self._lines()
        at, (start, end) = self._place(name, before, lines)
        while start and end == len(lines) and not lines[start - 1].strip():
            start -= 1  # no empty lines are left at the end
        left = (*before.sources[:at], *before.sources[at + 1 :])
        return self._written(before, lines, [*lines[:start], *lines[end:]], left)

    def _set(
        self, name: str, key: str, value: str, changed: Callable[[Source], Source]
    ) -> tuple[Source, ...]:
        before, lines = self._read(), self._lines()
        at, (start, end) = self._place(name, before, lines)
        own = next((one for one in range(start + 1, end) if _PART.match(lines[one])), end)
        is_it = re.compile(rf"[ \t]*{key}[ \t]*=")
        here = next((one for one in range(start + 1, own) if is_it.match(lines[one])), 0)
        line = f"{key} = {quoted(value)}{_end_of(lines[start])}"
        made = (
            [*lines[:here], line, *lines[here + 1 :]]
            if here
            else [*lines[: start + 1], line, *lines[start + 1 :]]
        )
        wanted = tuple(changed(one) if place == at else one for place, one in enumerate(before.sources))
        return self._written(before, lines, made, wanted)

    def _read(self) -> Config:
        try:
            return load(self.file, self.environ)
        except ConfigError as error:
            raise NotWritten(str(error)) from error

    def _lines(self) -> list[str]:
        try:
            return self.file.read_bytes().decode("utf-8").splitlines(keepends=True)
        except (OSError, UnicodeDecodeError) as error:
            raise NotWritten(f"{self.file}: cannot be read") from error

    def _place(self, name: str, before: Config, lines: list[str]) -> tuple[int, tuple[int, int]]:
        """Which of the sources it is, and from which line to which its table stands."""
        starts = [at for at, line in enumerate(lines) if _HEADER.match(line)]
        at = next((place for place, one in enumerate(before.sources) if one.name == name), None)
        if at is None or len(starts) != len(before.sources):
            raise NotWritten(f"{self.file}: source {name} has no table of its own there: change it by hand")
        start = end = starts[at]
        for place in range(start + 1, len(lines)):
            if _TABLE.match(lines[place]) and not _PART.match(lines[place]):
                break
            if not _NOTHING.fullmatch(lines[place]):
                end = place
        return at, (start, end + 1)

    def _written(
        self, before: Config, lines: list[str], made: list[str], wanted: tuple[Source, ...]
    ) -> tuple[Source, ...]:
        """What was made takes the place of the file, if it says what is wanted and nothing else differs."""
        file = self.file.resolve()  # a link stays one
        try:
            fresh = put_beside(file, "".join(made).encode())
        except OSError as error:
            raise NotWritten(f"{file}: cannot be replaced ({error.strerror})") from error
        try:
            found = replace(load(fresh, self.environ), file=before.file, secrets=before.secrets)
            if found != replace(before, sources=wanted):
                raise NotWritten(f"{file}: it would change what else is there: change it by hand")
            if self._lines() != lines:
                raise NotWritten(f"{file}: somebody else has just changed it: try again")
            fresh.replace(file)
        except ConfigError as error:
            raise NotWritten(str(error).replace(str(fresh), str(file))) from error
        except OSError as error:
            raise NotWritten(f"{file}: cannot be replaced ({error.strerror})") from error
        finally:
            fresh.unlink(missing_ok=True)
        return wanted


def _end_of(line: str) -> str:
    return "\r\n" if line.endswith("\r\n") else "\n"
