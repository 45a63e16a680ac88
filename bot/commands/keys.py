"""The keys of filters under the other names that people type them by, in English and in Korean."""

from collections.abc import Sequence
from difflib import get_close_matches

_SAME = {
    "kind": "type kinds 종류 유형",
    "lang": "language languages 언어",
    "from": "org orgs organisation organization organisations source issuer 출처 단체 기관 발신",
    "country": "countries 나라 국가",
    "to": "addressee 대상 수신",
    "since": "부터 이후 시작",
    "before": "이전",
    "until": "till 까지",
    "date": "when time 날짜 기간 시기",
    "year": "연도 년도",
    "sort": "정렬 순서",
    "page": "쪽 페이지",
    "urgency": "긴급도",
    "digest": "요약 모음",
}
"""Other names, by the key that each is."""
_MAYBE = {"after": "since"}
"""Whether the day itself counts is not clear: the key is asked for, not taken for granted."""
_NEEDED = {"until": "before", "date": "year"}
"""Keys that a command takes where it takes these."""
_KEYS = {name: key for key, names in _SAME.items() for name in names.split()}


def meant(key: str) -> str:
    """Return the key that a typed one is another name of, else the typed one."""
    return _KEYS.get(key, key)


def needed(key: str) -> str:
    """Return the key that a command has to take for the typed one to be taken."""
    return _NEEDED.get(meant(key), meant(key))


def nearest(key: str, known: Sequence[str]) -> str:
    """Return which of the known keys may have been meant, "" for none."""
    if _MAYBE.get(key) in known:
        return _MAYBE[key]
    near = get_close_matches(key, (*known, *_KEYS), n=1, cutoff=0.7)
    return near[0] if near and needed(near[0]) in known else ""
