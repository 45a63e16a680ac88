"""Understands words that are said without a mark in a private chat, and mean a command all the same.

Who answers a button with its label, greets, or says "stop" looks for nothing in the archive.
"""

from bot.commands.command import Command
from bot.commands.table import find

_WORDS = {
    "start": (
        "hello, hi, hey, hello there, good morning, good evening, "
        "안녕, 안녕하세요, 안녕하십니까, 시작, 시작하기"
    ),
    "help": "menu, commands, how does this work, 도움, 도움말, 명령, 명령어, 메뉴, 사용법",
    "unsubscribe": (
        "stop, stop it, stop this, cancel, quit, no more, 구독 취소, 구독취소, 구독 해지, 구독해지, 해지, "
        "그만, 중지, 중단, 멈춰, 취소, 수신거부, 수신 거부"
    ),
    "subscribe": "everything urgent, 구독, 구독하기, 긴급한 것 모두",
    "latest": "news, latest news, what is new, what's new, 최신, 최근, 최신 소식, 새 소식, 소식",
    "search": "find, 검색, 찾기",
    "settings": "my settings, 설정, 내 설정",
    "resolutions": "결의, 결의안, 결의문",
    "orgs": "organisations, organizations, 단체, 단체 목록, 단체들, 기관",
    "case": "cases, latest cases, 사건, 사건들",
    "quiet": "quiet hours, 방해 금지, 조용한 시간",
    "privacy": "개인정보, 개인 정보",
    "status": "상태",
    "forget": "forget me, delete me, 잊어줘, 잊어 주세요, 삭제",
}
"""What people say for a command, alone."""
_FIRST = {"구독": "subscribe", "검색": "search", "찾기": "search", "최신": "latest", "최근": "latest"}
"""What they say before the words that belong to it: "구독 중국"."""
_NAMES = {word.strip(): name for name, line in _WORDS.items() for word in line.split(",")}
_HALTS = frozenset(("stop", "stop it", "stop this", "cancel", "그만", "중지", "중단", "멈춰", "취소"))


def said_plainly(text: str) -> tuple[Command | None, str]:
    """Return the command meant by "help", "subscribe China" or "구독", and the words that belong to it."""
    said = _bare(text)
    if said in _NAMES:
        return find(_NAMES[said]), ""
    first, rest = (*text.split(maxsplit=1), "", "")[:2]
    named = _FIRST.get(first) if rest else None
    command = find(named or first.lower())
    if command is None or command.hidden or command.desk:
        return None, ""  # words that do so much are said with their mark
    return (command, rest) if command.plain or named or not rest else (None, "")


def may_halt(text: str) -> bool:
    """Say whether somebody wants something to stop that, at the desk, may be a sending."""
    return _bare(text) in _HALTS


def _bare(text: str) -> str:
    return " ".join(text.split()).strip(" .!?…。！？~^").casefold()
