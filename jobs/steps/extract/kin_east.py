"""Counts persons whom a Japanese, Korean or Chinese sentence lists by name, age and kinship."""

import re
from functools import cache

from jobs.steps.extract.data import table
from jobs.steps.extract.kin import Listed
from jobs.steps.extract.numbers import HAN_NUMBER, number, number_of

_FILE = "kin.toml"
_LANGUAGES = frozenset({"ja", "ko", "zh"})
_ADULT = 18
_AGE = {
    "ja": rf"(?P<a>{HAN_NUMBER})(?:歳|才)",
    "ko": rf"(?P<a>\d{{1,3}}|{number_of('ko')})\s?(?:세|살)",
    "zh": rf"(?P<a>{HAN_NUMBER})[岁歲]",
}
_ASIDE = re.compile(r"[（(](?P<in>[^（）()]{1,24})[）)]")
_MORE = re.compile(
    rf"[、,，]?\s?(?:그리고|및|또|さらに|そして|和|以及|及)\s?[^。.、,，\d]{{0,16}}?(?P<n>{HAN_NUMBER}|{number_of('ko')})\s?"
    r"(?:명|사람|人|名|位)"
)
"""So many more behind a list: "그리고 함께 숨어 지내던 여성 2명"."""
_OFFSPRING = re.compile("자녀|子女|儿女|兒女|息子|娘")
"""Children by descent, of any age."""
_HEAD = {
    "ja": re.compile(r"(?:男性|女性|男|女)(?:と|、)その$|[\u30a0-\u30ff\u4e00-\u9fff・]{2,12}(?:と|、)その$"),
    "zh": re.compile(r"[\u4e00-\u9fff·]{2,8}(?:、|，|和|与|與|及|以及)(?:其|他的?|她的?)$"),
}
"""Somebody without an honorific before the first kin: "邓立诚、其妻"."""


@cache
def _mark(language: str) -> re.Pattern[str]:
    row: dict[str, str] = table(_FILE)[language]
    age = _AGE[language].replace("P<a>", "P<before>")
    child = row["child"].replace("NUMBER", number_of(language))
    name = row["name"]
    aged = rf"(?:{age}\s?(?:의|の|的|난|이\s?된|된)?\s?)?"
    bare = row.get("bare", "(?!)")
    return re.compile(
        rf"{aged}(?:(?P<many>{child})|(?P<couple>{row.get('couple', '(?!)')})|"
        rf"(?P<dyad>{row['dyad']})|(?P<kin>{row['kin']})(?:(?:の|"
        rf"人)?\s?(?:{name})|{bare})?|(?P<name>{name}))"
    )


@cache
def _between(language: str) -> re.Pattern[str]:
    return re.compile(rf"\s?(?:{table(_FILE)[language]['between']})\s?")


def listed(line: str, language: str) -> list[Listed]:
    """The lists of two persons or more in a sentence, one of them kin or all with an honorific."""
    if language not in _LANGUAGES:
        return []
    found: list[Listed] = []
    run: list[tuple[int, bool, bool]] = []  # how many, under 18, kin
    start = end = ages = 0
    for match in _mark(language).finditer(line):
        if run and not _between(language).fullmatch(line[end : match.start()]):
            _close(found, run, line, (start, end), ages)
            run, ages = [], 0
        if not run:
            start = match.start()
            head = _HEAD[language].search(line[max(0, start - 20) : start]) if language in _HEAD else None
            if head and match["kin"]:
                run.append((1, False, False))
        end = match.end()
        aside = _ASIDE.match(line, end)
        end = aside.end() if aside else end
        age = _age(match["before"]) or (_aged(aside["in"], language) if aside else 0)
        value = _counted(match["many"]) if match["many"] else 2 if match["couple"] or match["dyad"] else 1
        young = (
            age < _ADULT
            if age
            else bool(match["many"] and not _OFFSPRING.search(match["many"]))
            or bool(_young(language).search(match["kin"] or ""))
        )
        ages += value if age else 0
        run.append((value, young, bool(match["kin"] or match["many"] or match["couple"] or match["dyad"])))
    _close(found, run, line, (start, end), ages)
    return found


def _close(
    found: list[Listed], run: list[tuple[int, bool, bool]], line: str, span: tuple[int, int], ages: int
) -> None:
    start, end = span
    value = sum(one[0] for one in run)
    if len(run) == 1 and not ages and line[start:end] in _dyads():
        return
    if value > 1 and (any(one[2] for one in run) or ages > 1 or len(run) > 2):
        more = _MORE.match(line, end)
        value += (number(more["n"]) or 0) if more else 0
        found.append(Listed(value, sum(one[0] for one in run if one[1]), ages, start, end))


@cache
def _dyads() -> frozenset[str]:
    """Words for two who are kin, which alone may be a form of address: "형제", "姉妹"."""
    rows = (table(_FILE)[language]["dyad"] for language in _LANGUAGES)
    return frozenset(re.sub(r"\(\?[^()]*\)", "", word) for row in rows for word in row.split("|"))


@cache
def _young(language: str) -> re.Pattern[str]:
    return re.compile(table(_FILE)[language]["young"])


def _counted(text: str) -> int:
    figures = re.search(rf"{HAN_NUMBER}|{number_of('ko')}", text)
    return (number(figures.group()) or 1) if figures else 1


def _age(text: str | None) -> int:
    return (number(text) or 0) if text else 0


def _aged(text: str, language: str) -> int:
    match = re.search(_AGE[language], text)
    return _age(match["a"]) if match else 0
