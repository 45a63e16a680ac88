"""Reasons are words for people, and no names of the program's own."""

import pytest

from jobs.steps.classify import classify
from jobs.steps.classify.cues import LANGUAGES
from jobs.steps.classify.reasons import described
from jobs.steps.classify.weights import OUTPUTS, weights
from jobs.steps.lexicon.tables import table
from storage.records import Statement
from tests.builders import NOON


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("execution", "execution"),
        ("title return", "forced return, in the title"),
        ("harm near", "a grave harm, and soon"),
        ("demand against harm", "a demand, and a harm"),
        ("harm dated, feared", "a grave harm expected on a day that is near"),
        ("date soon", "a date within two weeks"),
        ("text opens closed", "the action is over, as the first word of its text"),
    ],
)
def test_a_feature_is_told_in_words(name: str, told: str) -> None:
    """With what stands beside it."""
    assert described(name) == told


def test_every_group_of_cues_has_its_words() -> None:
    """Whoever adds a group says what it means."""
    told = table("reasons")["groups"]
    missing = {group for language in LANGUAGES for group in table(f"cues_{language}")} - told.keys()
    assert missing == {"nothing"}


def test_a_verdict_names_what_it_saw() -> None:
    """Both the meaning and the very words."""
    text = "Police told their lawyer that the plane leaves at dawn. They risk torture."
    reasons = classify(Statement(title="Four to be deported tonight", text=text), NOON).alert.reasons
    urgent = {reason.rule: reason.evidence for reason in reasons if reason.rule.startswith("urgent: ")}
    assert any("soon" in rule or "now" in rule for rule in urgent)
    assert all(words in f"Four to be deported tonight\n{text}" for words in urgent.values())


def test_the_tables_hold_a_weight_for_what_is_judged() -> None:
    """Every row is as long as the list of judgements, and says something."""
    known = weights()
    grams = [known.of_gram[name] for name in known.of_gram.lines]
    for row in (known.base, *known.features.values(), *grams):
        assert len(row) == len(OUTPUTS)
    assert all(map(any, grams))
    assert grams
