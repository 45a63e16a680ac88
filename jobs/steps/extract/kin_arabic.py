"""Counts persons whom an Arabic sentence lists by kinship: "so-and-so, his wife and their two children"."""

import re

from jobs.steps.extract.kin import Listed
from jobs.steps.extract.numbers import number, number_of

_OWN = r"(?:ه|ها|هم|هما|هن)"
_ONE = (
    rf"(?:زوجت|زوج|والدت|والد|أم|أب|شقيق|شقيقت|أخ[اويت]?|أخت|ابن|ابنت|حفيد|حفيدت|جدت|جد|عم|عمت|خال|خالت|قريب){_OWN}|"
    r"(?:رضيع|رضيعت|طفل|طفلت)(?:ه|ها|هما)"
)
_TWO = rf"(?:طفلي|طفلتي|ابني|ابنتي|شقيقي|شقيقتي|ولدي|والدي|رضيعي){_OWN}|(?:طفلا|ابنا|ابنتا|شقيقا|ولدا){_OWN}"
_MANY = rf"(?:أطفال|أبناء|أولاد|بنات|أشقاء){_OWN}\s+ال(?P<n>{number_of('ar')})"
_KIN = re.compile(rf"(?<!\w)و(?:(?P<many>{_MANY})|(?P<two>{_TWO})|(?P<one>{_ONE}))(?!\w)")
_YOUNG = re.compile("طفل|رضيع|أطفال")
_GAP = re.compile(r"[^.؛،:]{0,40}(?:،[^.؛:،]{0,30}،?)?")
"""The name of the one before, and the age."""


def listed(line: str, language: str) -> list[Listed]:
    """The list of a person and the kin told behind, in a sentence; none in other languages."""
    if language != "ar":
        return []
    marks = list(_KIN.finditer(line))
    if not marks:
        return []
    run = [marks[0]]
    for mark in marks[1:]:
        if not _GAP.fullmatch(line[run[-1].end() : mark.start()]):
            break
        run.append(mark)
    values = [2 if mark["two"] else (number(mark["n"]) or 0) if mark["many"] else 1 for mark in run]
    young = sum(value for value, mark in zip(values, run, strict=True) if _YOUNG.search(mark.group()))
    return [Listed(1 + sum(values), young, 0, run[0].start(), run[-1].end())]
