"""Names and circumstances that hold a cue and do not mean it."""

from datetime import UTC, datetime

import pytest

from jobs.steps.classify import classify
from storage.records import Statement

NOON = datetime(2024, 5, 14, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("title", "language", "word"),
    [
        ("國際特赦組織批評當局虐待絕食者", "zh", "特赦"),
        ("탈북민에 난민 지위 부여하라", "ko", "난민 지위"),
        ("Des exilés vivant dans un campement menacés d'expulsion", "fr", "vivant"),
        ("Los propuestos beneficiarios reciben amenazas de muerte", "es", "beneficiarios"),
        ("Families are being evacuated by volunteers under fire", "en", "evacuated"),
    ],
)
def test_names_and_circumstances_are_not_what_they_hold(title: str, language: str, word: str) -> None:
    """Who is called after a pardon grants none; who lives somewhere was not found alive."""
    reasons = classify(Statement(title=title, text="", language=language), NOON).alert.reasons
    assert not any(reason.evidence == word for reason in reasons)
