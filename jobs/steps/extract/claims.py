"""Reads how many organisations, persons and countries a text says have signed, whatever its list shows."""

import re
import unicodedata
from functools import cache
from typing import Any

from jobs.steps.extract.blocks import Block
from jobs.steps.extract.data import table
from jobs.steps.extract.numbers import HAN_NUMBER, NUMBER, number, number_of

_FILE = "claims.toml"

_COUNTRIES = re.compile(
    rf"\b(?:procedentes\s+de|provenientes\s+de|originarias\s+de|de|en|"
    rf"desde)\s+(?P<s>{number_of('es')})\s+(?:\w+\s+)?países\b|"
    rf"\b(?:issue?s\s+de|de|dans|venant\s+de)\s+(?P<f>{number_of('fr')})\s+(?:\w+\s+)?pays\b|"
    rf"\bиз\s+(?P<r>{number_of('ru')})\s+стран|"
    rf"(?:من|في)\s+(?P<a>{number_of('ar')})\s+(?:دولة|دول|بلدا|بلدان|بلدًا)|"
    rf"\b(?:from|in|across|"
    rf"of)\s+(?:\w+\s+){{0,2}}?(?P<n>{NUMBER})\s+(?:of\s+the\s+)?(?:\w+\s+){{0,2}}?"
    rf"(?:\w+\s+and\s+\w+\s+)?(?:countries|states|"
    rf"nations)\b",
    re.IGNORECASE,
)
_SIGNING = re.compile(
    r"\b(?:we (?:are )?writ(?:e|ing) (?:to you )?as|whose names? (?:stand|appear|are|follow)|names? below|"
    r"(?:write|turn) to you|"
    r"on behalf of|undersigned|signed by|signatories|endorsed by|supported by|joined by|the following|"
    r"representing|representatives of|delegates of|join|signataires|soussignée?s|firmantes|"
    r"abajo firmantes|suscri\w+|firmamos|adherimos|nos (?:sumamos|unimos|adherimos)|(?:les|"
    r"le) escrib(?:en|imos)|signons|signent|adhérons|"
    r"подпис\w+|нижеподпис\w+|collectif de|group of|active in|based in|working in|headquartered in)\b|"
    r"الموقع|(?<!\w)موقع[ةو]|وقعت|نحن|\b(?:we|nous|nosotr[oa]s|мы|wir|nós),\s|abaixo[- ]assinad\w+|"
    r"subscrev\w+|unterzeich\w+|"
    r"\b(?:our|nos|nuestras)\s+[\w-]+\s+(?:organi[sz]a\w+|associations|asociaciones|ong|ngos|groups|collectifs|"
    r"colectivos)\b|"
    r"обраща(?:ются|емся)|поддержал\w*|присоедин\w+|с подписями|with \d+ signatures",
    re.IGNORECASE,
)
_STEMS = (
    *(
        "behalf",
        "we write",
        "write to you",
        "whose name",
        "names below",
        "writing",
        "undersigned",
        "signed",
        "signator",
        "we,",
        "endorsed",
        "supported by",
        "joined",
        "following",
        "nous,",
        "nosotr",
        "мы,",
        "wir,",
        "nós,",
        "assinad",
        "subscrev",
        "unterzeich",
        "обраща",
        "поддержал",
        "присоедин",
        "signatures",
        "representing",
        "collectif de",
        "group of",
        "escrib",
        *("our ", "nos ", "nuestras "),
    ),
    *(
        "join",
        "signataires",
        "soussign",
        "firmante",
        "suscri",
        "firmamos",
        "adherimos",
        "sumamos",
        "signons",
        "signent",
        "подпис",
        "موقع",
        "وقعت",
        "نحن",
        "단체",
        "모임",
        "団体",
    ),
    *("团体", "组织", "机构", "團體", "組織", "機構"),
)
_TITLE_ASKS = re.compile(
    r"^[^.]{0,130}\b(?:calls?|urges?|demands?|appeals?|asks?|condemns?|joins?|writes?|protests?|express(?:es|ed)?|"
    r"interpellent|appellent|demandent|exigent|"
    r"dénoncent|exigen|piden|llaman|denuncian|solicitan|exigem|pedem|apelam|призывают|требуют|просят|"
    r"fordern|appellieren)\b",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"\b(?:last (?!\w+day\b|night\b|week\b)\w+|wrote|earlier|previous|in (?:19|20)\d\d|300 other)\b",
    re.IGNORECASE,
)
_ALONE = re.compile(
    rf"\b(?:we|nous|nosotr[oa]s|мы|wir),?\s+(?:the\s+|les\s+)?(?:undersigned\s+|"
    rf"soussignée?s?\s+)?(?P<n>{NUMBER})\s+(?:[\w'’-]+,?\s+){{0,3}}?"
    rf"(?:individuals|persons|people|experts|academics|personalities|lawmakers|parliamentarians|scholars|"
    rf"citizens|signatories|lawyers|"
    rf"writers|journalists|doctors|artists|professors|teachers|researchers|laureates|bishops)\b|"
    rf"\b(?:collectif|groupe)\s+de\s+(?P<f>{number_of('fr')})\s+(?:avocat|universitaire|artiste|intellectuel|"
    rf"écrivain|chercheu|personnalité|élu|député|sénat|médecin|journaliste|militant|citoyen|professeur|enseignant)\w*|"
    rf"\bgroup\s+of\s+(?P<g>{NUMBER})\s+(?:[\w-]+\s+){{0,2}}?(?:lawyers|scholars|academics|artists|writers|lawmakers|"
    rf"parliamentarians|doctors|journalists|experts)\b|"
    rf"\bsigned\s+by\s+(?P<b>{NUMBER})\s+(?:Members|MPs|MEPs|senators|deputies|parliamentarians|lawmakers)\b|"
    rf"\bwith\s+(?P<m>{NUMBER})\s+signatures\b",
    re.IGNORECASE,
)
"""Persons who sign without any organisation."""
_EAST = re.compile(
    r"(?:우리|이상|총|전국|함께한|참여한|서명한|연명한)[^.]{0,12}?(?P<k>\d{1,4})(?!\s?개\s?국)\s?(?:개|"
    r"여개)?\s?[\w·ㆍ\s]{0,12}?(?:단체|모임)|"
    r"(?P<n>\d{1,4})\s?(?:개|여개)\s?(?:\S{0,12}\s)?(?:단체|시민단체|노조|노동조합|교회|대학|기관|모임)|"
    r"단체\s?(?:[(（][^()（）\d]{0,16})?(?P<x>\d{1,4})\s?(?:개|곳)(?!\s?국)|"
    r"(?:以下の?|賛同(?:した)?|計|私たち)(?P<j>\d{1,4})団体|(?P<l>\d{1,4})団体(?:は|が|の連名|による|一同)|"
    r"[(（](?:[^()（）]{1,16}現在)?[、,：:\s]?(?P<p>\d{1,4})団体[)）]|(?P<u>\d{1,4})\s?団体(?:[、・と及]|が賛同|賛同)|"
    r"賛同団体[^\d、。]{0,6}(?P<s>\d{1,4})(?!\d|\s?[年月日])|"
    rf"(?<!\w)団体(?:数)?\s?(?P<aa>\d{{1,4}})\s?(?=[・、,，)）]|$)|단체\s?(?P<ab>\d{{1,4}})\s?[,·、]\s?개인\s?\d|"
    rf"(?:我们|我們|我们是|我們是|以下|共|的)(?P<h>{HAN_NUMBER})(?:个|家|個)(?:团体|组织|机构|團體|組織|機構)|"
    rf"(?P<g>{HAN_NUMBER})(?:个|個|家)(?:[^\d，。；、]{{1,6}})?(?:团体|組織|组织|机构|團體|機構)(?:及|和|、|"
    rf"與|与|联合|聯合|联署|聯署|共同)|"
    rf"(?:我[们們]|[来來]自)[^。；]{{0,24}}?(?P<w>{HAN_NUMBER})(?:个|個|家)[^\d，。；、]{{0,6}}?(?:团体|"
    rf"组织|组織|机构|團體|組織|機構)|"
    r"(?P<v>\d{1,4})\s?(?:개|여개)\s?(?:국내외\s?)?(?:인권|시민|사회|종교|북한인권)?\S{0,8}단체|"
    rf"(?:^|[:：，,])(?P<q>{HAN_NUMBER})(?:个|個|家)[^\d，。；、]{{0,8}}?(?:团体|组织|組織|机构|團體|機構)|"
    rf"[联聯连連]署[^。；]{{0,24}}?共(?P<r>{HAN_NUMBER})(?:个|個|家)|"
    r"以上\s?(?P<o>\d{1,4})\s?団体|賛同[^。、]{0,10}[(（](?P<e>\d{1,4})\s?団体中|"
    r"(?P<t>\d{1,4})の(?:[^\d、。]{0,10})?(?:団体|組織|NGO)|"
    r"(?:我们|以下|联署的|共)(?P<z>\d{1,4})(?:个|家)(?:团体|组织|机构)|(?P<y>\d{1,4})(?:個|家)(?:團體|組織|"
    r"機構)"
)

_COUNT = r"(?:\d{1,3}(?:,\d{3})+|\d{1,5})"
_EAST_PERSONS = re.compile(
    rf"(?:시민|개인|회원|학자|연구자|변호사|교수|활동가)\s?(?P<c>{_COUNT})\s?(?:명|인)|"
    rf"(?:[联聯连連]署|共同)[^。；]{{0,24}}?共[计計]?(?P<r>{HAN_NUMBER})(?:人|名|位)|"
    rf"(?P<k>{_COUNT})\s?(?:명|인)(?:의)?\s?(?:개인|시민|인사|학자|연구자|변호사|활동가|서명|학생|교수|작가|"
    rf"언론인|종교인|연명)|"
    rf"개인\s?(?P<m>{_COUNT})\s?(?:명|인)|"
    rf"(?P<j>{HAN_NUMBER})(?:人|名|位)?(?:の)?(?:個人|个人|有志|研究者|賛同人|賛同者|學者|学者|公民|人士|"
    rf"市民)|"
    rf"(?P<s>{HAN_NUMBER})(?:名|位)(?:[^\d，。；、名位人]{{0,6}})?(?:学生|學生|律师|律師|教师|教師|校友|"
    rf"作家|记者|記者|专家|專家|代表)|"
    rf"(?:個人|个人|有志|賛同人|賛同者)(?:賛同|連名)?\s?(?P<l>{HAN_NUMBER})(?:人|名|位)|"
    r"(?:個人|个人|개인)\s?(?P<n>\d{1,5})\s?(?=[・、,，)）]|$)"
)
_EAST_COUNTRIES = re.compile(
    rf"(?P<k>\d{{1,3}})\s?개\s?(?:국|나라|국가)|(?P<j>{HAN_NUMBER})(?:[かカヶヵケ]国|の国|(?:個|个)(?:国家|"
    rf"國家|国|國))"
)

Claimed = tuple[int | None, int | None, int | None]


def claims(blocks: list[Block]) -> Claimed:
    """Claimed organisations, persons and countries: from the sentence that says who signs."""
    first: Claimed = (None, None, None)
    for index, block in enumerate(blocks):
        for sentence in _telling(block, index):
            found = _read(sentence)
            if found is None or (first[0] and found[0] and found[0] != first[0]):
                continue
            first = (first[0] or found[0], first[1] or found[1], first[2] or found[2])
            if None not in first:
                return first
    return first


def _telling(block: Block, index: int) -> list[str]:
    """The sentences of a block that may say who signs."""
    text = block.text
    if not (index < 12 and len(text) < 220) and not any(stem in block.lowered for stem in _STEMS):
        return []
    titled = index < 12 and len(text) < 220 and _TITLE_ASKS.match(text)
    if not (titled or _signs(text)):
        return []
    parts = re.split(r"(?<=[.!?])\s+(?=[A-ZÀ-ÞА-ЯЁ])|(?<=[。！？])", unicodedata.normalize("NFKC", text))
    current = [part for part in parts if not _PAST.search(part)]
    return [part for part in current if titled or _signs(part)]


def _signs(text: str) -> bool:
    """Whether a text tells who signs."""
    return bool(_SIGNING.search(text) or (not text.isascii() and _EAST.search(text)))


def _read(sentence: str) -> Claimed | None:
    if not sentence.isascii() and (east := _EAST.search(sentence)):
        value = next(group for group in east.groups() if group)
        persons, countries = _EAST_PERSONS.search(sentence), _EAST_COUNTRIES.search(sentence)
        return number(value), number(_told(persons)), number(_told(countries))
    if behind := _BEHIND.search(sentence):
        return number(behind["n"]), None, number(_told(_COUNTRIES.search(sentence)))
    counted = [_counted(language) for language in table(_FILE)]
    match = next((found for bodies, _ in counted if (found := bodies.search(sentence))), None)
    if match is None:
        return _persons_alone(sentence)
    told = (person for _, one in counted for person in one.finditer(sentence, match.end()))
    persons = next((one for one in told if _BESIDE.search(sentence[match.end() : one.start("n")])), None)
    countries = _COUNTRIES.search(sentence)
    return number(match["n"]), number(persons["n"]) if persons else None, number(_told(countries))


_BEHIND = re.compile(
    r"(?:المنظمات|الجمعيات|المؤسسات|الهيئات)\s+(?:والجمعيات\s+)?(?:الحقوقية\s+)?ال(?:ـ\s?)?"
    r"(?P<n>\d{1,4}|\w{3,10}(?:\s+عشرة?)?)"
    r"\s+(?:الموقعة|الموقّعة|المنضمة)"
)
"""Arabic sets the number behind the noun: "the organisations, the five, the signing"."""
_BESIDE = re.compile(
    r"(?:(?<!\w)(?:and|et|y|и|und|e|&|plus|as well as|ainsi que|joined by|including|more than)|,|و|\()\s*"
    r"(?:(?:by|de|of|the|some|another|more than|over)\s+)?$",
    re.IGNORECASE,
)
"""What joins a number of persons to the one of bodies: no others are counted as signing."""


@cache
def _counted(language: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Expressions of a number of bodies, and of persons, that sign in a language."""
    row: dict[str, Any] = table(_FILE)[language]
    figures = (
        rf"(?<![\w.,/])(?:و(?=\w))?(?P<n>{number_of(language)})"
        r"(?!\s+(?:other|more|autres|additional|further|otr[oa]s)\b)\+?\s+"
        rf"(?:[\w'’-]+,?\s+){{0,{row['words']}}}?"
    )
    bodies, persons = (f"{figures}(?:{row[key]})(?!\\w)" for key in ("organisations", "persons"))
    return re.compile(bodies, re.IGNORECASE), re.compile(persons, re.IGNORECASE)


def _persons_alone(sentence: str) -> Claimed | None:
    """Persons or countries told in a sentence of who signs that counts no organisations."""
    persons, countries = _ALONE.search(sentence), _COUNTRIES.search(sentence)
    if not sentence.isascii() and not persons:
        persons = _EAST_PERSONS.search(sentence)
    if persons is None and countries is None:
        return None
    return None, number(_told(persons)), number(_told(countries))


def headed(text: str) -> int | None:
    """How many the heading of a list says there are: "Groups (24):", "賛同団体（11団体）"."""
    match = _HEADED.search(unicodedata.normalize("NFKC", text[:160]))
    return number(match["n"]) if match else None


_HEADED = re.compile(
    rf"[(\[][^()\[\]\d]{{0,24}}(?<![A-Za-z\d.])(?P<n>(?!(?:19|20)\d\d(?!\d)){HAN_NUMBER})\s?"
    r"(?:[개個个家]|명|인|곳|名|位|人|団体|단체|개\s?단체|organi[sz]ations?|organizaciones|groups|"
    r"individuals?|people|persons|signatories|total|in all|firmas|firmantes|personnes|personas|организаци\w*|"
    r"человек\w*)?\s?(?:[)\],;]|$)"
)


def _told(match: re.Match[str] | None) -> str:
    return next((group for group in match.groups() if group), "") if match else ""
