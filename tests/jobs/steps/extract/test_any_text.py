"""Hostile input: whatever the text, reading it neither fails nor invents words."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.steps.document import Document
from jobs.steps.extract import extract, split
from jobs.steps.understand import understand
from storage.words import MsgType

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
        *(
            "Петиция: мы призываем правительство Чада освободить",
            "نطالب الحكومة بالإفراج عن",
            "Pedimos al Gobierno de Chad que libere",
            "我们要求中国政府:",
            "■日本政府に対して",
            "二〇一〇年十三月四十日",
            "Signed by: A, B (C), D and E",
            "UA: 1/12 Index: ASA 17/001/2012",
            "case closed",
            "12 | title of a post | staff | 2020-01-02\n",
            "----------\n",
            "3 May 2020 · Letters\n",
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


NOON = datetime(2024, 5, 3, 12, tzinfo=UTC)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.one_of(FRAGMENTS, st.text(max_size=8)), max_size=40).map("\n".join))
def test_every_text_is_judged_and_asks_of_whom_it_lists(text: str) -> None:
    """Any page: no error; a closed case sets no date and lists whom it asks; minors are at risk."""
    for statement in understand(Document(title="", text=text), NOON):
        risk = statement.persons_at_risk
        assert risk.minors is None or (risk.count is not None and 0 <= risk.minors <= risk.count)
        if statement.alert.msg_type is MsgType.CANCEL:
            assert statement.deadline is None
            assert {demand.to for demand in statement.demands} <= {one.name for one in statement.addressees}
            assert not statement.alert.urgent


def test_two_hundred_kilobytes_of_one_phrase() -> None:
    """A long text of repeated requests ends, with each distinct demand once."""
    statement = extract(Document(title="", text="China must free him and " * 8000))
    assert len(statement.demands) == 1
