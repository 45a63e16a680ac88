"""Finds demands in French, Spanish and Russian: whom a text turns to, line by line, and what it asks of them.

Blocks are headings that turn to somebody, lines that open a list, items, or other text, which asks sentence
by sentence. Whoever a heading or an opening line names is asked what follows, whatever the layout.
"""

import re

from jobs.steps.extract.blocks import Block, sentences
from jobs.steps.extract.complement import agent, complement, in_turn, own, without_agent
from jobs.steps.extract.context import Context
from jobs.steps.extract.continental_headings import (
    HEADING,
    TOP,
    VOCATIVE,
    addressed_in,
    asks_at_once,
    before_dash,
    called_by,
    even,
    in_head,
    is_other_heading,
    over_greeting,
    turned,
)
from jobs.steps.extract.continental_parties import LONGEST, is_country, is_party, split, strip
from jobs.steps.extract.continental_walk import Walk
from jobs.steps.extract.grammar import COMMAND, INFINITIVE, LANGUAGES, PAST, SUBJUNCTIVE, Grammar, grammar
from jobs.steps.extract.headings import style
from jobs.steps.extract.likeness import in_full, once
from jobs.steps.extract.namelists import heads_list, is_closing
from storage.records import Demand

__all__ = ["LANGUAGES", "demands"]
_TITLE = 200  # characters
_LINKS = 2  # strokes between the links of a page's menu
_SIGNED = 14  # words of a line in a list of names
_HOW = re.compile(r"\s(?:si|lorsque|quand|cuando|если|когда)\s", re.IGNORECASE)
_LEADS = re.compile(
    r"\s*(?:(?:только )?одного|una sola cosa|une seule chose|de bien vouloir|ce qui suit|lo siguiente|"
    r"следующ\w+|les mesures suivantes|las siguientes medidas)?\s*:?$",
    re.IGNORECASE,
)


def demands(blocks: list[Block], language: str, context: Context) -> tuple[list[Demand], list[str]]:
    """The demands of a text in one of `LANGUAGES`, and the names of those formally addressed."""
    rules = grammar(language)
    head = [*addressed_in(blocks, rules), *over_greeting(blocks, rules)]
    text = "\n".join(block.text for block in blocks)
    walk = Walk(context, rules, in_head(context.letter_to, head, blocks, rules), formal=head, text=text)
    signed, titled = False, 0
    for index, (block, following) in enumerate(zip(blocks, [*blocks[1:], Block("")], strict=False)):
        if heads_list(block) or is_closing(block):
            walk.section, walk.asked, signed = (), False, heads_list(block)
            walk.open(None)
            continue
        signed = signed and (bool(block.marker) or len(block.text.split()) < _SIGNED)
        if not signed and block.text.count(" | ") < _LINKS:
            _read_block(walk, block, following)
        if index < TOP and not block.marker and len(block.text) < _TITLE and block.text[-1] not in ".:;":
            titled = len(walk.found)
    return once(in_full(walk.found), titled), [*walk.letter_to, *walk.formal]


def _read_block(walk: Walk, block: Block, following: Block) -> None:
    """One block by its role: a line that turns to somebody, an item of an open list, other text."""
    walk.marker = block.marker
    rules = walk.grammar
    text = even(block.text, rules)
    bare = rules.ordinal.sub("", text, count=1)
    numbered = bool(block.marker) or bare != text
    after = even(following.text, rules) if following.text else ""
    leads = bool(following.marker) or rules.ordinal.match(after) is not None or asks_at_once(after, rules)
    if (called := VOCATIVE.match(text)) and not block.marker:
        known = [*walk.letter_to, *walk.formal]
        walk.section = called_by(called["name"], known) or (strip(called["name"], rules),)
        walk.open(walk.section)
        if called["rest"]:
            _read_text(walk, called["rest"], leads=False)
        return
    if _DECIDES.search(text):
        walk.section, walk.asked = (), False
        walk.open(None)
        return
    if rules.language == "ru" and (dashed := before_dash(text, rules)):
        walk.store(dashed[0], rules.phrases(dashed[1], INFINITIVE))
        walk.asked = True
        return
    if turn := turned(walk, text, block, after, leads=leads):
        name, rest = turn
        walk.section = split(name, rules)
        walk.open(walk.section, listing=walk.listing, chapeau=walk.listing or text.endswith(":"))
        walk.formal += walk.section if any(is_party(one, rules) for one in walk.section) else ()
        if rest:
            _read_text(walk, rest, leads=False)
        return
    if rules.opens.match(bare) and not rules.names_actor(bare):
        walk.open(walk.section or walk.letter_to, listing=True, chapeau=True)
        return
    if walk.opened is not None and _item(walk, bare, numbered=numbered, block=block):
        return
    if walk.section and is_other_heading(block, bare, rules):
        walk.section = ()
        walk.open(None)
    walk.listing = walk.listing and len(bare.split()) < _TELLING
    _read_text(walk, bare, leads=leads)


_DECIDES = re.compile(
    r"(?:^|\s)(?:décid(?:e|ent|ons)|résou(?:t|dent)|arrête|resuelven?|resolvemos|acuerdan?|acordamos|"
    r"decid(?:e|en|imos)|"
    r"постанов\w+|реши\w+)\s*:$",
    re.IGNORECASE,
)
"""A line over what a body itself decides; what it then demands of others says so."""
_TELLING = 12  # words of a paragraph that tells, so that the list of parties above it has ended


def _item(walk: Walk, text: str, *, numbered: bool, block: Block) -> bool:
    """Reads a block as an item of the open list; False closes the list where the block is none."""
    rules = walk.grammar
    beside = walk.above and block.marker and style(block.marker) == walk.above
    told = asks_at_once(text, rules) or (walk.chapeau and bool(rules.verb_at(text, 0)[0]))
    if beside or (not numbered and (walk.marked or not told)):
        walk.opened, walk.marked = None, False
        return False
    first = sentences(text)
    if (walk.listing or walk.chapeau) and (numbered or told) and _led(walk, first[0]):
        walk.marked, walk.asked = walk.marked or numbered, True
        return True
    if rules.ask.search(text[:HEADING]) or not walk.opened:
        return False
    link = rules.links.match(first[0])
    form, _ = rules.verb_at(first[0], link.end() if link else 0)
    if form:
        walk.store(walk.opened, rules.phrases(first[0][link.end() if link else 0 :], form))
    elif numbered and len(text.split()) > 1 and (walk.chapeau or rules.thing.match(text)):
        walk.store(walk.opened, [rules.closed(first[0])])
    else:
        return False
    walk.marked, walk.asked = walk.marked or numbered, True
    for sentence in first[1:]:
        _read_sentence(walk, sentence)
    return True


def _led(walk: Walk, sentence: str, *, wished: bool = False) -> bool:
    """An item that names whom it asks: "au ministère, de libérer ...", "que le Congrès abroge"."""
    rules = walk.grammar
    lead = rules.heading.match(sentence) or rules.to.match(sentence)
    that = _THAT.match(sentence)
    if lead is None and that is None:
        return False
    name, what, form = complement(sentence, rules)
    if (
        not name
        or not what
        or not is_party(strip(name, rules), rules)
        or len(strip(name, rules).split()) > LONGEST
        or (wished and _UNDERGOES.match(what))
    ):
        return False
    _store(walk, split(name, rules), rules.phrases(what, form) if form else rules.things(what))
    return True


_THAT = re.compile(r"(?:que\s|qu’|чтобы\s)", re.IGNORECASE)


def _read_text(walk: Walk, text: str, *, leads: bool) -> None:
    told = sentences(text)
    walk.asked = False
    for at, sentence in enumerate(told):
        last = at == len(told) - 1
        _read_sentence(walk, f"{sentence}:" if last and leads and sentence[-1] not in ".,:;!?…" else sentence)


def _read_sentence(walk: Walk, sentence: str) -> None:
    """What one sentence asks, of whom: by its asking words, as a duty, or as a command."""
    rules = walk.grammar
    told = rules.connective.sub("", sentence)
    told = rules.ordinal.sub("", sentence if rules.verb_at(sentence, 0)[0] else told)
    if rules.reported.search(sentence):
        walk.asked = False
        return
    spoken_to = walk.section or walk.opened
    link = rules.links.match(told)
    form, _ = rules.verb_at(told, link.end() if link else 0)
    commanded = (form in {COMMAND, INFINITIVE} or bool(link and form)) or (
        form == SUBJUNCTIVE and (told[:1].isupper() or rules.language == "es")
    )
    if form == COMMAND and rules.language == "ru" and told[:1].isupper() and not walk.context.appeal:
        spoken_to = spoken_to or walk.letter_to
    if spoken_to and commanded and not rules.ask.match(told) and not _OF_ONE.match(told):
        walk.store(spoken_to, rules.phrases(told, form))
        walk.asked = True
        return
    if _WISHED.match(sentence) and _led(walk, sentence[:1].lower() + sentence[1:], wished=True):
        walk.asked = True
        return
    if walk.found and (elliptic := _elliptic(told, rules)):
        walk.store(*elliptic)
        walk.asked = True
        return
    asked = [
        ask
        for ask in rules.ask.finditer(sentence)
        if own(ask, sentence, rules, walk.context, spoken=walk.spoken)
    ]
    walk.spoken = bool(asked)
    done, began = False, 0
    for at, ask in enumerate(asked):
        end = asked[at + 1].start() if at + 1 < len(asked) else len(sentence)
        done = _take(walk, ask, sentence[began : ask.start()], sentence[ask.end() : end], again=done) or done
        walk.asked = walk.asked or done
        began = ask.end()
    walk.asked = done or _duty(walk, told)


_UNDERGOES = re.compile(r"(?:no\s|ne\s)?(?:sean?|soi(?:en)?t|estén?)\s")
_WISHED = re.compile(r"Qu(?:e\s|[’'])")
"""A demand that begins with "que": "Que el Ministerio Público active ...", "Que l’État libère ..."."""
_OF_ONE = re.compile(r"j[e’]\s?", re.IGNORECASE)
"""What one says of himself is no command: a letter of a single writer."""


def _elliptic(sentence: str, rules: Grammar) -> tuple[tuple[str, ...], list[str]] | None:
    """A party before what it is asked, whose asking word is of the sentence before: "A la Corte, oír"."""
    lead = rules.heading.match(sentence)
    comma = sentence.find(", ") if lead else -1
    if lead is None or not 0 < comma < HEADING or rules.ask.search(sentence):
        return None
    link = rules.links.match(sentence, comma + 2)
    form, _ = rules.verb_at(sentence, link.end() if link else comma + 2)
    if form not in {INFINITIVE, SUBJUNCTIVE, COMMAND} or (form == SUBJUNCTIVE and not link):
        return None
    named = split(sentence[lead.end() : comma], rules)
    return (named, rules.phrases(sentence[comma + 2 :], form)) if named else None


def _take(walk: Walk, ask: re.Match[str], before: str, rest: str, *, again: bool) -> bool:
    """Notes what stands behind an asking word, or opens the list that does; whether it asks something."""
    rules = walk.grammar
    joined = re.search(r"ndo(?P<them>l[oae]s?)$", ask["third"] or "")
    pronoun = (ask["pronoun"] or ask["after"] or ask["behind"] or (joined["them"] if joined else "")).lower()
    if (only := _ONLY_PARTY.match(rest)) and is_party(only["name"], rules):
        walk.open(split(only["name"], rules), chapeau=True)
        return False
    if _TURNS.match(ask.group().strip()) and not rules.links.search(rest) and ":" not in rest:
        return False
    name, what, form = complement(rest, rules)
    name = _LEADS.sub("", name)
    if pronoun in rules.you and walk.context.appeal and not (walk.letter_to or walk.section):
        return False  # the reader of an appeal
    before = re.split(r"[;:]\s*", before)[-1] if again else before
    named = _named(walk, name, pronoun, before, ask)
    if what:
        named = named or agent(what, rules) or _next_item(walk, ask) or walk.state()
        for at, (party, told) in enumerate(in_turn(named, what, rules)):
            further = form or (at and INFINITIVE)
            _store(
                walk, party, rules.phrases(told, further) if further else rules.things(without_agent(told))
            )
        return bool(named)
    if _LEADS.search(rest) and rest.rstrip().endswith(":"):
        walk.open(named, listing=not named, chapeau=True)
    return False


_TURNS = re.compile(r"обраща", re.IGNORECASE)
"""To turn to somebody asks only with what is asked: "обращаемся к вам в связи с ..." does not."""
_ONLY_PARTY = re.compile(r"\s*(?:от|к)\s+(?P<name>[^:;,]{4,120}):\s*$")
"""Nothing but whom it asks, over a list: "требуем от Департамента исполнения наказаний:"."""


def _passive(ask: re.Match[str]) -> bool:
    return re.match(r"(?:est|sont)\s", ask["third"] or "") is not None


def _next_item(walk: Walk, ask: re.Match[str]) -> tuple[str, ...]:
    """Whom the item before asked, where the next one goes on: "- pidiendo a X ...; - exigiendo que ..."."""
    return walk.last if walk.marker and _GERUND.search(ask.group().strip()) else ()


_GERUND = re.compile(r"(?:ndo(?:l[eoa]s?)?|ant|[яа])$")


def _store(walk: Walk, named: tuple[str, ...], pieces: list[str]) -> None:
    """Notes what is asked; a clause whose subject can be asked goes to it."""
    form = PAST if walk.grammar.language == "ru" else SUBJUNCTIVE
    for at, piece in enumerate(pieces):
        verb = walk.grammar.clause(piece, 0) if at else 0
        subject = piece[:verb].strip(" ,")
        if verb and is_party(subject, walk.grammar) and walk.grammar.form(piece[verb:].split()[0]) == form:
            walk.store(split(subject, walk.grammar), [piece[verb:]])
        else:
            walk.store(named, [piece])


_IMPERSONAL = re.compile(r"(?:es|resulta|il)\s", re.IGNORECASE)


def _named(walk: Walk, name: str, pronoun: str, before: str, ask: re.Match[str]) -> tuple[str, ...]:
    """The parties of an asking word: named behind it, before it, or pointed at."""
    rules, passive = walk.grammar, _passive(ask)
    plain = strip(_LEADS.sub("", name), rules).lower()
    if plain and plain not in rules.you and not rules.subject.match(plain):
        generic = walk.section and strip(name, rules)[:1].islower() and not rules.names_actor(name)
        return walk.section if generic else split(name, rules)
    ahead = rules.connective.sub("", before.strip(" ,–—")).strip(" ,")
    ahead = re.sub(r"[\s,]+(?:nous|мы|nosotros|nosotras|y|et|и)$", "", ahead)
    behind = ahead.rpartition(", ")[2]
    ahead = behind if rules.heading.match(behind) and not rules.heading.match(ahead) else ahead
    lead = rules.heading.match(f"{ahead} ") or rules.to.match(f"{ahead} ")
    direct = rules.language == "ru" and rules.names_actor(ahead)
    short = len(strip(ahead, rules).split()) <= LONGEST
    speaker = _BODY.match(ahead) is not None and rules.gathering.search(ahead) is not None
    if ahead and (lead or direct or passive) and short and not (speaker and ask["third"]):
        return split(ahead[lead.end() :] if lead and not passive else ahead, rules)
    if (pronoun in rules.you and walk.letter_to) or plain in rules.you:
        return walk.letter_to or walk.section
    if _IMPERSONAL.match(ask.group().strip()):
        return walk.section or walk.opened or ()
    if pronoun and (near := _before(before, rules)):
        return near
    return walk.meant() if pronoun or plain else (walk.section or walk.opened or walk.letter_to)


_BODY = re.compile(r"(?:l[ae]s?|l’|notre|el|los|nuestr[oa])(?:\s|(?<=’))", re.IGNORECASE)
"""A subject with its article, as against one that is asked: "à la Ligue"."""


def _before(before: str, rules: Grammar) -> tuple[str, ...]:
    """Whom a pointing word means, from before it: "écrire aux autorités en leur demandant"."""
    for start in reversed([0, *(space.end() for space in re.finditer(r"\s", before))]):
        to = rules.to.match(before[start:])
        name = re.sub(r"[\s,]+(?:en|y|et|и)?\s*$", "", before[start + to.end() :]) if to else ""
        if to and len(to.group()) > 2 and rules.actors.match(name):
            return split(name, rules)
    return ()


def _duty(walk: Walk, sentence: str) -> bool:
    """So: "Le gouvernement doit ...", "También debe ..."; whether it asks something."""
    rules = walk.grammar
    done, last = False, 0
    for must in rules.must.finditer(sentence):
        subject = re.split(r"[.;:]\s|,\s+(?:et|y|и|mais|pero|но)\s", sentence[last : must.start()])[-1].strip(
            ' ,«»"'
        )
        subject = rules.connective.sub("", subject).strip(" ,")
        last = must.end()
        if _HOW.search(f" {subject} "):
            continue
        named = _obliged(walk, subject, done=done)
        form, _ = rules.verb_at(sentence, must.end())
        if form == INFINITIVE and named:
            following = rules.must.search(sentence, must.end())
            walk.store(
                named, rules.phrases(sentence[must.end() : following.start() if following else None], form)
            )
            done = True
        elif (meant := walk.section or walk.letter_to) and _BE.match(sentence, must.end()):
            walk.store(meant, [rules.closed(f"{subject} {sentence[must.start() :]}")])
            done = True
        elif named and sentence[must.end() :].strip() in {":", "de:", "de :"}:
            walk.open(named, chapeau=True)
            done = True
    return done


_BE = re.compile(r"(?:\w+\s)?(?:ser|estar|quedar|être|быть)\s", re.IGNORECASE)


_STATE = re.compile(
    r"gouvern|autorit|état|parlement|ministr|présid|cour\b|gobiern|autoridad|estado|congreso|corte|правительств|власт|"
    r"парламент|президент|министр|министерств|прокуратур|суд",
    re.IGNORECASE,
)
"""Words of the state: what points to one does not mean the public that was spoken of before."""


def _obliged(walk: Walk, subject: str, *, done: bool) -> tuple[str, ...]:
    rules = walk.grammar
    if not subject or rules.subject.match(subject):
        meant = walk.section or (walk.last if walk.asked or done or subject else ())
        if _STATE.search(subject) and not any(_STATE.search(name) or is_country(name) for name in meant):
            meant = ()
        return meant or (split(subject, rules) if subject and is_party(strip(subject, rules), rules) else ())
    name = strip(subject, rules)
    first, _, last = name.rpartition(", ")
    if first and is_party(last, rules) and not rules.actors.match(first):
        name = subject = strip(last, rules)
    if len(name.split()) > LONGEST or re.search(r"\b(?:qui|que|котор\w+|quien|что)\b", name):
        return ()
    return split(subject, rules) if is_party(name, rules) else ()
