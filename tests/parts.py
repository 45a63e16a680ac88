"""Writes docs/sbom.json: what the program stands on, as CycloneDX 1.6 has it, out of the locked requirements.

python -m tests.parts        writes it anew; a test says when it is not true any more

The hashes of the files that may be installed stand in the lock itself, several for each part.
"""

import json
import re
import tomllib
from typing import Any

from tests.documents import ROOT

LIST = ROOT / "docs" / "sbom.json"
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]+\])?==([^\s;\\]+)(?: ; ([^\\\n]+?))? \\$", re.MULTILINE)


def pinned() -> list[tuple[str, str, str]]:
    """Name, version and condition ("" for everywhere) of each requirement that is installed to run it."""
    return _PINNED.findall((ROOT / "requirements" / "runtime.txt").read_text(encoding="utf-8"))


def made() -> str:
    """The list as it should be."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return json.dumps(
        {
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "version": 1,
            "metadata": {"component": _part("application", project["name"], project["version"])},
            "components": [
                _part("library", name, version)
                | ({"properties": [{"name": "only where", "value": condition}]} if condition else {})
                for name, version, condition in pinned()
            ],
        },
        indent=1,
    )


def _part(kind: str, name: str, version: str) -> dict[str, Any]:
    address = f"pkg:pypi/{name.lower().replace('_', '-')}@{version}"
    return {"type": kind, "bom-ref": address, "name": name, "version": version, "purl": address}


if __name__ == "__main__":
    LIST.write_text(made() + "\n", encoding="utf-8")
