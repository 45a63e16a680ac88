"""Reads values out of one TOML table and collects everything that is wrong with them.

A fault names the file, the key and the remedy. Any string may be `env:NAME` or `file:PATH`, so that
secrets stay out of the file.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

_DURATION = re.compile(r"(\d{1,6})\s*(s|m|h|d)")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_SIZE = re.compile(r"(\d{1,6})\s*(KB|MB|GB)")
_BYTES = {"KB": 1000, "MB": 1000**2, "GB": 1000**3}
_TIMES = '"20s", "10m", "6h" or "3d"'

ESCAPED = (
    "in the user name and the password write @ as %40, : as %3A, / as %2F, ? as %3F, # as %23, % as %25, "
    "a space as %20"
)
_POSTGRESQL = re.compile(
    r"postgresql://(?:[^\s:@/?#]*(?::[^\s@/?#]*)?@)?"  # user:password@
    r"(?:\[[^\s\[\]@/?#]+\]|[^\s:@/?#\[\]]*)(?::\d*)?"  # host:port
    r"(?:/[^\s@?#]*)?(?:\?[^\s#]*)?"  # /database?options
)
_PORT = re.compile(r"^postgresql://(?:[^@/?#]*@)?(?:\[[^\]]*\]|[^:/?#]*):(\d*)(?=[/?]|$)")
_SECRET_OPTIONS = ("password", "sslpassword")


@dataclass(slots=True)
class Findings:
    """What reading one file brings to light, besides the values."""

    faults: list[str] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    """Every key that was asked for, as `table.key`: so the program itself tells which keys there are."""
    secrets: set[str] = field(default_factory=set)
    """Tokens and passwords: what the log must never show."""


class Reader:
    """One table of the file; remembers what was asked for, and collects what is wrong."""

    def __init__(
        self,
        file: Path,
        table: Mapping[str, Any],
        environ: Mapping[str, str],
        place: tuple[str, str] = ("", ""),
        findings: Findings | None = None,
    ) -> None:
        """`place` is where the table stands, for faults and for keys: ("sources[1].", "sources.")."""
        self.file = file
        self.table = table
        self.environ = environ
        self.findings = Findings() if findings is None else findings
        self.known: set[str] = set()
        self._shown, self._place = place

    def fault(self, key: str, what: str, remedy: str) -> None:
        """Something is wrong with a key, and how to mend it."""
        self.findings.faults.append(f"{self.file}: {self._shown}{key}: {what}: {remedy}")

    def has(self, name: str) -> bool:
        """Whether the file has this key or table."""
        self.known.add(name)
        return name in self.table

    def section(self, name: str) -> "Reader":
        """The table [name], empty where there is none."""
        self.known.add(name)
        value = self.table.get(name, {})
        if not isinstance(value, dict):
            self.fault(name, "is not a table", f"write it as [{name}]")
            value = {}
        return self._inner(value, f"{self._shown}{name}.", f"{self._place}{name}.")

    def sections(self, name: str) -> list["Reader"]:
        """The tables [[name]]."""
        self.known.add(name)
        values = self.table.get(name, [])
        if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
            self.fault(name, "is not a list of tables", f"begin each with [[{self._shown}{name}]]")
            return []
        return [
            self._inner(value, f"{self._shown}{name}[{number}].", f"{self._place}{name}.")
            for number, value in enumerate(values, start=1)
        ]

    def text(
        self, key: str, default: str = "", *, required: bool = False, wanted: str = "a string in quotes"
    ) -> str:
        """A string, `env:` and `file:` resolved."""
        value = self._value(key, str, wanted)
        if value is None:
            if required and key not in self.table:
                self.fault(key, "is missing", f'add a line: {key} = "..."')
            return default
        before = len(self.findings.faults)
        found = self._resolved(key, str(value))
        if required and not found and len(self.findings.faults) == before:
            self.fault(key, "is empty", f'give it a value: {key} = "..."')
        return found

    def secret(self, key: str, *, required: bool = False) -> str:
        """A string that the log must never show."""
        found = self.text(key, required=required)
        self.findings.secrets.add(found)
        return found

    def address(self, key: str, default: str = "", *, required: bool = False) -> str:
        """A URL; the password in it, where there is one, is a secret."""
        found = self.text(key, default, required=required)
        self.findings.secrets |= passwords(found)
        return found

    def flag(self, key: str, default: bool) -> bool:
        """True or false."""
        value = self._value(key, bool, "true or false")
        return default if value is None else bool(value)

    def number(self, key: str, default: float, *, least: float) -> float:
        """A number of at least `least`."""
        value = self._value(key, (int, float), "a number")
        if value is None:
            return default
        if isinstance(value, bool) or not least <= value < math.inf:
            self.fault(key, f"is {_toml(value)}", f"give a number of {least:g} or more")
            return default
        return float(value)

    def count(self, key: str, default: int, *, least: int) -> int:
        """A whole number of at least `least`."""
        value = self._value(key, (int, float), "a whole number")
        if value is None:
            return default
        if isinstance(value, bool | float) or value < least:
            self.fault(key, f"is {_toml(value)}", f"give a whole number of {least} or more")
            return default
        return int(value)

    def duration(self, key: str, default: int, *, least: int = 1) -> int:
        """Seconds, from "20s", "10m", "6h" or "3d"."""
        text = self.text(key, wanted=f"a time in quotes, such as {_TIMES}")
        if not text:
            return default
        found = _DURATION.fullmatch(text.strip())
        seconds = int(found[1]) * _SECONDS[found[2]] if found else 0
        if seconds < least:
            self.fault(key, f'is "{text}"', f"give a time such as {_TIMES}, at least {_spoken(least)}")
            return default
        return seconds

    def size(self, key: str, default: int) -> int:
        """Bytes, from "10MB"."""
        text = self.text(key, wanted='a size in quotes, such as "500KB" or "10MB"')
        found = _SIZE.fullmatch(text.strip().upper()) if text else None
        if text and not found:
            self.fault(key, f'is "{text}"', 'give a size such as "500KB" or "10MB"')
        return int(found[1]) * _BYTES[found[2]] if found else default

    def one_of(self, key: str, allowed: tuple[str, ...], default: str) -> str:
        """One of a few words."""
        text = self.text(key) or default
        if text not in allowed:
            self.fault(key, f'is "{text}"', "use one of " + ", ".join(f'"{word}"' for word in allowed))
            return default
        return text

    def checked(self, key: str, text: str, good: Callable[[str], bool], remedy: str) -> str:
        """`text`, with a fault when it is given and not good."""
        if text and not good(text):
            self.fault(key, "cannot be used", remedy)
        return text

    def words(self, key: str) -> tuple[Any, ...]:
        """A list."""
        value = self._value(key, list, "a list in square brackets")
        return tuple(value or ())

    def unknown(self) -> None:
        """Every key nobody asked for is a fault: a mistyped key must not be passed over in silence."""
        for key in self.table.keys() - self.known:
            near = get_close_matches(key, self.known, 1)
            self.fault(
                key, "is not a key of Vigil", f"did you mean {near[0]}?" if near else "remove the line"
            )

    def _inner(self, table: Mapping[str, Any], shown: str, place: str) -> "Reader":
        return Reader(self.file, table, self.environ, (shown, place), self.findings)

    def _value(self, key: str, kind: type | tuple[type, ...], wanted: str) -> Any:  # noqa: ANN401 - TOML values
        self.known.add(key)
        self.findings.keys.add(f"{self._place}{key}")
        value = self.table.get(key)
        if value is not None and not isinstance(value, kind):
            self.fault(
                key, "is a string" if isinstance(value, str) else f"is {_toml(value)}", f"give {wanted}"
            )
            return None
        return value

    def _resolved(self, key: str, text: str) -> str:
        if text.startswith("env:"):
            name = text.removeprefix("env:")
            found = self.environ.get(name, "").strip()
            if not found:
                what = "is empty in the environment" if name in self.environ else "is not in the environment"
                self.fault(key, f"{name} {what}", f"set {name} before the start")
            return found
        if text.startswith("file:"):
            path = self.file.parent / text.removeprefix("file:")
            try:
                found = path.read_text(encoding="utf-8").strip()
            except FileNotFoundError:
                self.fault(key, f"there is no file {path}", "make it, or mend the path")
                return ""
            except UnicodeDecodeError:
                self.fault(key, f"the file {path} holds no text (UTF-8)", "write the value into it anew")
                return ""
            except OSError as error:
                remedy = (
                    "let the user that runs Vigil read it"
                    if isinstance(error, PermissionError)
                    else "mend the path"
                )
                self.fault(key, f"the file {path} cannot be read ({error.strerror})", remedy)
                return ""
            if not found:
                self.fault(key, f"the file {path} is empty", "write the value into it")
            return found
        return text


def passwords(url: str) -> set[str]:
    """The passwords in an address, as they stand and decoded (RFC 3986 3.2.1; libpq's ?password=)."""
    try:
        parts = urlsplit(url)
        asked = [value for name, value in parse_qsl(parts.query) if name in _SECRET_OPTIONS]
    except ValueError:
        return set()
    found = {parts.password} if parts.password else set()
    return found | {unquote(one) for one in found} | set(asked)


def is_web(url: str) -> bool:
    """Whether it is an address of the web."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def is_base(url: str) -> bool:
    """An address that paths can follow."""
    return is_web(url) and not any(mark in url for mark in "?#@")


def flaw_of_postgresql(url: str) -> tuple[str, str]:
    """What keeps a PostgreSQL address from being read as it is meant, and the remedy; ("", "") if nothing.

    Nothing of the address is repeated: what looks like its host may be the end of a password.
    """
    if not _POSTGRESQL.fullmatch(url):
        return "cannot be read", f'write it as "postgresql://user:password@host:port/database"; {ESCAPED}'
    port = _PORT.search(url)
    if port and not 1 <= int("0" + port[1]) <= 65535:
        return "its port is none", "give a number from 1 to 65535, or leave it out with the colon before it"
    return "", ""


def _toml(value: object) -> str:
    """A value as the file has it; a long one is only named."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else "a list"
    return str(value)


def _spoken(seconds: int) -> str:
    for unit, length in reversed(_SECONDS.items()):
        if seconds % length == 0:
            return f'"{seconds // length}{unit}"'
    return f'"{seconds}s"'
