"""Finds the countries a text is about, and the country of a named party."""

from collections import defaultdict
from collections.abc import Iterator
from functools import cache

from jobs.steps.lexicon.cities import cities
from jobs.steps.lexicon.cldr import locales
from jobs.steps.lexicon.phrases import Hit, Phrases
from jobs.steps.lexicon.tables import table
from jobs.steps.lexicon.tokens import Tokens, cut

_MOST = 6
"""Countries named for one text; more would be a list of members, not a subject."""

_WEIGHTS = {
    "names": 1.0,
    "words": 1.0,
    "people": 0.8,
    "places": 0.8,
    "parties": 0.6,
    "towns": 0.6,
    "doubtful": 0.2,
}
_TITLE = 3.0
"""What standing in the first line adds, once for each country."""

_Mention = tuple[str, str]
"""(code, group); the code "" is for phrases that say nothing."""

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


def countries_in(text: str) -> tuple[str, ...]:
    """The ISO 3166-1 alpha-2 codes of the countries a text is about, the principal one first.

    The first line counts as a title. Order: standing in the title, number of mentions, being
    early. Seats of organisations (Geneva) count only in a text that names nothing else.
    """
    return countries_of_tokens(cut(text))


def countries_of_tokens(tokens: Tokens) -> tuple[str, ...]:
    """As `countries_in`, for a text that has been cut already."""
    hits = _index().longest(tokens)
    found = [hit for hit in hits if hit.value[0] and hit.value[1] in _WEIGHTS]
    loose = [hit for hit in hits if hit.value[1] == "loose"]
    known = {hit.value[0] for hit in found}
    if loose and (not known or not {"KP", "KR"}.isdisjoint(known)):
        # "Korean" alone means the South; beside a Korea that is named it adds nothing new but the other half.
        found += [h for h in loose if (h.value[0] == "KP") == bool(known) and h.value[0] not in known]
    found += _towns(tokens, hits)
    if not found:
        found = [hit for hit in hits if hit.value[1] == "seats"]
    title_end = tokens.text.find("\n")
    scores: dict[str, float] = defaultdict(float)
    for place, hit in enumerate(found):
        code, group = _georgia(hit, tokens)
        if not scores[code]:
            scores[code] += 2.0 / (2 + place)
            if 0 <= tokens.starts[hit.first] < title_end:
                scores[code] += _TITLE
        scores[code] += _WEIGHTS.get(group, 0.5)
    ranked = sorted(scores, key=lambda code: -scores[code])
    return tuple(ranked[:_MOST])


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
    for hit in _index().longest(tokens):
        code, group = hit.value
        if group not in {"people", "parties"}:
            name = f"{code} {' '.join(tokens.words[hit.first : hit.last + 1])}" if group == "places" else ""
            spans.append((hit.first, hit.last, name))
    return spans


def country_of(name: str) -> str | None:
    """The country of one named party: a state, one of its organs, officials or embassies; else None.

    Of "Embassy of A in B" it is A, the sending state; of several countries the first one named.
    """
    tokens = cut(name)
    hits = [h for h in _index().longest(tokens) if h.value[0] and h.value[1] not in {"loose", "seats"}]
    if hits:
        return _georgia(hits[0], tokens)[0]
    loose = [h for h in _index().longest(tokens) if h.value[1] == "loose"]
    return loose[0].value[0] if loose else None


def _georgia(hit: Hit[_Mention], tokens: Tokens) -> _Mention:
    """Georgia read as a state of the US where the text speaks of its courts and prisons."""
    code, group = hit.value
    if code == "GE" and _georgian_words().find(tokens):
        return "US", group
    return code, group


@cache
def _georgian_words() -> Phrases[bool]:
    return Phrases((phrase, True) for phrase in _listed(table("countries")["georgia"]["of_the_us"]))


@cache
def _index() -> Phrases[_Mention]:
    """Every phrase that speaks for a country. Earlier groups win where one phrase stands in two."""
    rows = table("countries")
    phrases: dict[str, _Mention] = dict.fromkeys(_listed(rows["nothing"]), ("", "nothing"))
    for group in ("words", "people", "places", "seats", "loose", "parties"):
        for code, line in rows[group].items():
            for phrase in _listed(line):
                phrases.setdefault(phrase, (code, group))
    for phrase, code in _names(rows["locales"], frozenset(rows["skip"].split())):
        phrases.setdefault(phrase, (code, "names"))
    return Phrases(phrases.items())


def _listed(line: str) -> list[str]:
    return [phrase.strip() for phrase in line.replace("\n", " ").split(",") if phrase.strip()]


def _names(languages: list[str], skip: frozenset[str]) -> Iterator[tuple[str, str]]:
    """The names of all countries in the languages given, as CLDR has them, with Slavic endings."""
    with locales() as locale:
        told = {language: dict(locale(language).territories) for language in languages}
    for language, territories in told.items():
        for code, name in territories.items():
            if len(code) != 2 or code in skip:
                continue
            # CLDR adds a second name or a status in brackets, or a capital after a dash: "Congo - Kinshasa".
            bare = name.split("(")[0].split("（")[0].strip()
            if " - " in bare or " – " in bare or "SAR" in bare or len(bare) < 2:
                continue
            if language in {"ru", "uk"}:
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
