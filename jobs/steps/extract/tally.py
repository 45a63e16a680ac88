"""Weighs the numbers of persons in a text against each other: which is of those in danger."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from jobs.steps.extract.kin import Listed

ENOUGH = 2.0
"""Weight from which a number is believed: danger told in its own sentence."""
_FULL, _LESS = 3, 0.3
"""So many mentions count in full, the others with this share: two of five may be told of again and again."""
_SUMMED, _WHOLES = 300, 12
"""So many mentions are tried for a sum, and so many numbers for one."""
_SURE_AGAIN = 3.0
"""Weight from which a mention away from any danger counts by itself."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A number of persons where it stands, in a line of the text."""

    value: int
    position: int
    weight: float
    danger: bool
    """Its line tells of danger."""
    beside: bool = False
    """The line before or behind does."""
    new: bool = False
    """Nothing shows that its persons were told of before."""
    asked: bool = False
    """It stands in the title, or where something is asked."""
    pointed: bool = False
    """It takes up persons told of before by their number alone: "all nine"."""
    left: bool = False
    """It is of those who remain of a larger number."""
    part: int = 0
    """The larger part of the sum that it is."""
    listed: Listed | None = None
    """The list of names and kin that makes it up."""


@dataclass(slots=True)
class Tally:
    """All mentions of a text, in order."""

    mentions: list[Mention] = field(default_factory=list)

    def places(self) -> dict[int, list[int]]:
        """The lines in which each number stands."""
        found: dict[int, list[int]] = defaultdict(list)
        for one in self.mentions:
            found[one.value].append(one.position)
        return found

    def left(self, value: int) -> bool:
        """Whether the text says somewhere that so many are those who remain."""
        return any(one.left for one in self.mentions if one.value == value)

    def together(self, count: int, titled: int) -> int:
        """The number by which a demand takes up groups that were counted apart: 2 and 2, then "the four".

        `count` is what weighs most, and one of them; the first `titled` lines are the title's.
        """
        groups = [one for one in self.mentions[:_SUMMED] if one.danger or one.beside]
        taken = {one.value for one in self.mentions if one.asked and not one.new and one.position >= titled}
        for whole in sorted(value for value in taken if value > count)[:_WHOLES]:
            first = next((one.position for one in self.mentions if one.value == whole and not one.new), 0)
            parts = {
                (one.value, one.position) for one in groups if one.value < whole and one.position < first
            }
            rest = {(value, at) for value, at in parts if value == whole - count}
            if any(value == count and other != at for value, at in parts for _, other in rest):
                return whole
        return count

    def lists(self) -> dict[int, Listed]:
        """The first list of names and kin that makes up each number."""
        return {one.value: one.listed for one in reversed(self.mentions) if one.listed}

    def repeated(self) -> int | None:
        """The number told more than once, in the title or a demand too; or one that a demand takes up."""
        places = self.places()
        asked = {one.value for one in self.mentions if one.asked}
        told = [value for value, where in places.items() if len(set(where)) > 1 and value in asked]
        if told:
            return max(told, key=lambda value: (len(set(places[value])), value))
        known = [one.value for one in self.mentions if one.asked and not one.new]
        return known[0] if known else None

    def weighed(self) -> dict[int, float]:
        """The weight of each number; a sum takes over that of its larger part.

        A number that is only listed gives way to a larger one that the text takes up by itself.
        """
        scores: dict[int, float] = defaultdict(float)
        often: Counter[int] = Counter()
        for one in self.mentions:
            if one.danger or one.beside:
                often[one.value] += 1
                share = 1.0 if often[one.value] <= _FULL else _LESS
                scores[one.value] += share * (one.weight if one.danger else one.weight + 1.5)
        for one in self.mentions:
            if not (one.danger or one.beside) and (one.value in scores or one.weight >= _SURE_AGAIN):
                scores[one.value] += one.weight
        sums = {one.value: one.part for one in self.mentions if one.part}
        found = {
            value: score + scores.get(sums[value], 0.0) if value in sums and score >= ENOUGH else score
            for value, score in list(scores.items())
        }
        told = {one.value for one in self.mentions if not one.listed}
        taken = {one.value for one in self.mentions if one.pointed and found.get(one.value, 0.0) >= ENOUGH}
        return {
            value: score
            for value, score in found.items()
            if value in told or not any(more > value for more in taken)
        }
