"""Walks through an English document and gathers what is asked of whom, each thing once."""

import re
from dataclasses import replace
from datetime import date

from jobs.steps.extract import parties
from jobs.steps.extract.ask import Ask, Frame
from jobs.steps.extract.asks import asks
from jobs.steps.extract.blocks import Block, sentences
from jobs.steps.extract.context import Context, greeting
from jobs.steps.extract.gerunds import gerund_phrases, third_person
from jobs.steps.extract.headings import (
    asks_in_a_list,
    other,
    readable,
    style,
    told_to,
    turned,
    unnumbered,
)
from jobs.steps.extract.namelists import heads_list, is_closing
from jobs.steps.extract.phrases import Phrase, phrase, verb_phrases
from jobs.steps.extract.subjects import subjects
from jobs.steps.extract.taking import operative, take, take_all, unquoted
from jobs.steps.extract.verbs import base_verb, commands
from jobs.steps.extract.voice import issuer_speaks
from jobs.steps.extract.walk import Walk
from storage.records import Demand

_REFLEX = re.compile(r"\b(?:we|I) (?:do not|don['’]t|are not) ask", re.IGNORECASE)
_RECITAL = re.compile(
    r"^[–—-]?\s*(?:[A-Z]{1,2}\.\s+)?(?:having regard|whereas|recall(?:s|ing)|noting|welcoming|"
    r"guided|reaffirming|recogni[sz]ing|bearing in mind|deeply (?:concerned|alarmed)|considering|"
    r"taking note|acknowledging|alarmed by|having (?:considered|examined|received)|mindful|convinced|"
    r"reminds|stressing|underlining|concerned (?:by|that|about|at))\b(?!\s+concerned,?\s+we)",
    re.IGNORECASE,
)
_ASKING_ITEM = re.compile(
    r"(?:calling (?:up)?on|urging|asking|demanding|requesting|expressing|reminding|calling for|"
    r"welcoming|noting)\b",
    re.IGNORECASE,
)
_ASKS_ANEW = re.compile(
    r"(?:(?:further|also|strongly|and)\s+)?(?:Call(?:s)? (?:up)?on|Urges?|Requests?|Appeals? to|"
    r"Invites?|Asks?|Demands?|"
    r"Express(?:es)?|Welcomes?|Thanks?|Condemns?|Resolves?|Decides?|Encourages?|Recommends?)\b"
)
_PARTY_ITEM = re.compile(
    r"(?P<party>(?:the\s+)?[A-Z][^,;:]{2,120}?)(?:,\s+[^;:]{2,160}?,|,)?\s+to\s+(?=(?:not\s+)?[a-z]+\b)"
)
_ANY_PARTY_ITEM = re.compile(
    r"(?P<party>[A-Za-z][^,;:]{2,120}?)(?:,\s+[^;:]{2,160}?,|,)?\s+to\s+(?=(?:not\s+)?[a-z]+\b)"
)
_AND = re.compile(r"(?:[,;]|\band)\s+(?:\w+ly\s+|also\s+|further\s+|furthermore,?\s+|and\s+|therefore\s+)*$")
_SIGNED = 14  # words of a line in a list of names


def demands(
    title: str, blocks: list[Block], context: Context, issued: date | None
) -> tuple[list[Demand], list[str]]:
    """The demands in order, and the names of those formally addressed ("To the people of X")."""
    walk = Walk(context, issued, formal=list(context.letter_to))
    read = ([Block(title)] if title else []) + blocks
    signed = False
    for block, following in zip(read, [*read[1:], Block("")], strict=False):
        listed = bool(block.marker) or len(block.text.split()) < _SIGNED
        signed = heads_list(block) or (signed and listed)
        if not signed:
            _read_block(walk, block, following)
        elif heads_list(block):
            walk.leave()
    return walk.kept(), walk.formal


def _read_block(walk: Walk, block: Block, following: Block) -> None:
    """One block by its role: a greeting, a line that turns to somebody, an item of a list, other text."""
    walk.marker = block.marker
    walk.passage += walk.opened is None
    if _VOCATIVE.match(block.text) and walk.context.letter_to and following.marker:
        walk.open(walk.spoken_to(block.text))
        return
    if _SPREAD.fullmatch(block.text):
        return
    if (greeting(block) and walk.context.letter_to) or is_closing(block):
        walk.leave()
        return
    if asks_in_a_list(block.text):
        walk.open(walk.pointed())
        return
    if walk.passing and not block.marker:
        walk.section, walk.passing = (), False
    if _OWN_LIST.search(block.text) or (_SELVES.match(block.text) and _RESOLVED.match(following.text)):
        walk.leave()
        walk.open(())
        walk.pledging = True
        return
    turn = turned(block, following, inside=bool(walk.section) or walk.turning)
    if turn and turn.parties:
        walk.turn(turn)
        text = turn.rest
    elif walk.opened is not None and _list_item(walk, block):
        return
    else:
        if walk.section and other(block):
            walk.leave()
        text = readable(unnumbered(block.text))
    _read_text(walk, text, leads=bool(following.marker) or told_to(following.text))


_SELVES = re.compile(
    r"(?:We|(?:[Tt]he\s+)?(?:undersigned|signatories|participants|co-?signatories|delegates|organi[sz]ations|groups|authors)"
    r"(?:\s+(?:of|to)\s+this\s+\w+|\s+\w+){0,3}),?\s*:?$",
    re.IGNORECASE,
)
"""Those who ask, over a list of what they ask."""
_SPREAD = re.compile(
    r"\W*(?:PLEASE |KINDLY )?(?:RE-?)?(?:CIRCULATE|DISTRIBUTE|POST|FORWARD|SHARE|CROSS-?POST|EMBARGOED?)"
    r"(?: [A-Z\d:.,]{1,14}){0,6}\W*"
)
"""What a sender asks of whoever passes a mail on."""
_OWN_LIST = re.compile(
    r"^(?:[\w’' -]{2,60}\s+)?(?:therefore |further |also |hereby )?"
    r"(?:resolves?|undertakes?|pledges?|commits? (?:itself|ourselves)|decides?|notes?|believes?|recalls?|"
    r"considers?)"
    r"(?: that| to)?\s*:$",
    re.IGNORECASE,
)
"""What the issuer itself holds or will do, in a list."""
_VOCATIVE = re.compile(
    r"^(?:and\s+)?(?:you,\s+)?(?:(?:Mr|Mrs|Ms|Dr)\.?|Madam|Your|President|Prime Minister|Minister)\s"
    r"[^.;!?]{0,70}[,:]$"
)


def _read_text(walk: Walk, text: str, *, leads: bool) -> None:
    """What a block says sentence by sentence; `leads`: items follow, so that its last one may open a list."""
    told = sentences(text)
    walk.asked = walk.asked and _IT_ASKS.match(text) is not None
    for at, sentence in enumerate(told):
        last = at == len(told) - 1
        opens = last and leads and sentence[-1:] not in ".:;!?…"
        _read_sentence(walk, f"{sentence.rstrip(',')}:" if opens else sentence)


def _list_item(walk: Walk, block: Block) -> bool:
    """Reads a block as an item of the open list; False closes the list where the block is none."""
    text = readable(block.text.strip('“" '))
    numbered = bool(block.marker) or unnumbered(text) != text
    text = _UNTIL.sub("", unnumbered(text))
    if _ends_list(walk, block, text, numbered=numbered):
        walk.open(None)
        return False
    if walk.pledging and (numbered or _PLEDGED.match(text)):
        if resolved := _RESOLVED.match(text):
            take_all(walk, asks(f"We {text[resolved.end() :]}"))
        return True
    if not _read_item(walk, text, numbered=numbered):
        if not numbered:
            walk.opened = None
            walk.section = () if walk.listed else walk.section
        return False
    walk.listed, walk.marked = True, walk.marked or numbered
    return True


_RESOLVED = re.compile(
    r"(?:to\s+)?(?=(?:formally\s+|also\s+|further\s+)?(?:call\s+(?:up)?on|urge|ask|demand|request|appeal\s+to|"
    r"petition|invite|recommend)\b)",
    re.IGNORECASE,
)
"""So: "resolves: ... To call on the Foreign Secretary to ..."."""
_PLEDGED = re.compile(r"(?:to|that|and)\s", re.IGNORECASE)


def _ends_list(walk: Walk, block: Block, text: str, *, numbered: bool) -> bool:
    """Whether a block stands beside the one that opened the list, or is no item of a list with bullets."""
    if walk.above and block.marker and style(block.marker) == walk.above:
        return True
    unlike = walk.listed and walk.marked and not text[0].islower()
    return not numbered and (unlike or _ASKS_ANEW.match(text) is not None)


def _read_item(walk: Walk, text: str, *, numbered: bool) -> bool:
    """What one item asks: in asking words of its own, as a clause, a command, of its own party, a thing."""
    first = _TO_DO.sub("", text)
    opened = walk.opened or ()
    if _ASKING_ITEM.match(first):
        for sentence in sentences(text):
            _read_sentence(walk, sentence)
    elif re.match(r"that\b", first, re.IGNORECASE):
        for ask in asks(f"We demand {first}"):
            take(walk, ask, forced=opened)
    elif numbered and (done := gerund_phrases(text)):
        walk.store(opened, done)
    elif walk.relative and numbered and third_person(first):
        walk.store(opened, [one for one in [phrase(text)] if one])
    elif _imperative(first):
        _take_imperative(walk, sentences(text), numbered=numbered)
    elif (numbered or walk.turning) and _own_party(walk, text):
        pass
    elif numbered and len(text) < _ITEM and _nominal(text):
        quote = " ".join(text.rstrip(" .;,").split()[:60])
        walk.store(opened, [Phrase(quote, first.split(maxsplit=1)[0].lower())])
    else:
        return False
    return True


_UNTIL = re.compile(
    r"^(?:Until|Till|Pending|In\s+the\s+mean\s?time|Meanwhile|Without\s+delay|As\s+a\s+first\s+step|At\s+once|Within|"
    r"By|Before|In\s+th(?:is|at)|To\s+this\s+end|If|As\s+a\s+matter)\b[^,;:.]{0,80},\s+(?=(?:not\s+|to\s+|\w+ly\s+)?[a-z]+\b)"
)
"""What stands before the verb of an item: "Until then, allow regular visits"."""
_TO_DO = re.compile(r"^(?:(?:and|also)\s+)?(?:\w+ly\s+(?=to\s))?(?:to\s+|please\s+)*", re.IGNORECASE)
_ITEM = 600  # characters


def _imperative(text: str) -> bool:
    """Whether a line begins with the verb of what is asked."""
    heads = text.split(maxsplit=2)[:2]
    if not heads or heads[0].endswith(":"):
        return False
    adverb = heads[0].endswith("ly") and len(heads) > 1 and base_verb(heads[1])
    return base_verb(heads[0]) or adverb or heads[0].lower() in {"not", "never"}


def _take_imperative(walk: Walk, told: list[str], *, numbered: bool) -> None:
    """An item's verb phrases: its first sentence; what follows is read as any other text."""
    lowered = _TO_DO.sub("", told[0].strip('“" '))
    if numbered or len(told) == 1 or not lowered.lower().startswith("be "):
        walk.store(walk.opened or (), verb_phrases(lowered))
    for sentence in told[1:]:
        _read_sentence(walk, sentence)


def _own_party(walk: Walk, text: str) -> bool:
    """An item that names whom it asks: "the Ministry of Justice, pending their release, to treat him"."""
    match = _PARTY_ITEM.match(text)
    match = match or (_ANY_PARTY_ITEM.match(text) if walk.turning else None)
    if match is None or re.match(r"[A-Z][a-z]+(?:s|ing|ly)\b", text) or asks(text):
        return False
    if not walk.turning and not any(
        parties.actor(part) or part[:1].isupper() for part in parties.split(match["party"])
    ):
        return False
    walk.listed = True
    walk.store(walk.named(match["party"]), verb_phrases(text[match.end() :]))
    return True


def _nominal(text: str) -> bool:
    head = " ".join(text.split()[:6]).lower()
    return (
        bool(re.match(r"(?:an?|the|immediate|unconditional|full|prompt|all|no|\w+ing)\b", head))
        and not asks(text)
        and len(text.split()) > 2
    )


def _read_sentence(walk: Walk, sentence: str) -> None:
    if _REFLEX.search(sentence) or _RECITAL.match(sentence) or _POLITE.match(sentence):
        return
    if several := _SEVERAL.search(sentence):
        walk.mentioned = tuple(parties.split(several.group()))
    if (handed := _HANDED.search(sentence)) and parties.actor(handed["party"]):
        walk.recipient = tuple(parties.split(handed["party"]))
    plain = unnumbered(sentence)
    if _commanded(walk, plain):
        walk.asked = True
        return
    follows, told_of, walk.told_of = walk.asked, walk.told_of, tuple(subjects(plain))
    walk.mentioned = walk.told_of if len(walk.told_of) > 1 else walk.mentioned
    again = walk.asked and _GOES_ON_ASKING.match(plain)
    walk.asked = False
    own, ended = False, 0
    found = asks(sentence)
    for ask in found if follows else _taken_up(found, told_of):
        if again and ask.modal and ask.frame is Frame.DOING:
            walk.store(walk.last, verb_phrases(unquoted(ask.what)))
            walk.asked = True
            continue
        between = sentence[ended : ask.start]
        goes_on = own and ask.form in {"s", "gerund"} and bool(_AND.search(between))
        own = (
            goes_on
            or (follows and _IT_ASKS.match(plain) is not None)
            or issuer_speaks(ask, sentence, walk.context, inside=bool(walk.section))
            or operative(ask, sentence)
        )
        if own:
            goes_to = walk.last if follows and not (walk.opened or walk.section) else ()
            take(walk, ask, () if ask.party else goes_to)
            ended = ask.start
            walk.asked = True


def _commanded(walk: Walk, plain: str) -> bool:
    """Whether a sentence is a command to whoever is spoken to, or ends with one; what it asks is noted."""
    polite = walk.context.letter_to if plain.startswith(("Please ", "Kindly ")) else ()
    spoken_to = walk.section or walk.opened or polite
    if spoken_to and plain[:1] not in '“"«' and commands(plain) and not walk.for_reader(plain):
        walk.store(spoken_to, verb_phrases(re.sub(r"^(?:please|kindly)\s+", "", plain, flags=re.IGNORECASE)))
        return True
    colon = plain.rfind(": ") if spoken_to else -1
    if colon > 0 and commands(plain[colon + 2 :]) and not asks(plain[:colon]):
        walk.store(spoken_to or (), verb_phrases(plain[colon + 2 :]))
        return True
    begged = _PLEASE.search(plain) if walk.context.letter_to else None
    if begged and commands(plain[begged.end() :]):
        walk.store(walk.section or walk.context.letter_to, verb_phrases(plain[begged.end() :]))
        return True
    return False


def _taken_up(found: list[Ask], told_of: tuple[str, ...]) -> list[Ask]:
    """The requests with those of whom the sentence before told something for "they" and "both"."""
    name = told_of[0] if len(told_of) == 1 else "both"
    return [
        replace(ask, party=name) if told_of and ask.modal and _THEY.fullmatch(ask.party) else ask
        for ask in found
    ]


_PLEASE = re.compile(r"[,;:–—]\s+(?:so\s+|and\s+)?(?:please|kindly)\s+(?=[a-z])")
"""Before what a letter asks at the end of a sentence: "They have done no wrong: please order ..."."""
_THEY = re.compile(r"they|it|both|both of them", re.IGNORECASE)
_POLITE = re.compile(
    r"(?:please\s+|kindly\s+)?accept\b[^.;]{0,60}\b(?:assurances?|expression|regards|respects?|greetings)\b",
    re.IGNORECASE,
)
"""With which a letter closes."""
_SEVERAL = re.compile(
    r"\b(?:governments|authorities|parliaments|presidents|leaders)\s+(?:of|in)\s+(?:the\s+)?[A-Z][\w’'-]+"
    r"(?:\s+[A-Z][\w’'-]+)*(?:,\s+(?:of\s+)?(?:the\s+)?[A-Z][\w’'-]+(?:\s+(?:of\s+)?[A-Z][\w’'-]+)*)*,?\s+and\s+"
    r"(?:of\s+)?(?:the\s+)?[A-Z][\w’'-]+(?:\s+(?:of\s+)?[A-Z][\w’'-]+)*",
)
_IT_ASKS = re.compile(
    r"(?:It|They|He|She)\s+(?:(?:is|are)\s+)?(?:also\s+|further\s+|again\s+|\w+ly\s+)*(?:calling|urging|"
    r"asking|demanding|appealing|calls?|called|urges?|urged|asks?|asked|demands?|"
    r"demanded|requests?|requested|appeals?|appealed|encourages?|encouraged|invites?|invited|recommends?)\b"
)
_HANDED = re.compile(
    r"\b(?:hand|deliver|present|submit|send|sent|address|forward|gave|brought|mail|post)\w*\s+(?:in\s+|over\s+)?(?:\w+\s+){0,2}"
    r"(?:letter|petition|declaration|appeal|statement|resolution|request)s?\s+(?:of\s+\w+\s+)?(?:addressed\s+)?to\s+"
    r"(?P<party>(?:the\s+)?[A-Z][^,;:.]{2,80})"
)
_GOES_ON_ASKING = re.compile(
    r"(?:\w+(?:,|\s+\w+,)\s+)?"
    r"(?:[Ii]t|[Tt]hey|[Hh]e|[Ss]he|[Bb]oth|[Tt]he (?:government|authorities|ministry|court|minister|"
    r"president|"
    r"state|army|police|commission|council|parliament)|[Tt]hese \w+|[Ee]ach(?: of them)?)\s+"
    r"(?:\w+ly\s+|also\s+|further\s+|therefore\s+|too\s+)*(?:must|should|ought to|shall|needs? to)\b"
)
