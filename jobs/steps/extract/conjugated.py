"""Makes the verb forms in which French and Spanish say what somebody is to do, after "que"."""

import re
from collections.abc import Iterator

_FRENCH_ENDINGS = (
    (r"(.*pren)dre$", r"\1ne"),
    (r"(.*[tv])enir$", r"\1ienne"),
    (r"(.*[uo]vr|.*offr|.*ouffr)ir$", r"\1e"),
    (r"(.*(?:sort|part|serv|sent|ment|dorm))ir$", r"\1e"),
    (r"(.*)yer$", r"\1ie"),
    (r"(.*cr)ire$", r"\1ive"),
    (r"(.*cl)ure$", r"\1ue"),
    (r"(.*)ire$", r"\1ise"),
    (r"(.*[aeo]i)ndre$", r"\1gne"),
    (r"(.*)aître$", r"\1aisse"),
    (r"(.*(?:tt|d|p|c|t|v))re$", r"\1e"),
    (r"(.*)ir$", r"\1isse"),
    (r"(.*)er$", r"\1e"),
)


def subjunctives(language: str, infinitives: frozenset[str], irregular: dict[str, str]) -> frozenset[str]:
    """The third persons, singular and plural, that stand after "que" (in Spanish also the polite command).

    `irregular` has the stems of verbs that follow no rule.
    """
    made = _french if language == "fr" else _spanish
    return frozenset(form for verb in infinitives for form in made(verb, irregular))


def _french(verb: str, irregular: dict[str, str]) -> Iterator[str]:
    if verb == "être":
        yield from ("soit", "soient")
        return
    if verb == "avoir":
        yield from ("ait", "aient")
        return
    singular = irregular.get(verb) or _french_regular(verb)
    yield from (singular, f"{singular}nt")


def _french_regular(verb: str) -> str:
    for ending, form in _FRENCH_ENDINGS:
        if match := re.match(ending, verb):
            return _grave(match.expand(form))
    return verb


def _grave(form: str) -> str:
    """So: libérer, lever, appeler, jeter: libère, lève, appelle, jette."""
    if form.endswith(("elle", "ette")):
        return form
    if re.search(r"(?:app|rapp|renouv)ele$", form):
        return f"{form[:-1]}le"
    if re.search(r"(?:j|rej|proj)ete$", form):
        return f"{form[:-1]}te"
    return (
        re.sub(r"[eé]([^aeiouyéè]{1,2})e$", r"è\1e", form) if not re.search(r"e[^aeiou]{2}e$", form) else form
    )


def _spanish(verb: str, irregular: dict[str, str]) -> Iterator[str]:
    if verb == "dar":
        yield from ("dé", "den")
        return
    if verb == "estar":
        yield from ("esté", "estén")
        return
    stem, vowel = irregular.get(verb) or _spanish_stem(verb), "e" if verb.endswith("ar") else "a"
    yield from (f"{stem}{vowel}", f"{stem}{vowel}n")


def _spanish_stem(verb: str) -> str:
    stem, ending = verb[:-2], verb[-2:]
    if ending == "ar":
        for old, new in (("c", "qu"), ("g", "gu"), ("z", "c")):
            if stem.endswith(old):
                return stem[:-1] + new
        return stem
    if re.search(r"[aeiou]c$", stem):
        return f"{stem[:-1]}zc"
    if stem.endswith("g"):
        return f"{stem[:-1]}j"
    if ending == "ir" and stem.endswith("u") and not stem.endswith("gu"):
        return f"{stem}y"
    return stem[:-2] + "g" if stem.endswith("gu") else stem
