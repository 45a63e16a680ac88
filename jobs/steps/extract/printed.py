"""Tells the name in a line of a list of signatories from the country printed with it."""

import re

from jobs.steps.extract import parties
from jobs.steps.extract.affiliations import OFFICE
from jobs.steps.extract.data import pattern
from jobs.steps.extract.namelists import SIGNS, is_organisation, is_place
from jobs.steps.extract.printed_countries import printed_names, where_of

_FILE = "signatories.toml"


def name_and_country(text: str) -> tuple[str, str]:
    """A line split into the name and the country printed with it: in parentheses, after a comma or a dash."""
    for match in re.finditer(r"\s*[(（\[](?P<c>[^()（）\[\]]{1,60})[)）\]]", text):
        printed = match["c"].strip()
        country = _country_in(printed)
        if country or pattern(_FILE, "nowhere").fullmatch(printed):
            return text[: match.start()].strip(" ,") or text, country or printed
    text = re.sub(r"\s*[(（][^()（）]{0,60}[)）]\s*$", "", text).strip(" ,") or text
    for separator in (",", "،", " – ", " - ", " — ", " | ", "\t", " / "):
        head, mark, tail = text.rpartition(separator)
        tail = tail.strip()
        if (
            mark
            and head
            and len(tail.split()) <= 6
            and (_country_only(tail) or pattern(_FILE, "nowhere").fullmatch(tail))
        ):
            return head.strip(" ,"), tail
    inner = [part.strip() for part in text.split(",")]
    if len(inner) == _WITH_OFFICE and _country_only(inner[1]) and OFFICE.match(inner[2]):
        return f"{inner[0]}, {inner[2]}", inner[1]
    return text, ""


_WITH_OFFICE = 3  # parts of a line that tells a name, a country and an office


def also_printed(text: str) -> set[str]:
    """The countries of an aside, or an end of a line, that names two: "(Chile y Colombia)"."""
    match = _TWO.search(text) if "/" in text or _JOINT.search(text) else None
    pair = {where_of(match["one"].strip()), where_of(match["two"].strip())} if match else set()
    return {code for code in pair if code} if match and None not in pair and _both(match) else set()


def _both(match: re.Match[str]) -> bool:
    return _names_only(match["one"].strip()) and _names_only(match["two"].strip())


_JOINT = re.compile(r"\s(?:y|et|and|и|e|&)\s")
_TWO = re.compile(
    r"[(,]\s?(?P<one>[^(),/]{3,24}?)\s?(?:/|\s(?:y|et|and|и|e|&)\s)\s?(?P<two>[^(),/]{3,24}?)\)?$"
)


def _country_in(printed: str) -> str:
    """The part of a parenthesis that is a country: "Kenya", "Nairobi, Kenya", "德国,作家"."""
    for part in [printed, *re.split(r"[,，、/;・·]\s*", printed)]:
        name = part.strip()
        if name and len(name.split()) <= 5 and where_of(name) and _names_only(name):
            return name
    return ""


def _names_only(part: str) -> bool:
    """A country's own name or sign, not a place in it."""
    named = parties.names_country(part) and not is_place(part)
    return part in SIGNS or named or part.lower() in printed_names()


def _country_only(tail: str) -> bool:
    own = tail.lower() in printed_names()
    return where_of(tail) is not None and (own or (_names_only(tail) and not is_organisation(tail)))
