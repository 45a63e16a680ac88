"""Reads what an Arabic appeal asks its readers to write: to whom, and the items that say what to ask."""

import re

from jobs.steps.extract.arabic_names import names_in
from jobs.steps.extract.arabic_words import names_party
from jobs.steps.extract.blocks import Block
from jobs.steps.extract.scripts import unsigned

_WRITE = re.compile(
    r"(?<!\w)(?:رسائل|رسائلكم|مناشدات|مناشداتكم|خطابات|برقيات|نداءات)\s+(?:\S+\s+){0,2}?إلى\s+"
    r"(?P<name>(?:(?!باللغة|بالعربية|قبل|حتى)[^\s:،.]+\s?){1,12})[^:.]{0,60}:$"
)
_FOR_THEM = re.compile(r"ل(?:حث|مطالبت|مناشدت|دعوت|لدعوة|لمطالبة)(?:ها|هم|هما)?\s+(?=\S)")


def written_to(block: Block) -> list[str]:
    """Whom letters are to be sent to, over what they are to ask: "send letters to X:"."""
    match = _WRITE.search(unsigned(block.text))
    names = names_in(match["name"]) if match else []
    return names if all(names_party(name) for name in names) else []


def without_purpose(item: str) -> str:
    """An item of a list without what letters are to do, before what is asked: "to urge them to ..."."""
    purpose = _FOR_THEM.match(item)
    return re.sub(r"^(?:على|إلى|من أجل)\s+", "", item[purpose.end() :]) if purpose else item
