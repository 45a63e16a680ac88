"""Finds what somebody must or should do: "X must ...", "they should ..."."""

import re
from collections.abc import Iterator

from jobs.steps.extract import parties
from jobs.steps.extract.ask import Ask, Frame, agent_of

_NEXT_OWN = re.compile(
    r"""(?:[,;:.–—]|\band\b|\bbut\b|\bwhile\b)\s+
        (?:(?:and|but|furthermore|also|further|moreover|finally|therefore|lastly|in\ addition|additionally
          |again|especially|similarly|likewise)\s*,?\s+){0,3}
        (?:(?:we|I)\s+(?!(?:have|had|are|were|know|heard)\b)[a-z]
         |(?:calls|appeals|urges|asks|requests|demands|invites|encourages|welcomes|condemns|thanks|expresses
            |notes|reminds|recommends|insists|deplores|stresses|emphasi[sz]es|reiterates|considers|believes
            |underlines|points\ out|regrets|supports|commends|reaffirms|recalls|highlights|decides|warns)\b
         |our\s+(?:\w+\s+)?(?:appeal|call|request|demand)\s+(?:to|on|upon|that)\b
         |(?:calling\s+(?:up)?on|urging|asking|demanding|appealing\s+to)\b
         |(?<=,\ and\ )(?:call\s+(?:up)?on|urge|appeal\s+to|demand\s+that|ask)\b)""",
    re.VERBOSE,
)
_MODAL = re.compile(
    r"(?<![\w-])(?P<modal>must|should|shall|ought to|(?:has|have) to|needs? to|"
    r"(?:is|are) (?:hereby |urgently |strongly |"
    r"respectfully )?"
    r"(?:urged|called (?:up)?on|asked|requested|invited|encouraged) to)"
    r"(?:\s+|,\s+(?:as|in|with|at|for|by|without|first|above|once|before|after|like|together)\b[^,;:.]{2,60},\s+)",
)
_DATELINE = re.compile(
    r"^\s*(?:\([^()]{3,60}\)|[A-Z][^–—]{2,50}\d[^–—]{0,20}|"
    r"[A-Z]{3,}[^–—]{0,50})\s*[–—-]{1,2}\s+"
)
_WITH_CLAUSE = re.compile(r"(?P<subject>[^,;]{3,90}),\s+(?:which|who|whose)\b[^,;]{3,140},\s*$")
_HELD_BY = re.compile(
    r"(?P<office>(?:[Tt]he\s+)?[A-Z][^,;]{3,90}),\s+(?:Mr|Mrs|Ms|Dr|H\.?E)\.?\s[^,;]{3,60}(?:,\s+(?:which|who|whose)\b[^,;]{3,140})?,\s*$"
)
"""An office with the name of who holds it: "The Secretary-General, Mr. Ban Ki-moon, who ..., should"."""
_SEVERAL = re.compile(
    r"(?:(?:In addition|Finally|Moreover|Likewise|Further|Also|Lastly),?\s+)?"
    r"(?P<subject>(?:(?:[Aa]ll|[Tt]hose|[Tt]he|[Oo]ther)\s+){0,2}(?:[Mm]ember\s+)?"
    r"(?:[Ss]tates|[Cc]ountries|[Gg]overnments|[Cc]ompanies|[Bb]anks|[Aa]irlines)\s+(?:that|which|who|with)\s[^;:.]{3,140}?),?$"
)
"""A collective with a clause about it: "Member states that have quotas, A and B above all, should"."""
_PROPER = re.compile(r"(?:[Tt]he\s+)?[A-Z][\w’'-]+(?:\s+(?:of\s+|for\s+)?[A-Z][\w’'-]+){1,5}$|[A-Z]{3,8}$")
_SPEAKER = re.compile(
    r",[”\"]?\s+(?:[A-Z][\w’.'-]*\s+(?:for\s+|of\s+|"
    r"and\s+)?){1,7}(?:also\s+)?(?:said|says)\b"
)


def until_next(rest: str) -> str:
    """What follows an asking verb, up to where the text asks or says something else."""
    ends = [found.start() for found in (_NEXT_OWN.search(rest), _SPEAKER.search(rest)) if found]
    return rest[: min(ends)] if ends else rest


def obligations(sentence: str) -> Iterator[Ask]:
    """Requests of the form "X must ..."; what the subject is not able to do is a passive clause."""
    position, told, body = 0, "", ""
    while match := _MODAL.search(sentence, position):
        position = match.end()
        rest = sentence[match.end() :]
        span = until_next(rest)
        if again := _MODAL.search(span):
            span = _until_subject(span, again.start())
        subject = _subject(sentence[: match.start()])
        if told and (
            subject.lower() in _PRONOUNS or (not subject and _SAME_SUBJECT.search(sentence[: match.start()]))
        ):
            subject = told
        told = subject
        body = subject if _A_BODY.search(sentence, 0, match.start()) else body
        if not subject or re.match(r"(?:also |not )?(?:have|be able|happen|occur)\b", span):
            continue
        if match["modal"] == "need to" and not subject.endswith(("s", "police", "military", "both")):
            continue  # a noun: "spoke of the urgent need to"
        passive = re.match(r"(?:(?:also|not|\w+ly|all)\s+){0,2}be\s+\w+", span)
        if passive and not match["modal"].startswith(("is", "are")):
            clause = subject + " " + match["modal"] + " " + span
            if clause in sentence:
                yield Ask(
                    sentence[: match.start()],
                    "modal",
                    agent_of(span),
                    Frame.CLAUSE,
                    clause,
                    match.start(),
                    match["modal"],
                )
        elif (
            parties.actor(subject) or (match["modal"] == "must" and _PROPER.match(subject)) or subject == body
        ):
            if span.rstrip().endswith(":") and len(span.split()) <= 3:
                yield Ask(
                    sentence[: match.start()], "modal", subject, Frame.OPEN, "", match.start(), match["modal"]
                )
            else:
                yield Ask(
                    sentence[: match.start()],
                    "modal",
                    subject,
                    Frame.DOING,
                    span,
                    match.start(),
                    match["modal"],
                )


_A_BODY = re.compile(r"(?:^|[.;:]\s)[A-Z][\w’'-]+,\s+which\s[^;:]{3,140},\s*$")
"""A name that is no person's: "Meta, which took the page down, must"."""
_PRONOUNS = frozenset({"it", "they", "he", "she", "both"})
_SAME_SUBJECT = re.compile(r"[,;]?\s+(?:and|but)\s+(?:\w+ly\s+|also\s+|further\s+)?$|[,;]\s+$")


def _until_subject(span: str, end: int) -> str:
    """The span up to the clause that holds the next modal verb."""
    cut = max(span.rfind(mark, 0, end) for mark in (", and ", "; ", ", ", " and "))
    return span[:cut] if cut > 0 else span[:end]


_CONNECTIVE = re.compile(
    r"^(?:moreover|furthermore|further|finally|lastly|additionally|likewise|similarly|equally|also|meanwhile|"
    r"therefore|accordingly|consequently|hence|thus|first(?:ly)?|second(?:ly)?|third(?:ly)?|instead|"
    r"above all|"
    r"importantly|in addition|at the same time|for (?:its|their) part|in turn|rather|then|crucially),?\s+",
    re.IGNORECASE,
)


def _subject(before: str) -> str:
    """The subject that stands directly before a modal verb, or "" where it is a relative or no party."""
    tail = _DATELINE.sub("", before[-240:]).rstrip()
    if several := _SEVERAL.match(tail):
        return several["subject"]
    if (held := _HELD_BY.search(f"{tail} ")) and parties.actor(held["office"]):
        return re.sub(r"^.*\bthat\s+", "", held["office"].strip(' “"'))
    if re.match(r"According to\b", tail):
        return ""
    if relative := _WITH_CLAUSE.search(f"{tail} "):
        return re.sub(r"^.*\bthat\s+", "", relative["subject"].strip(' “"'))
    tail = _CONNECTIVE.sub("", tail)
    tail = re.sub(r"^(?:To|In|For|As|At|On|With|Under|By|From|After|Before)\s[^,]{2,60},\s+", "", tail)
    tail = re.sub(
        r"[,\s]+(?:also|therefore|now|however|thus|in turn|too|for (?:its|their) part|as well),?$", "", tail
    )
    cuts = [
        0,
        *(
            match.end()
            for match in re.finditer(r"[;:“\"–—]\s*|,\s+(?:and\s+)?|\band\s+|\bthat\s+|\bbut\s+", tail)
        ),
    ]
    for cut in cuts:
        subject = tail[cut:].strip(' “"')
        subject = "" if subject.lower() in {"and", "but", "or", "also"} else subject
        if not subject or len(subject.split()) > 14 or _MODAL.search(f"{subject} "):
            continue
        if re.search(
            r"\b(?:who|whom|which|that|those|what|how|said|says|believes?|if|when)\b", subject, re.IGNORECASE
        ):
            continue
        return re.sub(
            r"^(?:but|and|so|while|whereas|therefore|thus|instead|finally|now)\s+",
            "",
            subject,
            flags=re.IGNORECASE,
        )
    return ""
