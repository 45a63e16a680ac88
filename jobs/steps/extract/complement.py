"""Reads what stands around an asking word in French, Spanish and Russian: who asks, whom, for what."""

import re
from collections.abc import Iterator

from jobs.steps.extract.context import Context
from jobs.steps.extract.continental_parties import LONGEST, is_party, split, strip
from jobs.steps.extract.grammar import INFINITIVE, PAST, SUBJUNCTIVE, Grammar

_AGENT = re.compile(
    r"\s(?:por parte de|de la part de|со стороны|par(?=\s+(?:les?|la|l’)))\s+(?P<agent>[^,;.]{3,80})",
    re.IGNORECASE,
)
_THAT = re.compile(r"(?:que|qu’|чтобы)\s*$", re.IGNORECASE)
_NOUN_BEFORE = re.compile(
    r"(?:^|\s)(?:la|une|cette|sa|leur|de|sur|en|su|esta|una|que|qui|et que|y que|où)$", re.IGNORECASE
)
_WRITING = re.compile(r"écri|escrib|enviar|envoy|пиш|направ|carta|lettre|письм", re.IGNORECASE)
_GERUND = re.compile(r"(?:ndo|ndol[oae]s?|ant|я)$", re.IGNORECASE)
_FILLER = re.compile(
    r"\s*(?:(?:только )?одного|следующ\w+|una sola cosa|lo siguiente|une seule chose|ce qui suit)$",
    re.IGNORECASE,
)
_OPERATIVE = re.compile(r"\W*(?:(?:de\s|d’)\s*)?", re.IGNORECASE)
_UNDERGOES = re.compile(r"(?:est|sont)\s", re.IGNORECASE)
_PLACE = 260  # characters in which a party is named


def own(ask: re.Match[str], sentence: str, rules: Grammar, context: Context, *, spoken: bool = False) -> bool:
    """Whether the issuer asks: "we", or a body in the third person whose words are not only reported."""
    if ask["resolves"]:
        return _OPERATIVE.fullmatch(sentence[: ask.start()]) is not None
    if not ask["third"]:
        return True
    before = re.split(r"[.;:]\s", sentence[: ask.start()])[-1].strip(' ,—–-«»"')
    before = rules.connective.sub("", before).strip(" ,")
    if _UNDERGOES.match(ask["third"]) and is_party(before, rules) and len(before.split()) <= LONGEST:
        return True
    if (
        not before
        or _ONE.fullmatch(before)
        or rules.ask.search(before)
        or (spoken and _PRONOUN.fullmatch(before))
    ):
        return True
    if _NOUN_BEFORE.search(before):
        return before.endswith("en") and ask["third"].endswith("ant")
    return _speaks(before[-120:], ask["third"], rules, context)


_ONE = re.compile(r"(?:et\s|mais\s)?j(?:e|’)", re.IGNORECASE)
"""A single writer, as in the model letter of an appeal."""
_PRONOUN = re.compile(r"(?:et\s|y\s|и\s)?(?:elles?|ils?|ell[oa]s?|él|он[аи]?)", re.IGNORECASE)
"""Who has just asked, taken up again: "Elle demande aussi"."""


def _speaks(subject: str, verb: str, rules: Grammar, context: Context) -> bool:
    if rules.gathering.search(subject):
        return True
    if _GERUND.search(verb):
        return _WRITING.search(subject) is not None
    if rules.others.search(subject):
        return False
    if context.brief and subject[:1].isupper() and len(subject.split()) <= 9:
        return True
    named = [word for word in re.findall(r"[\w-]{4,}", subject) if word[:1].isupper()]
    return bool(named) and all(word.lower() in context.head.lower() for word in named)


def complement(rest: str, rules: Grammar) -> tuple[str, str, str]:
    """The party behind an asking word, what it is asked, and the form of that verb ("" for a thing)."""
    thing = rules.thing_in(rest, _before_thing)
    for at in _places(rest):
        if thing and at > thing:
            break
        link = rules.links.match(rest, at)
        start = link.end() if link else at
        form, place = rules.verb_at(rest, start)
        name = rest[:at].strip(" ,")
        if form and _fits(link, form, rest[place:], rules):
            return name.rstrip(" —–-"), rest[start:].strip(), form
        if link and _THAT.search(link.group()) and (verb := rules.clause(rest, start)):
            return _clause(name, rest, start, verb, rules)
        if link and _THAT.search(link.group()) and rules.must.search(rest, start):
            return name, rest[start:], SUBJUNCTIVE
    head, colon, told = rest.partition(": ")
    head = _FILLER.sub("", head)
    if colon and len(head.split()) <= LONGEST and (form := rules.verb_at(told, 0)[0]) and form != PAST:
        return head.strip(" ,"), told, form
    if thing is not None:
        return rest[:thing].strip(" ,"), rest[thing:], ""
    name = rest.strip(" ,:")
    return "" if rules.links.fullmatch(f"{name} ") else name, "", ""


def _before_thing(before: str, rules: Grammar) -> bool:
    """Whether what stands before a noun leaves it to be what is asked: nothing, or a party with its "to"."""
    before = before.strip(" ,")
    if not before:
        return True
    return rules.to.match(f"{before} ") is not None and not _OPEN_ENDED.search(before)


_OPEN_ENDED = re.compile(
    r"(?:^|\s)(?:en|sobre|con|por|para|contra|de|del|al?|sur|dans|pour|par|avec|à|du|des|aux?|et|y|e|и|в|на|"
    r"по|о|об|для|с|за|sin|sans|без|que|qui|quien|который)$",
    re.IGNORECASE,
)


def _clause(name: str, rest: str, start: int, verb: int, rules: Grammar) -> tuple[str, str, str]:
    """A clause whose subject acts asks it: "que le gouvernement libère"; another asks whoever is meant."""
    subject = rest[start:verb].strip(" ,")
    form = PAST if rules.language == "ru" else SUBJUNCTIVE
    pointing = rules.subject.match(subject) is not None
    if pointing or is_party(subject, rules):
        return (name if name and pointing else subject), rest[verb:], form
    return name, rest[start:], form


def _places(rest: str) -> Iterator[int]:
    """Where what is asked may begin: at once, and behind each word of the party's name."""
    yield 0
    for space in re.finditer(r"\s+", rest[:_PLACE]):
        if re.search(r"[;:.]\s", rest[: space.start() + 1]):
            return
        yield space.start()


def _fits(link: re.Match[str] | None, form: str, verb: str, rules: Grammar) -> bool:
    """If a verb of this form may follow: "de" an infinitive, "que" another; none, a sure infinitive."""
    if link is None:
        word = re.match(r"[\w-]+", verb)
        sure = form == INFINITIVE and word is not None and rules.known_infinitive(word.group())
        return sure and rules.language != "fr"
    if _THAT.search(link.group()):
        return form in {SUBJUNCTIVE, PAST} or (form == INFINITIVE and rules.language == "ru")
    return form == INFINITIVE


def without_agent(what: str) -> str:
    """A thing asked without who is to do it: "la libération de X de la part de Y"."""
    return _AGENT.sub("", what)


def agent(what: str, rules: Grammar) -> tuple[str, ...]:
    """Who is to do a thing, where that stands behind it."""
    match = _AGENT.search(what)
    return split(match["agent"], rules) if match and is_party(match["agent"], rules) else ()


def in_turn(named: tuple[str, ...], what: str, rules: Grammar) -> Iterator[tuple[tuple[str, ...], str]]:
    """Several parties that share an asking word, each with its own thing: "... et au ministre de ..."."""
    start = 0
    for joint in _AND_TO.finditer(what):
        name, told, form = complement(what[joint.end() :], rules)
        party = split(name, rules) if name and form and is_party(strip(name, rules), rules) else ()
        if not joint["to"] and (form != INFINITIVE or len(name.split()) > _SHORT):
            continue  # "libérer la femme et la fille de X": no party of the same asking word
        if not party or joint.start() <= start:
            continue
        yield named, what[start : joint.start()]
        named, start = party, joint.end() + what[joint.end() :].find(told)
    for gap in _GAPPED.finditer(what, start):
        if rules.verb_at(what, gap.end())[0] != INFINITIVE or not is_party(gap["name"], rules):
            continue
        yield named, what[start : gap.start()]
        named, start = split(gap["name"], rules), gap.end()
    yield named, what[start:]


_GAPPED = re.compile(r"[;,]\s+(?:а\s|и\s|y\s|et\s)?(?P<name>[^;:,—–]{4,90}?)(?:,\s)?\s?[—–-]\s(?=\w)")
"""A further party, its asking word left out: "призываем A освободить его; B — ввести санкции"."""


_AND_TO = re.compile(
    r"(?:[,;]\s+(?:et\s+|y\s+|и\s+|ainsi\s(?:que\s|qu’))?|\s(?:(?:et|y|и|ainsi que|así como)\s|ainsi qu’))"
    r"(?=(?P<to>aux?\s|à\s(?:la|l’)|à\s[A-Z]|al\s|a\s(?:la|los|las)\s|a\s[A-Z]|к\s|от\s)|(?:la\s|les?\s|l’)[A-ZÀ-Ý])"
)
_SHORT = 8  # words of a party that shares the asking word without a preposition: "et la France à ..."
