"""Cuts what a Korean sentence asks for into its acts."""

import re

from jobs.steps.extract.east_names import expression, listing

_L = "ko"
_NOT_JOINED = re.compile(r"^(?:있|싶|말(?!고)|나서|난\s|나면|서\s|자\s|는\s|도\s|들어)")


def acts(text: str) -> list[str]:
    """The acts of a phrase of nouns: "석방과 진상 규명" are two, each ending with the noun of an act."""
    plain = text.strip(" ,.")
    deeds = listing(_L, "deeds")
    parts = re.split(r"(?<=[가-힣])(?:과|와|,|·| 및)\s+", plain)
    if len(parts) > 1 and all(part.strip().endswith(deeds) and len(part) > 3 for part in parts):
        return [part.strip() for part in parts]
    return [plain] if len(plain) > 2 else []


_SERIAL = ("여", "해", "내", "어", "아", "워", "러", "려", "꿔", "쳐", "서")


def _own_objects(left: str, right: str) -> bool:
    """Whether two verbs in a row are two acts: each has an object, as in "영사를 보내 신병을 넘겨받아야"."""
    adverbial = expression(_L, "adverbial").search(left)
    return (
        not (adverbial or re.match(r"(?:주|드리|달라|보)", right))
        and bool(re.search(r"[을를]\s", left))
        and bool(re.match(r"(?:\S+\s){0,6}?\S+[을를]\s", right))
    )


def pieces(text: str) -> list[str]:
    """The verb phrases of a text that are joined by "-고", "-며", "것과"."""
    found: list[str] = []
    start = 0
    for match in expression(_L, "join").finditer(text):
        left = text[start : match.end()].rstrip(" ,")
        word = left.rsplit(" ", 1)[-1]
        following = text[match.end() :]
        if word.endswith(_SERIAL) and not _own_objects(left, following):
            continue
        if word.endswith("고") and (expression(_L, "nouns_in_go").search(word) or len(word) < 2):
            continue
        if _NOT_JOINED.match(following) or len(following.strip()) < 3:
            continue
        if (
            word.endswith(("과", "와"))
            and not left.endswith(("것과",))
            and "동시에" not in match.group()
            and "함께" not in match.group()
        ):
            continue
        if not re.search(r"\s", left) and not re.search(r"[을를]", left) and len(left) < 5:
            continue
        found.append(text[start : match.end()])
        start = match.end()
    found.append(text[start:])
    plain = [expression(_L, "lead").sub("", part.strip(' ,;.·!“”"')) for part in found]
    return [piece for piece in plain if len(piece) > 3]
