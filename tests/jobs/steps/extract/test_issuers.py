"""Whose words they are is told where the text says it, and by its whole name."""

import pytest

from jobs.steps.extract.blocks import blocks
from jobs.steps.extract.issuers import issuers


@pytest.mark.parametrize(
    ("after", "name"),
    [
        (" on March 4", "Ninth International Conference on Open Borders"),
        (" in April 2011", "Ninth International Conference on Open Borders"),
        (" Prague", "Ninth International Conference on Open Borders"),
        (" of Prague", "Ninth International Conference on Open Borders of Prague"),
    ],
)
def test_neither_day_nor_town_is_part_of_a_conference_s_name(after: str, name: str) -> None:
    """The town stays where the name itself says it."""
    title = f"Resolution of the Ninth International Conference on Open Borders{after}"
    assert issuers(title, blocks("The participants call on all states to open their borders."), "") == (name,)


def test_who_is_only_named_does_not_speak() -> None:
    """One signatory of many, or the publisher of a report that a text quotes."""
    text = (
        "Dear Minister,\n\nA report of Amnesty International says that camps remain.\n\n"
        "We ask you to close them.\n\nSigned:\n\nAmnesty International\n\nHuman Rights Watch\n\nNorthlight"
    )
    assert issuers("Open letter on the camps", blocks(text), "") == ()
    assert issuers("Open letter on the camps", blocks(text), "Northlight") == ("Northlight",)


def test_a_letterhead_speaks() -> None:
    """A line of its own above the text."""
    text = "Amnesty International\n\nURGENT ACTION\n\nNine people are held on the border, without a lawyer."
    assert issuers("Nine held on the border", blocks(text), "") == ("Amnesty International",)
