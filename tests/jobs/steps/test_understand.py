"""A document is judged as of its publication, an entry as the one item it is."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.cli.items import read_entries
from jobs.steps.document import Document
from jobs.steps.understand import judge_entry, understand, understand_entry
from tests.builders import NOON, a_source, an_entry
from tests.evaluation.entries import EXAMPLES

CALL = "On {} nine refugees will be deported from Bangkok to North Korea, where they face torture."
YEARS_LATER = datetime(2031, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "dated",
    [
        {"published": NOON},
        {"posted": NOON.date()},
        {"text": "10 March 2026\n\n" + CALL.format("12 March 2026")},
    ],
)
def test_a_call_was_urgent_when_it_was_published(dated: dict[str, object]) -> None:
    """Read years later, a document is judged as of the moment, or the day, that it gives of itself."""
    given: dict[str, object] = {
        "title": "Nine refugees before the court",
        "text": CALL.format("12 March 2026"),
    }
    document = Document(**given | dated)  # type: ignore[arg-type]  # the table's fields
    (statement,) = understand(document, YEARS_LATER)
    assert statement.alert.urgent
    (later,) = understand(document, NOON, as_of=YEARS_LATER)
    assert not later.alert.urgent


def test_a_document_without_a_date_is_judged_now() -> None:
    """Nothing else is known of it."""
    document = Document(title="Nine refugees before the court", text=CALL.format("12 March 2026"))
    (soon,), (far,) = understand(document, NOON), understand(document, YEARS_LATER)
    assert (soon.alert.urgent, far.alert.urgent) == (True, False)
    assert (soon.published, soon.date_posted, soon.date_written) == (None, None, None)


def test_a_document_is_judged_by_its_publication_before_the_day_it_was_written() -> None:
    """A statement of last year that is published today, on a hearing in two days, is urgent today."""
    text = f"2 March 2025\n\n{CALL.format('12 March 2026')}"
    (statement,) = understand(Document(title="Nine refugees", text=text, published=NOON), YEARS_LATER)
    assert str(statement.date_written) == "2025-03-02"
    assert statement.published == NOON
    assert statement.alert.urgent


def test_the_day_of_writing_and_that_of_posting_are_told_apart() -> None:
    """What dates itself was written then; posted it was when the feed says."""
    text = f"2 March 2026\n\n{CALL.format('12 March 2026')}"
    statement = understand_entry(an_entry(title="Nine refugees", text=text), a_source(), NOON)
    assert (str(statement.date_written), str(statement.date_posted)) == ("2026-03-02", "2026-03-10")


def test_an_entry_is_one_item_however_it_looks() -> None:
    """A post that lists other posts is not taken apart; its day of posting is that of its publication."""
    posts = "\n\n".join(
        f"Post number {n}\nPosted on {n} May 2019 by admin\nSome words.\nRead more" for n in (1, 2, 3)
    )
    statement = understand_entry(an_entry(title="Our posts of May", text=posts), a_source(), NOON)
    assert (statement.title, statement.published) == ("Our posts of May", NOON)


def test_an_entry_without_a_text_is_read_by_its_title() -> None:
    """Two-line headlines are all that some boards publish."""
    statement = understand_entry(
        an_entry(title="Nine refugees face imminent return to North Korea", text=""), a_source(), NOON
    )
    assert statement.alert.urgent
    assert statement.date_posted == NOON.date()


def test_a_judgement_alone_is_that_of_the_whole_reading() -> None:
    """Kind, alert and countries need nothing that only a whole reading gives, in entries long and short."""
    for entry, source in read_entries(EXAMPLES / "dev.jsonl")[::97]:
        for text in (entry.text, f"{entry.text}\n\n" * 12):
            shown = replace(entry, text=text)
            judged, whole = judge_entry(shown, source, NOON), understand_entry(shown, source, NOON)
            assert (judged.kind, judged.alert, judged.countries) == (whole.kind, whole.alert, whole.countries)
