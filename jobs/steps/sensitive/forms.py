"""The forms in which words stand in other sentences: inflected, with a prefix, joined in a tag or an address.

All of it is patterns with bounds: a name of a stranger's making may be searched for in a long text.
"""

import re

from jobs.steps.sensitive.surnames import CHINESE, KOREAN

_EAST = re.compile(r"[\u3040-\u9fff\uac00-\ud7af]")
_CYRILLIC = re.compile(r"[А-яЁё][А-яЁё-]{2,}")
_ARABIC = re.compile(r"[\u0621-\u064a]{2,}")
_LATIN = re.compile(r"[^\W\d_]{2,}")
_HYPHENED = re.compile(r"[^\W\d_]{2,20}(?:-[^\W\d_]{2,20}){1,2}")
_HYPHEN = "[-‐‑ ]?"
"""Eun-ju, Eun Ju or Eunju: as somebody happens to write it."""
_IN_NAMES = " -’'."
_BETWEEN = r"[\s_.·‐-―-]{1,3}"
"""What may stand between the words of a name: it is written apart, with a hyphen, or as an address has it."""
_JOINED = r"[\W_]{0,3}"
_BEFORE, _AFTER = r"(?<![^\W_])", r"(?![^\W_])"
_TAG = "[#＃@＠]"
_CASES = (
    "(?:ого|его|ому|ему|ыми|ими|ами|ями|ией|иею|иях|ой|ей|ою|ею|ом|ем|ём|ым|им|ых|их|ые|ие|ый|ий|ая|яя|ую|юю|"
    "ия|ию|ии|ью|ам|ям|ах|ях|а|я|у|ю|е|и|ы|о|ь|й)?"
)
"""Endings of names in Russian: they take the place of the last vowel."""
_LAST = re.compile(r"(?:ий|ый|ая|[аяеоыийь])$")
_FLEETING = re.compile(r"^(.+[бвгджзклмнпрстфхцчшщ])[еоё]([лкцнр])$")
"""A vowel that is lost where an ending follows: Павел, Павла."""
_LETTERS = str.maketrans({
    **dict.fromkeys("اأإآٱ", "[اأإآٱ]"), **dict.fromkeys("ةه", "[ةه]"), **dict.fromkeys("ىي", "[ىي]"),
})  # fmt: skip
"""Letters that Arabic writes in one way or another."""
_PREFIXES = "[وف]?[بكل]?"
_KOREAN_NAME = re.compile(f"([{KOREAN}])([가-힣]{{1,2}})")
_LONGEST = 4
"""Words of a name in Arabic."""
_SHORTEST = 3
_NO_GIVEN = re.compile(
    "(?:ال|عبد|أبو|ابو|أم$|ابن|بنت|شارع|زقاق|مسجد|كنيسة|فندق|مدرسة|مستشفى|سوق|جسر|دير|قرية|حي$|على|إلى)"
)
"""What a name, or the name of a place, begins with and is not called by."""
_CHINESE_NAME = re.compile(f"([{CHINESE}])([\u4e00-\u9fff]{{2}})")
_JAPANESE_NAME = re.compile("[\u4e00-\u9fff々]{4}")
_HAN_CHILD = (
    "女儿|女兒|儿子|兒子|男孩|女孩|少年|少女|学生|學生|弟弟|妹妹|哥哥|姐姐|孩子|释放|釋放|营救|營救|小名|名叫"
)
_OF_PERSONS = (
    "被|说|說|称|稱|表示|告诉|告訴|的[母父家姐哥弟妹祖奶爷律同老]|及其|和其|今年|现年|現年|一家|同学|同學"
    "|[，,]?\\s?\\d{1,2}\\s?[岁歲]|[（(]\\s?\\d"
)
"""What stands behind a person's name."""
_TO_PERSONS = "(?:양|군|씨|님|어린이|학생|아기)(?![가-힣]{2})"
_PARTICLES = "(?:이)?(?:는|은|가|를|을|의|도|와|과|에게|에게서|한테|야|라고)(?![가-힣])"


def whole(words: str) -> str:
    """What finds these words however they are inflected and joined; for any case."""
    parts = words.split()
    if _EAST.match(words):
        return _eastern(words)
    told = _between(words).join(map(_inflected, parts))
    if len(parts) == 1 and parts[0][0].isupper():
        # "Hope", "Mill": the word of every day stays.
        told = f"(?-i:{'|'.join(map(_inflected, dict.fromkeys((words, words.upper()))))})"
    before = _BEFORE if words[0].isalnum() else ""
    if _ARABIC.match(words):
        before += _PREFIXES
    after = _AFTER if words[-1].isalnum() else ""
    alone = _given_alone(parts) if _ARABIC.match(words) else ()
    return "|".join((f"{before}(?:{told}){after}", *(_tagged(words) if is_name(words) else ()), *alone))


def part(word: str) -> str:
    """What finds one word of a name where it stands alone; letters as they are."""
    forms = "|".join(map(_inflected, dict.fromkeys((word, word.upper()))))
    camel = rf"{_TAG}[^\W_]{{0,40}}?{re.escape(word)}(?![a-zа-яё])\w{{0,40}}"
    return f"{camel}|{_BEFORE}(?:{forms}){_AFTER}"


def inside(words: str) -> str:
    """What finds these words in an address: "/free-mina-park", "freeminapark"."""
    parts = [re.escape(one) for one in re.findall(r"[^\W_]+", words)]
    joined = _JOINED.join(parts) or "(?!)"
    return joined if len(parts) > 1 or _EAST.match(words) else f"{_BEFORE}{joined}{_AFTER}"


def is_name(words: str) -> bool:
    """Whether all of it is capitalised words: then each of them may stand for the person."""
    parts = words.split()
    plain = all(char.isalpha() or char in _IN_NAMES for char in words)
    return plain and len(parts) > 1 and all(one[0].isupper() for one in parts)


def turned(words: str) -> str:
    """The same name with its last word first; "" for what is none."""
    parts = words.split()
    return " ".join((parts[-1], *parts[:-1])) if is_name(words) else ""


def _between(words: str) -> str:
    return _BETWEEN if is_name(words) or _ARABIC.match(words) else r"\s+"


def _tagged(words: str) -> tuple[str, ...]:
    """As a tag or the name of an account in whatever case, and as one word with capitals in it."""
    parts = [re.escape(one) for one in re.findall(r"[^\W_]+", words)]
    joined = rf"{_TAG}\w{{0,40}}?{'_?'.join(parts)}\w{{0,40}}"
    return joined, f"(?-i:{_BEFORE}{''.join(parts)}{_AFTER})"


def _inflected(word: str) -> str:
    if _CYRILLIC.fullmatch(word):
        return _russian(word)
    if _ARABIC.fullmatch(word):
        return _arabic(word)
    if _HYPHENED.fullmatch(word):
        return f"{re.escape(word).replace(chr(92) + '-', _HYPHEN)}(?:e?s)?"
    if _LATIN.fullmatch(word) and word[0].isupper():
        return f"{re.escape(word)}(?:e?s)?"
    return re.escape(word)


def _russian(word: str) -> str:
    """In each of its cases: Иван, Ивана, Иваном; Сосновка, Сосновке."""
    stem = _LAST.sub("", word)
    if len(stem) < 2:
        return re.escape(word)
    lost = _FLEETING.match(word)
    stems = "|".join(map(re.escape, (stem, *(["".join(lost.groups())] if lost else []))))
    return f"(?:{stems}){_CASES}"


def _arabic(word: str) -> str:
    """With the article as it stands behind "for", and each letter in all of its spellings."""
    bare = word.removeprefix("ال")
    spelt = re.sub(r"[\u0621-\u064a]", lambda one: one[0].translate(_LETTERS), bare)
    return f"(?:[اأإآٱ]?ل{{1,2}}){spelt}" if bare != word else spelt


def _given_alone(parts: list[str]) -> tuple[str, ...]:
    """The first word of a name in Arabic, as a child is called; not where another name goes on."""
    if not 1 < len(parts) <= _LONGEST or len(parts[0]) < _SHORTEST or _NO_GIVEN.match(parts[0]):
        return ()
    return (rf"{_BEFORE}{_PREFIXES}(?:{_inflected(parts[0])}){_AFTER}(?!\s+(?:بن|ابن)\s)",)


def _han_alone(words: str) -> str:
    """A Chinese or Japanese given name where it is plainly somebody's: many are words of every day."""
    named = _CHINESE_NAME.fullmatch(words)
    if named:
        return rf"|(?:(?<={_HAN_CHILD}){named[2]}|(?<![{CHINESE}]){named[2]}(?={_OF_PERSONS}))"
    if _JAPANESE_NAME.fullmatch(words):
        return rf"|(?:{words[:2]}|{words[2:]})(?=\s?(?:さん|ちゃん|くん|君|氏))"
    return ""


def _eastern(words: str) -> str:
    """No space parts these words; a Korean is called by the given name too, with a title or a particle."""
    told = r"\s*".join(re.escape(one) for one in words.split())
    named = _KOREAN_NAME.fullmatch(words)
    if named is None:
        return f"{told}{_han_alone(words)}"
    family, given = named.groups()
    behind = rf"\s?{_TO_PERSONS}|{_PARTICLES}" if len(given) > 1 else rf"\s?{_TO_PERSONS}"
    alone = rf"(?<![가-힣]){given}(?={behind})"
    return rf"{family}\s?{given}|{alone}"
