"""What is found to be sensitive, as a value."""

from dataclasses import dataclass

from storage.words import Concern


@dataclass(frozen=True, slots=True)
class Sensitive:
    """One thing in a text that may endanger somebody."""

    concern: Concern
    words: str
    """What would be withheld, as it stands in the text but for white space."""
    sentence: str
    """The sentence in which it stands."""

    def is_part_of(self, other: "Sensitive") -> bool:
        """Whether its words stand in the longer ones of another of the same sentence."""
        longer = len(other.words) > len(self.words) and self.words in other.words
        return longer and (self.concern, self.sentence) == (other.concern, other.sentence)
