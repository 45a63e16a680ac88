"""Counts the persons in danger, as far as the text names or counts them.

Every number of persons in the text is a candidate; it gains by danger told in its sentence, by standing in
the title, the lead or a demand, by being taken up again ("all nine", "the forty-seven"), and loses by safety,
death and background. The number with the most weight is the count; without one the persons named are.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache

from jobs.steps.extract import kin, kin_east
from jobs.steps.extract.blocks import Block, sentences
from jobs.steps.extract.data import holds, may_hold
from jobs.steps.extract.minors import minors_of
from jobs.steps.extract.named import names_at_risk, roll
from jobs.steps.extract.person_numbers import FILE, Candidate, candidates, with_sums
from jobs.steps.extract.sections import own
from storage.records import PersonsAtRisk

_VOWELS = re.compile(r"[\u064b-\u0652\u0640]")
"""Arabic vowel signs, which some print and most leave out."""
_ENOUGH = 2.0
"""Weight from which a number is believed: danger told in its own sentence."""
_ASKED = re.compile(
    r"\b(?:releas\w+|not (?:to )?(?:return|deport|extradite|repatriate|send)|free|protect|urge|call|reveal|"
    r"stop|halt)\b|libér|liber(?:en|ar|ación)|освобод|الإفراج|촉구|요구|하라|求め|要求|呼吁",
    re.IGNORECASE,
)
_OLD = re.compile(
    r"\b(?:[Ii]n|[Ss]ince|[Ee]n|[Dd]epuis|[Dd]esde)\s+(?:\w+\s+)?(?:19|20)\d\d\b|년부터|从\d{4}年"
)
_GOING_ON = re.compile(
    r"\b(?:have|has) been (?:\w+ )?(?:held|kept|detained|imprisoned|jailed|in )|"
    r"\b(?:remains?|still|continues?|permanec\w+|"
    r"siguen?|continúan?|restent?|toujours|до сих пор)\b|"
    r"(?:is|are) (?:being )?(?:held|detained|kept)|\b(?:est|sont) (?:détenu|retenu)|"
    r"\bdetenid\w+ desde|\bdétenue?s? depuis",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[,;:.()]|\band\b|\bwhile\b|\bwhereas\b|\bet\b|\by\b|、|，|。")
_AGED = re.compile(
    r"[^\W\d]\s?(?:さん|氏|师|師|씨)?\s?[（(]\s?[1-9]\d\s?(?:歳|岁|歲|세|살|عاما|عاماً|سنة)?\s?[）)]"
)
"""A name with its age."""
_ESTIMATE = re.compile(
    r"(?:(?<!concern )(?<!concerned )(?<!write )(?<!writing )(?<!news )(?<!information )(?<!you )\b"
    r"(?:about|some|around|approximately|roughly|nearly|almost|perhaps|environ|quelque|près de|"
    r"unos|unas|cerca de|"
    r"alrededor de|más de|plus de|около|примерно|более|почти|нахдо)|نحو|حوالي|약|約|约|近|大约|上千|数)\s*$",
    re.IGNORECASE,
)
_SUBSET = re.compile(
    r"(?:\b(?:among (?:them|whom)|includ(?:es?|ing)|dont|parmi (?:eux|elles|lesquel(?:le)?s)|entre ell[oa]s|"
    r"incluid[oa]s|в том числе|среди (?:них|которых))|بينهم|من بينهم|うち|其中|包括)\s*$",
    re.IGNORECASE,
)


def persons_at_risk(title: str, blocks: list[Block], language: str = "") -> PersonsAtRisk:
    """How many are in danger, how many of them minors; None where the text does not count them."""
    closed = any(may_hold(FILE, "closed", block.lowered) and _is(block.text, "closed") for block in blocks)
    title = _VOWELS.sub("", title)
    lines = [
        *sentences(title),
        *(_VOWELS.sub("", line) for block in own(blocks) if block.text != title for line in block.sentences),
    ]
    counts = _counted_in(lines, language, len(sentences(title)), closed=closed)
    scores = counts.weighed()
    listed = roll(blocks, closed=closed)
    sure = listed or max(scores.values(), default=0.0) > _ENOUGH + 1
    names = {} if sure else names_at_risk(lines, closed=closed)
    aged = 0 if sure or names or language not in {"ar", "ja", "ko", "zh"} else _aged(blocks)
    first = {name for name in names if any(name in line for line in lines[:6])}
    count = _chosen(scores, listed, len(names) or aged, alone=len(names) == 1 == len(first))
    count = count or counts.repeated()
    if count is None:
        return PersonsAtRisk(None, None, None)
    minors = minors_of(lines, count, counts.places, counts.lists.get(count))
    return PersonsAtRisk(count, minors, len(names) or None)


def _aged(blocks: list[Block]) -> int:
    """How many are listed by name and age, in a sentence that tells of danger or in the items under it."""
    most = 0
    for at, block in enumerate(blocks):
        if not _dangerous(_VOWELS.sub("", block.text)):
            continue
        inline = len(_AGED.findall(block.text))
        items = 0
        for item in blocks[at + 1 : at + _LISTED]:
            if not (item.marker and _AGED.search(item.text)):
                break
            items += 1
        most = max(most, inline, items)
    return most if most > 1 else 0


_LISTED = 60  # items of a list of names


@dataclass(slots=True)
class _Counts:
    """The numbers of persons in a text: their weight, the lines they stand in, and which are sums of what."""

    scores: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    places: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    sums: dict[int, int] = field(default_factory=dict)
    again: list[tuple[int, float]] = field(default_factory=list)
    """Mentions without danger: they count for a number that has some."""
    lists: dict[int, kin.Listed] = field(default_factory=dict)
    """The list of names and kin that makes up a number."""
    pointed: set[int] = field(default_factory=set)
    """Numbers that are taken up again by themselves: "all nine"."""
    asked: set[int] = field(default_factory=set)
    """Numbers of the title and of what is asked."""

    told: set[int] = field(default_factory=set)
    """Numbers that the text gives, and does not only list."""

    def note(
        self,
        candidate: Candidate,
        position: int,
        weight: float,
        *,
        danger: bool,
        beside: bool,
        listed: bool = False,
    ) -> None:
        """One mention of a number, in a line that tells of danger, beside one that does, or elsewhere."""
        self.places[candidate.value].append(position)
        if not listed:
            self.told.add(candidate.value)
        if candidate.part:
            self.sums[candidate.value] = candidate.part
        if danger or beside:
            self.scores[candidate.value] += weight if danger else weight + 1.5
        else:
            self.again.append((candidate.value, weight))

    def repeated(self) -> int | None:
        """The number told more than once, in the title or a demand too, where no word of danger is known."""
        told = [value for value, where in self.places.items() if len(set(where)) > 1 and value in self.asked]
        return max(told, key=lambda value: (len(set(self.places[value])), value), default=None)

    def weighed(self) -> dict[int, float]:
        """The weights with those of the mentions elsewhere; a sum takes over that of its larger part."""
        for value, weight in self.again:
            if value in self.scores or weight >= 3:
                self.scores[value] += weight
        found = {
            value: score + self.scores.get(self.sums[value], 0.0)
            if value in self.sums and score >= _ENOUGH
            else score
            for value, score in list(self.scores.items())
        }
        larger = {value for value in self.pointed if found.get(value, 0.0) >= _ENOUGH}
        return {
            value: score
            for value, score in found.items()
            if value not in self.lists or value in self.told or not any(more > value for more in larger)
        }


def _counted_in(lines: list[str], language: str, titled: int, *, closed: bool) -> _Counts:
    """Every number of persons in the lines; the first `titled` of them are the title."""

    @cache
    def told(position: int) -> bool:
        return 0 <= position < len(lines) and _dangerous(lines[position])

    counts = _Counts()
    for position, line in enumerate(lines):
        found = candidates(line, language)
        danger = closed or told(position)
        for one in _listed(line, language) if danger or told(position - 1) else ():
            weight = _weight(line, position, titled, danger=True, asked=False, bare=True)
            counts.note(Candidate(one.value, one.start, one.end), position, weight, danger=True, beside=False, listed=True)
            counts.lists.setdefault(one.value, one)
        if not found:
            continue
        beside = not danger and (told(position - 1) or told(position + 1))
        asked = danger and bool(_ASKED.search(line))
        for candidate in with_sums(found, line):
            if not _left_out(line, candidate, closed=closed):
                weight = _weight(line, position, titled, danger=danger, asked=asked, bare=candidate.bare)
                weight += _LEFT_OVER if candidate.left else 0.0
                counts.note(candidate, position, weight, danger=danger, beside=beside)
                if candidate.bare and not candidate.part:
                    counts.pointed.add(candidate.value)
                if position < titled or _ASKED.search(line):
                    counts.asked.add(candidate.value)
    return counts


def _listed(line: str, language: str) -> list[kin.Listed]:
    """The lists of persons in a line, but for those who are safe or dead."""
    found = kin.listed(line, language) or kin_east.listed(line, language)
    near = [
        (one, line[max(0, one.start - 40) : one.end + 60], line[max(0, one.start - 24) : one.start])
        for one in found
    ]
    return [
        one
        for one, text, before in near
        if not _is(text, "safe") and not _is(text, "dead") and not _SUBSET.search(before)
    ]


_LEFT_OVER = 2.5
"""What is added for those who remain of a larger number."""


def _weight(line: str, position: int, titled: int, *, danger: bool, asked: bool, bare: bool) -> float:
    weight = 2.0 if danger else 0.5
    weight += 3.0 if position < titled and danger else 1.5 if position < titled + 5 else 0.0
    weight += 1.5 if asked and danger else 0.0
    weight += 1.0 if bare else 0.0
    return weight - (2.0 if _OLD.search(line) and not _GOING_ON.search(line) else 0.0)


def _dangerous(line: str) -> bool:
    return _is(line, "risk")


def _chosen(scores: dict[int, float], listed: int, named: int, *, alone: bool) -> int | None:
    """The number with the most weight; a roll of names, or the named ones, where no number has enough."""
    best = max(scores.items(), key=lambda pair: (pair[1], pair[0]), default=(0, 0.0))
    if listed:
        return listed
    if best[1] >= (_ENOUGH + 1 if alone else _ENOUGH):
        return best[0]
    return named or (best[0] if best[1] >= _ENOUGH else None) or None


def _is(text: str, key: str) -> bool:
    return holds(FILE, key, text.lower())


def _left_out(line: str, candidate: Candidate, *, closed: bool) -> bool:
    """Whether those who are counted are safe, dead, estimated or somebody else."""
    before, after = (
        line[max(0, candidate.start - 60) : candidate.start],
        line[candidate.end : candidate.end + 70],
    )
    cut = [match.end() for match in _CLAUSE.finditer(before)]
    before = before[cut[-1] :] if cut else before
    if following := _CLAUSE.search(after):
        after = after[: following.start()]
    near = f"{before}{line[candidate.start : candidate.end]}{after}"
    if candidate.bare and "thought to be" in after:
        near = before
    behind = line[max(0, candidate.start - 24) : candidate.start]
    if _ESTIMATE.search(behind) or _SUBSET.search(behind):
        return True
    if _is(near, "totals") or re.search(r"(?:another|other|further|previous)\s*$", before, re.IGNORECASE):
        return True
    return not closed and (_is(near, "safe") or _is(near, "dead"))
