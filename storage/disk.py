"""What is to outlive a power cut is on the disk before anything is said of it."""

import os
from pathlib import Path


def to_disk(path: Path) -> None:
    """Waits until a file, or the names in a folder, are on the disk (fsync(2))."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
