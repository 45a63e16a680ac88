"""Tells the verbs of an English text, word by word: where one stands, and whether it is one at all."""

import re
from dataclasses import dataclass

from jobs.steps.extract.compounds import names_people
from jobs.steps.extract.data import table, words

_TOKEN = re.compile(r"\S+")
EDGE = "“”\"'‘’()[],;:.…*–—-"


@dataclass(frozen=True, slots=True)
class Token:
    """A word as it is looked up, and as it stands in the text."""

    word: str
    start: int
    end: int
    raw: str

    def breaks(self) -> bool:
        """Whether a comma, semicolon or colon stands behind it."""
        return self.raw[-1] in ",;:" or self.raw[-2:] in (",”", ";”", ',"')


def tokens_of(text: str) -> list[Token]:
    """The words of a text in order."""
    return [
        Token(match.group().strip(EDGE).replace("’", "'").lower(), match.start(), match.end(), match.group())
        for match in _TOKEN.finditer(text)
    ]


def base_verb(word: str) -> bool:
    """Whether a demand may begin with this word: a verb in its base form."""
    lowered = word.strip(EDGE).lower()
    return _known(lowered) or (lowered[:2] == "re" and len(lowered) > 5 and _known(lowered[2:].lstrip("-")))


def _known(word: str) -> bool:
    return word in words("verbs.toml", "plain") or word in words("verbs.toml", "nouns") or word == "be"


def is_adverb(word: str) -> bool:
    """Whether a word may stand between "to" and its verb."""
    return word in words("verbs.toml", "adverbs") or (
        word.endswith("ly") and word not in {"rely", "apply", "supply", "reply", "comply", "ally"}
    )


def verb_index(tokens: list[Token], index: int) -> int | None:
    """Where the verb stands that begins at `index`, adverbs passed over; None if none does."""
    for position in range(index, min(index + 6, len(tokens))):
        word = tokens[position].word
        following = tokens[position + 1].word if position + 1 < len(tokens) else ""
        if base_verb(word) and not (is_adverb(word) and base_verb(following)):
            return position
        paired = (
            word == "and"
            and position > index
            and is_adverb(tokens[position - 1].word)
            and is_adverb(following)
        )
        if not (is_adverb(word) or paired or _stock_phrase(tokens, position)):
            return None
    return None


def _stock_phrase(tokens: list[Token], index: int) -> bool:
    """Whether a token belongs to an adverbial phrase of several words: "without delay"."""
    window = " ".join(token.word for token in tokens[max(0, index - 4) : index + 5])
    stock = [phrase for phrase in table("verbs.toml")["stock"] if tokens[index].word in phrase.split()]
    return any(phrase in window for phrase in stock)


def infinitive(text: str, start: int = 0) -> tuple[int, int] | None:
    """The first "to <verb>" or "not to <verb>" from `start` on: where it and where its verb begins."""
    tokens = tokens_of(text[start : start + 1500])
    for index, token in enumerate(tokens):
        if token.word != "to" or index + 1 >= len(tokens):
            continue
        verb = verb_index(tokens, index + 1)
        if verb is None or not tokens[verb].raw.strip("“\"'*[(")[:1].islower():
            continue
        if tokens[verb].word in words("verbs.toml", "nouns") and _noun_reading(tokens, index, verb):
            continue
        negated = index > 0 and tokens[index - 1].word == "not"
        first = index - 1 if negated else index
        return start + tokens[first].start, start + tokens[first if negated else index + 1].start
    return None


def _noun_reading(tokens: list[Token], index: int, verb: int) -> bool:
    """Whether "to <word>" is a preposition with a noun: "an end to torture", "access to work"."""
    if index == 0:
        return False
    before = tokens[index - 1].word
    after = tokens[verb + 1].word if verb + 1 < len(tokens) else ""
    nominal = after in {"", "and", "or", "of", "in"} or tokens[verb].raw[-1] in ",;."
    return nominal and before in _BEFORE_NOUN


_BEFORE_NOUN = frozenset(
    {"access", "end", "right", "threat", "threats", "return", "due", "according", "rights", "respect"}
)


def has_object(tokens: list[Token], verb: int) -> bool:
    """Whether what follows a verb looks like its object rather than the rest of a noun phrase."""
    if verb + 1 >= len(tokens):
        return False
    following = tokens[verb + 1]
    if tokens[verb].word == "call" and following.word in {"on", "upon", "for"}:
        return True
    if (
        following.word in words("verbs.toml", "determiners")
        or following.raw[:1].isupper()
        or is_adverb(following.word)
    ):
        taken = following.word in _PREPOSITIONS and tokens[verb].word in words("verbs.toml", "nouns")
        return not taken
    if tokens[verb].word not in words("verbs.toml", "nouns"):
        return True
    return (
        following.word.endswith(("s", "ed", "ing", "al", "ive", "ous", "able", "ible"))
        or following.word.isdigit()
    )


_PREPOSITIONS = frozenset({"in", "for", "at", "by", "with", "from", "to", "on", "against"})


def commands(text: str) -> bool:
    """Whether a text begins with a command: a verb, with its object where the word could be a noun."""
    tokens = tokens_of(text[:200])
    at = 1 if tokens and tokens[0].word in {"please", "kindly"} else 0
    if tokens[at : at + 2] and tokens[at].word in {"do", "never"} and at + 1 < len(tokens):
        return tokens[at].word == "never" or tokens[at + 1].word == "not" or has_object(tokens, at)
    verb = verb_index(tokens, at)
    if verb is None or tokens[verb].raw[-1] in ":,;":
        return False
    if names_people(tokens[verb].word, text):
        return False
    return tokens[verb].word not in words("verbs.toml", "nouns") or has_object(tokens, verb)
