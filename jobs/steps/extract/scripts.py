"""How lists of names are printed in East Asian and Arabic: their rows, offices, titles, page feet."""

import re
from itertools import pairwise

_VOWELS = re.compile(r"[\u064b-\u0652\u0640]")
_HAN_NAMES = re.compile(r"[\u4e00-\u9fff．·]{2,8}(?:\s+[\u4e00-\u9fff．·]{2,8})+")
"""Names of persons in a row that only spaces part."""
_ONE_NAME = re.compile(r"[\u4e00-\u9fff]{1,3}\s+[\u4e00-\u9fff]{1,3}")
"""A family name and a given name."""
_BEHIND_ASIDE = re.compile(r"(?<=[)）])\s+(?=[^\s(（])")
_WIDE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
_SPACED = re.compile(
    r"[(（]?(?:起草委員|提出者|提案者|提案人|賛成者|連署人|共同提案者|呼びかけ人|발의자|작성위원|기초위원)"
    r"[\s　:：]+(?P<rest>\S.*?)[)）]?$"
)
_OFFICE = re.compile(r"^(?:(?:\S*(?:議員|议员|議長|委員)|同)\s+)+(?=\S)")
_COUNT = re.compile(
    r"[(（]?(?:(?:가나다|무)\s?순[,·\s]\s?)?(?:총|이상|모두|전체)\s?\d+\s?개\s?(?:\S{1,8}\s?)?단체"
    r"(?:\s?(?:및|,|·)\s?개인\s?\d+\s?(?:명|인))?[)）]?|[(（](?:以上|計)?\d+団体[)）]"
)
_FRAMED = re.compile(r"[【\[〔](?P<place>[^【】\[\]〔〕]{2,12})[】\]〕]")
_BAR = re.compile(r"[-–—\s]*\d{1,4}[-–—\s]*$")
_ISSUE = re.compile(r"통권|[제第]\s?\d+\s?[호号號]|쪽$|ニュース|会報|발행|発行")
_TITLE = re.compile(
    r"^(?:(?:د|م|أ|أ\.د)\.\s*|(?:القاضي|القاضية|الأب|الشيخ|الأستاذ|الأستاذة|الدكتور|الدكتورة|المحامي|"
    r"المحامية)\s+"
    r"(?:المتقاعد\s+)?)+"
)
_WORK = re.compile(
    r"،\s*(?:محام|طبيب|باحث|كاتب|أستاذ|مسرحي|ناشر|مخرج|صحاف|صحف|ناشط|أكاديمي|مهندس|شاعر|فنان|إعلامي|قاض|"
    r"حقوقي|"
    r"مدون|طالب|نقابي|روائي|مترجم|مصور|سياسي|نائب|وزير|دبلوماسي|رسام|موسيقي|ممثل|عضو|رئيس|مدير|خبير|اقتصادي|"
    r"مؤرخ)\w{0,4}"
)
_SEVERAL = 3  # commas of a row of names in Arabic; with fewer a person's work stands behind one


def unsigned(text: str) -> str:
    """The text without Arabic vowel signs."""
    return _VOWELS.sub("", text)


def heading(text: str) -> tuple[str, str] | None:
    """Which list a line opens that is no heading of words: "(총 15개 단체)", "提出者 ..." with its names."""
    if _COUNT.fullmatch(text):
        return "organisations", ""
    spaced = _SPACED.match(text)
    return ("persons", spaced["rest"]) if spaced else None


def page_foot(text: str, *, gap: bool) -> bool:
    """Whether a line is the number of a page, or behind a gap the name of an issue."""
    return _BAR.match(text) is not None or (gap and _ISSUE.search(text) is not None)


def unframed(text: str) -> str:
    """A line without the brackets that frame all of it: "【日本】"."""
    framed = _FRAMED.fullmatch(text)
    return framed["place"] if framed else text


def unlabelled(text: str) -> str:
    """A row of names without the group that an equals sign parts from them: "仏教＝A、B"."""
    return re.sub(r"^[^＝、，（(]{1,16}＝\s*(?=\S)", "", text)


def names_in_row(text: str, masked: str, *, persons: bool, row: bool) -> list[str]:
    """The names of a row that only spaces part, or Arabic commas outside of the parentheses of `masked`."""
    if persons and _HAN_NAMES.fullmatch(text.strip()):
        return [text.strip()] if _ONE_NAME.fullmatch(text.strip()) else text.split()
    parts = _BEHIND_ASIDE.split(text.strip()) if persons and " / " not in text else []
    if len(parts) > 1 and all(_WIDE.match(part) for part in parts):
        return parts
    if masked.count("،") < (1 if row else _SEVERAL):
        return []
    cuts = [-1, *(at for at, sign in enumerate(masked) if sign == "،"), len(text)]
    parts = [text[start + 1 : end].strip(" .") for start, end in pairwise(cuts)]
    return [part for part in parts if part]


def person(text: str) -> bool:
    """Whether an Arabic line shows a person: by a title before the name, or the work behind it."""
    plain = unsigned(text)
    return _TITLE.match(plain) is not None or _WORK.search(plain) is not None


def brief(name: str) -> bool:
    """Whether a name is in Arabic and as short as a person's."""
    return re.match(r"[\u0600-\u06ff]", name) is not None and 1 < len(name.split()) <= _PERSON


_PERSON = 4  # words of an Arabic name


def told(text: str) -> bool:
    """Whether an East Asian line tells something and is no name: a day, an address to write to."""
    return re.search(r"\d{1,2}[月월]\s?\d{1,2}[日일]|お問い?合わせ|ください|募集中|〒", text) is not None


def without_office(name: str) -> str:
    """A person's name without the office or title before it."""
    return _TITLE.sub("", _OFFICE.sub("", name))
