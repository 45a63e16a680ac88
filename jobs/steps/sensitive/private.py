"""Finds private persons named as being in danger in scripts without capitals: by what is done to them.

For what others relay: whom an organisation calls for itself, it names. In Latin and Cyrillic letters
`jobs.steps.extract.named` finds them.
"""

import re
from collections.abc import Iterator

from jobs.steps.link.common_words import common_words
from jobs.steps.sensitive.minors import ARABIC_WORD
from jobs.steps.sensitive.surnames import CHINESE, KOREAN

_KOREAN = re.compile(rf"(?<![가-힣])(?P<name>[{KOREAN}][가-힣]{{1,2}})\s?(?:씨|여사)(?![가-힣]{{3}})")
_KOREAN_RISK = re.compile("체포|구금|억류|송환|구속|실종|납치|사형|고문|수감|연행|처형|수용소|강제")
_NO_KOREAN = re.compile("^(?:.모$|정부|주민|여성|남성|우리|이주|조선)")
_CHINESE = re.compile(
    r"(?:^|[，。、；：:“「\s]|律师|律師|记者|記者|人士|作家|牧师|牧師|教授|学者|學者|博主|艺术家|藝術家|公民|居民)"
    rf"(?P<name>(?![余万萬])[{CHINESE}][\u4e00-\u9fff]{{1,2}}?)(?:律师|律師|牧师|牧師|女士|先生|记者|記者|一家)?(?:周[一二三四五六日])?"
    r"(?:再度|再次|已)?(?:被捕|被抓|被拘|被带走|被帶走|被判|被关|被關|失踪|失蹤|遭(?:到)?(?:拘|绑|綁|关|關)|入狱|入獄|被遣返|面临遣返|面臨遣返)"
)
_NO_CHINESE = re.compile("[某先女校枢姊律牧记記们們人者子]|文章")
_JAPANESE = re.compile(
    r"(?<![\u4e00-\u9fff\u30a1-\u30fa・])(?P<name>[\u4e00-\u9fff々]{2,5}|[\u30a1-\u30fa\u30fc・]{3,24})(?:さん|氏)"
    r"[^。]{0,30}(?:拘束|逮捕|失踪|拉致|送還|収監|死刑|拷問)"
)
_ARABIC = re.compile(
    r"(?<![\u0621-\u064a])[ولبف]?(?:ال|لل)(?:ناشطة?|صحفية?|صحافية?|محامية?|مدونة?|معتقلة?|أسيرة?|سجينة?|سيدة?|دكتورة?|"
    rf"طالبة?|شابة?|كاتبة?|شاعرة?|فنانة?|لاجئة?)\s+(?P<name>(?!ال|لل){ARABIC_WORD}(?:\s+{ARABIC_WORD}){{1,2}})"
)
_NO_ARABIC = re.compile("(?:بال|بأن|أن|إن|قد|التي|الذي|لم|كان)")
_ARABIC_RISK = re.compile("اعتق|معتقل|محتجز|احتجز|سجن|اختف|مختف|ترحيل|إعدام|تعذيب|اختطف|خطف|تسليم|محاكم|حكم")


def private_names(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Each name with its sentence."""
    for line in lines:
        if line.isascii():
            continue
        if _KOREAN_RISK.search(line):
            yield from (
                (one["name"], line) for one in _KOREAN.finditer(line) if not _NO_KOREAN.match(one["name"])
            )
        yield from (
            (one["name"], line) for one in _CHINESE.finditer(line) if not _NO_CHINESE.search(one["name"])
        )
        yield from ((one["name"], line) for one in _JAPANESE.finditer(line))
        if _ARABIC_RISK.search(line):
            yield from ((name, line) for name in _arabic(line))


def _arabic(line: str) -> Iterator[str]:
    """Up to the first word that is none of a name."""
    common = common_words()
    for match in _ARABIC.finditer(line):
        words: list[str] = []
        for word in match["name"].split():
            if common(word) or _NO_ARABIC.match(word):
                break
            words.append(word)
        if len(words) > 1:
            yield " ".join(words)
