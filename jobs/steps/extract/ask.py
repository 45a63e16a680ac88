"""One request in a sentence: who asks, in which form, of whom, what."""

import re
from dataclasses import dataclass
from enum import StrEnum

from jobs.steps.extract import parties

_AGENT = re.compile(r"\s(?:by|from|on the part of)\s+(?P<agent>(?:the\s+)?[^,;:.]{2,90})")


class Frame(StrEnum):
    """What is asked, by grammar."""

    DOING = "doing"
    """`what` begins with the verb that the party is to carry out."""
    CLAUSE = "clause"
    """`what` is a whole clause in which something is to be done to somebody."""
    THING = "thing"
    """`what` is a noun: "the release of ..."."""
    OPEN = "open"
    """What is asked follows as a list."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One request in a sentence: who asks (`before`), in which form, of whom, what."""

    before: str
    form: str
    party: str
    frame: Frame
    what: str
    start: int
    modal: str = ""
    verb: str = ""
    doer: bool = False
    """`party` is only by whom it is to be done: "that they be screened by the UNHCR"."""

    @property
    def press(self) -> bool:
        """Pressing or encouraging somebody is a request only where the speaker is "we"."""
        return self.verb.startswith(("press", "expect", "want", "encourag", "advis", "instruct", "authori"))

    @property
    def announces(self) -> bool:
        """So: "We are writing to urge you to ..." says beforehand what the letter then asks."""
        return bool(re.search(r"\bwrit(?:e|ing)\b[^.;]*\bto\s*$", self.before))

    @property
    def demands_noun(self) -> bool:
        """So: "The demands were that ..." reports what the gathering asks."""
        return self.verb.startswith("demands ") or self.verb.startswith("demand ")


def form_of(verb: str) -> str:
    """base, s, past or gerund, by the ending of the asking verb."""
    head = verb.lower().split()[0].rstrip(",")
    if head.endswith("ing"):
        return "gerund"
    if head.endswith("ed") and head != "need":
        return "past"
    return "s" if head.endswith("s") and head != "press" else "base"


def agent_of(what: str) -> str:
    """By whom something is to be done ("by the authorities"), "" where it is not said."""
    for match in _AGENT.finditer(what):
        agent = re.split(r"\s+(?:to|of a|for|in order|under|within|without|and the)\s+", match["agent"])[0]
        if parties.actor(agent):
            return agent
    return ""
