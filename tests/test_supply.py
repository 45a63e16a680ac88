"""What is run is what was pinned, and it has no right that it does not need."""

import hashlib
import re
import shutil
import subprocess
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.audit import asked
from tests.documents import ROOT
from tests.parts import LIST, made, pinned

UNIT = ROOT / "deploy" / "vigil.service"
TAKEN_AWAY = {
    "NoNewPrivileges": "yes",
    "CapabilityBoundingSet": "",
    "AmbientCapabilities": "",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "DevicePolicy": "closed",
    "PrivateMounts": "yes",
    "PrivateUsers": "yes",
    "ProtectProc": "invisible",
    "ProtectKernelTunables": "yes",
    "ProtectKernelModules": "yes",
    "ProtectControlGroups": "yes",
    "RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX",
    "RestrictNamespaces": "yes",
    "RestrictSUIDSGID": "yes",
    "LockPersonality": "yes",
    "MemoryDenyWriteExecute": "yes",
    "SystemCallArchitectures": "native",
    "StateDirectoryMode": "0700",
    "UMask": "0077",
    "LimitCORE": "0",
}
WORST = 15
"""Tenths of systemd's measure of exposure: 0 is nothing, 100 everything. The network alone is 8."""


def test_the_list_of_parts_is_that_of_the_lock() -> None:
    """Written anew by `make sbom`, it would be the same; it forgets none of what is pinned."""
    lock = (ROOT / "requirements" / "runtime.txt").read_text(encoding="utf-8")
    assert LIST.read_text(encoding="utf-8") == made() + "\n"
    assert len(pinned()) == len(re.findall(r"^[A-Za-z0-9]", lock, re.MULTILINE)) > 40


def test_what_is_tested_is_what_is_run() -> None:
    """The same version of each part: dev.in is bound to what runtime.in was locked to."""
    run, tested = (
        set(
            re.findall(r"^\S+==\S+", (ROOT / "requirements" / name).read_text(encoding="utf-8"), re.MULTILINE)
        )
        for name in ("runtime.txt", "dev.txt")
    )
    assert run <= tested, run - tested


def test_the_unit_takes_away_what_is_not_needed() -> None:
    """Each line that does stands there, and no later one gives it back."""
    lines = re.findall(r"^(\w+)=(.*)$", UNIT.read_text(encoding="utf-8"), re.MULTILINE)
    assert {name: [value for key, value in lines if key == name] for name in TAKEN_AWAY} == {
        name: [value] for name, value in TAKEN_AWAY.items()
    }
    filters = [value for key, value in lines if key == "SystemCallFilter"]
    assert filters == ["@system-service", "~@privileged @resources"]


def test_what_was_taken_back_or_exchanged_is_found(tmp_path: Path) -> None:
    """A release that its makers took back is named; a file that is another by now is refused by its hash."""
    index = tmp_path / "simple" / "northlight-parts"
    index.mkdir(parents=True)
    wheel = index / "northlight_parts-1.0-py3-none-any.whl"
    with ZipFile(wheel, "w") as file:
        for name, text in (
            ("METADATA", "Metadata-Version: 2.1\nName: northlight-parts\nVersion: 1.0\n"),
            ("WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"),
            ("RECORD", ""),
        ):
            file.writestr(f"northlight_parts-1.0.dist-info/{name}", text)
    link = f'<a href="{wheel.name}" data-yanked="it was hijacked">{wheel.name}</a>'
    (index / "index.html").write_text(f"<!DOCTYPE html><html><body>{link}</body></html>", encoding="utf-8")
    pins, only = tmp_path / "pins.txt", ("--isolated", "--no-cache-dir", "--index-url", index.parent.as_uri())
    for digest, count, refusal in (
        (hashlib.sha256(wheel.read_bytes()).hexdigest(), 1, ""),
        ("0" * 64, 0, "DO NOT MATCH THE HASHES"),
    ):
        pins.write_text(f"northlight-parts==1.0 --hash=sha256:{digest}\n", encoding="utf-8")
        found, back, fault = asked(pins, *only)
        assert (found, len(back), bool(fault)) == (count, count, bool(refusal)), fault
        assert refusal in fault


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd here")
def test_systemd_finds_the_service_well_shut_in() -> None:
    """By its own measure."""
    command = ("systemd-analyze", "security", "--offline=yes", f"--threshold={WORST}", str(UNIT))
    found = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - words of our own
    assert found.returncode == 0, found.stdout + found.stderr
