"""Who can be asked, by the noun a Korean, Japanese or Chinese name ends with."""

import re
from dataclasses import dataclass
from functools import cache

from jobs.steps import lexicon
from jobs.steps.extract.context import Context
from jobs.steps.extract.data import table
from jobs.steps.extract.printed_countries import printed_names

FILE = "east_asian.toml"
_PLURAL = {
    "ko": re.compile(r"(?:들|측|님|께서|여러분)+$"),
    "ja": re.compile(r"(?:の皆様|の皆さま|の皆さん|の方々|の各位|各位|側|ら|たち|御中|殿|様|氏)+$"),
    "zh": re.compile(r"(?:们|們|先生|女士|阁下|閣下|等|方面)+$"),
}


@dataclass(frozen=True, slots=True)
class Request:
    """What one verb phrase asks, and of whom; without `to` of whoever the text named before."""

    to: tuple[str, ...]
    quote: str
    bare: bool = False
    """It asks by its form alone ("must", "is to"): without anybody named it is an opinion."""
    polite: bool = False
    """It asks as one asks readers: "please"."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Where a sentence stands."""

    listed: bool
    """It is an item of a list that was opened as one of demands."""
    named: frozenset[str]
    """Those whom the text has asked or addressed before."""
    going: bool
    """The sentence before it in its paragraph asked somebody."""
    context: Context


@cache
def row(language: str) -> dict[str, str | list[str]]:
    """The table of a language."""
    found: dict[str, str | list[str]] = table(FILE)[language]
    return found


@cache
def listing(language: str, key: str) -> tuple[str, ...]:
    """The words of a row, longest first."""
    value = row(language)[key]
    return tuple(sorted(set(value.split() if isinstance(value, str) else value), key=len, reverse=True))


@cache
def alternatives(language: str, key: str) -> str:
    """The words of a row as one regular expression, longest first."""
    return "|".join(re.escape(word) for word in listing(language, key))


@cache
def expression(language: str, key: str) -> re.Pattern[str]:
    """The regular expression of a row; in it `<speech>` is any asking verb, `<towards>` that row."""
    pattern = str(row(language)[key])
    for name in ("speech", "towards"):
        if f"<{name}>" in pattern:
            value = str(row(language)[name])
            pattern = pattern.replace(f"<{name}>", value.replace(" ", "|") if name == "speech" else value)
    return re.compile(pattern)


@cache
def any_of(language: str, key: str) -> re.Pattern[str]:
    """The expressions of a row as one."""
    return re.compile("|".join(row(language)[key]))


def bare(name: str, language: str) -> str:
    """The name without marks of plural and respect."""
    plain = name.strip(" 　「」『』\"“”'·、，,:：")
    return _PLURAL[language].sub("", plain).strip() or plain


def actor(name: str, language: str) -> bool:
    """Whether a name is of somebody who can be asked: by its last noun, or a country's own."""
    plain = bare(name, language)
    if len(plain) < 2 and plain not in {"国", "市", "県", "您"}:
        return False
    last = plain.rsplit(" ", maxsplit=1)[-1]
    if plain.endswith(listing(language, "actors")) and last not in listing(language, "no_actors"):
        return True
    if expression(language, "bodies").fullmatch(last) and not last.endswith(listing(language, "no_actors")):
        return True
    if expression(language, "offices").search(plain):
        return True
    return country(last if language == "ko" else plain)


def country(name: str) -> bool:
    """Whether a name is a country's own and nothing else: "중국", "朝鲜", not "中国人权律师"."""
    return name.lower() in printed_names() or (len(name) <= _BRIEF and lexicon.country_of(name) is not None)


_BRIEF = 4  # characters of a short name of a country: 북한, 朝鲜, 北朝鮮


def own(name: str, language: str, context: Context) -> bool:
    """Whether a subject is the issuer itself: "we", "the signatories", its own name."""
    plain = bare(name, language)
    words = listing(language, "self")
    last = plain.rsplit(" ", maxsplit=1)[-1]
    if plain in words or name.strip() in words or (last in words and len(last) > 2):
        return True
    if any(plain and (plain in issuer or issuer in plain) for issuer in context.issuers):
        return True
    return expression(language, "we").match(plain) is not None and not actor_alone(plain.split())


def actor_alone(parts: list[str]) -> bool:
    """So: "우리 정부", which is no issuer."""
    return (
        len(parts) == 2
        and parts[0] != "대한민국"
        and parts[1]
        in {
            "정부",
            "국회",
            "사회",
            "당국",
            "대통령",
            "국민",
            "외교부",
            "법무부",
            "군",
            "기업",
        }
    )


def split(name: str, language: str) -> tuple[str, ...]:
    """Bodies named side by side, where each is one by its name."""
    parts = [part.strip() for part in re.split(str(row(language)["joint"]), name) if part.strip()]
    if len(parts) > 1 and all(actor(part, language) for part in parts):
        return tuple(bare(part, language) for part in parts)
    return (bare(name, language),)
