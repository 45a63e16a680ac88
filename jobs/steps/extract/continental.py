"""Finds demands in French, Spanish and Russian: whom a text turns to, line by line, and what it asks of them.

Blocks are headings that turn to somebody, lines that open a list, items, or other text, which asks sentence
by sentence. Whoever a heading or an opening line names is asked what follows, whatever the layout.
"""

import re
from dataclasses import dataclass, field

from jobs.steps import lexicon
from jobs.steps.extract.blocks import Block, sentences
from jobs.steps.extract.complement import agent, complement, own, without_agent
from jobs.steps.extract.context import Context
from jobs.steps.extract.continental_parties import LONGEST, is_party, split, strip
from jobs.steps.extract.grammar import COMMAND, INFINITIVE, LANGUAGES, PAST, SUBJUNCTIVE, Grammar, grammar
from jobs.steps.extract.headings import style
from jobs.steps.extract.likeness import in_full, once
from jobs.steps.extract.namelists import heads_list, is_closing
from storage.records import Demand

__all__ = ["LANGUAGES", "demands"]

_HEADING = 160  # characters of a line that names a party
_TOP = 12  # blocks of a text's head
_TITLE = 200  # characters
_SIGNED = 14  # words of a line in a list of names
_MOST = 400  # demands
_HOW = re.compile(r"\s(?:si|lorsque|quand|cuando|если|когда)\s", re.IGNORECASE)
_LEADS = re.compile(
    r"\s*(?:(?:только )?одного|una sola cosa|une seule chose|de bien vouloir|ce qui suit|lo siguiente|"
    r"следующ\w+|les mesures suivantes|las siguientes medidas)?\s*:?$",
    re.IGNORECASE,
)


_AUTHORITIES = {
    "fr": re.compile(
        r"\b(?:[Aa]utorités|[Gg]ouvernement)\s+(?:(?:du|de la|de|des)\s+(?:la\s+)?|de l['’])?"
        r"[A-ZÀ-Ýa-zé][\w-]+"
    ),
    "es": re.compile(r"\b(?:[Aa]utoridades|[Gg]obierno)\s+(?:de\s+(?:la\s+|los\s+)?)?[A-ZÁa-zñáéíóú]\w+"),
    "ru": re.compile(
        r"\b(?:[Вв]ласт\w+|[Пп]равительств\w+)\s+[А-Я]\w+|\b[А-Яа-я]+(?:ск|цк)\w+\s+(?:власт\w+|правительств\w+)"
    ),
}


@dataclass(slots=True)
class _Walk:
    """What has been read so far and bears on what follows."""

    context: Context
    grammar: Grammar
    letter_to: tuple[str, ...] = ()
    section: tuple[str, ...] = ()
    opened: tuple[str, ...] | None = None
    """The parties of the list that is open; None when none is."""
    listing: bool = False
    """A line has opened a list whose parties are named line by line."""
    marked: bool = False
    chapeau: bool = False
    """A sentence that asks has opened the list: whatever its items say is asked."""
    above: str = ""
    marker: str = ""
    last: tuple[str, ...] = ()
    asked: bool = False
    found: list[Demand] = field(default_factory=list)
    formal: list[str] = field(default_factory=list)
    """Whom headings turned to, whether or not they are then asked for something."""

    text: str = ""
    full: tuple[str, ...] | None = None

    def state(self) -> tuple[str, ...]:
        """The authorities of the country that the text is about, as they are named in it; () for none."""
        if self.full is None:
            named = _AUTHORITIES[self.grammar.language].finditer(self.text) if self.context.state else ()
            found = (one.group() for one in named)
            name = next((one for one in found if self.context.state in lexicon.countries_in(one)), "")
            self.full = (name,) if name else ()
        return self.full

    def open(self, named: tuple[str, ...] | None, *, listing: bool = False, chapeau: bool = False) -> None:
        """A list of what `named` are to do begins; None where none is open any more."""
        self.opened, self.listing, self.marked, self.chapeau = named, listing, False, chapeau
        self.above = style(self.marker) if self.marker else ""

    def store(self, named: tuple[str, ...], quotes: list[str]) -> None:
        """Notes that each of `named` is asked each of `quotes`."""
        for quote in quotes:
            for name in named if len(quote.split()) > 1 or len(quote) > 8 else ():
                self.last = named
                one = Demand(name, quote, quote.split()[0].lower())
                if len(self.found) < _MOST and not any(_same(one, known) for known in self.found):
                    self.found.append(one)

    def meant(self) -> tuple[str, ...]:
        """Who is meant where the text only points."""
        return self.section or self.opened or (self.last if self.asked else ()) or self.letter_to or self.last


def demands(blocks: list[Block], language: str, context: Context) -> tuple[list[Demand], list[str]]:
    """The demands of a text in one of `LANGUAGES`, and the names of those formally addressed."""
    rules = grammar(language)
    head = _addressed(blocks, rules)
    text = "\n".join(block.text for block in blocks)
    walk = _Walk(context, rules, _in_head(context.letter_to, head), formal=head, text=text)
    signed, titled = False, 0
    for index, (block, following) in enumerate(zip(blocks, [*blocks[1:], Block("")], strict=False)):
        if heads_list(block) or is_closing(block):
            walk.section, walk.asked, signed = (), False, heads_list(block)
            walk.open(None)
            continue
        signed = signed and (bool(block.marker) or len(block.text.split()) < _SIGNED)
        if not signed:
            _read_block(walk, block, following)
        if index < _TOP and not block.marker and len(block.text) < _TITLE and block.text[-1] not in ".:;":
            titled = len(walk.found)
    return once(in_full(walk.found), titled), [*walk.letter_to, *walk.formal]


def _addressed(blocks: list[Block], rules: Grammar) -> list[str]:
    """Whom the lines at the head are addressed to: "A la Secretaría de ...", "Уполномоченному по ..."."""
    found: list[str] = []
    for block in blocks[:_TOP]:
        text = _even(block.text, rules)
        if (
            len(text) > _HEADING
            or text[-1] in ":."
            or rules.public.search(text)
            or not rules.names_actor(text)
        ):
            continue
        if match := rules.heading.match(text):
            found += split(text[match.end() :], rules)
        elif rules.language == "ru" and _DATIVE.match(text):
            found.append(text)
    return [name for name in found if name[:1].isupper()]


_DATIVE = re.compile(r"^[А-ЯЁ]\w+(?:ому|ему|у|ю|е|ам|ям|ой|ей)\s")


def _in_head(greeted: tuple[str, ...], head: list[str]) -> tuple[str, ...]:
    """Whom a letter greets, under the full name that stands above it."""
    return tuple((_called(one, head) or (one,))[0] for one in greeted)


def _even(text: str, rules: Grammar) -> str:
    """A text with one kind of apostrophe; a line in capitals as it would stand in a text."""
    text = text.replace("'", "’").replace("ʼ", "’")
    if not text.isupper() or len(text.split()) < 2:
        return text
    return re.sub(
        r"[^\W\d_]+",
        lambda word: w.lower() if (w := word.group()).lower() in rules.small else w.capitalize(),
        text,
    )


def _read_block(walk: _Walk, block: Block, following: Block) -> None:
    """One block by its role: a line that turns to somebody, an item of an open list, other text."""
    walk.marker = block.marker
    rules = walk.grammar
    text = _even(block.text, rules)
    bare = rules.ordinal.sub("", text, count=1)
    numbered = bool(block.marker) or bare != text
    after = _even(following.text, rules) if following.text else ""
    leads = bool(following.marker) or rules.ordinal.match(after) is not None or _told(after, rules)
    if (called := _VOCATIVE.match(text)) and not block.marker:
        known = [*walk.letter_to, *walk.formal]
        walk.section = _called(called["name"], known) or (strip(called["name"], rules),)
        walk.open(walk.section)
        if called["rest"]:
            _read_text(walk, called["rest"], leads=False)
        return
    if _DECIDES.search(text):
        walk.section, walk.asked = (), False
        walk.open(None)
        return
    if turn := _turned(walk, text, block, after, leads=leads):
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
    if walk.section and _is_other_heading(block, bare, rules):
        walk.section = ()
        walk.open(None)
    walk.listing = walk.listing and len(bare.split()) < _TELLING
    _read_text(walk, bare, leads=leads)


_DECIDES = re.compile(
    r"(?:^|\s)(?:décid(?:e|ent|ons)|résou(?:t|dent)|arrête|resuelven?|resolvemos|acuerdan?|acordamos|decid(?:e|en|imos)|"
    r"постанов\w+|реши\w+)\s*:$",
    re.IGNORECASE,
)
"""A line over what a body itself decides; what it then demands of others says so."""
_TELLING = 12  # words of a paragraph that tells, so that the list of parties above it has ended


_NAMED = 18  # words of a heading's name
_WE_VERB = re.compile(r"\bnous\s+\w+ons\b|\b\w{4,}(?:amos|imos)\b|\bмы\s", re.IGNORECASE)
_VOCATIVE = re.compile(
    r"^(?:Señor(?:a|es|as)?|Monsieur|Madame|Messieurs|Mesdames|Estimad\w+|Уважаем\w+(?:\s+(?:господ\w+|госпожа))?)\s+"
    r"(?:(?:le|la|les|el)\s+)?(?P<name>[^.;!?:]{3,80}?)(?:[:,!]$|:\s+(?P<rest>\S.*)$)"
)


def _alike(name: str, other: str) -> int:
    """How many words two names share, whatever their endings."""
    mine, theirs = ({word[:6] for word in re.findall(r"\w{4,}", one.lower())} for one in (name, other))
    return len(mine & theirs)


def _called(name: str, known: list[str]) -> tuple[str, ...]:
    """The one of the known parties that is called by a name or office."""
    best = max(known, key=lambda one: _alike(name, one), default="")
    return (best,) if best and _alike(name, best) else ()


def _told(text: str, rules: Grammar) -> bool:
    """Whether a line begins with what somebody is to do."""
    link = rules.links.match(text)
    form, _ = rules.verb_at(text, link.end() if link else 0)
    return (
        form in {INFINITIVE, COMMAND}
        or (bool(link) and form == SUBJUNCTIVE)
        or (form == SUBJUNCTIVE and text[0].isupper())
    )


def _is_other_heading(block: Block, text: str, rules: Grammar) -> bool:
    return (
        block.gap
        and len(text.split()) <= 8
        and text[-1] not in ".,;:!?"
        and text[0].isupper()
        and not _told(text, rules)
    )


def _turned(walk: _Walk, text: str, block: Block, after: str, *, leads: bool) -> tuple[str, str] | None:
    """Whom a line turns to, and what it says then: "Aux autorités de X", "Правительству X:"."""
    rules = walk.grammar
    head, colon, rest = text.partition(":")
    nobody = rules.opens.match(text) and not rules.names_actor(head)
    if len(head) > _HEADING or rules.ask.search(head) or rules.must.search(head) or nobody:
        return None
    lead = rules.heading.match(head)
    name = head[lead.end() :].strip(" .") if lead else head.strip(" .")
    if _WE_VERB.search(name) or not name or (not colon and text[-1] in ".!?;"):
        return None
    actor = is_party(name, rules)
    if rest.strip():
        said = re.sub(r"^(?:que|qu’|чтобы)\s*", "", rest.strip(), flags=re.IGNORECASE)
        told = _told(rest.strip(), rules) or rules.verb_at(said, 0)[0] == SUBJUNCTIVE
        known = (lead or actor or walk.listing) and told and not block.text.isupper()
        return (name, rest.strip()) if known and (lead or name[:1].isupper()) else None
    if not leads or (rules.public.search(name) and not colon):
        return None
    if lead and (actor or colon or walk.listing):
        return name, ""
    alone = actor and not block.marker and bool(name[:1].isupper()) and _told(after, rules)
    bare = (colon and (actor or walk.listing)) or alone
    return (name, "") if bare and not _told(text, rules) else None


def _item(walk: _Walk, text: str, *, numbered: bool, block: Block) -> bool:
    """Reads a block as an item of the open list; False closes the list where the block is none."""
    rules = walk.grammar
    beside = walk.above and block.marker and style(block.marker) == walk.above
    told = _told(text, rules) or (walk.chapeau and bool(rules.verb_at(text, 0)[0]))
    if beside or (not numbered and (walk.marked or not told)):
        walk.opened, walk.marked = None, False
        return False
    first = sentences(text)
    if (walk.listing or walk.chapeau) and (numbered or told) and _led(walk, first[0]):
        walk.marked, walk.asked = walk.marked or numbered, True
        return True
    if rules.ask.search(text[:_HEADING]) or not walk.opened:
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


def _led(walk: _Walk, sentence: str) -> bool:
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
    ):
        return False
    _store(walk, split(name, rules), rules.phrases(what, form) if form else rules.things(what))
    return True


_THAT = re.compile(r"(?:que\s|qu’|чтобы\s)", re.IGNORECASE)


def _read_text(walk: _Walk, text: str, *, leads: bool) -> None:
    told = sentences(text)
    walk.asked = False
    for at, sentence in enumerate(told):
        last = at == len(told) - 1
        _read_sentence(walk, f"{sentence}:" if last and leads and sentence[-1] not in ".,:;!?…" else sentence)


def _read_sentence(walk: _Walk, sentence: str) -> None:
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
    if spoken_to and commanded and not rules.ask.match(told):
        walk.store(spoken_to, rules.phrases(told, form))
        walk.asked = True
        return
    if walk.found and (elliptic := _elliptic(told, rules)):
        walk.store(*elliptic)
        walk.asked = True
        return
    asked = [ask for ask in rules.ask.finditer(sentence) if own(ask, sentence, rules, walk.context)]
    done, began = False, 0
    for at, ask in enumerate(asked):
        end = asked[at + 1].start() if at + 1 < len(asked) else len(sentence)
        done = _take(walk, ask, sentence[began : ask.start()], sentence[ask.end() : end], again=done) or done
        walk.asked = walk.asked or done
        began = ask.end()
    walk.asked = done or _duty(walk, told)


def _elliptic(sentence: str, rules: Grammar) -> tuple[tuple[str, ...], list[str]] | None:
    """A party before what it is asked, whose asking word is of the sentence before: "A la Corte, oír"."""
    lead = rules.heading.match(sentence)
    comma = sentence.find(", ") if lead else -1
    if lead is None or not 0 < comma < _HEADING or rules.ask.search(sentence):
        return None
    link = rules.links.match(sentence, comma + 2)
    form, _ = rules.verb_at(sentence, link.end() if link else comma + 2)
    if form not in {INFINITIVE, SUBJUNCTIVE, COMMAND} or (form == SUBJUNCTIVE and not link):
        return None
    named = split(sentence[lead.end() : comma], rules)
    return (named, rules.phrases(sentence[comma + 2 :], form)) if named else None


def _take(walk: _Walk, ask: re.Match[str], before: str, rest: str, *, again: bool) -> bool:
    """Notes what stands behind an asking word, or opens the list that does; whether it asks something."""
    rules = walk.grammar
    joined = re.search(r"ndo(?P<them>l[oae]s?)$", ask["third"] or "")
    pronoun = (ask["pronoun"] or ask["after"] or ask["behind"] or (joined["them"] if joined else "")).lower()
    name, what, form = complement(rest, rules)
    name = _LEADS.sub("", name)
    if pronoun in rules.you and walk.context.appeal and not walk.letter_to:
        return False  # the reader of an appeal
    before = re.split(r"[;:]\s*", before)[-1] if again else before
    named = _named(walk, name, pronoun, before, ask.group().strip(), passive=_passive(ask))
    if what:
        named = named or agent(what, rules) or _next_item(walk, ask) or walk.state()
        _store(walk, named, rules.phrases(what, form) if form else rules.things(without_agent(what)))
        return bool(named)
    if _LEADS.search(rest) and rest.rstrip().endswith(":"):
        walk.open(named, listing=not named, chapeau=True)
    return False


def _passive(ask: re.Match[str]) -> bool:
    return re.match(r"(?:est|sont)\s", ask["third"] or "") is not None


def _next_item(walk: _Walk, ask: re.Match[str]) -> tuple[str, ...]:
    """Whom the item before asked, where the next one goes on: "- pidiendo a X ...; - exigiendo que ..."."""
    return walk.last if walk.marker and _GERUND.search(ask.group().strip()) else ()


_GERUND = re.compile(r"(?:ndo(?:l[eoa]s?)?|ant|[яа])$")


def _store(walk: _Walk, named: tuple[str, ...], pieces: list[str]) -> None:
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


def _named(
    walk: _Walk, name: str, pronoun: str, before: str, asking: str, *, passive: bool
) -> tuple[str, ...]:
    """The parties of an asking word: named behind it, before it, or pointed at."""
    rules = walk.grammar
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
    if ahead and (lead or direct or passive) and short:
        return split(ahead[lead.end() :] if lead and not passive else ahead, rules)
    if (pronoun in rules.you and walk.letter_to) or plain in rules.you:
        return walk.letter_to or walk.section
    if _IMPERSONAL.match(asking):
        return walk.section or walk.opened or ()
    if pronoun and (near := _before(before, rules)):
        return near
    return walk.meant() if pronoun or plain else (walk.section or walk.opened or walk.letter_to)


def _before(before: str, rules: Grammar) -> tuple[str, ...]:
    """Whom a pointing word means, from before it: "écrire aux autorités en leur demandant"."""
    for start in reversed([0, *(space.end() for space in re.finditer(r"\s", before))]):
        to = rules.to.match(before[start:])
        name = re.sub(r"[\s,]+(?:en|y|et|и)?\s*$", "", before[start + to.end() :]) if to else ""
        if to and len(to.group()) > 2 and rules.actors.match(name):
            return split(name, rules)
    return ()


def _duty(walk: _Walk, sentence: str) -> bool:
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
        elif walk.section and _BE.match(sentence, must.end()):
            walk.store(walk.section, [rules.closed(f"{subject} {sentence[must.start() :]}")])
            done = True
        elif named and sentence[must.end() :].strip() in {":", "de:", "de :"}:
            walk.open(named, chapeau=True)
            done = True
    return done


_BE = re.compile(r"(?:\w+\s)?(?:ser|estar|quedar|être|быть)\s", re.IGNORECASE)


def _obliged(walk: _Walk, subject: str, *, done: bool) -> tuple[str, ...]:
    rules = walk.grammar
    if not subject or rules.subject.match(subject):
        return walk.section or (walk.last if walk.asked or done or subject else ())
    name = strip(subject, rules)
    first, _, last = name.rpartition(", ")
    if first and is_party(last, rules) and not rules.actors.match(first):
        name = subject = strip(last, rules)
    if len(name.split()) > LONGEST or re.search(r"\b(?:qui|que|котор\w+|quien|что)\b", name):
        return ()
    return split(subject, rules) if is_party(name, rules) else ()


def _same(one: Demand, other: Demand) -> bool:
    return one.to == other.to and (one.quote == other.quote or one.quote in other.quote)
