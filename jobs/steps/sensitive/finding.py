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
