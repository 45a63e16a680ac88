"""Where: towns and camps, and not who stands before a comma."""

import pytest

from jobs.steps.document import Document
from jobs.steps.extract import extract

LETTER = """Open letter to President Ahn Bo-ra

We write to Tomas Roe-Bramley, Special Rapporteur, about those who were sent back from Tumen, Jilin.
It was discussed in France, Korea and elsewhere, and with the Ministry of Justice, Korea.

Signed by:
Asian Network for Human Rights, Korea
Initiatives for Peace in Mindalan, Philippines
Centre of Justice, Indonesia
Friends in Harlan, Canada
"""


def test_a_place_is_where_something_happens() -> None:
    """No addressee, no ministry, no country in a list, no part of a signatory's name."""
    assert extract(Document(text=LETTER, title="Open letter to President Ahn Bo-ra")).places == ("Tumen",)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("They were arrested in Yanji, China, on 4 May.", ("Yanji",)),
        ("They are held near Little Sampleton, China.", ("Little Sampleton",)),
        ("She was transferred to Camp 25, and then moved to Hoeryong, he said.", ("Camp 25", "Hoeryong")),
        ("They were returned to Vietnam, and nobody knows more.", ()),
        ("He lived in Dunmore, a small border town.", ("Dunmore",)),
        ("He spoke at Human Rights, Justice and Peace.", ()),
    ],
)
def test_towns_and_camps(text: str, places: tuple[str, ...]) -> None:
    """A town that is known, or one beside its country."""
    assert extract(Document(text=text, title="A call")).places == places
