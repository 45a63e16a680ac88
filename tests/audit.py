"""Asks the registry about what is pinned: still there, with these hashes, and not taken back by its makers?

python -m tests.audit [REQUIREMENTS ...]    runtime.txt if none is named; exit code 1 where one is not

pip asks, with whatever index it is configured for, and installs nothing. A release that was taken back
("yanked", PEP 592) is named. Known vulnerabilities an index does not tell (PEP 691): give docs/sbom.json to
a program that keeps a list of them, such as pip-audit.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.documents import ROOT

_PIP = (sys.executable, "-m", "pip", "install", "--dry-run", "--no-deps", "--ignore-installed", "--quiet")
_STRICT = ("--require-hashes", "--only-binary", ":all:")


_YANKED = re.compile(r"yanked version: '([\w.-]+)' candidate \(version (\S+)")
"""As pip warns of it (its `resolution/resolvelib/resolver.py`); its report tells it only from 23.3 on."""


def asked(requirements: Path, *options: str) -> tuple[int, list[str], str]:
    """How many of these pip would install, which were taken back, and why it refuses ("" if not)."""
    with TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = (*_PIP, *_STRICT, *options, "--report", str(report), "-r", str(requirements))
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours
        back = sorted(f"{name}=={version}" for name, version in _YANKED.findall(done.stderr))
        if done.returncode:
            return 0, back, done.stderr.strip()
        return len(json.loads(report.read_text(encoding="utf-8"))["install"]), back, ""


def main(files: list[str]) -> int:
    """Says what it found."""
    bad = 0
    for file in files or [str(ROOT / "requirements" / "runtime.txt")]:
        count, back, fault = asked(Path(file))
        bad += bool(fault or back)
        for one in back:
            sys.stdout.write(f"{file}: {one} was taken back by its makers: pin another, and `make lock`\n")
        told = fault or f"{count} are there with the hashes that are pinned"
        sys.stdout.write(f"{file}: {told}\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
