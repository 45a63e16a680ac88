"""The words of Arabic requests: compared without vowel signs, quoted as they are printed."""

import re
from dataclasses import dataclass
from functools import cache

from jobs.steps.extract.data import table
from jobs.steps.extract.printed_countries import printed_names

_FILE = "arabic.toml"


_SIGNS = re.compile(r"[\u064b-\u0652\u0670\u0640]")


EDGE = ' ,;.:!»«”“"،؛()-–'


_LONG = 900  # characters of a sentence that are read


_PRONOUNS = r"(?:ه|ها|هم|هن|هما|كم|كما|ك|نا)"


LED = 3  # letters of a word with its preposition


@dataclass(frozen=True, slots=True)
class Word:
    """A word without its signs, and where it stands in the text."""

    plain: str
    start: int
    end: int
    closed: bool
    """A comma or semicolon follows."""


def unsigned(text: str) -> str:
    """The text without vowel signs."""
    return _SIGNS.sub("", text)


@cache
def vocabulary(key: str) -> frozenset[str]:
    """The words of a row."""
    return frozenset(str(table(_FILE)[key]).split())


@cache
def expression(key: str) -> re.Pattern[str]:
    """The regular expression of a row."""
    return re.compile(str(table(_FILE)[key]))


def cut(text: str) -> list[Word]:
    """The words of a text."""
    found = []
    for match in re.finditer(r"\S+", text[:_LONG]):
        plain = unsigned(match.group()).strip(EDGE)
        if plain:
            found.append(Word(plain, match.start(), match.end(), match.group()[-1] in "،؛,;:"))
    return found


def stem(word: str) -> str:
    """A verb of the present without "and" and the letter of its person; "" for other words."""
    match = re.match(r"[وف]?[نتيأ](?P<stem>\w{2,}?)(?:كم|كما|ه|ها|هم)?$", word)
    return match["stem"] if match else ""


def asking(word: str) -> bool:
    """Whether a word is an asking verb of the present."""
    return stem(word) in vocabulary("asks")


def first_person(word: str) -> bool:
    """Whether a verb of the present is of "I" or "we"."""
    return re.match(r"[وف]?[نأ]", word) is not None


def heads_name(word: str) -> bool:
    """Whether the name of somebody who can be asked begins with a word, clitics before it allowed."""
    return re.sub(r"^(?:[وف]?[بل]?)(?=ال|\w{4})", "", word) in vocabulary("heads") or word in vocabulary(
        "heads"
    )


def names_party(name: str) -> bool:
    """Whether a name begins as those of bodies, offices and states do, or is a country's."""
    first = name.split(maxsplit=1)[0] if name.split() else ""
    return heads_name(first) or name.removeprefix("ل").strip() in printed_names()


def deed(word: str, *, sure: bool = False) -> bool:
    """Whether a word is the noun of an act; by its form alone where a preposition leads it in."""
    plain = re.sub(r"^ال", "", word)
    plain = re.sub(rf"(?<=\w{{3}}){_PRONOUNS}$", "", plain) if plain not in vocabulary("deeds") else plain
    if (
        plain in vocabulary("deeds")
        or f"{plain}ة" in vocabulary("deeds")
        or re.sub(r"ت$", "ة", plain) in vocabulary("deeds")
    ):
        return True
    if sure or plain in vocabulary("no_deeds") or plain.endswith(("ات", "ية", "ين", "ون")):
        return False
    return (
        re.fullmatch(r"إ\w{2,3}ا\wة?|ت\w{2}ي\wة?|ا\w?[تن]\w{1,2}ا\w|است\w{2,3}ا\wة?|م\wا\w{2}ة", plain)
        is not None
    )


def ordering(words: list[Word], at: int) -> bool:
    """An order to several: "أنشئوا", "لا تؤجروا"."""
    word = words[at].plain
    if word == "لا" and at + 1 < len(words):
        return re.fullmatch(r"ت\w{2,}وا?ا\w{0,3}", words[at + 1].plain) is not None
    return re.fullmatch(r"[اأ]\w{2,}وا|كونوا|كفوا|ضعوا|دعوا|قولوا|قفوا|عودوا|هبوا", word) is not None
