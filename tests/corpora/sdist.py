"""A source distribution from the package registry, kept in pytest's cache."""

import hashlib
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest


def unpacked(cache: pytest.Cache, name: str, version: str, sha256: str) -> Path:
    """The folder of `name` at `version`. Skips where the registry cannot be reached, but never in CI."""
    folder = cache.mkdir(f"sdist-{name}-{version}")
    archive = folder / f"{name}-{version}.tar.gz"
    if not archive.exists():
        _download(folder, f"{name}=={version}")
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    if found != sha256:
        archive.unlink()
        pytest.fail(f"{archive.name} has the digest {found}, not {sha256}")
    root = folder / f"{name}-{version}"
    if not root.exists():
        with tarfile.open(archive) as packed:
            packed.extractall(folder, filter="data")
    return root


def _download(folder: Path, wanted: str) -> None:
    pip = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--disable-pip-version-check",
        "--retries",
        "1",
    ]
    command = [*pip, "--no-deps", "--no-binary", ":all:", "--dest", str(folder), wanted]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=180)  # noqa: S603 - our own command
    if done.returncode == 0:
        return
    said = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
    message = f"{wanted} could not be had from the package registry: {said}"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)
