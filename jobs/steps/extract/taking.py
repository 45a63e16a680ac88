"""Takes one request into the walk: of whom it is asked, in how many acts, or that it is none."""

import re

from jobs.steps.extract import parties
from jobs.steps.extract.ask import Ask, Frame
from jobs.steps.extract.phrases import Phrase, verb_phrases
from jobs.steps.extract.walk import Walk

_OPERATIVE = re.compile(
    r"(?:Takes|Welcomes|Thanks|Supports|Notes|Regrets|Condemns|Deplores|Expresses|Considers|Believes|"
    r"Stresses|"
    r"Emphasi[sz]es|Underlines|Points|Recalls|Reiterates|Reaffirms|Encourages|Applauds|Acknowledges|"
    r"Recogni[sz]es|"
    r"Asks|Suggests|Instructs|Strongly|Calls|Urges|Insists|Demands|Is\b|Remains|Reminds|"
    r"Rejects|Warns|Opposes|Maintains|Praises|Shares|Joins|Pays|"
    r"Commends|Denounces|"
    r"Decides|"
    r"Appreciates|Affirms|Declares|Requests|Invites|Highlights)\b"
)
_GOES_ON = re.compile(r"(?:;|,|\band)\s+(?:and\s+)?(?:\w+ly\s+|also\s+|further\s+|in\s+this\s+\w+,?\s+)*$")
_NAMED_BEFORE = re.compile(
    r"\b(?:(?:authorities|government|governments|president|ministry|minister|parliament)\s+(?:of|"
    r"in)\s+(?:the\s+)?)?"
    r"[A-Z][\w’'-]+\s+(?:authorities|government)\b|"
    r"[A-Z][\w’'-]+(?:\s+(?:of\s+(?:the\s+)?)?[A-Z][\w’'-]+){0,6}|\b(?:authorities|"
    r"government)\s+of\s+(?:the\s+)?[A-Z]\w+"
)
_INTERNAL = re.compile(
    r"its (?:own )?(?:secretariat|secretary|president|bureau|committee|delegation|"
    r"chair|clerk)",
    re.IGNORECASE,
)
_PURPOSE = re.compile(r"\b(?:transmit|forward|circulate|communicate|bring)\b")


def take_all(walk: Walk, found: list[Ask]) -> None:
    """Notes several requests, in order."""
    for ask in found:
        take(walk, ask)


def operative(ask: Ask, sentence: str) -> bool:
    """So: "Thanks Costa Rica, and asks it to ...": the body that speaks goes on in an operative paragraph."""
    anew = _ANEW.search(ask.before) is not None
    if not anew and (ask.form != "s" or not _GOES_ON.search(ask.before)):
        return False
    first = _ALSO.sub("", sentence, count=1)
    return _OPERATIVE.match(first[:1].upper() + first[1:]) is not None


_ANEW = re.compile(
    r"(?:^|[;,]\s|\band\s)(?:\w+ly\s+)?(?:[Rr]eiterates|[Rr]epeats|[Rr]enews)\s+its\s+(?:\w+\s+){0,2}$"
)
"""Before a noun of asking: "reiterates its urgent call on X to ..."."""
_ALSO = re.compile(r"(?:Also|Further|Furthermore|Moreover|Once again|Again)\s+(?=[a-z])")


def _pointed_at(ask: Ask) -> str:
    """Whom "it" or "them" means where a party stands before it in the same sentence; "" where none does."""
    if ask.party.lower() not in {"it", "them", "him", "her"}:
        return ""
    before = _OPERATIVE.sub("", ask.before[-300:])
    named = [match.group() for match in _NAMED_BEFORE.finditer(before)]
    return next((name for name in reversed(named) if parties.actor(name)), "")


def take(walk: Walk, ask: Ask, forced: tuple[str, ...] = ()) -> None:
    """Notes what one request asks of whom, or opens the list that says it."""
    party = "" if ask.doer and walk.section else _pointed_at(ask) or ask.party
    named = walk.named(party) if party else (forced or walk.pointed())
    if _for_nobody(walk, ask, named):
        return
    if ask.frame is Frame.OPEN:
        walk.turning = not ask.party
        walk.open(named)
        return
    walk.last = named
    before = len(walk.demands)
    walk.store(named, _asked_phrases(ask))
    if ask.what.rstrip().endswith(":"):
        walk.open(named)
        walk.relative = ask.what.rstrip(" :").endswith((" that", " which"))
    if ask.frame is Frame.THING and not party and ask.form != "gerund":
        walk.loose.extend(walk.demands[before:])
    if ask.announces:
        walk.announced.extend(walk.demands[before:])


def _for_nobody(walk: Walk, ask: Ask, named: tuple[str, ...]) -> bool:
    """Whether a request is internal, for the reader of an appeal, for nobody, or only to know something."""
    context = walk.context
    if ask.party and parties.reader(ask.party) and _SPREADS.match(ask.what):
        return True
    reader = context.appeal and ask.party and parties.reader(ask.party)
    mine = re.match(r"(?:my|our own)\s", ask.party)
    if (
        mine
        or _INTERNAL.match(ask.party)
        or (reader and not (context.letter_to and parties.vague(ask.party)))
    ):
        return True
    if ask.frame is Frame.OPEN:
        return False
    told = (
        not ask.party and named == ("authorities",) and ask.form in {"gerund", "past"} and not context.appeal
    )
    others = not ask.party and ask.frame is Frame.THING and _OTHERS.search(ask.before)
    return not named or told or bool(others) or (ask.press and _TO_KNOW.match(ask.what) is not None)


_SPREADS = re.compile(
    r"(?:sign|share|forward|send|post|print|copy)\s+(?:and\s+\w+\s+)?(?:below|here|this|it|our|the)\s?"
    r"(?:page|petition|appeal|link|letter|call|post|message)?\b",
    re.IGNORECASE,
)
"""What readers are asked to do for the call itself: that is none of its demands."""
_OTHERS = re.compile(
    r"\b(?:international community|world|campaigners|activists|experts|observers|critics|analysts|families|"
    r"relatives|lawmakers|politicians|protesters|demonstrators|crowds?|survivors)\s*$",
    re.IGNORECASE,
)
"""Others who call for something, of nobody: "International community calls for justice"."""


def _asked_phrases(ask: Ask) -> list[Phrase]:
    if ask.frame is Frame.DOING:
        phrases = verb_phrases(unquoted(ask.what))
        own = re.match(r"(?:its|his)\s", ask.party)
        return [one for one in phrases if not (own and _PURPOSE.search(one.quote))]
    quote = " ".join(re.sub(r"^(?:that|for)\s+", "", ask.what).split()[:60])
    return [Phrase(_closed(quote), _thing_verb(quote))]


_TO_KNOW = re.compile(
    r"(?:know|understand|remember|believe|realise|realize|see|feel|be (?:aware|assured|sure))\b"
)


def _closed(quote: str) -> str:
    return quote.strip(" ,;:.“”\"'")


def _thing_verb(quote: str) -> str:
    match = re.search(r"\bbe\s+(\w+)", quote)
    return match[1].lower() if match else quote.split(maxsplit=1)[0].lower() if quote.split() else ""


def unquoted(what: str) -> str:
    """A text without the quotation mark that opens it."""
    return what.strip().lstrip('“"')
