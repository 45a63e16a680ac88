"""What is run is what was pinned, and it has no right that it does not need."""

import re
import shutil
import subprocess

import pytest

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


def test_the_unit_takes_away_what_is_not_needed() -> None:
    """Each line that does stands there, and no later one gives it back."""
    lines = re.findall(r"^(\w+)=(.*)$", UNIT.read_text(encoding="utf-8"), re.MULTILINE)
    assert {name: [value for key, value in lines if key == name] for name in TAKEN_AWAY} == {
        name: [value] for name, value in TAKEN_AWAY.items()
    }
    filters = [value for key, value in lines if key == "SystemCallFilter"]
    assert filters == ["@system-service", "~@privileged @resources"]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd here")
def test_systemd_finds_the_service_well_shut_in() -> None:
    """By its own measure."""
    command = ("systemd-analyze", "security", "--offline=yes", f"--threshold={WORST}", str(UNIT))
    found = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - words of our own
    assert found.returncode == 0, found.stdout + found.stderr
