"""Reads the TOML tables beside this file, once each."""

import tomllib
from functools import cache
from importlib import resources
from typing import Any


@cache
def table(name: str) -> dict[str, Any]:
    """The table `name`.toml as a dictionary. Raises FileNotFoundError for a table that is not there."""
    return tomllib.loads(resources.files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8"))


def listed(line: str) -> list[str]:
    """The phrases of a line of a table, with commas between."""
    return [phrase.strip() for phrase in line.replace("\n", " ").split(",") if phrase.strip()]
