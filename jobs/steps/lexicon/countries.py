"""Finds the countries a text is about, and the country of a named party."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache

from jobs.steps.lexicon.cities import cities
from jobs.steps.lexicon.cldr import said
from jobs.steps.lexicon.namesakes import GROUP, meant, namesakes
from jobs.steps.lexicon.phrases import Hit, Phrases
from jobs.steps.lexicon.tables import listed, table
from jobs.steps.lexicon.tokens import Tokens, cut

_MOST = 6
"""Countries named for one text; more would be a list of members, not a subject."""

_WEIGHTS = {
    "names": 1.0,
    "words": 1.0,
    "people": 0.8,
    "places": 0.8,
    "told_by": 0.8,
    "parties": 0.6,
    "towns": 0.6,
    "doubtful": 0.2,
}
_TITLE = 3.0
"""What standing in the first line adds, once for each country."""

_Mention = tuple[str, str]
"""(codes, group): mostly one code, several with a space between; "" is for phrases that say nothing."""

_ARABIC_STEM = re.compile("([\u0620-\u064a ]+)\\*")
_NISBA = ("", "ه", "ا", "ون", "ين", "ان", "ات", "تان", "تين")
"""Endings of an Arabic adjective of origin, folded: not of any word that begins alike (يمنع, forbids)."""
_OF_NAME = ("", "ا", "ه", *(f"ي{ending}" for ending in _NISBA))

# Endings of Russian and Ukrainian nouns and adjectives, by the ending of the nominative.
_ENDINGS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("ия", ("ия", "ии", "ию", "ией")),
    ("ая", ("ая", "ой", "ую")),
    ("ые", ("ые", "ых", "ым", "ыми")),
    ("а", ("а", "ы", "е", "у", "ой")),
    ("я", ("я", "и", "ю", "ей")),
    ("ы", ("ы", "", "ам", "ах", "ами")),
    ("ь", ("ь", "и", "ью")),
    ("й", ("й", "я", "ю", "е", "ем")),
)
_NO_ENDING = ("", "а", "у", "е", "ом")
_NEVER_DECLINED = "оеиу"

_WAYS = frozenset(
    {"plaza", "place", "rue", "calle", "avenida", "avenue", "boulevard", "paseo", "улица", "площадь"}
)
_OF = frozenset({"de", "du", "d", "la", "l", "del", "des"})


def countries_in(text: str) -> tuple[str, ...]:
    """The ISO 3166-1 alpha-2 codes of the countries a text is about, the principal one first.

    The first line counts as a title. Order: standing in the title, number of mentions, being
    early. Seats of organisations (Geneva) count only in a text that names nothing else.
    """
    return countries_of_tokens(cut(text))


def countries_of_tokens(tokens: Tokens) -> tuple[str, ...]:
    """As `countries_in`, for a text that has been cut already."""
    hits = _hits(tokens)
    found = [hit for hit in hits if hit.value[0] and hit.value[1] in _WEIGHTS]
    found = [hit for hit in found if not _address(tokens, hit)]
    loose = [hit for hit in hits if hit.value[1] == "loose"]
    known = {code for hit in found for code in hit.value[0].split()}
    if loose and (not known or not {"KP", "KR"}.isdisjoint(known)):
        # "Korean" alone means the South; beside a Korea that is named it adds nothing new but the other half.
        found += [h for h in loose if (h.value[0] == "KP") == bool(known) and h.value[0] not in known]
    found += _towns(tokens, hits)
    if not found:
        found = _seats(tokens, hits)
    title_end = tokens.text.find("\n")
    scores: dict[str, float] = defaultdict(float)
    for place, hit in enumerate(found):
        codes, group = hit.value
        for code in codes.split():
            if not scores[code]:
                scores[code] += 2.0 / (2 + place)
                if 0 <= tokens.starts[hit.first] < title_end:
                    scores[code] += _TITLE
            scores[code] += _WEIGHTS.get(group, 0.5)
    ranked = sorted(scores, key=lambda code: -scores[code])
    return tuple(ranked[:_MOST])


def spoken_in(tokens: Tokens, language: str) -> tuple[str, ...]:
    """Where a text that names no country speaks, by words of one country alone; () for no answer."""
    told = Counter(hit.value for hit in _speech(language).longest(tokens))
    (first, most), *others = [*told.most_common(), ("", 0)]
    return (first,) if most > max((count for _, count in others), default=0) else ()


def _seats(tokens: Tokens, hits: list[Hit[_Mention]]) -> list[Hit[_Mention]]:
    """Seats of organisations in the title of a text that names no organisation: something happens there."""
    title = tokens.text.partition("\n")[0]
    found = [hit for hit in hits if hit.value[1] == "seats" and tokens.starts[hit.first] < len(title)]
    return [] if not found or _organs().find(tokens) else found


def _address(tokens: Tokens, hit: Hit[_Mention]) -> bool:
    """Whether it is the name of a street or square: "Place du Luxembourg", "Plaza Italia"."""
    at, of = hit.first - 1, 0
    while at >= 0 and of < 2 and tokens.words[at] in _OF:
        at, of = at - 1, of + 1
    if at < 0 or tokens.words[at] not in _WAYS or tokens.sentences[at] != tokens.sentences[hit.first]:
        return False
    return tokens.text[tokens.starts[at]].isupper() and not tokens.text[
        tokens.ends[hit.first - 1] : tokens.starts[hit.first]
    ].strip("’' ")


def _towns(tokens: Tokens, hits: list[Hit[_Mention]]) -> list[Hit[_Mention]]:
    """Towns and regions that no phrase of the tables holds; one beside another name may be a person's."""
    taken = {at for hit in hits for at in range(hit.first, hit.last + 1)}
    found: list[Hit[_Mention]] = []
    for hit in cities().find(tokens):
        if taken.isdisjoint(range(hit.first, hit.last + 1)):
            doubtful = _named(tokens, hit.first - 1, hit.first) or _named(tokens, hit.last + 1, hit.last)
            found.append(Hit((hit.value, "doubtful" if doubtful else "towns"), hit.first, hit.last))
    return found


def _named(tokens: Tokens, at: int, beside: int) -> bool:
    """Whether the token `at` is a capitalised word next to the one `beside`, with but a space between."""
    if not 0 <= at < len(tokens.words) or tokens.sentences[at] != tokens.sentences[beside]:
        return False
    first, second = sorted((at, beside))
    if tokens.text[tokens.ends[first] : tokens.starts[second]] != " ":
        return False
    letter = tokens.text[tokens.starts[at]]
    return letter.isupper() and (tokens.ends[at] - tokens.starts[at]) > 1


def place_spans(tokens: Tokens) -> list[tuple[int, int, str]]:
    """First and last token of what speaks for a country but persons; with the place where it is one."""
    spans = []
    for hit in _hits(tokens):
        code, group = hit.value
        if group not in {"people", "parties"}:
            name = f"{code} {' '.join(tokens.words[hit.first : hit.last + 1])}" if group == "places" else ""
            spans.append((hit.first, hit.last, name))
    return spans


def country_of(name: str) -> str | None:
    """The country of one named party: a state, one of its organs, officials or embassies; else None.

    Of "Embassy of A in B" it is A, the sending state; of several countries the first one named.
    """
    return _country_of(name, frozenset())


def country_spoken_of(name: str) -> str | None:
    """As `country_of`, of no more than the country's own names and adjectives: no person speaks for it."""
    return _country_of(name, frozenset({"parties", "people", "places"}))


def country_besides_names(name: str) -> str | None:
    """As `country_of`, of no name of a country and no half of one: a person, a town, "refugees from it"."""
    return _country_of(name, frozenset({"names", "loose"}))


def is_place(name: str) -> bool:
    """Whether a name is that of a town or region: whole, as the tables or GeoNames have it."""
    tokens = cut(name)
    last = len(tokens.words) - 1
    return any(hit.first == 0 and hit.last == last for hit in cities().find(tokens)) or any(
        hit.value[1] in {"places", "seats"} and hit.first == 0 and hit.last == last for hit in _hits(tokens)
    )


def _country_of(name: str, apart: frozenset[str]) -> str | None:
    hits = [hit for hit in _hits(cut(name)) if hit.value[0] and hit.value[1] not in apart]
    sure = [hit for hit in hits if hit.value[1] not in {"loose", "seats"}]
    loose = [hit for hit in hits if hit.value[1] == "loose"]
    return next((hit.value[0].split()[0] for hit in sure or loose), None)


def _hits(tokens: Tokens) -> list[Hit[_Mention]]:
    """What the phrases of the tables say, namesakes told apart."""
    return tokens.once(_hits, _sought)


def _sought(tokens: Tokens) -> list[Hit[_Mention]]:
    hits = _index().longest(tokens)
    for at, hit in enumerate(hits):
        key, group = hit.value
        if group == GROUP:
            hits[at] = Hit(meant(key, tokens.evidence(hit.first, hit.last), tokens), hit.first, hit.last)
    return hits


@cache
def _index() -> Phrases[_Mention]:
    """Every phrase that speaks for a country. Earlier groups win where one phrase stands in two."""
    rows = table("countries")
    phrases: dict[str, _Mention] = dict.fromkeys(listed(rows["nothing"]), ("", "nothing"))
    for phrase, name in namesakes():
        phrases[phrase] = (name, GROUP)
    for group in ("words", "people", "places", "seats", "loose", "parties"):
        for code, line in rows[group].items():
            for written in listed(line):
                for phrase in _with_endings(written):
                    phrases.setdefault(phrase, (code, group))
    for code, line in table("places")["told_by"].items():
        for written in listed(line):
            for phrase in _with_endings(written):
                phrases.setdefault(phrase, (code, "told_by"))
    for phrase, code in _names(rows["locales"], frozenset(rows["skip"].split())):
        phrases.setdefault(phrase, (code, "names"))
    return Phrases(phrases.items())


@cache
def _speech(language: str) -> Phrases[str]:
    rows = table("places")["speech"].get(language, {})
    return Phrases((phrase, code) for code, line in rows.items() for phrase in listed(line))


@cache
def _organs() -> Phrases[bool]:
    return Phrases((phrase, True) for phrase in listed(table("countries")["organs"]))


def _with_endings(phrase: str) -> list[str]:
    """An Arabic stem with the endings of origin alone; any other phrase as it is."""
    stem = _ARABIC_STEM.fullmatch(phrase)
    if stem is None:
        return [phrase]
    return [stem[1] + ending for ending in (_NISBA if stem[1].endswith("ي") else _OF_NAME)]


def _names(languages: list[str], skip: frozenset[str]) -> Iterator[tuple[str, str]]:
    """The names of all countries in the languages given, as CLDR has them, with Slavic endings."""
    for language in languages:
        for code, name in said(language).territories.items():
            if len(code) != 2 or code in skip:
                continue
            # CLDR adds a second name or a status in brackets, or a capital after a dash: "Congo - Kinshasa".
            bare = name.split("(")[0].split("（")[0].strip()
            if " - " in bare or " – " in bare or "SAR" in bare or len(bare) < 2:
                continue
            if language in {"ru", "uk"} and bare[-1] not in _NEVER_DECLINED and not bare.endswith("оа"):
                yield from ((form, code) for form in _declined(bare))
            elif language == "ko" and len(bare) < 3:
                yield f"^{bare}", code
            else:
                yield bare, code


def _declined(name: str) -> list[str]:
    """A Slavic name in its cases; of several words each is declined alike."""
    words = name.split()
    rows = [_cases(word) for word in words]
    longest = max(len(row) for row in rows)
    return list(dict.fromkeys(" ".join(row[min(i, len(row) - 1)] for row in rows) for i in range(longest)))


def _cases(word: str) -> list[str]:
    for ending, cases in _ENDINGS:
        if word.endswith(ending):
            return [word[: len(word) - len(ending)] + case for case in cases]
    return [word + case for case in _NO_ENDING]
