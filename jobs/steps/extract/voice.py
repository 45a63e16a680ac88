"""Tells whether a request is the issuer's own, or one that somebody else made or that is past."""

import re

from jobs.steps.extract import parties
from jobs.steps.extract.ask import Ask, Frame
from jobs.steps.extract.context import Context

_ADVERBS = (
    r"(?:\w+ly|also|further|furthermore|therefore|thus|hereby|hence|again|once|more|jointly|"
    r"too|still|now|likewise|in addition|especially|however|accordingly|all|both|must|will|shall|would|"
    r"like|to|wish|want|and)"
)
_FIRST = re.compile(rf"(?:\bwe\b|\bI\b|\bWe\b|\bundersigned\b[^.,;]{{0,60}})(?:[,\s]+{_ADVERBS})*[,\s]*$")
_FIRST_LATER = re.compile(r"\b(?:We|we|I)\b[^.;]{0,500}(?:\band\b|,)\s*(?:\w+ly\s+|also\s+|further\s+)*$")
_WRITING = re.compile(
    r"\b(?:writ(?:e|ing)|appeals?|letters?|faxes|send|please|ask(?:ing)? you|petition|joins?|statement)\b",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"\b(?:wrote|sent|sending|joined|issued|had|earlier|last (?:week|month|year|december|november|"
    r"\w+day)|previously|ago|adopted|told|said|passed|former|in (?:\w+ )?(?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_GATHERING = re.compile(
    r"\b(?:participants|conference|congress|assembly|gathering|rally|marchers|protesters|"
    r"consultation|colloquium|symposium|summit|synod|workshop|meeting|caravan|observatory|initiative|"
    r"round ?table|convention|platform|collective|society|league|forum|group|institute|"
    r"demonstrators|declaration|resolutions?|campaign|petition|"
    r"signatories|undersigned|coalition|organi[sz]ations?|groups|ngos|network|alliance|federation|"
    r"delegates|forum|letter|statement|parliament|"
    r"members|communiqu[eé]|appeal|report|association|committee for|centre|center)\b",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"\b(?:UN|United Nations|U\.N\.|Special Rapporteur|rapporteurs|Human Rights Council|"
    r"Security Council|High Commissioner|Commissioner|Secretary-General|General Assembly|"
    r"European Parliament|European Union|U\.?S\.? Congress|"
    r"he|she|they|him|government|ministry|minister|president|Committee (?:on|against)|experts?|"
    r"spokes\w+|families|lawyers?|diplomats?)\b",
)
_REPORTED = re.compile(
    r"\b(?:said|says|told|proposed|suggested|argued|asked|noted|added|according to|declared|responded)\b"
)
_PRONOUN = re.compile(r"\b(?:it|he|she|they|who|which)\s*(?:\w+ly\s*)?$")
_EARLIER = re.compile(
    r"\b(?:had|last|last (?:year|month|week)|previously|earlier|ago|once|yesterday|at (?:the|that) time|"
    r"[Ii]n (?:early |late |mid-?)?(?:\w+ )?(?:(?:19|20)\d\d|January|February|March|April|May|June|July|"
    r"August|September|October|November|December))\b"
)
_DATE_LINE = re.compile(r"^[\w ,.(]{0,24}(?:19|20)\d\d\)?[\s–—:-]+(?=[A-Z])")
_SAID_BY = re.compile(r"[,.!?][”\"]\s+(?:said|says|added|told)\b(?P<by>.{0,160})")
_ITS_OWN = re.compile(
    r"\b(?:the|our)\s+(?:organi[sz]ation|group|network|charity|coalition|association|agency|alliance)['’]s\b"
)
"""Whose office a speaker holds where it is the issuer's: "the organization's director"."""
_TO_WRITE = re.compile(r"\b(?:writing|write)\b[^.;]{0,200}\bto\s*$")
_READER_ASKS = re.compile(
    r"(?:^|[.;]\s)(?:[Cc]all|[Ww]rite|[Ff]ax|[Pp]hone|[Tt]elephone|[Ee]-?mail|[Ss]end|"
    r"[Cc]ontact)\b[^.;]{0,190}\band\s*$|"
    r"\b[Pp]lease\s+(?:\w+ly\s+)?(?:write|appeal|send|call|contact|telephone|phone|fax|"
    r"e-?mail)\b[^.;]{0,160}\b(?:and|to)\s*$"
)
_HOLDS = re.compile(
    r"(?:^|\b(?:we|I)\s+|;\s+|,\s+and\s+)(?:also\s+|further\s+|firmly\s+)?"
    r"(?:Considers?|Believes?|Takes the view|"
    r"Is of the opinion|Stress(?:es)?|"
    r"Insists?|Emphasi[sz]es?|Underlines?|Holds?)\s+that\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_AGAIN = re.compile(r"^It\s+(?:also|further)\s*$")
_UNDERGONE = re.compile(
    r"\bbe (?:\w+ly )?(?:immediate|unconditional|released|freed|kept|authori[sz]ed|permitted|"
    r"returned|allowed|granted|given|stopped|protected|halted|abolished|"
    r"closed|dropped|investigated|treated|brought|ended|lifted|repealed|annulled|punished|compensated|"
    r"transferred|moved|admitted|informed|established|published|disclosed|respected|guaranteed|provided|"
    r"restored|reinstated|quashed|commuted|suspended|withdrawn|removed|replaced|reopened|evacuated|rescued|"
    r"prosecuted|prevented|avoided|reviewed|revised|amended|held (?:to account|accountable)|resettled|"
    r"registered|fed|paid|heard|told|put (?:an end|on trial)|granted|opened|adopted|cancelled|revoked|"
    r"disarmed|arrested|tried|pardoned|acquitted|exempted|spared|ensured|upheld|separated|reunited)\b"
)


def issuer_speaks(ask: Ask, sentence: str, context: Context, *, inside: bool = False) -> bool:
    """Whether the issuer, or the gathering reported on, asks this, now; `inside` a section for somebody."""
    before = re.sub(r"[“\"]", "", ask.before).rstrip()
    said = _SAID_BY.search(sentence, ask.start)
    if said and not (
        _names(said["by"], context) or _of_the_head(said["by"], context) or _ITS_OWN.search(said["by"])
    ):
        return False
    if ask.modal:
        return _modal_counts(ask, sentence, context, inside=inside)
    if (
        ask.demands_noun
        or (context.issuers and _AGAIN.match(before))
        or (ask.form == "base" and _READER_ASKS.search(before[-200:]))
    ):
        return True
    if _FIRST.search(before) or re.search(r"\bour(?:\s+\w+)?$", before[-40:]):
        return ask.form in {"base", "gerund"} or not _PAST.search(before)
    if not re.sub(rf"(?:{_ADVERBS}|[\s,“\"(*–—-])+", "", before, flags=re.IGNORECASE):
        return ask.form in {"s", "gerund", "base"}
    return _goes_on(ask, before) or (not ask.press and _text_speaks(ask, before, context))


def _goes_on(ask: Ask, before: str) -> bool:
    """So: "We applaud ... and encourage ...": the same "we" goes on."""
    return ask.form == "base" and bool(_FIRST_LATER.search(before))


def _text_speaks(ask: Ask, before: str, context: Context) -> bool:
    if ask.form == "gerund":
        return _gerund(before, context)
    return bool(_TO_WRITE.search(before)) or _experts(before, context) or _third_person(ask, before, context)


def _gerund(before: str, context: Context) -> bool:
    clause = before[-260:]
    if re.search(r"\b(?:we|I) are\s+(?:\w+ly\s+|also\s+)*$", clause):
        return True
    if _PAST.search(clause) and not re.search(r"\b(?:we|I)\b", clause):
        return bool(_GATHERING.search(clause)) and not context.opinion and not _OTHERS.search(clause)
    if re.search(r"\b(?:wrote|sent|had)\b", clause):
        return False
    return (
        bool(_WRITING.search(clause) or _GATHERING.search(clause) or _names(clause, context))
        and not context.opinion
    )


def _third_person(ask: Ask, before: str, context: Context) -> bool:
    subject = _DATE_LINE.sub("", re.split(r"[;:]\s|\.\s", before)[-1][-200:])
    if re.search(r"\b(?:letter|petition|declaration)\b[^.;]{0,60}\bin which\b[^.;]{0,40}$", subject):
        return ask.form != "past"
    if context.minuted and ask.form == "past" and _is_minuted(subject, context):
        return True
    if _PRONOUN.search(subject) or _REPORTED.search(subject):
        return False
    if ask.form == "s" and _speaks_for_itself(subject) and (context.brief or _in_head(subject, context)):
        return True
    if _in_title(ask, subject, context):
        return True
    past = ask.form == "past" and bool(_EARLIER.search(subject))
    own = _names(subject, context) or (ask.form == "past" and _in_title_of(subject, context))
    gathering = (
        bool(_GATHERING.search(subject[-120:])) and not _OTHERS.search(subject) and not context.opinion
    )
    return (own or gathering) and not past


_EXPERTS = re.compile(
    r"(?:^|[(–—-]\s?)(?:(?:The|the|UN|United Nations|U\.N\.|[Ii]ndependent|[Hh]uman rights)\s+)*[Ee]xperts\W*"
    rf"(?:(?:today|{_ADVERBS})[,\s]*)*$"
)
"""The United Nations' experts, who speak in the past tense of their releases."""


def _experts(before: str, context: Context) -> bool:
    """Whether experts of the United Nations ask in their own release: its title tells that it is theirs."""
    subject = re.split(r"[;:]\s|\.\s", before)[-1][-200:]
    if not _EXPERTS.search(subject) or _EARLIER.search(_DATE_LINE.sub("", subject)):
        return False
    named = parties.tokens_of(context.title)
    return "experts" in named and ("un" in named or "united" in named)


def _is_minuted(subject: str, context: Context) -> bool:
    """Whether they speak of whom the text tells, paragraph by paragraph, what they urged."""
    name = re.sub(rf"(?:[,\s]+{_ADVERBS})+$", "", subject.strip(" ,"), flags=re.IGNORECASE)
    if name in {"They", "It"} or name == context.minuted:
        return True
    opened = subject.strip().startswith((context.minuted, "They ", "It "))
    return opened and re.search(r"(?:,|\band)\s*$", subject) is not None and not _REPORTED.search(subject)


def _speaks_for_itself(subject: str) -> bool:
    """In a short entry who asks is its issuer, unless it is a state, the UN or a person."""
    name = parties.clean(subject)
    return (
        name[:1].isupper()
        and len(name.split()) <= 9
        and not parties.plain_state(name)
        and not _OTHERS.search(name)
    )


def _in_head(subject: str, context: Context) -> bool:
    """Whether who asks is named at the head of the page: "The Observatory urges ..."."""
    name = parties.clean(subject)
    named = [word for word in parties.tokens_of(name) if len(word) > 3 and word not in _LATER]
    if not name[:1].isupper():
        return False
    head = set(parties.tokens_of(context.head))
    return bool(named) and all(word in head for word in named)


def _of_the_head(by: str, context: Context) -> bool:
    """Whether who is quoted, or the body that he speaks for, is named at the head of the page."""
    return any(_in_head(part, context) for part in re.split(r"[,.]|\b(?:of|at|for)\b", by)[:3])


def _in_title_of(subject: str, context: Context) -> bool:
    """Whether the title says whose statement a text in the past tense reports."""
    named = [word for word in parties.tokens_of(parties.clean(subject)) if len(word) > 4]
    known = sum(word in parties.tokens_of(context.title) for word in named)
    return (
        known >= 2
        and re.search(r"statement|declaration|resolution", context.title, re.IGNORECASE) is not None
    )


_LATER = frozenset({"also", "further", "therefore", "strongly", "again", "today", "urgently", "once", "more"})


def _in_title(ask: Ask, subject: str, context: Context) -> bool:
    """In "Circle calls on Laos ..." who asks in the title is the issuer, unless it is a state."""
    name = parties.clean(subject)
    today = bool(re.search(r"\btoday\b", subject))
    if not name or len(name.split()) > 14 or parties.plain_state(name) or (ask.form == "past" and not today):
        return False
    own = {word for word in parties.tokens_of(name) if word not in {"today", "also", "the", "and"}}
    return bool(own) and own <= set(parties.tokens_of(context.title)) and name[:1].isupper()


def _names(subject: str, context: Context) -> bool:
    lowered = set(parties.tokens_of(subject))
    for issuer in context.issuers:
        head = re.search(
            r"(?P<noun>Forum|Network|Coalition|Alliance|Observatory|Committee|Society|Centre|Center|Institute|League|"
            r"Federation|Union|Association|Council|Monitor|Mission|Watch|Project|Group)$",
            issuer,
        )
        if head and re.search(rf"\b[Tt]he {head['noun']}\b", subject):
            return True
        own = [word for word in parties.tokens_of(issuer) if len(word) > 2]
        if own and len(set(own) & lowered) >= max(1, (2 * len(own)) // 3):
            return True
    return False


def _modal_counts(ask: Ask, sentence: str, context: Context, *, inside: bool) -> bool:
    """Whether "X must" is a request to an identifiable actor; "should" is not where one author opines."""
    clause = ask.frame is Frame.CLAUSE
    lead = sentence[: max(0, ask.start - len(ask.party) - 1)]
    refused = (
        (bool(_REPORTED.search(ask.before[-160:])) and not _GATHERING.search(ask.before[:80])),
        ask.modal in {"should", "ought to", "shall"}
        and (context.opinion or (clause and not inside and not ask.party)),
        parties.clean(ask.party).lower() in {"we", "i", "they", "he", "she", "it"},
        context.opinion and parties.country(ask.party) is None,
        clause and not (_asks_in_passive(ask, context, inside=inside) and _UNDERGONE.search(ask.what)),
        not clause and parties.reader(ask.party) and not context.letter_to and not inside,
        bool(re.search(r"\b(?:if|whether|that)\s+$", lead[-8:]) and not _HOLDS.search(lead)),
    )
    return not any(refused)


def _asks_in_passive(ask: Ask, context: Context, *, inside: bool) -> bool:
    """Whether it is told by whom something is to be done: by its agent, the section, or the state alone."""
    return inside or bool(ask.party) or (ask.modal == "must" and bool(context.state))
