"""What follows "call upon X to" is cut into the things that X is asked to do."""

import pytest

from jobs.steps.extract.phrases import verb_phrases
from jobs.steps.extract.verbs import infinitive


@pytest.mark.parametrize(
    ("complement", "phrases"),
    [
        (
            "free the nurse, to close the camp and to admit observers.",
            ["free the nurse", "close the camp", "admit observers"],
        ),
        ("shelter and feed the families.", ["shelter and feed the families"]),
        ("let them travel and seek asylum abroad", ["let them travel and seek asylum abroad"]),
        (
            "release the teachers, their sons and daughters",
            ["release the teachers, their sons and daughters"],
        ),
        (
            "respect the treaties it has joined, in particular to end torture; and to open its prisons",
            ["respect the treaties it has joined", "end torture", "open its prisons"],
        ),
        (
            "pass a law to protect witnesses, to train judges, and to fund shelters",
            ["pass a law to protect witnesses, to train judges, and to fund shelters"],
        ),
        (
            "continue to fund the office and publish its findings",
            ["continue to fund the office", "publish its findings"],
        ),
        (
            "ensure that guards are trained and receive their wages",
            ["ensure that guards are trained and receive their wages"],
        ),
        (
            "end impunity by opening the archives and to pay the families",
            ["end impunity by opening the archives", "pay the families"],
        ),
        (
            "investigate and report abuses, access prisons",
            ["investigate and report abuses", "access prisons"],
        ),
        (
            "support workers, fund 20 shelters, and house families",
            ["support workers", "fund 20 shelters", "house families"],
        ),
        (
            "protect witnesses, call for restraint, and call on both sides to talk",
            ["protect witnesses", "call for restraint", "call on both sides to talk"],
        ),
        ("open the camps; visit prisons", ["open the camps", "visit prisons"]),
        ("free her. …", ["free her"]),
        ("123", []),
        ("", []),
        (
            "include the matter in the talks and call on both sides to attend",
            ["include the matter in the talks", "call on both sides to attend"],
        ),
    ],
)
def test_each_verb_phrase_counts_once(complement: str, phrases: list[str]) -> None:
    """Verbs with objects of their own are separate; a shared object, a purpose or a sub-clause is not."""
    assert [phrase.quote for phrase in verb_phrases(complement)] == phrases


def test_a_condition_is_told_apart_from_the_demand() -> None:
    """That "Unless ..." is the condition, not part of what is asked."""
    (phrase,) = verb_phrases("move the games to another city, unless the bans are lifted.")
    assert (phrase.quote, phrase.verb) == ("move the games to another city", "move")
    assert phrase.condition == "unless the bans are lifted"


def test_adverbs_do_not_hide_the_verb() -> None:
    """The verb is given in the base form, adverbs passed over."""
    (phrase,) = verb_phrases("immediately and unconditionally release Mr Odu")
    assert phrase.verb == "release"


def test_a_preposition_is_no_infinitive() -> None:
    """In "access to the camps" and "an end to torture" nothing is asked by "to"."""
    assert infinitive("access to the camps and an end to torture") is None
