"""Reads what stands behind "that": who is to do what, or to whom what is to be done."""

import re
from collections.abc import Iterator

from jobs.steps.extract import parties
from jobs.steps.extract.ask import Ask, Frame, agent_of
from jobs.steps.extract.verbs import base_verb

_THAT_SPLIT = re.compile(r"(?:[,;]\s*(?:and\s+)?|\s+and\s+)that\s+")

_OF_ITS = re.compile(r"(?:its|your)\s+(?:(?:own|armed|coast|border|state|security)\s+)?[a-z]+", re.IGNORECASE)
"""Those who answer to whoever is asked: "its coast guard"."""


_MEANWHILE = re.compile(
    r"(?:while|until|as long as|so long as|pending|in the meantime|meanwhile|in any case)\b[^,;]{0,70},\s+"
)
_DONE = re.compile(r"(?:\w+ly\s+)?\w{2,}(?:ed|en|wn|ld|ught|pt|nt)\b")
"""What follows "be" where something is to be done to somebody: "that they be released by the police"."""


def clauses(text: str, party: str, before: str, form: str, start: int) -> Iterator[Ask]:
    """The clauses after "that": whose subject acts is asked; a passive asks whoever is meant."""
    for part in _THAT_SPLIT.split(text):
        clause = _MEANWHILE.sub("", part.strip(' ,;“"'))
        if not clause:
            continue
        if active := _active(clause):
            yield Ask(before, form, active[0], Frame.DOING, active[1], start)
        elif re.search(
            r"\bbe\s+\w|\b(?:is|are)\s+(?:\w+ly\s+)?(?:not\s+)?(?:\w+ed|given|kept|shown|held|told|put|brought|let)\b|\bcease\b|\bend\b|\bstop\b|^[A-Z][^,;]{2,60}\s(?:receive|have|obtain|"
            r"get)\b|"
            r"^(?:the|these|those|their|her|his|all|no)\s+[^,;]{2,60}?\s(?:remain|stay|leave|resume|regain|receive|enjoy|go\s+free|"
            r"come\s+home|return\s+home|have\s+access)\b",
            clause,
        ):
            agent = agent_of(clause)
            doer = bool(agent) and not party
            yield Ask(before, form, party or agent, Frame.CLAUSE, clause, start, doer=doer)


def _active(clause: str) -> tuple[str, str] | None:
    """Subject and verb phrase of a clause whose subject can be asked."""
    tokens = list(re.finditer(r"\S+", clause[:400]))
    for index in range(1, min(len(tokens), 22)):
        word = tokens[index].group().strip(',“”"').lower()
        subject = clause[: tokens[index].start()].rstrip(" ,")
        if word == "be" and index + 1 < len(tokens) and _DONE.match(tokens[index + 1].group()):
            return None
        if word in {
            "must",
            "should",
            "shall",
            "will",
            "immediately",
            "not",
            "urgently",
            "promptly",
            "also",
            "take",
            "ensure",
        } or base_verb(word):
            if not (parties.actor(subject) or _OF_ITS.fullmatch(subject)) or re.search(
                r"(?:\b(?:of|the|and|in|to|for|by|all|on)|,)$", subject, re.IGNORECASE
            ):
                continue
            following = tokens[index + 1].group().strip(',“”"') if index + 1 < len(tokens) else ""
            if _OF_ITS.fullmatch(f"{subject} {word}") and base_verb(following):
                continue  # the word is a noun here: "its coast guard keep"
            rest = clause[tokens[index].start() :]
            rest = re.sub(r"^(?:must|should|shall|will)\s+", "", rest)
            if re.match(r"(?:not\s+|\w+ly\s+)?be\s+(?!\w+ing\b)", rest):
                return None
            return subject, rest
        if word == "be":
            return None
    return None
