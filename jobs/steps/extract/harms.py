"""Tells the harms that a whole document is about: how grave, whether ahead, whether help is asked at once."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import islice

from jobs.steps.extract.blocks import blocks, sentences
from jobs.steps.extract.data import table
from jobs.steps.extract.sections import own, page

_FILE = "harms.toml"
_LEAD = 9
"""Sentences of title and lead, in which a document says what it is about."""
_WORDY, _SIGNS = 40, 20
"""Characters of a sentence, rather than a line of an address or a heading; and in scripts without spaces."""
_SAID = 5
"""Sentences that the lead has at least, whatever short lines stand above them."""
_OLD = re.compile(
    r"\b(?:in|since|en|depuis|desde|в)\s+(?:\w+\s+)?(?:19|20)\d\d\b|\blast (?:year|month|november|"
    r"december)\b|"
    r"\byears? ago\b|\b(?:spared|no longer in danger)\b"
)


@dataclass(frozen=True, slots=True)
class Harms:
    """What a document tells of harm: the word that shows each, "" where there is none."""

    extreme: str = ""
    severe: str = ""
    moderate: str = ""
    ahead: str = ""
    """A harm that is still to come, in title or lead."""
    now: str = ""
    """That something is asked at once."""


def harms_of(title: str, text: str, asked: Iterable[str]) -> Harms:
    """The harms of a document without its background; `asked` are the quotes of its demands."""
    told = [line for block in own(page(blocks(text))) for line in block.sentences]
    lines = [*sentences(title), *told][:400]
    current = [line for line in (one.lower() for one in lines) if not _OLD.search(line)]
    wordy = (at for at, one in enumerate(lines, 1) if len(one) > (_WORDY if one.isascii() else _SIGNS))
    end = next(islice(wordy, _SAID - 1, None), len(lines))
    lead = " ".join(one.lower() for one in lines[: max(_LEAD, end)])
    demanded = " ".join(asked).lower()
    whole = " ".join(current)
    return Harms(
        extreme=_word("extreme", whole),
        severe=_word("severe", whole),
        moderate=_word("moderate", whole),
        ahead=_word("ahead", lead),
        now=_word("now", demanded) or _word("asked_now", demanded) or _word("now", whole),
    )


def _word(key: str, text: str) -> str:
    found = _begun(key).search(text)
    return found.group() if found else ""


@cache
def _begun(key: str) -> re.Pattern[str]:
    """The row's expressions, from the beginning of a word on where their script has spaces."""
    rows = table(_FILE)[key]
    spaced = [row for row in rows if not re.match(r"[\u0600-\u06ff\u3040-\ud7af]", row)]
    joined = [row for row in rows if row not in spaced]
    return re.compile("|".join([rf"(?<!\w)(?:{'|'.join(spaced)})", *joined]))
