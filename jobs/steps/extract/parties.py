"""Reads a noun phrase as one or more parties that can be asked: names, countries, who is too vague."""

import re
from functools import cache, lru_cache
from itertools import pairwise

from jobs.steps import lexicon
from jobs.steps.extract.data import table, words
from jobs.steps.lexicon.cldr import said
from jobs.steps.lexicon.countries import place_spans
from jobs.steps.lexicon.tokens import cut

_FILE = "parties.toml"
_ARTICLE = re.compile(r"^(?:the|a|an|those|these|that|this|all|both|its|their|our|your)\s+", re.IGNORECASE)
_ASIDE = re.compile(
    r"\s*(?:,|\(|\s[–—-]\s)\s*(?:especially|in particular|particularly|including|notably|such as|"
    r"above all|who\b|which\b|whose\b|as\b|under\b|in\b|"
    r"at\b|through\b|together with|once|again|also|on behalf|with immediate|without|by\b|"
    r"and others\b|following|ahead|during|for\b|if\b|when\b|"
    r"along with|along\b|where\b|upon\b|once more|jointly|while\b|given\b|whether\b).*$",
    re.IGNORECASE,
)
_PARENTHESIS = re.compile(r"\s*\([^()]{0,80}\)")
_JOINT = re.compile(r",?\s+(?:and|as well as|&|or)\s+|,\s+")
_LEADING = re.compile(
    r"^(?:(?:strongly|urgently|respectfully|once again|once more|again|also|therefore|further|upon|"
    r"on|to|hereby|jointly|in particular|"
    r"especially|earnestly|immediately|first|furthermore|all of|each of|to the|of)\s+)+",
    re.IGNORECASE,
)
_APPOSED = re.compile(
    r"(?P<office>[^,]{4,110}),\s+(?P<person>(?:(?:Mr|Mrs|Ms|Dr|H\.E|General|Mme|"
    r"Sir)\.?\s+)*[A-Z][\w’'-]+(?:\s+[A-Z][\w’'.-]+){1,3})$"
)
_THOSE = re.compile(
    r"(?:all\s+)?those\s+(?:who|holding|responsible|in\s+(?:power|charge|control)|detaining)\b", re.IGNORECASE
)
_ACRONYM = re.compile(r"[A-ZА-ЯЁ]{2,6}$")
_TITLE_HEADS = frozenset(
    {
        "president",
        "prime",
        "premier",
        "minister",
        "chancellor",
        "king",
        "secretary-general",
        "foreign",
        "un",
        "eu",
        "us",
        "special",
    }
)


def clean(name: str) -> str:
    """The name without what leads in, articles, asides and closing punctuation."""
    name = _LEADING.sub("", name.strip(" ,;:.“”\"'"))
    name = _ASIDE.sub("", name)
    name = _ARTICLE.sub("", name)
    return name.strip(" ,;:.“”\"'-–—")


def tokens_of(name: str) -> list[str]:
    """The words of a name in lower case, possessives taken off."""
    return [re.sub(r"['’]s?$", "", word.strip(',.;:()“”"')).lower() for word in name.split()]


def _holds(name: str, key: str) -> bool:
    listed = words(_FILE, key)
    parts = tokens_of(name)
    return any(part in listed for part in parts) or any(f"{a} {b}" in listed for a, b in pairwise(parts))


def vague(name: str) -> bool:
    """Whether the name only points to a party named elsewhere: "the authorities", "you"."""
    return clean(name).lower() in words(_FILE, "vague") or name.strip().lower() in words(_FILE, "vague")


def reader(name: str) -> bool:
    """Whether the name means those who read an appeal."""
    lowered = clean(name).lower()
    return (
        lowered in words(_FILE, "reader")
        or name.strip().lower() in words(_FILE, "reader")
        or lowered.startswith(
            ("readers", "your ", "all readers", "people to", "everyone who", "all who", "anyone")
        )
    )


def actor(name: str) -> bool:
    """Whether the name can be asked for something: a state, an organ, an official, a body."""
    cleaned = clean(name)
    if not cleaned or len(cleaned.split()) > 30:
        return False
    if _THOSE.match(name.strip()):
        return True
    return vague(name) or _holds(cleaned, "actor") or _holds(cleaned, "titles") or names_country(cleaned)


@lru_cache(maxsize=4096)
def names_country(name: str) -> bool:
    """Whether the name is a country's own and nothing else: "the PRC", not "Chinese refugees"."""
    parts = name.split()
    if name in {"North", "the North", "South", "the South"}:
        return True
    if not 0 < len(parts) <= 7 or not all(
        part[:1].isupper() or part in {"of", "the", "and"} for part in parts
    ):
        return False
    if lexicon.country_of(name) is None or _of_a_body(name):
        return False
    tokens = cut(re.sub(r"\s+of America$", "", name))
    at = 0
    while at < len(tokens.words) and tokens.words[at] in words(_FILE, "state_words"):
        at += 1
    spans = [(first, last) for first, last, _ in place_spans(tokens)]
    end = len(tokens.words) - (tokens.words[-1] in {"republic", "federation"})
    named = any(first <= at and last >= end - 1 for first, last in spans)
    return named or at == len(tokens.words) or name.lower() in _printed()


def _of_a_body(name: str) -> bool:
    """Whether a name in capitals is an acronym of no state: "ELN" is not Colombia."""
    state = name in table(_FILE)["state_acronyms"] or name.lower() in _printed()
    return _ACRONYM.match(name) is not None and not state


@cache
def _printed() -> frozenset[str]:
    """The English names of all countries, as CLDR has them."""
    return frozenset(
        name.replace(" & ", " and ").lower()
        for code, name in said("en").territories.items()
        if len(code) == 2
    )


@lru_cache(maxsize=4096)
def country(name: str) -> str | None:
    """ISO 3166-1 alpha-2 of a state, state organ or official; None for all others."""
    cleaned = _PARENTHESIS.sub("", clean(name))
    if not cleaned:
        return None
    if cleaned in {"North", "South"}:
        return next(iter(lexicon.countries_in(f"the {cleaned}")), None)
    if _OF_SEOUL.match(cleaned):
        return "KR"
    cleaned = _POSTED.sub("", cleaned)
    plain = re.sub(
        r"^(?:the )?(?:government|state|people['’]s government) of (?:the )?",
        "",
        cleaned,
        flags=re.IGNORECASE,
    )
    if direct := lexicon.country_of(plain) or lexicon.country_of(cleaned):
        return None if _without_country(cleaned) else direct
    if not _holds(cleaned, "state") or _without_country(cleaned):
        return None
    named = lexicon.countries_in(cleaned)
    return named[0] if named else None


_OF_SEOUL = re.compile(r"주(?!한)[가-힣]{2,8}\s?(?:대한민국\s?|한국\s?)?(?:대사관|대사|총영사관|총영사)$")
"""An embassy that a Korean text names by where it stands alone is Korea's: "주이집트 대사관"."""
_POSTED = re.compile(
    r"^(?:在|駐|驻)[^\s日中米英韓]{2,8}(?=\S{1,8}(?:大使館|大使馆|大使|總領事館|总领事馆))|^주\S{1,5}\s(?=\S{2,8}\s?대사)"
)
"""Where an embassy stands, before the state that sends it: "在ベトナム日本大使館"."""


def _without_country(name: str) -> bool:
    """People, firms and international bodies, even where a country is named with them."""
    if not _holds(name, "none"):
        return False
    first = tokens_of(name)
    if set(first) & {"embassy", "mission", "ambassador", "ministry", "minister", "president"} and not set(
        first
    ) & {"un", "council"}:
        return False
    # Words of a state's own name: People's Republic, Workers' Party, Communist Party.
    own = words(_FILE, "own_words")
    held = {word for word in first if word in words(_FILE, "none")}
    return not (
        held <= own and lexicon.country_of(name) is not None and "citizens" not in first and _state_name(name)
    )


def _state_name(name: str) -> bool:
    return bool(
        re.search(r"republic|states|emirates|kingdom|party|union of", name, re.IGNORECASE)
    ) and not re.match(r"(?:the )?(?:people|citizens|members|agencies)\s+of\b", name, re.IGNORECASE)


def split(name: str) -> list[str]:
    """The single parties of a noun phrase: "the Governments of A and of B" are two, a collective is one."""
    cleaned = clean(name)
    if not cleaned:
        return []
    if (apposed := _APPOSED.match(cleaned)) and actor(apposed["office"]) and not actor(apposed["person"]):
        cleaned = apposed["office"]
    if _WITH_CLAUSE.match(cleaned):
        return [cleaned]
    shared = re.match(
        r"(?P<head>(?:the )?(?:respective )?(?:governments|authorities|presidents|parliaments|"
        r"leaders))\s+(?:of|in)\s+(?P<rest>.+)$",
        cleaned,
        re.IGNORECASE,
    )
    parts = [part for part in _JOINT.split(shared["rest"] if shared else cleaned) if part.strip()]
    if len(parts) < 2:
        return [cleaned]
    if not all(_stands_alone(part) for part in parts):
        return _split_on_commas(cleaned) or _split_on_article(cleaned)
    return [clean(part) for part in parts]


_WITH_CLAUSE = re.compile(
    r"(?:(?:all|those|the|other)\s+){0,2}(?:member\s+)?(?:states|countries|governments|companies|banks|airlines)\s+(?:that|which|who|with)\s",
    re.IGNORECASE,
)
"""A collective: what its clause names are no parties of their own."""


def _split_on_commas(name: str) -> list[str]:
    """So: "Japan, the Republic of Korea and the European Union": commas part them, one is a state."""
    parts = [part.strip() for part in re.split(r",\s+(?:and\s+)?|\s+and\s+(?=(?:the\s+)?[A-Z])", name)]
    if len(parts) < _SEVERAL or not all(actor(part) and _ONE_NAME.fullmatch(part) for part in parts):
        return []
    return [clean(part) for part in parts] if any(names_country(clean(part)) for part in parts) else []


_SEVERAL = 3  # names between commas
_ONE_NAME = re.compile(r"(?:the\s+)?[A-Z][\w’'-]*(?:\s+(?:(?:of|for|on)\s+(?:the\s+)?)?[A-Z][\w’'-]*){0,6}")


def _split_on_article(name: str) -> list[str]:
    """So: "X and the Y": the second article shows that two bodies are named side by side."""
    parts = re.split(
        r",?\s+and\s+(?=(?:the|to the|its|president|prime minister)\s)", name, flags=re.IGNORECASE
    )
    if len(parts) > 1 and all(actor(part) or clean(part)[:1].isupper() for part in parts):
        return [clean(part) for part in parts]
    return [name]


def _stands_alone(part: str) -> bool:
    bare = re.sub(r"^(?:of|to|the|in)\s+(?:the\s+)?", "", part.strip(), flags=re.IGNORECASE)
    if names_country(bare):
        return True
    first = tokens_of(bare)[:1]
    return bool(first) and first[0] in _TITLE_HEADS and len(bare.split()) > 1


_HEAD = re.compile(
    r"(?:the\s+)?(?:vice-?\s?)?(?:president|prime\s+minister|premier|king|queen|emir|sultan|chancellor)\s+of\s",
    re.IGNORECASE,
)
"""Who stands at the head of a state is no other name of it."""


def plain_state(name: str) -> bool:
    """Whether the name means a state as a whole: the country itself, its government or authorities."""
    if country(name) is None or _HEAD.match(name):
        return False
    if names_country(clean(name)):
        return True
    return bool(
        re.search(r"\b(?:governments?|authorities|regime|state|leadership|officials)\b", name, re.IGNORECASE)
    )
