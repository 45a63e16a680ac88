"""Adds sources at the end of the configuration file, and touches nothing else: people edit it too."""

import json
import os
import re
import tempfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from bot.config.sections import load
from bot.config.settings import Config, ConfigError
from storage.records import Source
from storage.words import SourceKind, Trust

_INDIRECT = ("env:", "file:")
_SHARED_HOSTS = frozenset(
    {
        "blogspot", "wordpress", "substack", "medium", "tumblr", "tistory", "github", "gitlab", "wixsite",
        "squarespace", "over-blog",
    }
)  # fmt: skip
"""Where the name of the site stands before that of its host."""
_SECOND_LEVEL = frozenset(
    {
        "co", "or", "ac", "go", "ne", "re", "com", "org", "net", "gov", "gob", "gouv", "edu", "ngo", "info",
        "asso", "web",
    }
)  # fmt: skip
"""What stands before the country in the names of hosts: nkhr.or.kr."""
_HOUSE = frozenset({"www", "blog", "news", "feeds", "rss", "en", "m"})


class NotWritten(Exception):
    """The file was left as it was; `detail` says why."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


def as_table(source: Source) -> str:
    """The source as a [[sources]] table; what is as by default is left out."""
    rows: list[tuple[str, str]] = [("name", source.name), ("url", source.url)]
    rows += [(key, getattr(source, key)) for key in ("title", "organisation", "language")]
    lines = ["[[sources]]", *(f"{key} = {quoted(value)}" for key, value in rows if plain(value))]
    if source.kind is not SourceKind.FEED:
        lines.append(f"kind = {quoted(source.kind)}")
    if source.every != Source.__dataclass_fields__["every"].default:
        lines.append(f"every = {quoted(f'{source.every}s')}")
    if source.countries:
        lines.append(f"countries = [{', '.join(map(quoted, source.countries))}]")
    if source.trust is not Trust.OFFICIAL:
        lines.append(f"trust = {quoted(source.trust)}")
    chosen = [(key, value) for key, value in source.selectors.items() if plain(value)]
    if chosen:
        lines += ["[sources.selectors]", *(f"{key} = {quoted(value)}" for key, value in chosen)]
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """A TOML basic string: JSON's, but that TOML wants DEL escaped too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def plain(text: str) -> bool:
    """Whether the text means itself in the configuration.

    A feed may call itself "env:VIGIL_TELEGRAM_TOKEN", and would have it told to everybody as its title.
    """
    return bool(text) and not text.startswith(_INDIRECT)


def append(file: Path, added: Sequence[Source], environ: Mapping[str, str] = os.environ) -> Config:
    """Adds the sources to the file, whole or not at all; returns the configuration as it is then.

    What will be is read and judged before it takes the place of what is: nothing may change but that
    there are more sources. Raises NotWritten.
    """
    file = file.resolve()  # a link stays one
    try:
        before = file.read_bytes()
        settings = load(file, environ)
        end = "\r\n" if b"\r\n" in before else "\n"
        blocks = "\n".join(["", *map(as_table, added)])
        gap = b"" if before.endswith(b"\n") or not before else end.encode()
        after = before + gap + blocks.replace("\n", end).encode()
        fresh = _put_beside(file, after)
    except (OSError, ConfigError) as error:
        raise NotWritten(str(error)) from error
    try:
        found = _judged(fresh, file, settings, added, environ)
        if file.read_bytes() != before:
            raise NotWritten(f"{file}: somebody else has just changed it: try again")
        fresh.replace(file)
    except OSError as error:
        raise NotWritten(f"{file}: cannot be replaced ({error.strerror})") from error
    finally:
        fresh.unlink(missing_ok=True)
    return found


def _put_beside(file: Path, content: bytes) -> Path:
    """A file in the same folder, with the same rights, so that it can take the other's place at once."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.", suffix=".new")
    try:
        with os.fdopen(handle, "wb") as made:
            status = file.stat()
            with suppress(PermissionError):  # who may write but is not the owner becomes it
                os.fchown(made.fileno(), status.st_uid, status.st_gid)
            os.fchmod(made.fileno(), status.st_mode & 0o7777)
            made.write(content)
            made.flush()
            os.fsync(made.fileno())
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)


def _judged(
    fresh: Path, file: Path, before: Config, added: Sequence[Source], environ: Mapping[str, str]
) -> Config:
    try:
        found = replace(load(fresh, environ), file=before.file)
    except ConfigError as error:
        faults = "\n".join(fault.replace(str(fresh), str(file)) for fault in error.faults)
        raise NotWritten(f"with what was to be added it could not be used:\n{faults}") from error
    kept = found.sources[: len(before.sources)]
    urls = [source.url for source in found.sources[len(before.sources) :]]
    same = replace(found, sources=before.sources, secrets=before.secrets) == before
    if not same or kept != before.sources or urls != [source.url for source in added]:
        raise NotWritten(f"{file}: adding at its end would change what is there: add the lines by hand")
    return found


def name_for(url: str, taken: Collection[str]) -> str:
    """A short name for the source at this address that no other has: "nkhr" for www.nkhr.or.kr."""
    base = _name_of(urlsplit(url).hostname or "")
    return next(name for name in _numbered(base) if name not in taken)


def _numbered(base: str) -> Iterable[str]:
    yield base
    number = 2
    while True:
        yield f"{base}-{number}"
        number += 1


def _name_of(host: str) -> str:
    with suppress(UnicodeError):
        host = host.encode("ascii").decode("idna")
    labels = host.lower().split(".")
    if len(labels) > 1 and not labels[-1].isdigit():
        labels.pop()
        while len(labels) > 1 and (labels[-1] in _SECOND_LEVEL or labels[-1] in _SHARED_HOSTS):
            labels.pop()
        labels = [label for label in labels if label not in _HOUSE][-1:] or labels[-1:]
    return re.sub(r"[^\w]+", "-", "-".join(labels)).strip("-_")[:40] or "source"
