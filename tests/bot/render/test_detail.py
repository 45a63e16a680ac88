"""Why a source failed is told in the person's language, whatever the watch wrote down."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render.detail import told
from bot.speech import Speech

JOBS = Path(__file__).parents[3] / "jobs"
ERRORS = {
    "FetchError",
    "Refused",
    "Elsewhere",
    "TimedOut",
    "TooLarge",
    "Unreachable",
    "NotAFeed",
    "Unfinished",
}
ENGLISH, KOREAN = Speech("en"), Speech("ko")


def written(node: ast.expr) -> str | None:
    """What an argument comes to, an "X" for each value in it; None for what is not a text."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            part.value if isinstance(part, ast.Constant) and isinstance(part.value, str) else "X"
            for part in node.values
        )
    return None


def raised() -> Iterator[str]:
    """Every reason for a failure that stands in the code of the watch."""
    texts = (path.read_text(encoding="utf-8") for path in sorted(JOBS.rglob("*.py")))
    for text in (text for text in texts if any(f"{name}(" in text for name in ERRORS)):
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ERRORS:
                said = written(node.args[-1]) if node.args else None
                if said and said.strip("X: ()"):
                    yield said


SAID = sorted(set(raised()))
"""Looked for once: every worker of the tests does so when it starts."""


@pytest.mark.parametrize("said", SAID)
def test_every_reason_has_a_form(said: str) -> None:
    """One that the watch learns to say later is missed here until it is translated."""
    assert told(said, KOREAN) != said


@pytest.mark.parametrize(
    ("detail", "korean"),
    [
        ("news.example.org: its name is not known", "news.example.org: 이름을 찾을 수 없음"),
        (
            "news.example.org: no complete answer within 20 s",
            "news.example.org: 20초 안에 응답이 끝나지 않음",
        ),
        ("an HTML page: Log in to go on", "HTML 페이지: Log in to go on"),
        (
            "no list of items on the page; it looks like an HTML page: Log in",
            "페이지에 목록이 없음. 이런 내용임: HTML 페이지: Log in",
        ),
        (
            "12,000,000 bytes: reading it takes longer than 10 s",
            "12,000,000바이트: 읽는 데 10초가 넘게 걸림",
        ),
        ("HTTP 503, asks us to wait 10 min", "HTTP 503, 10분 동안 기다려 달라고 함"),
        ("HTTP 429, asks us to wait 24 h", "HTTP 429, 24시간 동안 기다려 달라고 함"),
        (
            "ngo.example: not asked: its server asked us to wait until 2026-03-10 14:00 UTC",
            "ngo.example: 요청하지 않음: 서버가 2026-03-10 14:00 UTC까지 기다려 달라고 함",
        ),
        ("HTTP 503", "HTTP 503"),
    ],
)
def test_a_reason_is_told_in_korean(detail: str, korean: str) -> None:
    """Hosts, numbers and the site's own words stay as they are."""
    assert told(detail, KOREAN) == korean


@given(st.text(max_size=60) | st.sampled_from(SAID))
def test_english_stays_as_it_was_written(detail: str) -> None:
    """Whatever it says, braces and colons of a hostile page among it."""
    assert told(detail, ENGLISH) == detail
