"""Runs the few tests that failed among all the others once more, by themselves: decision 69.

`python -m tests.again CODE`, where CODE is what the whole run ended with. Ends with 0 where each of them
passes, and names them, for they want mending. Many failures, and runs that broke off, stay what they are.
"""

import json
import subprocess
import sys
from pathlib import Path

FEW = 3
_FAILED = Path(".pytest_cache/v/cache/lastfailed")


def again(code: int, failed: list[str]) -> int:
    """What the run ends with: what a second run of a few failed tests says; for all else, `code`."""
    if code != 1 or not 0 < len(failed) <= FEW:
        return code
    command = [sys.executable, "-m", "pytest", "-n", "0", *failed]
    done = subprocess.run(command, check=False)  # noqa: S603 - ours
    if done.returncode == 0:
        names = "".join(f"  {name}\n" for name in failed)
        sys.stdout.write(
            f"UNSTEADY: failed among the others and passed alone; mend what they lean on:\n{names}"
        )
        sys.stdout.flush()
    return done.returncode


if __name__ == "__main__":
    sys.exit(again(int(sys.argv[1]), list(json.loads(_FAILED.read_text("utf-8")))))
