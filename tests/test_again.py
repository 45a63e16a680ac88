"""A test that failed among thousands is run once more alone: it is unsteady then, or broken."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.again import FEW, again

UNSTEADY = """
from pathlib import Path

def test_passes_the_second_time():
    tried = Path("tried")
    seen = tried.exists()
    tried.touch()
    assert seen

def test_passes():
    pass
"""


def whole_run(place: Path, text: str) -> tuple[int, list[str]]:
    """How a run of these tests ended, and which it remembers as failed."""
    (place / "test_some.py").write_text(text, encoding="utf-8")
    (place / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    done = subprocess.run([sys.executable, "-m", "pytest", "-q"], cwd=place, check=False, capture_output=True)
    failed = place / ".pytest_cache/v/cache/lastfailed"
    return done.returncode, list(json.loads(failed.read_text("utf-8"))) if failed.exists() else []


def test_what_passes_alone_is_named_as_unsteady(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The run passes, and says what to mend."""
    monkeypatch.chdir(tmp_path)
    code, failed = whole_run(tmp_path, UNSTEADY)
    assert (code, failed) == (1, ["test_some.py::test_passes_the_second_time"])
    assert again(code, failed) == 0
    said = capfd.readouterr().out
    assert "UNSTEADY" in said
    assert said.rstrip().endswith("test_some.py::test_passes_the_second_time")


def test_what_fails_again_fails_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice is no accident."""
    monkeypatch.chdir(tmp_path)
    assert again(*whole_run(tmp_path, "def test_broken():\n    assert False\n")) == 1


@pytest.mark.parametrize("many", [0, FEW + 1])
def test_many_failures_are_no_accident(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, many: int) -> None:
    """Nor is a run that fails and names nothing."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "test_some.py").write_text("def test_passes():\n    pass\n", encoding="utf-8")
    assert again(1, ["test_some.py::test_passes"] * many) == 1


def test_a_run_that_broke_off_stays_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here a module could not be read."""
    monkeypatch.chdir(tmp_path)
    code, failed = whole_run(tmp_path, "import nothing_of_this_name\n")
    assert code == 2
    assert again(code, failed) == 2
