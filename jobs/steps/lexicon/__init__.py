"""Words of the field: languages, countries and cues, read from tables that an NGO may extend.

A text is folded (case, accents, Arabic letter shapes, traditional characters) and cut into tokens
once (`tokens`); phrases from the tables are then found in one pass over the tokens (`phrases`).
`languages` and `countries` stand on these two, and so does `jobs.steps.classify`.
"""

from jobs.steps.lexicon.countries import (
    countries_in,
    country_besides_names,
    country_of,
    country_spoken_of,
    is_place,
)
from jobs.steps.lexicon.languages import detect_language

__all__ = [
    "countries_in",
    "country_besides_names",
    "country_of",
    "country_spoken_of",
    "detect_language",
    "is_place",
]
