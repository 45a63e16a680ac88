"""Hostile input: whatever the text, reading it neither fails nor invents words."""

from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.steps.document import Document
from jobs.steps.extract import extract, split

FRAGMENTS = st.sampled_from(
    [
        *(
            "We call upon China to release all",
            "must be freed",
            "that",
            "and to",
            ",",
            ";",
            ":",
            "\n",
            "\n\n",
            "•",
            "(a)",
            "1.",
        ),
        *(
            "Dear Minister,",
            "To the Government of Chad:",
            "Sincerely,",
            "Groups",
            "Name, Kenya",
            "See details",
            "Read more",
        ),
        *(
            "중국 정부는 중단하라.",
            "を求める。",
            "呼吁",
            "Nous demandons aux autorités de",
            "\x00",
            "\u202e",
            "“",
            "by 3 May 2020",
        ),
        *(
            "공지  제목  사무국  16-11-24\n",
            "nine refugees",
            "UA: 1/12",
            "unless",
            "\ufeff",
            "\U0001f4a3",
            "\ud7ff",
        ),
    ]
)


@settings(deadline=None, max_examples=150)
@given(st.lists(st.one_of(FRAGMENTS, st.text(max_size=12)), max_size=50).map(" ".join), st.text(max_size=20))
def test_every_quote_is_verbatim_and_nothing_fails(text: str, title: str) -> None:
    """Mixed scripts and control characters: no error, every quote stands in the text, the counts agree."""
    for part in split(Document(title=title, text=text)):
        statement = extract(part)
        flat = " ".join(part.text.split())
        assert all(demand.quote and demand.quote in flat for demand in statement.demands)
        for party in statement.addressees:
            assert party.demands == sum(demand.to == party.name for demand in statement.demands)


def test_two_hundred_kilobytes_of_one_phrase() -> None:
    """A long text of repeated requests ends, with each distinct demand once."""
    statement = extract(Document(title="", text="China must free him and " * 8000))
    assert len(statement.demands) == 1
