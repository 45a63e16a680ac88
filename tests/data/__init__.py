"""Data files, each with the file beside it that says what is true of it."""

from pathlib import Path

_EXPECTED = ".expected.json"


def pairs(folder: Path) -> dict[Path, Path]:
    """Every data file of the folder with its expectation; raises ValueError where one stands alone."""
    found = {path for path in folder.iterdir() if path.is_file()}
    told = {path for path in found if path.name.endswith(_EXPECTED)}
    paired = {path: path.with_name(path.stem + _EXPECTED) for path in sorted(found - told)}
    alone = sorted(path.name for path in set(paired.values()) ^ told)
    if alone:
        raise ValueError(f"without its pair in {folder.name}: {', '.join(alone)}")
    return paired
