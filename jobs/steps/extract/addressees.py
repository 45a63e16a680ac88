"""Lists who is asked or formally addressed, and the countries a document concerns."""

import re
from dataclasses import replace

from jobs.steps import lexicon
from jobs.steps.extract import parties
from jobs.steps.extract.blocks import Block
from jobs.steps.extract.context import Context
from jobs.steps.extract.data import pattern, table, words
from storage.records import Addressee, Demand

_FILE = "parties.toml"
_PETITION_TO = re.compile(
    r"^(?:(?:petition|petici[oó]n|pétition|петиция)\s+)?"
    r"(?:(?:addressed|directed|dirigida|adressée|to be delivered|адресована)\s+)?"
    r"(?:(?<=\s)(?:to|a|à|au|aux)|decision[- ]makers?|адресат\w*)\s?:?\s+(?P<names>[A-ZÀ-ÝА-ЯЁ].{3,200})$",
    re.IGNORECASE,
)
_MORE = re.compile(
    r",?\s+(?:and|y|et|и)\s+(?:a\s+|à\s+|ещё\s+)?\d+\s+(?:more|others?|más|autres?|\w+)$", re.IGNORECASE
)
_MISSION = re.compile(
    r"\b(?:(?:Permanent Mission|Embassy) of|"
    r"(?:Mission permanente|Ambassade) (?:de la |de l[’']|du |des |de |d[’'])|"
    r"(?:Misión Permanente|Embajada) (?:de la |del |de los |de )|"
    r"(?:Постоянное представительство|Посольство)\s)[^,;.]{3,70}"
)
_LEAD = re.compile(
    r"^(?:(?:H\.?\s?E\.?(?:,?\s+the)?|(?:His|Her) Excellency,?\s+the|"
    r"S\.?\s?E\.?|His Excellency|Her Excellency|Son Excellence|Su Excelencia|Excm[oa]\.?|"
    r"M\.|Mme\.?|MM\.|Sr\.|Sra\.|Monsieur|Madame|Señora?|Mr\.?|Mrs\.?|Ms\.?|Dr\.?|le|la|el|господину?|"
    r"госпоже?)\s+)+",
    re.IGNORECASE,
)
_END = re.compile(r"[,:]\s|[.;]\s+(?=Fax|T[eé]l|E-?mail|Correo|Факс|Тел|Twitter)|\s[–—-]\s|\s\(")


_HOME = {"ko": "KR", "ja": "JP"}
"""Whose organs are meant in a language where no state is told."""


def addressees(
    asked: list[Demand], formal: list[str], blocks: list[Block], context: Context, language: str = ""
) -> tuple[Addressee, ...]:
    """Every party once with the number of its demands; those only addressed, or written to, with none."""
    found: dict[str, int] = {}
    for demand in asked:
        found[demand.to] = found.get(demand.to, 0) + 1
    delivered = dict(_delivery(blocks)) if context.appeal else {}
    extra = [*(one for one in formal if not _CALLED.match(one)), *delivered]
    for name in extra:
        known = name in found
        if not (
            name in delivered and _MISSION.match(name)
        ):  # a mission is a body beside the state that sends it
            known = known or any(_within(name, other) for other in found) or _one_state(name, found) != name
        if name and not known and not parties.vague(name) and not parties.reader(name):
            found[name] = 0
    listed = []
    for name, count in found.items():
        country = parties.country(name) or delivered.get(name)
        if country is None and language in _HOME and name in words(_FILE, "home_organs"):
            country = _HOME[language]
        if country is None and context.state and _HEAD_OF_STATE.match(name):
            country = context.state
        of_the_state = (parties.vague(name.rsplit(maxsplit=1)[-1]) and _ITS_OWN.match(name) is not None) or (
            parties.vague(name) and not _organ(name)
        )
        of_the_state = of_the_state or (
            delivered.get(name, "") is None
            and not re.search(r"\b(?:UN|United Nations|EU|High Commissioner)\b", name)
        )
        of_the_state = of_the_state or (_ORGAN.match(name) is not None and not _ABROAD.search(name))
        if country is None and of_the_state and context.state:
            country = context.state
        if country and _twins(country, context.state, name):
            country = context.state
        listed.append(Addressee(name, country, count))
    return tuple(listed)


_ITS_OWN = re.compile(
    r"(?:Royal|Federal|Central|Interim|Transitional|Caretaker|Union)\s+(?:Government|Authorities)$"
)
_HEAD_OF_STATE = re.compile(
    r"(?:President|Prime Minister|King|Queen)\s+(?!of\b)[A-Z]\w+(?:\s+[A-Z]\w+){0,3}$"
)


_CALLED = re.compile(r"(?:(?:존경하는|친애하는)\s+)?\S{2,6}님$")
"""An office that a Korean letter speaks to; whose it is stands above."""
_ORGAN = re.compile(
    r"(?:генеральн\w+\s+)?(?:прокурат|прокурор|минист|департамент|следственн|верховн\w+ суд|полици)|"
    r"(?:le |la |l’)?(?:procureur|ministre|ministère|parquet|préfet|garde des sceaux|"
    r"président de la (?:transition|république))|"
    r"(?:el |la )?(?:fiscal|minist[re]|procurador|corte suprema|policía|defensor del pueblo)",
    re.IGNORECASE,
)
"""Organs that are the state's which the text is about, unless they say otherwise."""
_ABROAD = re.compile(
    r"\b(?:ONU|ООН|Nations|Naciones|Union|Unión|Europe|Европ|CPI|Corte Penal|Cour pénale)", re.IGNORECASE
)


def _twins(country: str, state: str, name: str) -> bool:
    """Whether the text is about another state whose people go by the same name: "congolais", "Korean"."""
    pair = next(
        (one for one in table(_FILE)["twins"] if country in one["codes"] and state in one["codes"]), None
    )
    return pair is not None and not re.search(pair["unless"], name, re.IGNORECASE)


def spelled_out(names: list[str], text: str, state: str = "") -> dict[str, str]:
    """The names that stand in full elsewhere: acronyms introduced with one, "the authorities" of `state`."""
    full: dict[str, str] = {}
    for short in names:
        at = text.find(f"({short})") if _ACRONYM.match(short) else -1
        before = text[max(0, at - 120) : at].rstrip() if at > 0 else ""
        whole = next((name for name in names if len(name) > len(short) and before.endswith(name)), "")
        if whole or (
            short.lower() in {"authorities", "government"} and (whole := _in_full(short.lower(), text, state))
        ):
            full[short] = whole
    return full


def _in_full(short: str, text: str, state: str) -> str:
    """The one name under which "authorities" or "government" stand in full in a text; "" if none does."""
    named = {match.group() for match in _FULL[short].finditer(text)}
    states = {parties.country(name) for name in named}
    return min(named) if states == {state} else ""


_FULL = {
    short: re.compile(
        rf"\b(?:[Gg]overnment|[Aa]uthorities)\s+of\s+(?:the\s+)?[A-Z][\w’'-]+(?:\s+[A-Z][\w’'-]+){{0,3}}|"
        rf"\b(?!The\b|These\b|Those\b)[A-Z][a-z]+\s+{short}\b"
    )
    for short in ("authorities", "government")
}


_ACRONYM = re.compile(r"[A-ZÀ-ÝА-ЯЁ][A-ZÀ-ÝА-ЯЁ-]{1,9}$")


def of_one_state(asked: list[Demand]) -> list[Demand]:
    """The demands with every state under the first of its names."""
    named: dict[str, int] = {}
    told = []
    for demand in asked:
        name = _one_state(demand.to, named)
        named.setdefault(name, 0)
        told.append(demand if name == demand.to else replace(demand, to=name))
    return told


def _one_state(name: str, found: dict[str, int]) -> str:
    """A state under the name it has already: "Thai authorities" are the "Government of Thailand"."""
    if not parties.plain_state(name):
        return name
    code = parties.country(name)
    return next((one for one in found if parties.plain_state(one) and parties.country(one) == code), name)


def _within(name: str, other: str) -> bool:
    if not name.isascii() and (name in other or other in name) and min(len(name), len(other)) > 2:
        return True  # where no spaces part the words: the head of a body that is listed, or its full name
    if parties.plain_state(other) and not parties.plain_state(name):
        return False  # an office of the state: "President of Egypt"
    mine, theirs = set(parties.tokens_of(name)), set(parties.tokens_of(other))
    return mine <= theirs or theirs <= mine


def _delivery(blocks: list[Block]) -> list[tuple[str, str | None]]:
    """Officials and embassies to which an appeal's letters go, with the country of each; no copies."""
    found: list[tuple[str, str | None]] = []
    on = False
    for index, block in enumerate(blocks):
        if (petition := _PETITION_TO.match(block.text)) and index < 30:
            names = _MORE.sub("", petition["names"])
            found += [(parties.clean(name), None) for name in re.split(r",\s+|\s+and\s+", names)]
            continue
        if pattern(_FILE, "copies").match(block.text):
            on = False
        elif pattern(_FILE, "delivery").fullmatch(block.text.rstrip(" :.")):
            on = True
        elif on and len(block.text) > _LINE:
            on = False
        elif on and (
            _under_official(block, blocks[index - 1])
            or _under_holder(block, blocks[:index])
            or _WIRE.match(block.text)
        ):
            continue
        elif (
            on
            and "@" not in (name := _official(block.text))
            and name
            and not _office_below(name, blocks[index + 1 :])
        ):
            found.append((name, _country_of_address(name, blocks[index : index + 8])))
    return found[:12]


_WIRE = re.compile(
    r"(?:Telegrams?|Telex|Cables?|Salutation|T[eé]l[eé]grammes?|Telegramas?)\s*:", re.IGNORECASE
)
"""Where a telegram to the official above goes."""


def _under_official(block: Block, above: Block) -> bool:
    """Whether a line is the institution of the official in the line above it."""
    below = not block.gap and not block.marker and pattern(_FILE, "institution").match(block.text)
    return bool(below) and bool(_official(above.text))


def _under_holder(block: Block, above: list[Block]) -> bool:
    """Whether a line is the institution of the official two lines above, whose name stands between them."""
    if len(above) < _TWO or above[-1].gap or block.gap or _official(above[-1].text):
        return False
    return bool(pattern(_FILE, "institution").match(block.text)) and bool(_official(above[-2].text))


_TWO = 2


def _office_below(name: str, below: list[Block]) -> bool:
    """Whether a line is the name of whoever holds the office that the line below it names."""
    office = bool(below) and not below[0].gap and pattern(_FILE, "official").match(below[0].text)
    return bool(office) and not pattern(_FILE, "official").match(name) and not _MISSION.search(name)


_LINE = 260  # characters of an address


def _official(text: str) -> str:
    """The office or mission in a line of an address; a person's name gives way to the office behind it."""
    if mission := _MISSION.search(text):
        return mission.group()
    parts = [part.strip() for part in _END.split(_LEAD.sub("", text)) if part.strip()]
    at = next((at for at, part in enumerate(parts[:2]) if pattern(_FILE, "official").match(part)), -1)
    if at >= 0:
        body = parts[at + 1] if at + 1 < len(parts) else ""
        named = parties.actor(body) and not re.search(r"\d", body) and not _LEAD.match(body)
        return (f"{parts[at]}, {body}" if named else parties.clean(parts[at]))[:120]
    titled = _LEAD.match(text) or pattern(_FILE, "official").match(text)
    return parties.clean(parts[0])[:120] if titled and parts else ""


def _country_of_address(name: str, lines: list[Block]) -> str | None:
    """The country at the end of a postal address; a mission's is that of the state that sends it."""
    if re.search(r"\b(?:Embassy|Mission|Ambassador|Ambassade|Misión|Embajada|UN|United Nations|EU)\b", name):
        return None
    for number, line in enumerate(lines):
        if number and (line.gap or line.marker or _official(line.text)):
            break
        for part in reversed(re.split(r",\s+", line.text.rstrip(" ."))[number == 0 :]):
            place = re.sub(r"^\d[\d -]*\s+", "", part)
            if len(place) < 40 and parties.names_country(place):
                return parties.country(place)
    return None


def countries(title: str, named: tuple[str, ...], asked: tuple[Addressee, ...]) -> tuple[str, ...]:
    """Countries the document concerns, the principal one first: those asked, then those named."""
    own = [party.country for party in asked if party.country]
    if not own and len(named) < 2:
        return named
    in_title = lexicon.countries_in(title)
    from_title = [code for code in named if code in in_title]
    ordered = dict.fromkeys([*from_title, *own, *named[:4]])
    return tuple(code for code in ordered if code)


def _organ(name: str) -> bool:
    """Whether a bare name is of a body that is hardly the state's which the text is about."""
    return name.lower() in {"commission", "council", "committee"}
