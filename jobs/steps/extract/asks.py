"""Finds in an English sentence where somebody asks somebody for something, and what for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from jobs.steps.extract import parties
from jobs.steps.extract.ask import Ask, Frame, agent_of, form_of
from jobs.steps.extract.asking import not_asking
from jobs.steps.extract.clauses import clauses
from jobs.steps.extract.idioms import idioms
from jobs.steps.extract.obligations import obligations, until_next
from jobs.steps.extract.verbs import base_verb, commands, infinitive

_ADVERB = (
    r"(?:,?\s+(?:\w+ly|also|further|furthermore|moreover|therefore|again|once\s+(?:again|more)|in\s+particular|"
    r"in\s+addition|in\s+this\s+(?:regard|respect|context)|too|hereby|both|first|however),?)?"
)
_ASK = re.compile(
    rf"""(?<![\w-])(?P<verb>
        call(?:s|ed|ing)?{_ADVERB}\s+(?P<on>upon|on|for|to(?=\s+(?:the|all)\s|\s+[A-Z]))
      | appeal(?:s|ed|ing)?{_ADVERB}\s+(?P<to>to|for|with)
      | plead(?:s|ed|ing)?{_ADVERB}\s+(?P<with>with|to|for)
      | (?:urg|invit|encourag|implor|advis)(?:e|es|ed|ing)
      | (?:it\s+is|it['’]s)\s+(?:high\s+)?time\s+for
      | demands?\s+(?:was|were|is|are|includ(?:e|es|ed))(?=\s+that\b)
      | (?:solicit(?:s|ed|ing)?|exig(?:es|e))\s+(?P<from>of|from)
      | (?:ask|request|exhort|entreat|beseech|beg|petition|remind|instruct|authori[sz]e)
        (?:s|es|ed|ing|ged|ging)?
      | (?:press|expect|want)(?:s|es|ed|ing)?
      | (?:demand|insist|recommend)(?:s|ed|ing)?(?:\s+(?P<of>of|from|on))?
    )(?![\w-])""",
    re.VERBOSE | re.IGNORECASE,
)
_STEMS = (
    *(
        "call",
        "appeal",
        "plead",
        "urg",
        "solicit",
        "exig",
        "time for",
        "invit",
        "encourag",
        "implor",
        "advis",
        "demand",
        "ask",
        "request",
    ),
    *("exhort", "entreat", "beseech", "beg", "petition", "remind", "instruct", "authori", "press"),
    *("insist", "recommend", "expect", "want"),
)
_ANY_STEM = re.compile("|".join(_STEMS))
_ANY_MODAL = re.compile(
    r"must|should|shall|ought to|(?:has|have) to|needs? to|"
    r"(?:is|are) (?:\w+ )?(?:urged|called|asked|requested|invited|encouraged)"
)
_OF_HIM = re.compile(
    r"(?:of\s+|from\s+)?(?P<party>[^,;:]{2,80}?)\s+that\s+(?:he|she|it|"
    r"they)\s+(?P<what>(?:not\s+)?[a-z].*)$"
)
_COUNTED = re.compile(
    r"(?:for\s+|the\s+following\s+|only\s+)?(?:\w+\s+){0,2}(?:things?|requests?|demands?|steps?|measures?|points?|actions?|"
    r"favou?rs?)\s+(?:of|from|by)\s+(?P<party>[^,;:.]{2,90}?)\s*[.:]?\s*$"
)
_AN_END = re.compile(
    r"(?P<party>(?:the\s+)?[\w’' -]{2,90}?)\s+(?P<what>(?:an?|the)\s+(?:(?!of\b)[\w-]+\s+){0,3}?(?:end|halt|"
    r"release|liberation|stop|inquiry|investigation|mission|letter|visit|withdrawal|repeal|suspension|ceasefire|"
    r"closure|publication|protection|return|cessation|closing|opening|lifting|reform|guarantee|answer)\b.*)$"
)
_COLON = re.compile(r"(?P<party>[^:;]{2,90}):\s+(?P<what>(?:do not|don['’]t|never|not to|to|[a-z]+)\b.*)$")
_RELATIVE_OPEN = re.compile(r",\s+(?:which|who|whose|where)\b[^,]*$")
_THING = re.compile(
    r"\b(?:release|end|halt|stop|cessation|abolition|abolishment|closure|closing|withdrawal|"
    r"adoption|establishment|investigations?|inquir(?:y|ies)|"
    r"suspension|moratorium|repeal|implementation|ratification|protection|return|access|"
    r"appointment|creation|reforms?|dismantl\w+|"
    r"commutation|annulment|quashing|retrial|resumption|disclosure|renewal|extension|abandonment|"
    r"lifting|guarantees?|assurances?|recognition|"
    r"prosecution|referral|accountability|sanctions|embargo|ban|ceasefire|pardon|amnesty|clemency|"
    r"reunification|stay|information|clarification|"
    r"compensation|respect|removal|reversal|reconsideration|reinstatement|dropping|evacuation|"
    r"provision|extradition|punishment|compliance|"
    r"liberation|freedom|freeing|acquittal|reparations?|apolog(?:y|ies)|action|measures|steps|"
    r"justice|treatment|visits?|monitoring)\b",
    re.IGNORECASE,
)
_FURTHER = re.compile(
    r"(?:,|;|\band)\s+(?:and\s+)?(?:(?:up)?on\s+|"
    r"to\s+(?=the\s))?(?P<party>(?:the\s+)?[A-Z][\w’'-]*(?:\s+(?:of|the|on|for|and|in|"
    r"[A-Z][\w’'-]*)){0,9})\s+to\s+(?=(?:not\s+)?[a-z]+)|"
    r"(?:,|;|\band)\s+(?:and\s+)?(?:(?:up)?on\s+|(?=(?:the\s+)?[A-Z][^,;]{2,80},\s+(?:which|who|whose)\s))(?P<aside>(?:the\s+)?[A-Z][\w’'-]*(?:\s+(?:of|the|on|for|and|in|"
    r"[A-Z][\w’'-]*)){0,9}),\s+(?:(?:as|which|who|whose|where|in|with|being)\s[^,;]{2,90},\s+)?to\s+(?=(?:not\s+)?[a-z]+)|"
    r"(?:,|;|\band)\s+(?:and\s+)?(?:(?:up)?on\s+)?(?P<common>the\s+international\s+community|the\s+(?:donor|regional)\s+[a-z]+|"
    r"(?:all\s+|other\s+|third\s+)?(?:states|countries|governments|donors)(?:\s+[a-z]+){0,3}?)\s+to\s+(?=(?:not\s+)?[a-z]+)|"
    r"\band\s+(?:up)?on\s+(?P<firm>the\s+[a-z][\w-]{2,20},?(?:\s+[A-Z][\w’'-]*){1,4}),?\s+to\s+(?=(?:not\s+)?[a-z]+)"
)


def asks(sentence: str) -> list[Ask]:
    """The requests that a sentence makes, in order; none lies inside what another one asks for."""
    found: list[Ask] = []
    lowered = sentence.lower()
    position = reach = 0
    asking = _ANY_STEM.search(lowered)  # most sentences ask nothing; this is cheap
    while asking and (match := _ASK.search(sentence, position)):
        position = match.end()
        before = sentence[: match.start()]
        if not_asking(before, match):
            continue
        rest = sentence[match.end() :]
        span = until_next(rest)
        for ask in _read(match, before, span):
            found.append(replace(ask, verb=match["verb"].lower()))
            position = reach = match.end() + len(span)
    if (":" in sentence or "," in sentence or " if " in lowered) and (ahead := _said_before(sentence)):
        return [ahead]
    modals = list(obligations(sentence)) if _ANY_MODAL.search(lowered) else []
    if found and modals and _led(sentence, modals[0], found[0]):
        return modals
    if not found:
        return idioms(sentence) or modals
    doing = [one for one in modals if one.frame is Frame.DOING]
    around = (
        [one for one in doing if one.start < found[0].start],
        [one for one in doing if one.start > reach],
    )
    return [*around[0], *found, *around[1]]


def _said_before(sentence: str) -> Ask | None:
    """What is asked where it comes first: "To free them and to pay them: this is what we ask of X"."""
    if grateful := _GRATEFUL.search(sentence):
        if sentence[grateful.end() :].strip(" :") == "":
            return Ask("we ", "base", grateful["party"], Frame.OPEN, "", 0, verb="ask")
        return Ask("we ", "base", grateful["party"], Frame.DOING, sentence[grateful.end() :], 0, verb="ask")
    match = _BEFORE.match(sentence)
    if match is None or not parties.actor(match["party"]) or not commands(match["what"]):
        return None
    return Ask("we ", "base", match["party"], Frame.DOING, match["what"], 0, verb="ask")


_GRATEFUL = re.compile(
    r"\b(?:[Ww]e|I)\b[^.;]{0,60}\b(?:grateful|obliged|appreciate(?:\s+it)?|thankful)\s+if\s+(?P<party>you|[^,;.]{2,80}?)\s+"
    r"(?:would|could|can|will)(?:\s+(?=[a-z])|\s*:?\s*$)"
)
_BEFORE = re.compile(
    r"(?:To\s+)?(?P<what>[A-Za-z][^.]{8,600}?)\s*[:,;–—-]+\s+"
    r"(?:(?:that|this|these|such|it)\s+(?:is|are)\s+)?(?:what\s+)?"
    r"(?:(?:the|our)\s+(?:\w+\s+)?(?:demands?|requests?|things)\s+)?(?:we|I)\s+(?:ask|demand|expect|request|want)\s+"
    r"(?:of|from)?\s*(?P<party>[^.;:]{2,90})[.!]?$"
)


def _led(sentence: str, modal: Ask, ask: Ask) -> bool:
    """Whether the asking verb is what a modal verb demands: "Canada should press Thailand to ..."."""
    between = sentence[modal.start : ask.start]
    near = len(between.split()) <= 4 and ";" not in between
    return modal.start < ask.start and near and bool(modal.party)


_TRAILING = re.compile(
    r"(?:,?\s+(?:also|too|again|further|\w{3,}ly(?:\s+and)?|"
    r"as well|therefore|once more|at once|in particular|likewise|"
    r"then|kindly|please|without (?:further )?delay|as a matter of urgency|in addition|forthwith|now))+$"
)


@dataclass(frozen=True, slots=True)
class _Opened:
    """An asking verb with what stands before it and what follows, up to the next one."""

    match: re.Match[str]
    before: str
    span: str

    @property
    def form(self) -> str:
        return form_of(self.match["verb"])

    @property
    def head(self) -> str:
        return self.match["verb"].lower()

    @property
    def noun_frame(self) -> bool:
        """So: "call for", "appeal for": a thing follows rather than a party."""
        return "for" in (self.match["on"], self.match["to"], self.match["with"])

    @property
    def clause_verb(self) -> bool:
        return self.head.startswith(("demand", "insist", "recommend"))

    @property
    def rest(self) -> str:
        return self.span.lstrip(' ,“"')

    def ask(self, party: str, frame: Frame, what: str) -> Ask:
        """The request of this verb."""
        return Ask(self.before, self.form, _TRAILING.sub("", party), frame, what, self.match.start())

    def clauses(self, text: str, party: str) -> list[Ask]:
        """The requests of the clauses after "that"."""
        return list(clauses(text, party, self.before, self.form, self.match.start()))


def _read(match: re.Match[str], before: str, span: str) -> Iterator[Ask]:
    """The request that the verb opens, by the first frame that fits what follows it."""
    opened = _Opened(match, before, span)
    for frame in (_that, _pronoun, _named_first, _to_do, _bare_verb, _party_that, _list):
        if found := frame(opened):
            yield from found
            return
        if frame is _that and _THAT.match(opened.rest):
            return
    offset = len(span) - len(opened.rest)
    yield from _things(match, before, span, noun_frame=opened.noun_frame or opened.clause_verb, offset=offset)


def _that(opened: _Opened) -> list[Ask]:
    """So: "demand that X do ..."."""
    match = _THAT.match(opened.rest)
    if opened.form in {"base", "s"} and _AS_FOLLOWS.match(opened.rest):
        return [opened.ask("", Frame.OPEN, "")]
    if match and (over := _OVER_LIST.match(opened.rest, match.end())) and parties.actor(over["party"]):
        return [opened.ask(over["party"], Frame.OPEN, "")]
    return opened.clauses(opened.rest[match.end() :], "") if match else []


def _pronoun(opened: _Opened) -> list[Ask]:
    """So: "urge you release ...", "ask them do"."""
    bare = re.match(r"(?P<party>you|them|him|her|it)\s+(?:\w+ly\s+)?(?P<verb>[a-z]+)\b", opened.rest)
    if not bare or not base_verb(bare["verb"]):
        return []
    return [opened.ask(bare["party"], Frame.DOING, opened.rest[bare.end("party") :].lstrip())]


def _named_first(opened: _Opened) -> list[Ask]:
    """So: "ask of the King that he pardon", "call on China: release them", "demand of X an end to"."""
    if counted := _COUNTED.match(opened.rest):
        return [opened.ask(counted["party"], Frame.OPEN, "")] if parties.actor(counted["party"]) else []
    for expression in (_OF_HIM, _COLON, *((_AN_END,) if opened.match["of"] or opened.match["from"] else ())):
        told = expression.match(opened.rest)
        if not told or opened.noun_frame or not parties.actor(told["party"]):
            continue
        if expression is _OF_HIM and infinitive(told["party"]):
            continue  # "to disclose any assets that they have frozen"
        what = re.sub(r"^to\s+", "", told["what"])
        if expression is _AN_END:
            return [opened.ask(told["party"], Frame.THING, what)]
        if base_verb(what.split(maxsplit=1)[0]) or re.match(r"(?:do not|don['’]t|never|not)\b", what):
            return [opened.ask(told["party"], Frame.DOING, what)]
    return []


def _to_do(opened: _Opened) -> list[Ask]:
    """So: "call on X to do ...", with the parties that share the verb."""
    first = opened.rest.split(maxsplit=1)[0] if opened.rest else ""
    if opened.match["to"] == "to" and first.islower() and base_verb(first):
        return []
    place = _infinitive(opened.span)
    if place is None or len(opened.span[: place[0]].split()) > 45:
        return []
    party = _TRAILING.sub("", opened.span[: place[0]].strip(' ,“"'))
    strict = opened.noun_frame or (opened.clause_verb and not opened.match["of"])
    if _WHEN.match(party) or not _is_party(
        party, strict=strict or opened.head.startswith(("press", "expect", "want"))
    ):
        return []
    shared = _shared(party, opened.span[place[1] :])
    return [opened.ask(asked, Frame.DOING, what) for asked, what in shared]


def _bare_verb(opened: _Opened) -> list[Ask]:
    """So: "To the member states, we appeal to postpone ..."."""
    if opened.match["to"] != "to" or not base_verb(re.split(r"[\s,]", opened.rest, maxsplit=1)[0]):
        return []
    return [opened.ask("", Frame.DOING, opened.rest)]


def _party_that(opened: _Opened) -> list[Ask]:
    """So: "ask X that Y be done"."""
    inner = re.match(r"(?P<party>[^,;:]{2,80}?),?\s+that\s+(?=\S)", opened.rest)
    if not inner or opened.clause_verb or opened.noun_frame:
        return []
    party = _TRAILING.sub("", inner["party"])
    return opened.clauses(opened.rest[inner.end() :], party) if parties.actor(party) else []


def _list(opened: _Opened) -> list[Ask]:
    """So: "urge X:", whose list follows."""
    colon = opened.span.find(":")
    if colon < 0 or colon < len(opened.span.rstrip()) - 2:
        return []
    party = re.sub(r"(?:^|\s+)(?:to(?:\s+\w+ly)?|for|of|from|on|upon)$", "", opened.span[:colon].strip(" ,"))
    if opened.noun_frame or re.search(r"\bfollowing\b", party, re.IGNORECASE):
        party = ""
    return [opened.ask(party, Frame.OPEN, "")]


_WHEN = re.compile(
    r"(?:last|this|next)\s+(?:week|month|year|spring|summer|autumn|winter|\w+day|January|February|March|April|May|June|July|August|\w+ember|October)$|yesterday$|(?:in|on)\s+(?:[A-Z]\w+\s+)?(?:\d{1,2}\s+)?(?:19|20)?\d\d$"
)
"""What is no party but a time: "whom we asked last week to"."""
_OVER_LIST = re.compile(
    r"\s+(?P<party>(?:[^:;.]|(?<=Mr)\.|(?<=Ms)\.|(?<=Dr)\.|(?<=Mrs)\.){2,90}?)"
    r"(?:\s+(?:must|should|shall|immediately|at once|urgently))*\s*:\s*$"
)
_AS_FOLLOWS = re.compile(
    r"(?:as\s+follows|(?:for\s+)?the\s+following(?:\s+\w+){0,2})\s*[.:]?\s*$", re.IGNORECASE
)
_THAT = re.compile(
    r"(?:,?\s*(?:is|once again|again|also|strongly|in particular)\s*,?\s*)?that\b", re.IGNORECASE
)


def _shared(party: str, what: str) -> Iterator[tuple[str, str]]:
    """The parties that share one asking verb: "call on A to do this, upon B to do that, and C to do more"."""
    rest = what
    for _ in range(6):
        further = next(
            (
                m
                for m in _FURTHER.finditer(rest)
                if m["firm"] or _acts(m["party"] or m["aside"] or m["common"])
            ),
            None,
        )
        if further is None:
            break
        yield party, rest[: further.start()]
        named = further["party"] or further["aside"] or further["common"]
        party = named or re.sub(r"^the [a-z-]+, ", "", further["firm"])
        rest = rest[further.end() :]
    yield party, rest


def _acts(name: str) -> bool:
    return parties.actor(name) or all(parties.actor(part) for part in parties.split(name))


def _things(match: re.Match[str], before: str, span: str, *, noun_frame: bool, offset: int) -> Iterator[Ask]:
    form, start = form_of(match["verb"]), match.start()
    if match["verb"].lower().startswith(("press", "expect", "want")):
        return
    what, party = span[offset:], ""
    if not noun_frame:
        # "calls on China for the release of ...", "urge the immediate release of ..."
        aside = re.search(r"\s(?:for|in)\s+(?=(?:the|an?|his|her|their|immediate|urgent)\b)", what)
        if aside and parties.actor(what[: aside.start()]):
            party, what = what[: aside.start()], what[aside.end() :]
        elif match["on"] or match["to"]:
            return
    head = " ".join(what.split()[:9])
    if not _THING.search(head):
        return
    agent = agent_of(what)
    yield Ask(before, form, party or agent, Frame.THING, what, start)


def _is_party(party: str, *, strict: bool) -> bool:
    if not party:
        return not strict
    if strict:
        head = re.split(r"\s+(?:of|in|around|on|to|for|from|at|within)\s+", parties.clean(party))[0]
        return parties.actor(head) and not _THING.search(head)
    return True


def _infinitive(span: str) -> tuple[int, int] | None:
    """The infinitive that says what is asked, not one inside a relative clause about the party."""
    start = 0
    for _ in range(6):
        place = infinitive(span, start)
        if place is None:
            return None
        before = span[: place[0]].rstrip()
        colon = before.find(":")
        if 0 <= colon < len(before) - 1:
            return None
        if not _RELATIVE_OPEN.search(before[-400:]) or before.endswith(","):
            return place
        start = place[1]
    return None
