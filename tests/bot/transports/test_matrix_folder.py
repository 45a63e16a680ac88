"""The folder of an account's keys: the same one at every node, and one node at a time."""

from pathlib import Path

import pytest

from bot.transports.matrix_folder import NotTheFolder, taken


def test_the_folder_is_known_again(tmp_path: Path) -> None:
    """By a mark that the database remembers; a new one is marked."""
    with taken(tmp_path, "matrix", "") as mark:
        assert len(mark) == 32
    with taken(tmp_path, "matrix", mark) as again:
        assert again == mark
    with taken(tmp_path, "matrix", "") as known:
        assert known == mark, "the database forgot it: it is the same one still"


def test_another_folder_is_refused(tmp_path: Path) -> None:
    """Also an empty one: it would be a new device, and others' keys would not fit. What to do is said."""
    with (
        pytest.raises(NotTheFolder, match=r'not the folder .*`vigil admin anew "matrix"`'),
        taken(tmp_path, "matrix", "0" * 32),
    ):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["lock"], "it is not marked as one"


def test_one_process_at_a_time_has_it(tmp_path: Path) -> None:
    """Who hangs has lost the lock in the database, and not what it is about to write there."""
    with (
        taken(tmp_path, "matrix", "") as mark,
        pytest.raises(NotTheFolder, match="another process has it still"),
        taken(tmp_path, "matrix", mark),
    ):
        pass
    with taken(tmp_path, "matrix", mark):
        pass
