"""Where the reading of a French, Spanish or Russian document stands: whom it turned to, what it asked."""

import re
from dataclasses import dataclass, field

from jobs.steps import lexicon
from jobs.steps.extract.context import Context
from jobs.steps.extract.grammar import Grammar
from jobs.steps.extract.headings import style
from storage.records import Demand

_MOST = 400  # demands
_AUTHORITIES = {
    "fr": re.compile(
        r"\b(?:[Aa]utorités|[Gg]ouvernement)\s+(?:(?:du|de la|de|des)\s+(?:la\s+)?|de l['’])?"
        r"[A-ZÀ-Ýa-zé][\w-]+"
    ),
    "es": re.compile(r"\b(?:[Aa]utoridades|[Gg]obierno)\s+(?:de\s+(?:la\s+|los\s+)?)?[A-ZÁa-zñáéíóú]\w+"),
    "ru": re.compile(
        r"\b(?:[Вв]ласт\w+|[Пп]равительств\w+)\s+[А-Я]\w+|\b[А-Яа-я]+(?:ск|цк)\w+\s+(?:власт\w+|правительств\w+)"
    ),
}


@dataclass(slots=True)
class Walk:
    """What has been read so far and bears on what follows."""

    context: Context
    grammar: Grammar
    letter_to: tuple[str, ...] = ()
    section: tuple[str, ...] = ()
    opened: tuple[str, ...] | None = None
    """The parties of the list that is open; None when none is."""
    listing: bool = False
    """A line has opened a list whose parties are named line by line."""
    marked: bool = False
    chapeau: bool = False
    """A sentence that asks has opened the list: whatever its items say is asked."""
    above: str = ""
    marker: str = ""
    last: tuple[str, ...] = ()
    asked: bool = False
    spoken: bool = False
    """The sentence before told what the issuer asks, so that a pronoun may take it up."""
    found: list[Demand] = field(default_factory=list)
    formal: list[str] = field(default_factory=list)
    """Whom headings turned to, whether or not they are then asked for something."""

    text: str = ""
    full: tuple[str, ...] | None = None

    def state(self) -> tuple[str, ...]:
        """The authorities of the country that the text is about, as they are named in it; () for none."""
        if self.full is None:
            named = _AUTHORITIES[self.grammar.language].finditer(self.text) if self.context.state else ()
            found = (one.group() for one in named)
            name = next((one for one in found if self.context.state in lexicon.countries_in(one)), "")
            self.full = (name,) if name else ()
        return self.full

    def open(self, named: tuple[str, ...] | None, *, listing: bool = False, chapeau: bool = False) -> None:
        """A list of what `named` are to do begins; None where none is open any more."""
        self.opened, self.listing, self.marked, self.chapeau = named, listing, False, chapeau
        self.above = style(self.marker) if self.marker else ""

    def store(self, named: tuple[str, ...], quotes: list[str]) -> None:
        """Notes that each of `named` is asked each of `quotes`."""
        for quote in quotes:
            if _POLITE.match(quote):
                continue
            for name in named if len(quote.split()) > 1 or len(quote) > 8 else ():
                self.last = named
                one = Demand(name, quote, quote.split()[0].lower())
                if len(self.found) < _MOST and not any(_same(one, known) for known in self.found):
                    self.found.append(one)

    def meant(self) -> tuple[str, ...]:
        """Who is meant where the text only points."""
        return self.section or self.opened or (self.last if self.asked else ()) or self.letter_to or self.last


_POLITE = re.compile(
    r"(?:bien\s+vouloir\s+)?(?:agréer|recevoir|croire|acceptez?|aceptar?|recib(?:ir|an?)|принять)\b[^.;]{0,80}"
    r"\b(?:expression|assurance|salutations|considération|sentiments|consideración|saludos?|уверения|заверения)\b",
    re.IGNORECASE,
)
"""The closing of a letter, which asks for nothing."""


def _same(one: Demand, other: Demand) -> bool:
    return one.to == other.to and (one.quote == other.quote or one.quote in other.quote)
