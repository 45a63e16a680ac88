"""Tells where a list of signatories begins and ends on a page, and cuts its lines into names."""

import re
import unicodedata
from functools import cache
from itertools import pairwise

from jobs.steps.extract import parties, scripts
from jobs.steps.extract.blocks import Block
from jobs.steps.extract.data import may_hold, pattern, words
from jobs.steps.extract.printed_countries import printed_names
from jobs.steps.lexicon.countries import place_spans
from jobs.steps.lexicon.tokens import cut

_FILE = "signatories.toml"
NUMBERING = re.compile(
    r"^(?:#{1,4}\s+|\(?\d{1,3}(?:\.[-–]|[.)．、])\s*|\d{1,3}\s*\|\s*|[・○●◇◆■□※★☆ㆍ–—*-]\s*)+"
)
LABELLED = re.compile(r"^(?P<head>[^:：]{2,60})\s*[:：]\s*(?P<rest>\S.*)$")
ASIDE = re.compile(r"\s*[(\[（【〔<][^()\[\]（）【】〔〕<>]{0,60}[)\]）】〕>]")
WITH_COUNT = re.compile(r"\s*[-–—:]?\s*\(?\d+\)?\s*(?:개|個|个)?\s*$")
_SEPARATORS = (";", "；", " | ", "、", " · ", "•", "ㆍ", "／", "，")
ONLY_POST_NOMINAL = re.compile(r"(?:[A-Z]{2,6}|(?:[A-Z]\.\s?){2,4}|Ph\.?D\.?|LL\.[MBD]\.?)$")
EAST = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


_CLOSING = re.compile(
    r"^(?:yours? )?(?:very )?(?:sincerely|respectfully|faithfully|truly|signed|in solidarity|with respect|"
    r"yours|best regards|kind regards|cordially|on behalf of|atentamente|respetuosamente|"
    r"cordialement|respectueusement|con (?:dolor|respeto|solidaridad|esperanza)|en solidaridad|"
    r"sin otro particular|"
    r"с уважением|искренне)\b.{0,60}$|"
    r"^(?:veuillez (?:agréer|recevoir|croire)|agréez|nous vous prions d['’]agréer|"
    r"reciban? (?:un|una|nuestros?|nuestras?|mis?|usted(?:es)?|el|la) |hacemos propicia|"
    r"примите)\b.{0,180}$",
    re.IGNORECASE,
)


def is_closing(block: Block) -> bool:
    """Whether a line closes a letter: "Yours sincerely", "Atentamente"."""
    return _CLOSING.match(block.text) is not None


def heads_list(block: Block) -> bool:
    """Whether a line heads a list of names."""
    return bool(heading(block)[0])


def heading(block: Block) -> tuple[str, str]:
    """Which list a line opens (organisations or persons), and the names that follow in it."""
    if found := scripts.heading(block.text) or _told(block):
        return found
    head = scripts.unsigned(block.lowered[:120])
    if not (may_hold(_FILE, "organisations", head) or may_hold(_FILE, "persons", head)):
        return "", ""
    if (framed := _FRAMED.match(block.text)) and (mode := _mode(framed["head"])):
        rest = framed["rest"].strip(" :：")
        return mode, "" if not rest or _ORDERED.search(rest) else rest
    text = unicodedata.normalize("NFKC", NUMBERING.sub("", scripts.unsigned(block.text[:4000])))
    if len(text) <= 120 and (mode := _mode(text)):
        return mode, ""
    match = LABELLED.match(text)
    if match and (mode := _mode(match["head"])) and _several(match["rest"]):
        return mode, match["rest"]
    return "", ""


def _told(block: Block) -> tuple[str, str] | None:
    """Which list a sentence that says who signs opens, with its names, or the head of a table of them."""
    lowered = block.lowered
    if "|" in lowered or "\t" in lowered:
        cells = [cell.strip() for cell in re.split(r"[|\t]", lowered)]
        heads = len(cells) > 1 and all(map(_HEAD_CELL.fullmatch, cells))
        if heads and _CELL.fullmatch(cells[0] or cells[1]):
            return ("persons" if "name" in lowered and "organi" not in lowered else "organisations"), ""
    if "ed by" not in lowered[:90] or len(lowered) > _ROWED:
        return None
    match = _IN_PROSE.match(block.text)
    rest = match["rest"].strip() if match else ""
    if rest.count(",") + rest.count(";") < _PROSED or not _TITLED.search(rest):
        return None
    names = [_LAST.sub("", part.strip()) for part in re.split(r"[,;]|\sand\s", rest) if part.strip()]
    people = all(is_personal(name) and not is_organisation(name) for name in names)
    return "persons" if people else "organisations", rest


_PROSED = 2  # commas between names in a sentence
_ROWED = 6000  # characters of a sentence that names those who sign
_CELL = re.compile(r"(?:name of )?(?:organi[sz]ations?|signator(?:y|ies)|names?(?: of organi[sz]ations?)?)")
_HEAD_CELL = re.compile(
    r"(?:name of )?(?:organi[sz]ations?|signator(?:y|ies)|names?(?: of organi[sz]ations?)?|"
    r"representatives?|title|position|role|affiliation|institution|profession|occupation|city|no\.?|#|country|countries|region|)"
)
_IN_PROSE = re.compile(
    r"(?:(?:This|The|Our)\s+(?:\w+\s+){1,3}(?:is|was|has been)\s+)?(?:jointly\s+)?(?:co-?)?"
    r"(?:[Ss]igned|[Ss]upported|[Ee]ndorsed)"
    r"\s+by:?\s+(?:the\s+following(?:\s+\w+){1,3}:\s+)?(?P<rest>[A-ZÀ-Þ].*?)\.?$"
)
_TITLED = re.compile(r"(?:[,;]|\band)\s+(?:the\s+)?[A-ZÀ-Þ]")

_FRAMED = re.compile(
    r"[【〔\[〈《＜<](?P<head>[^【】〔〕\[\]〈〉《》＜＞<>]{2,24})[】〕\]〉》＞>](?P<rest>.*)$"
)
_ORDERED = re.compile(r"^[（(]|順|순|敬称|敬稱|직함|所属|所屬|소속|時点|截至|截止|現在")
"""A remark on the order or the day of a list."""


def _mode(text: str) -> str:
    plain = ASIDE.sub("", text).strip(" :：*#-–—=_")
    plain = WITH_COUNT.sub("", plain).strip()
    if not plain or len(plain) > 80:
        return ""
    for mode in ("persons", "organisations"):
        if pattern(_FILE, mode).fullmatch(plain):
            return mode
    return _heads(plain, text)


def _heads(plain: str, text: str) -> str:
    """Which list a heading opens that says in its own words who signs: "Groups that support this"."""
    few = len(plain.split()) <= _HEADING and plain[-1:] not in ".!?"
    sure = text.rstrip().endswith((":", "：")) or plain.isupper() or len(plain.split()) <= _SURE
    if not (few and sure and pattern(_FILE, "signing").search(plain)):
        return ""
    for mode in ("persons", "organisations"):
        if pattern(_FILE, f"who_{mode}").search(plain):
            return mode
    return ""


_HEADING, _SURE = 11, 4  # words of a heading; of one that needs no colon


def _several(text: str) -> bool:
    return (
        len(text.split()) <= 12
        or text.count(" / ") > 1
        or any(separator in text for separator in _SEPARATORS)
        or text.count(",") >= 2
    )


def ends(block: Block, mode: str, *, opening: bool = False) -> bool:
    """Whether a running list of names is over before this block; `opening`: nothing stands in it yet."""
    text = block.text
    if (
        scripts.page_foot(text, gap=block.gap)
        or _is_chrome(text, opening=opening)
        or pattern(_FILE, "end").match(text)
    ):
        return True
    if (LABELLED.match(text) and is_country(text.partition(":")[0].strip())) or _goes_on(text):
        return not is_country(text.partition(":")[0].strip())
    if _SUMMED.search(text):
        return True
    told = scripts.told(text)
    if len(split_names(text)) > 2 or len(_NUMBERED_NAMES.findall(text)) > 2:
        return told
    limit = 40 if mode == "persons" else 26
    if len(text.split()) > limit:
        return not pattern(_FILE, "counted").search(text)
    return "。" in text or told or _is_sentence(text)


def _is_chrome(text: str, *, opening: bool) -> bool:
    """A rule, prose, an aside, a menu, or the heading of what stands below a text."""
    tail = pattern("sections.toml", "tail").fullmatch(text.rstrip(" :："))
    drawn = (
        re.fullmatch(r"[\W_]+", text)
        or _ASIDE_LINE.match(text)
        or (not opening and text.count(" | ") > 1 and _WORDED.match(text) and not LABELLED.match(text))
        or _WRITE_TO.search(text)
    )
    return bool(tail or drawn or _PROSE.search(text))


_NUMBERED_NAMES = re.compile(r"(?:^|\s)\d{1,3}[.)]\s+(?=[^\W\d_])")
"""The numbers of names in a row: "1. A 2. B 3. C"."""
_WORDED = re.compile(r"[▲▶◀△▷◁▼↑→←\s]*[^\W\d_]")
"""A line that begins with a word, whatever arrows a menu sets before it."""
_WRITE_TO = re.compile(r"[:：]\s?[\w.+-]{1,40}@[\w.-]{3,40}")
"""An address to write to, behind its label."""


def _goes_on(text: str) -> bool:
    """Whether the parts of a line between commas go on with a sentence rather than name somebody."""
    parts = outside(text, ",") if ";" not in text and len(text.split()) > _LONG else []
    told = [_LAST.sub("", part.strip()) for part in parts]
    return any(part[:1].islower() and len(part.split()) > _TOLD for part in told)


def _is_sentence(text: str) -> bool:
    return (
        text.endswith(".")
        and len(text.split()) > 9
        and not re.search(r"(?:Inc|Ltd|[A-Z]|e\.V)\.$", text)
        and not pattern(_FILE, "counted").search(text)
    )


_PROSE = re.compile(r"^(?=.{90})[^;]{20,}?(?:[a-z]{3}\.|[!?])\s+[A-ZА-ЯЁ][^\W\d_]+\s+[^\W\d_A-Z]+\s")
"""More than one sentence, which no name has."""
_SUMMED = re.compile(r"[共合總总][計计].{1,24}。?$|[請请][見见].{1,16}。$")
"""A sentence that tells how many signed elsewhere."""
_ASIDE_LINE = re.compile(
    r"^\((?:[^\s()]+\s+){4,}[^\s()]+\)$|^[(（][^()（）]{0,24}(?:[见見附略별첨참조]|名[单單簿])[^()（）]{0,12}[)）]$"
)
_LAST = re.compile(r"^(?:and|et|y|и|und|e)\s+(?=[A-ZÀ-ÞА-ЯЁ])")
_TOLD, _LONG = 3, 12  # words of a part that goes on with a sentence, and of that sentence


def outside(text: str, separator: str) -> list[str]:
    """The parts of a text between separators that stand outside of parentheses."""
    masked = ASIDE.sub(lambda match: "\x01" * len(match.group()), text)
    parts, start = [], 0
    for match in re.finditer(re.escape(separator), masked):
        parts.append(text[start : match.start()])
        start = match.end()
    return [*parts, text[start:]]


def split_names(text: str, *, persons: bool = False, row: bool = False) -> list[str]:
    """The names of one line: split at the mark that stands between them, outside of parentheses."""
    masked = ASIDE.sub(lambda match: "\x01" * len(match.group()), text)
    if parts := scripts.names_in_row(text, masked, persons=persons, row=row):
        return parts
    separator = next((one for one in _SEPARATORS if masked.count(one) >= 1), "")
    if separator == " | " and any(is_country(part.strip()) for part in text.split("|")):
        separator = ""  # the columns of a table
    separator = separator or _stroke(text, masked)
    if not separator and persons and masked.count(",") >= 2 and len(ASIDE.findall(text)) >= 2:
        separator = ","
    if not separator and (
        (row and masked.count(",") >= 2) or (EAST.search(text) and masked.count(",") and len(text) < 400)
    ):
        separator = ","
        text, masked = (
            re.sub(r",?\s+(?:and|et|y|и|und|e)\s+(?=[A-ZÀ-ÞА-ЯЁ][^,]*$)", ", ", one) for one in (text, masked)
        )
    if not separator and masked.count(",") >= 3 and (EAST.search(text) or text.count(",") >= 4):
        separator = ","
    if not separator:
        return [text]
    if separator == ",":
        text = re.sub(r",?\s+(?:and|et|y|и)\s+(?=[A-ZÀ-ÞА-ЯЁ][^,]*$)", ", ", text)
    parts = [part.strip(" .。,") for part in outside(text, separator)]
    parts = [part for before, part in pairwise(["", *parts]) if part and not _belongs(before, part)]
    return _whole(parts) if separator == "," else parts


def _whole(parts: list[str]) -> list[str]:
    """The names of a row between commas, those put together that have one within."""
    names: list[str] = []
    for part in parts:
        if names and _of_one(names[-1], part):
            names[-1] = f"{names[-1]}, {part}" if ASIDE.search(part) else names[-1]
        else:
            names.append(part)
    return names


def _of_one(before: str, part: str) -> bool:
    """Whether a part only says where the body before it is, or what it is in law: "Accra (Ghana)", "Inc."."""
    if _LEGAL.match(part):
        return True
    base = ASIDE.sub("", part).strip()
    if base == part or ASIDE.search(before) or not before:
        return False
    return base.startswith("University of ") or (len(base.split()) <= _TOWN and is_place(base))


_LEGAL = re.compile(r"(?:Inc|Ltd|LLC|e\.\s?V|A\.\s?C)\b\.?\s?(?:\(|$)")
_TOWN = 2  # words


def _stroke(text: str, masked: str) -> str:
    """The stroke or dash that parts the names of a row; "" for none."""
    east = EAST.search(text) is not None
    if " / " in masked and (east or masked.count(" / ") >= _DASHES):
        return " / "
    if east and masked.count("·") >= _DASHES and " · " not in masked:
        return "·"
    if east and masked.count("/") >= _DASHES:
        return "/"
    return next((dash for dash in (" – ", " — ", " - ") if masked.count(dash) >= _DASHES), "")


def _belongs(before: str, part: str) -> bool:
    """Whether a part is what stands behind the person before it: "Marie-Claire, OSB"."""
    return ONLY_POST_NOMINAL.match(part) is not None and (
        HONOURED.match(before) is not None or (is_personal(before) and not is_organisation(before))
    )


_DASHES = 3  # dashes or strokes that part the names of a row


def is_country(text: str) -> bool:
    """Whether a line is only a country's name."""
    named = (
        (parties.names_country(text) and not is_place(text))
        or text in SIGNS
        or text.lower() in printed_names()
    )
    own = text.lower() in printed_names()
    return "," not in text and named and (own or not is_organisation(text))


def is_place(text: str) -> bool:
    """Whether a name is of a place within a country: a town, a state of a federation."""
    return text.lower() not in printed_names() and any(place for _, _, place in place_spans(cut(text)))


def is_organisation(name: str) -> bool:
    """Whether a name has a word of those that bodies have."""
    listed = words(_FILE, "organisation_words")
    parts = [re.sub(r"['’]s?$", "", part.strip(",.()")).lower() for part in name.split()]
    return not listed.isdisjoint(parts) or any(word in name for word in _unspaced_words())


@cache
def _unspaced_words() -> tuple[str, ...]:
    """Those that may stand anywhere in a name: scripts of their own write no spaces between words."""
    return tuple(word for word in words(_FILE, "organisation_words") if not word.isascii())


def is_personal(name: str) -> bool:
    """Whether a name is such as a person has: two words or more with capitals, a few signs in East Asian."""
    parts = name.split()
    if EAST.search(name):
        return len(parts) <= 3 and 2 <= len(name) <= 12
    return 2 <= len(parts) <= 5 and all(
        part[:1].isupper()
        or part in {"y", "de", "van", "von", "bin", "al", "da", "dos", "el", "ibn", "bint", "der", "la"}
        for part in parts
    )


HONOURED = re.compile(
    r"(?:(?:Mr|Mrs|Ms|Dr|Prof|Rev|Hon|Mgr|Fr|Sr|Sra|Dra|Br|Ven|Adv|Lic|Licda|Lcda|Ing|M\.A|Mme|Hna|Hno|Bro|"
    r"Sis)\b\.?|M\.|P\.|"
    r"Emerit(?:us|a) Prof(?:essor|\.)|(?:Assoc|Asst)\.\s+Prof\.|(?:Associate|Assistant|Adjunct) Professor|"
    r"Professor|Ambassador|Sister|Brother|Senator|Bishop|Archbishop|Pastor|Father|Doña|Don|Fray|Padre|"
    r"Hermana|"
    r"Hermano|Abbé|Père|Sœur|Frère|Pasteur|Maître|Rabbi|Imam|Sheikh|Sir|Dame|Lord|Lady|Baroness)\s+"
    r"(?:em\.?\s+)?[A-ZÀ-Þ]"
)
"""A name with an honorific before it."""
SIGNS = frozenset(
    {
        "RCA",
        "RDC",
        "UK",
        "USA",
        "US",
        "ROK",
        "DPRK",
        "PRC",
        "UAE",
        "EEUU",
        "США",
        "台湾",
        "臺灣",
        "香港",
        "韩国",
        "澳洲",
        "紐西蘭",
    }
)
SIGNED_BY_BODIES = re.compile(
    r"\b(?:organizaciones|colectivos|asociaciones)\s+(?:abajo\s+firmantes|firmantes|que\s+suscrib\w+|suscritas|"
    r"que\s+firma\w+)|"
    r"\b(?:organisations|associations|ong)\s+(?:soussignées|signataires)|"
    r"\bundersigned\s+(?:\w+\s+){0,3}?(?:organi[sz]ations|groups|ngos|associations|bodies)\b|"
    r"нижеподписавшиеся\s+(?:\w+\s+){0,2}?организации|المنظمات\s+الموقعة",
    re.IGNORECASE,
)
"""What says that those who sign below are organisations."""
IN_COUNTRY = re.compile(
    r"^(?:[Aa]u|[Aa]ux|[Ee]n|À|[Ii]n(?: the)?|[Ff]rom(?: the)?|[Dd]esde|[Dd]e|В|Из|In|Aus)\s+(?=[A-ZÀ-ÞА-ЯЁ])"
)
"""What stands before the name of a country that heads a list."""
KOREAN_PERSON = re.compile(
    r"[가-힣]{2,4}\s(?:목사|교수|신부|스님|수녀|변호사|작가|기자|박사|시인|감독|의원|장로|선교사|교무|활동가)"
)
"""A name in Hangul with the work behind it."""
