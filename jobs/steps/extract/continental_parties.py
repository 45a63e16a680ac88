"""Reads who is asked from French, Spanish and Russian noun phrases: one party, or several side by side."""

import re

from jobs.steps import lexicon
from jobs.steps.extract import parties
from jobs.steps.extract.grammar import Grammar

LONGEST = 24  # words of a party's name
_ASIDE = re.compile(
    r",\s+(?:(?:y |et )?(?:en particulier|notamment|en particular|especialmente|в частности)|qui|que|dont|"
    r"lors|в лице|por igual|aunque|bien que|quoique|хотя|conjuntamente|conjointement|совместно|"
    r"así como a|котор\w+|encabezad\w+|représenté\w*|como|comme|как)\b.*$|"
    r"\s*\([^()]{0,80}\)|,?\s+(?:en particulier|por último|enfin|también|également|также)$",
    re.IGNORECASE,
)
_ARTICLE = re.compile(
    r"^(?:l’|(?:le|la|les|el|los|las|une?|una|de|du|des|nos|nuestr[oa]s?|вс[еёю]х?)\s+)", re.IGNORECASE
)
_SHARED = re.compile(
    r"^(?P<head>(?:gouvernements|autorités|présidents|parlements|états|gobiernos|autoridades|presidentes|"
    r"congresos|estados|правительств\w*|власт\w+|парламент\w+|президент\w+))\s+"
    r"(?:(?:du|de la|de l’|de|des|del|de los)\s*)?(?P<rest>.+)$",
    re.IGNORECASE,
)
_HONOUR = re.compile(
    r"^(?:(?:Son Excellence|Sa Majesté|S\.\s?E\.?|Monsieur|Madame|MM?\.|Mme\.?|Su Excelencia|Excm[oa]\.?|"
    r"Sr[a]?\.|Señora?|(?:[Гг]осподин|[Гг]осподин[уа]|[Гг]оспож[аеу]))\s+(?:(?:le|la|el)\s+)?)+(?=\S)"
)
_AND = r"(?:et|y|e|и|ainsi que|así como|а также)"
_JOINT = re.compile(
    rf",?\s+{_AND}\s+(?:(?:à la|à l’|aux?|à|al|a las?|a los|a|к|от)\s*)?|,\s+"
    r"(?:(?:aux?|à la|à l’|à|al|a las?|a los|a|к|от)\s+)?",
    re.IGNORECASE,
)
_TO_EACH = re.compile(
    rf",?\s+{_AND}\s+(?:à la\s|à l’|aux?\s|à\s|al\s|a las?\s|a los\s|к\s|от\s)|"
    r",\s+(?:aux?\s|à la\s|à l’|al\s|a las?\s|a los\s)",
    re.IGNORECASE,
)
_OF = re.compile(r"^(?:(?:du|de la|de l’|des|del|de los|de|la|le|les|el|l’)\s*)(?=[A-ZÀ-ÝА-ЯЁ])")


def strip(name: str, rules: Grammar) -> str:
    """The name without what leads in, articles and asides."""
    name = name.strip(" ,:")
    name = rules.to.sub("", f"{name} ", count=1).strip()
    name = _HONOUR.sub("", _ARTICLE.sub("", _ASIDE.sub("", name)).strip(" ,:«»"))
    return _ARTICLE.sub("", name)


def split(name: str, rules: Grammar) -> tuple[str, ...]:
    """Parties named side by side: each with its own preposition, or countries behind one word."""
    cleaned = strip(name, rules)
    if len(cleaned.split()) > LONGEST or not cleaned:
        return ()
    if shared := _SHARED.match(cleaned):
        each = [_OF.sub("", part.strip()) for part in _JOINT.split(shared["rest"])]
        if len(each) > 1 and all(lexicon.country_of(part) for part in each):
            return tuple(f"{shared['head']} {part}" if part.istitle() else part for part in each)
    countries = [_OF.sub("", part.strip()) for part in _JOINT.split(cleaned)]
    if len(countries) > 1 and all(is_country(part) for part in countries):
        return tuple(countries)
    return tuple(part for part in (strip(one, rules) for one in _TO_EACH.split(cleaned)) if part)


def is_country(name: str) -> bool:
    """Whether a name is a country's."""
    return parties.names_country(name) or lexicon.country_of(_ARTICLE.sub("", name)) is not None


def is_party(name: str, rules: Grammar) -> bool:
    """Whether a name can be asked for something."""
    return rules.names_actor(name) or is_country(name)
