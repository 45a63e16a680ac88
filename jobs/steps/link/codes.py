"""By what a page and a call are known again: addresses and codes, each in one form."""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

_IDENTIFIER = re.compile(
    # Amnesty: UA 68/12, UA 83.18, in French and Spanish AU; in other languages by its name
    r"(?<![A-Z])(?:UA|AU|긴급행동|緊急行動|紧急行动|Акция срочной помощи|Urgent Action|Action urgente|"
    r"Acción Urgente|تحرك عاجل)[:\s]{0,3}(?:n[°o]\s?)?(\d{1,3}[/.]\d{2,4})(?!\d)"
    r"|(?i:\b(EXTRA\s\d{1,3}[/.]\d{2}))(?!\d)"  # death penalty
    r"|\b((?:UA|UP|UAC|HAC|STM|FOL)-\d{1,3}-\d{4})\b"  # Asian Human Rights Commission
    r"|\b([Cc]ase\s[A-Z]{3}\s?\d{6})\b|\b(Cas\s[A-Z]{3}\s?\d{6})\b"  # OMCT
    r"|\b((?:AFR|AMR|ASA|EUR|MDE|ACT|POL)\s{0,2}\d{2}/\d{3,4}/(?:19|20)\d{2})\b"  # its index
    r"|\b([A-Z]{3}\s{0,2}\d{3}\s{0,2}/\s{0,2}\d{4}\s{0,2}/\s{0,2}OBS\s{0,2}\d{3})"  # OMCT and FIDH
    r"|\b((?:AL|UA|JUA|JAL|OL)\s[A-Z]{3}\s\d{1,2}/20\d{2})\b"  # UN Special Procedures
    r"|\b(A/(?:HRC|C\.3|RES)[/\dA-Z.]{2,24}\d)\b"  # UN symbols
    r"|\b((?:19|20)\d{2}/\d{4}\((?:RSP|INI)\))"  # European Parliament
)
_TRACKING = frozenset({"fbclid", "gclid", "ref", "source", "from", "lang"})


def canonical(url: str) -> str:
    """A URL without scheme, www, fragment, tracking parameters and a last slash; "" for none."""
    if not url:
        return ""
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return url.strip()
    kept = [
        (k, v)
        for k, v in parse_qsl(parts.query)
        if k.lower() not in _TRACKING and not k.lower().startswith("utm_")
    ]
    query = f"?{urlencode(sorted(kept))}" if kept else ""
    return f"{host}{parts.path.rstrip('/')}{query}"


def bare(identifier: str) -> str:
    """A code in one form: without spaces, its year in two digits, without the number of the follow-up."""
    code = re.sub(r"[\s:]", "", identifier).upper().replace(".", "/")
    code = re.sub(r"^(?:CASE|CAS)(?=[A-Z]{3}\d{6})", "", code)
    code = re.sub(r"(OBS\d{3})/\d{1,2}$", r"\1", code)
    amnesty = re.fullmatch(r"(?:UA|AU)0{0,2}(\d{1,3})/(?:19|20)?(\d{2})", code)
    return f"UA{amnesty.group(1)}/{amnesty.group(2)}" if amnesty else code


_CODED = (
    *("UA", "AU", "긴급행동", "緊急行動", "紧急行动", "Акция", "Action", "Acción", "تحرك عاجل"),
    *("UP-", "HAC-", "STM-", "FOL-", "OBS", "/19", "/20", "A/", "(RSP)", "(INI)"),
)
"""Of these one stands in each code but those of six digits and of the death penalty."""
_SIX_DIGITS = re.compile(r"\d{6}")


def identifiers_in(text: str) -> frozenset[str]:
    """The codes of calls and documents that a text names."""
    coded = any(piece in text for piece in _CODED) or "extra" in text.lower() or _SIX_DIGITS.search(text)
    if not coded:
        return frozenset()
    found = set()
    for match in _IDENTIFIER.finditer(text):
        number = match.group(1)
        found.add(bare(f"UA{number}" if number else match.group()))
    return frozenset(found)
