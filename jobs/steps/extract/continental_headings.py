"""Tells whom a line of a French, Spanish or Russian document turns to: headings, greetings, addresses."""

import re

from jobs.steps.extract.blocks import Block
from jobs.steps.extract.continental_parties import is_party, split
from jobs.steps.extract.continental_walk import Walk
from jobs.steps.extract.grammar import COMMAND, INFINITIVE, SUBJUNCTIVE, Grammar
from jobs.steps.extract.namelists import is_closing

HEADING = 160  # characters of a line that names a party
TOP = 12  # blocks of a text's head


def addressed_in(blocks: list[Block], rules: Grammar) -> list[str]:
    """Whom the lines at the head are addressed to: "A la Secretaría de ...", "Уполномоченному по ..."."""
    found: list[str] = []
    for block in blocks[:TOP]:
        if is_closing(block):
            break  # who signs stands below
        text = even(block.text, rules)
        if (
            len(text) > HEADING
            or text[-1] in ":."
            or rules.public.search(text)
            or not rules.names_actor(text)
        ):
            continue
        if rules.language == "ru" and (titled := _TITLED.match(text)):
            text = text[titled.end() :].strip()
        if match := rules.heading.match(text):
            found += split(text[match.end() :], rules)
        elif rules.language == "ru" and _DATIVE.match(text):
            found.append(text)
    return [name for name in found if name[:1].isupper()]


def over_greeting(blocks: list[Block], rules: Grammar) -> list[str]:
    """The full office of whom a letter greets, in a line above: the minister of what."""
    for at, block in enumerate(blocks):
        called = VOCATIVE.match(even(block.text, rules)) if not block.marker else None
        if called is None:
            continue
        above = [even(one.text, rules) for one in blocks[max(0, at - _OVER) : at]]
        offices = [one for one in above if len(one.split()) <= _OFFICE and one[-1] not in ".:;!?"]
        named = called_by(called["name"], [one for one in offices if rules.actors.match(one)])
        if named:
            return [*named]
    return []


_OVER, _OFFICE = 10, 14  # blocks above a greeting; words of an office
_TITLED = re.compile(
    r"(?:lettre ouverte|carta abierta|открытое письмо|communiqué|comunicado|appel urgent)\b", re.IGNORECASE
)
"""A title, which names whom a letter is written to and asks nothing."""
_DATIVE = re.compile(r"^[А-ЯЁ]\w+(?:ому|ему|у|ю|(?<![ио])е|ам|ям|ой|ей)\s")


def in_head(
    greeted: tuple[str, ...], head: list[str], blocks: list[Block], rules: Grammar
) -> tuple[str, ...]:
    """Whom a letter greets, under the full name above it; all above it where it greets them by name."""
    named = tuple((called_by(one, head) or (one,))[0] for one in greeted)
    by_name = rules.language == "ru" and not any(is_party(one, rules) for one in named)
    if head and by_name:
        greets = any(_GREETS.match(block.text) for block in blocks[: 2 * TOP])
        return tuple(dict.fromkeys(head)) if greets else named
    return named


_GREETS = re.compile(
    r"(?:Глубоко|Много)?[Уу]важаем\w+\s|Monsieur|Madame|Messieurs|Señor|Estimad[oa]|Excelent"
)


def even(text: str, rules: Grammar) -> str:
    """A text with one kind of apostrophe; a line in capitals as it would stand in a text."""
    text = text.replace("'", "’").replace("ʼ", "’")
    if not text.isupper() or len(text.split()) < 2:
        return text
    return re.sub(
        r"[^\W\d_]+",
        lambda word: w.lower() if (w := word.group()).lower() in rules.small else w.capitalize(),
        text,
    )


_NAMED = 18  # words of a heading's name
_WE_VERB = re.compile(r"\bnous\s+\w+ons\b|\b\w{4,}(?:amos|imos)\b|\bмы\s", re.IGNORECASE)
VOCATIVE = re.compile(
    r"^(?:Señor(?:a|es|as)?|Monsieur|Madame|Messieurs|Mesdames|Estimad\w+|Уважаем\w+(?:\s+(?:господ\w+|госпожа))?)\s+"
    r"(?:(?:le|la|les|el)\s+)?(?P<name>[^.;!?:]{3,80}?)(?:[:,!]$|:\s+(?P<rest>\S.*)$)"
)


def _alike(name: str, other: str) -> int:
    """How many words two names share, whatever their endings."""
    mine, theirs = ({word[:6] for word in re.findall(r"\w{4,}", one.lower())} for one in (name, other))
    return len(mine & theirs)


def called_by(name: str, known: list[str]) -> tuple[str, ...]:
    """The one of the known parties that is called by a name or office."""
    best = max(known, key=lambda one: _alike(name, one), default="")
    return (best,) if best and _alike(name, best) else ()


def asks_at_once(text: str, rules: Grammar) -> bool:
    """Whether a line begins with what somebody is to do."""
    link = rules.links.match(text)
    form, _ = rules.verb_at(text, link.end() if link else 0)
    return (
        form in {INFINITIVE, COMMAND}
        or (bool(link) and form == SUBJUNCTIVE)
        or (form == SUBJUNCTIVE and text[0].isupper())
    )


def is_other_heading(block: Block, text: str, rules: Grammar) -> bool:
    """Whether a line is the heading of another part, which turns to nobody."""
    return (
        block.gap
        and len(text.split()) <= 8
        and text[-1] not in ".,;:!?"
        and text[0].isupper()
        and not asks_at_once(text, rules)
    )


def _beside(text: str, rules: Grammar) -> tuple[str, str] | None:
    """A party and what it is to do, in one line without a colon: "Al Fiscal General, que investigue ..."."""
    match = _THAT.match(text)
    lead = rules.heading.match(match["head"]) if match else None
    if match is None or lead is None:
        return None
    name = match["head"][lead.end() :].strip(" .")
    return (name, match["rest"]) if is_party(name, rules) else None


_THAT = re.compile(
    r"(?P<head>[^,:;.]{4,140}),\s+(?P<rest>(?:que\s|qu[’']|de\s|d[’']|a\s(?!la|l[oa]s)|чтобы\s)\S.*)$",
    re.IGNORECASE,
)


def turned(walk: Walk, text: str, block: Block, after: str, *, leads: bool) -> tuple[str, str] | None:
    """Whom a line turns to, and what it says then: "Aux autorités de X", "Правительству X:"."""
    beside = _beside(text, walk.grammar) if walk.opened is None else None
    return beside or _turned(walk, text, block, after, leads=leads)


def _turned(walk: Walk, text: str, block: Block, after: str, *, leads: bool) -> tuple[str, str] | None:
    rules = walk.grammar
    head, colon, rest = text.partition(":")
    nobody = _TITLED.match(text) or (rules.opens.match(text) and not rules.names_actor(head))
    if len(head) > HEADING or rules.ask.search(head) or rules.must.search(head) or nobody:
        return None
    lead = rules.heading.match(head)
    name = head[lead.end() :].strip(" .") if lead else head.strip(" .")
    if _WE_VERB.search(name) or not name or (not colon and text[-1] in ".!?;"):
        return None
    actor = is_party(name, rules)
    if rest.strip():
        said = re.sub(r"^(?:que|qu’|чтобы)\s*", "", rest.strip(), flags=re.IGNORECASE)
        told = asks_at_once(rest.strip(), rules) or rules.verb_at(said, 0)[0] == SUBJUNCTIVE
        known = (lead or actor or walk.listing) and told and not block.text.isupper()
        return (name, rest.strip()) if known and (lead or name[:1].isupper()) else None
    if not leads or (rules.public.search(name) and not colon):
        return None
    if lead and (actor or colon or walk.listing):
        return name, ""
    begins = bool(name[:1].isupper()) or walk.listing
    alone = actor and not block.marker and begins and asks_at_once(after, rules)
    bare = (colon and (actor or walk.listing)) or alone
    return (name, "") if bare and not asks_at_once(text, rules) else None


def before_dash(text: str, rules: Grammar) -> tuple[tuple[str, ...], str] | None:
    """Whom a Russian line names before a dash, and what it asks: "К прокуратуре — остановить выдачу"."""
    match = _BEFORE_DASH.match(text)
    link = rules.links.match(match["rest"]) if match else None
    if match is None or rules.verb_at(match["rest"], link.end() if link else 0)[0] != INFINITIVE:
        return None
    named = split(match["name"], rules)
    asked = is_party(match["name"], rules) or _BODY.search(match["name"])
    return (named, match["rest"]) if named and asked else None


_BEFORE_DASH = re.compile(r"(?:[Кк]о?|[Оо]т)\s(?P<name>[^—–:;.!?]{4,120}?)\s[—–-]\s(?P<rest>[а-яё].*)$")
_BODY = re.compile(
    r"комитет|министерств|прокуратур|управлени|суд|ведомств|служб|уполномоченн|посольств", re.IGNORECASE
)
