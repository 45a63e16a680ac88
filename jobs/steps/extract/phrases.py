"""Splits what follows "call upon X to ..." into its verb phrases, one for each thing that is asked."""

import re
from dataclasses import dataclass

from jobs.steps.extract.data import words
from jobs.steps.extract.verbs import Token, base_verb, has_object, is_adverb, tokens_of, verb_index

_COORDINATORS = frozenset({"and", "or", "but", "&", "as", "well", "plus", "while", "then"})
_RELATIVE = frozenset({"who", "which", "whom", "whose", "that", "where", "whether", "what", "how", "why"})
_CONDITION = re.compile(
    r",?\s+(?P<condition>(?:unless|if|until such time|provided that|as long as|so long as|should they)\b.*)$"
)
_SAID = re.compile(
    r",[”\"]?\s+(?:the\s+)?[A-Z][\w’'.-]*(?:\s+[\w’'.-]+){0,8}\s+(?:said|"
    r"says)(?:\s+today)?\W*$"
)
_TAIL = re.compile(
    r"(?:[\s,;:.!?…–—\-”\"]+|(?<!\w)(?:and|or|as well as|but|to|not to|while|also|specifically|"
    r"in particular|including by|inter alia by|by, inter alia|"
    r"notably|especially|further|finally|namely|as follows))$"
)
_LONGEST = 80  # words of a quote; what is beyond no longer helps to find the place


@dataclass(frozen=True, slots=True)
class Phrase:
    """One demanded verb phrase: its verbatim words, its verb in the base form, its condition."""

    quote: str
    verb: str
    condition: str | None = None


def verb_phrases(text: str) -> list[Phrase]:
    """The verb phrases of a complement that begins at its (first) verb, in order.

    `text` is what follows "to": "release A, to let B in and to end C" gives three. Verbs that share
    an object stay together; gerund and purpose clauses stay with the verb they belong to.
    """
    tokens = tokens_of(text)
    cuts = _cuts(tokens)
    found: list[Phrase] = []
    held = ""
    for start, end in zip(cuts, [*cuts[1:], len(text)], strict=True):
        piece = text[start:end]
        if held:
            piece, held = held + piece, ""
        if end < len(text) and _objectless(piece):
            held = piece
            continue
        if one := phrase(piece):
            found.append(one)
    return found


_NOT_IN = re.compile(r"(?:do\s+)?(?:not|never),?\s+(?:in|when|while|by|on|under)\b[^,]*,?$", re.IGNORECASE)


def _objectless(piece: str) -> bool:
    """Whether a piece holds only verbs and adverbs, so that its object comes with the next verb."""
    if _NOT_IN.match(piece.strip()):
        return True
    inside = [token.word for token in tokens_of(piece)]
    while inside and (inside[-1] in _COORDINATORS or inside[-1] == "to"):
        inside.pop()
    while inside and inside[0] in {"not", "to"}:
        inside.pop(0)
    rest = [word for word in inside if not is_adverb(word)]
    if all(word in _COORDINATORS for word in rest):
        return True
    verbs = all(base_verb(word) if at % 2 == 0 else word in _COORDINATORS for at, word in enumerate(rest))
    return verbs and len(rest) <= 3


def phrase(piece: str) -> Phrase | None:
    """One verb phrase of its words, without what joins it to others; None where it has no words."""
    piece = piece.strip()
    piece = _SAID.sub("", piece)
    condition = _CONDITION.search(piece)
    if condition:
        piece = piece[: condition.start()]
    piece = " ".join(piece.split(" ")[:_LONGEST])
    whole = piece
    for _ in range(8):
        piece = _TAIL.sub("", piece)
    if piece.count("“") > piece.count("”") and whole[len(piece) : len(piece) + 1] == "”":
        piece += "”"
    piece = piece.strip("\"' ") if "“" in piece else piece.strip("“\"' ")
    tokens = tokens_of(piece)
    verb = verb_index(tokens, 1 if tokens and tokens[0].word == "to" else 0)
    if not tokens or not any(char.isalpha() for char in piece):
        return None
    name = tokens[verb].word if verb is not None else tokens[0].word
    return Phrase(piece, name, condition.group("condition").rstrip(" .;,") if condition else None)


@dataclass(slots=True)
class _Scan:
    """What the running phrase of a pass has opened."""

    inner: bool = False
    """An infinitive within it: "to allow them to go"."""
    relative: bool = False
    swallow: bool = False
    """Purposes of what is founded, which are no demands: "measures to help, to reach"."""
    series: bool = False
    """Its members have their "to" each: "..., to allow A to B and to C" ends with one of them."""

    def next(self, *, to: bool) -> None:
        """A new phrase begins."""
        self.series = to and not (self.inner or self.swallow)
        self.inner = self.relative = self.swallow = False


def _cuts(tokens: list[Token]) -> list[int]:
    """Offsets where verb phrases begin. One pass; it remembers what the running phrase has opened."""
    cuts, scan, index = [0], _Scan(), 1
    while index < len(tokens):
        token, before = tokens[index], tokens[index - 1]
        comma = before.breaks()
        if before.word == "by" and token.word.endswith("ing"):
            scan.inner = False
        if comma:
            scan.relative = False
        if comma and not scan.inner and _waits(tokens, cuts[-1], index):
            scan.inner = True  # "allow A, as well as B, to visit them"
        elif comma or token.word in _COORDINATORS:
            start = _new_phrase(tokens, index, scan, comma=comma)
            if start is not None:
                scan.next(to=tokens[start - 1].word == "to")
                cuts.append(tokens[start].start)
                index = start + 2
                continue
        if token.word in _RELATIVE and index > 1:
            scan.relative = True
        elif token.word in {"is", "was", "has"}:
            scan.relative = False  # no base form goes on in its clause: "where he is held and allow"
        leads = index == 1 and before.word == "not"
        inner = token.word == "to" and index + 1 < len(tokens) and not (comma or leads)
        if inner and _inner_verb(tokens, index):
            scan.inner = True
            scan.swallow = scan.swallow or _founds(tokens, index, _token_at(tokens, cuts[-1]))
        index += 1
    return cuts


def _waits(tokens: list[Token], offset: int, index: int) -> bool:
    """Whether the phrase that runs is to let somebody do what "to" at `index` says, others named between."""
    start = max(_token_at(tokens, offset), index - _NEAR)
    first = next(
        (one.word for one in tokens[start:index] if not is_adverb(one.word) and one.word != "to"), ""
    )
    if first == "let" and base_verb(tokens[index].word) and tokens[index].raw[:1].islower():
        return not any(base_verb(one.word) and one.raw[:1].islower() for one in tokens[start + 1 : index])
    return (
        tokens[index].word == "to"
        and first in _LETTING
        and any(
            one.word in {"including", "as", "such"} and tokens[at - 1].breaks()
            for at, one in enumerate(tokens[start + 1 : index], start + 1)
        )
    )


_NEAR = 60  # tokens between "allow" and its "to"
_LETTING = frozenset(
    {
        "allow",
        "permit",
        "enable",
        "invite",
        "encourage",
        "authorise",
        "authorize",
        "require",
        "instruct",
        "order",
    }
)


def _founds(tokens: list[Token], index: int, start: int) -> bool:
    """Whether the phrase from `start` on founds what the infinitive at `index` is the purpose of."""
    first = next((one.word for one in tokens[start:] if not is_adverb(one.word) and one.word != "to"), "")
    return tokens[index - 1].word in words("verbs.toml", "instruments") and first in words(
        "verbs.toml", "founding"
    )


def _token_at(tokens: list[Token], offset: int) -> int:
    low, high = 0, len(tokens)
    while low < high:
        middle = (low + high) // 2
        if tokens[middle].start < offset:
            low = middle + 1
        else:
            high = middle
    return low


def _inner_verb(tokens: list[Token], index: int) -> bool:
    return verb_index(tokens, index + 1) is not None and tokens[index - 1].word not in words(
        "verbs.toml", "raising"
    )


def _new_phrase(tokens: list[Token], index: int, scan: _Scan, *, comma: bool) -> int | None:
    """The token at which a new phrase begins, if one does after the comma or coordinator at `index`."""
    position, joined = _passed_over(tokens, index)
    if tokens[index].word == "as" and tokens[index - 1].word == "so":
        return None
    if position >= len(tokens) or not (comma or joined):
        return None
    strong = tokens[index - 1].raw[-1] in ";:"
    if tokens[position].word == "not" and position + 1 < len(tokens) and tokens[position + 1].word == "to":
        position += 1
    if tokens[position].word == "to":
        manner = position > index + 1 and all(
            tokens[at].word.endswith("ly") for at in (index - 1, position - 1)
        )
        if manner and not comma:
            return None  # "publicly and privately to halt"
        verb = verb_index(tokens, position + 1)
        theirs = verb is not None and _taken_up(tokens, verb)
        blocked = (scan.swallow and not strong) or (scan.inner and not (comma or scan.series or theirs))
        lower = verb is not None and tokens[position + 1].raw[0].islower()
        return position + 1 if lower and not blocked else None
    verb = verb_index(tokens, position)
    if verb is None or (not comma and (scan.inner or scan.relative)):
        return None
    return position if _bare_verb(tokens, verb, sure=joined or strong, strong=strong) else None


def _taken_up(tokens: list[Token], verb: int) -> bool:
    """Whether a verb takes up who was to be let do something: "let him go and to give him food"."""
    return verb + 1 < len(tokens) and tokens[verb + 1].word in {"them", "him", "her"}


def _passed_over(tokens: list[Token], index: int) -> tuple[int, bool]:
    """Past coordinators and adverbs: the next token, and whether a coordinator was among them."""
    position, joined = index, False
    while position < len(tokens) and position < index + 8:
        word = tokens[position].word
        if word in _COORDINATORS:
            joined = True
        elif not (is_adverb(word) and not base_verb(word)) and not _linking(tokens, position):
            break
        position += 1
    return position, joined


def _bare_verb(tokens: list[Token], verb: int, *, sure: bool, strong: bool) -> bool:
    """Whether a word without "to" begins a new phrase: a verb, with an object where it could be a noun."""
    token = tokens[verb]
    theirs = token.word in words("verbs.toml", "subject") and not (strong and has_object(tokens, verb))
    if theirs or token.word == "be":
        return False
    if (
        token.word == "bar"
        and verb + 1 < len(tokens)
        and tokens[verb + 1].word.startswith(("assoc", "council"))
    ):
        return False
    if token.breaks() and not (strong and token.word in words("verbs.toml", "plain")):
        return False
    if not token.raw.strip("“\"'*")[:1].islower():
        return False
    doubtful = not sure or token.word in words("verbs.toml", "nouns")
    return not doubtful or has_object(tokens, verb)


def _linking(tokens: list[Token], position: int) -> bool:
    pair = {tokens[position].word, tokens[position + 1].word if position + 1 < len(tokens) else ""}
    before = tokens[position - 1].word if position else ""
    return pair == {"in", "particular"} or (tokens[position].word == "particular" and before == "in")
