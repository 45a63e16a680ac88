"""The digest: many alerts in one quiet message."""

from dataclasses import replace
from datetime import date

from bot.render.alert import LIMIT
from bot.render.digest import Since, digest_message
from bot.render.html import plain_text, split
from bot.render.text import length
from bot.speech import Speech
from storage.records import Alert, Demand
from storage.words import Status
from tests.builders import CALM, NOON, a_statement, an_alert

ENGLISH = Speech("en")


def an_entry_of(case: int, number: int, **given: object) -> Alert:
    """One alert of a digest."""
    statement = a_statement(title=f"Post {number}", url=f"https://northlight.example/{number}", id=number)
    statement = replace(statement, **given)  # type: ignore[arg-type]  # any field of a statement
    return an_alert(identifier=f"vigil-{number}", statement=statement, case_id=case)


def test_a_digest_groups_by_case_and_makes_no_sound() -> None:
    """What belongs together stands together, each with its link and its number."""
    alerts = (an_entry_of(1, 10), an_entry_of(2, 11, countries=("LA",)), an_entry_of(1, 12))
    message = digest_message(alerts, ENGLISH, NOON)
    read = plain_text(message)
    assert message.silent
    assert read.startswith("3 urgent calls that did not ring · China, North Korea and Laos\n")
    assert read.index("Post 10") < read.index("Post 12") < read.index("\nLaos\n") < read.index("Post 11")
    assert "URGENT · #12 Post 12" in read


def test_a_deadline_is_told() -> None:
    """Even in a digest nobody misses a date."""
    read = plain_text(digest_message((an_entry_of(1, 1, deadline=date(2026, 3, 12)),), ENGLISH, NOON))
    assert "12 March 2026 (2 days left)" in read


def test_alerts_without_a_case_stand_alone() -> None:
    """Nothing is thrown together for want of a case."""
    alerts = tuple(replace(an_entry_of(1, n), case_id=None) for n in range(1, 4))
    alerts = tuple(replace(one, statement=replace(one.statement, alert=CALM)) for one in alerts)
    assert plain_text(digest_message(alerts, ENGLISH, NOON)).startswith("Digest: 3 statements on 3 cases")


def test_what_does_not_fit_is_counted() -> None:
    """A long digest is still one message, and says how much is left."""
    alerts = tuple(an_entry_of(n, n, title="long " * 60) for n in range(1, 200))
    message = digest_message(alerts, ENGLISH, NOON)
    read = plain_text(message)
    assert length(message) <= LIMIT
    assert len(split(message)) == 1, "a kill leaves no half of it"
    shown = read.count("URGENT · #")
    assert shown > 3
    assert f"and {199 - shown} more: /latest" in read


def test_a_case_with_much_news_is_counted_and_hides_no_other() -> None:
    """Five lines of it, how many there are, and where the rest is."""
    alerts = (*(an_entry_of(1, n) for n in range(1, 9)), an_entry_of(2, 20, countries=("LA",)))
    read = plain_text(digest_message(alerts, ENGLISH, NOON))
    assert "China and North Korea · 8 statements · /case 1" in read
    assert [f"Post {n}" in read for n in (5, 6, 20)] == [True, False, True]
    assert "and 3 more: /latest" in read


def test_what_is_urgent_stands_first_and_says_so() -> None:
    """What was held through a quiet night is not hidden among reports."""
    calm = an_entry_of(1, 10, alert=CALM)
    read = plain_text(digest_message((calm, an_entry_of(2, 11)), ENGLISH, NOON))
    said = ["1 urgent call that did not ring · China and North Korea", "Digest: 2 statements on 2 cases"]
    assert [line for line in read.splitlines() if line][:2] == said
    assert read.index("URGENT · #11 Post 11") < read.index("Post 10")
    assert "URGENT · #10 Post 10" not in read


def test_the_heading_counts_no_call_that_is_over_taken_down_or_a_drill() -> None:
    """What asks for nothing is not said to be urgent; its statement has no button either."""
    over = replace(an_entry_of(1, 10), id=7)
    gone = an_entry_of(2, 11, taken_down=NOON)
    drill = replace(an_entry_of(3, 12), status=Status.EXERCISE)
    message = digest_message((over, gone, drill), ENGLISH, NOON, Since(over=frozenset({7})))
    assert plain_text(message).startswith("Digest: 3 statements on 3 cases")
    assert [[choice.label for choice in row] for row in message.choices] == [["#12"], ["Latest", "Settings"]]


def test_each_statement_has_a_button_and_one_call_says_how_to_act() -> None:
    """No line names a command that a client would link only by its first word."""
    call, calm = an_entry_of(1, 11), [an_entry_of(2, n, alert=CALM) for n in range(20, 27)]
    asks = replace(call, statement=replace(call.statement, demands=(Demand("China", "halt the return"),)))
    message = digest_message((asks, *calm), ENGLISH, NOON)
    rows = [[(choice.label, choice.command) for choice in row] for row in message.choices]
    assert rows[0] == [("Act", "/act 11")]
    assert rows[1] == [(f"#{n}", f"/statement {n}") for n in (11, 20, 21, 22, 23)]
    assert [label for label, _ in rows[2]] == ["Latest", "Settings"]
    assert "/statement" not in plain_text(message)
    two = digest_message((asks, an_entry_of(3, 12)), ENGLISH, NOON)
    assert "Act" not in {choice.label for row in two.choices for choice in row}
    korean = plain_text(digest_message((asks,), Speech("ko"), NOON))
    assert korean.startswith("울리지 않은 긴급 호소 1건 · 중국 및 북한\n")


def test_a_statement_that_rang_twice_is_one_line() -> None:
    """Rung, and rewritten since: what it says now is told once."""
    again = replace(an_entry_of(1, 10), identifier="edited")
    read = plain_text(digest_message((an_entry_of(1, 10), again), ENGLISH, NOON))
    assert read.startswith("1 urgent call that did not ring")
    assert read.count("Post 10") == 1


def test_what_the_mark_says_is_not_said_again() -> None:
    """Neither by the title's own label nor by its kind; what is no call keeps both."""
    title = "Urgent action: Kim faces execution"
    urgent, calm = an_entry_of(1, 10, title=title), an_entry_of(2, 11, title=title, alert=CALM)
    read = plain_text(digest_message((urgent, calm), ENGLISH, NOON))
    assert "• URGENT · #10 Kim faces execution · Northlight" in read
    assert "• #11 Urgent action: Kim faces execution · urgent appeal · Northlight" in read
