"""Minors told in further ways and languages, and names that go in whatever script they are written."""

import re
import time

import pytest

from jobs.steps.sensitive import MARK, blacken, find, names
from storage.words import Concern
from tests.jobs.steps.test_sensitive import said

MINORS = [
    ("Ryu Sol (b. 2015) is with them.", ["Ryu Sol"]),
    ("Mina (b. 2015) is with them.", ["Mina"]),
    ("Kim Eun-ju, aged 12, known as “Eunnie”, was taken.", ["Kim Eun-ju", "Eunnie"]),
    ("Kim Eun-ju, known as Eunnie, aged 12, was taken.", ["Eunnie", "Kim Eun-ju"]),
    ("Sara Haddad (nicknamed Susu), a 15-year-old girl, is held.", ["Sara Haddad", "Susu"]),
    ("12-year-old Maria Lopez, apodada Mari, was taken.", ["Maria Lopez", "Mari"]),
    ("김은주(12세, 일명 은이)가 체포되었다.", ["김은주", "은이"]),
    ("Ryu Sol (*2015) is with them.", ["Ryu Sol"]),
    ("Ryu Sol (DOB 3.5.2015) is with them.", ["Ryu Sol"]),
    ("Mina, 15, was taken at night.", ["Mina"]),
    ("Ali Rezaei and Sara Rezaei, both 15, are held.", ["Ali Rezaei", "Sara Rezaei"]),
    ("Her two children, Sol and Ha-neul, were taken.", ["Sol", "Ha-neul"]),
    ("The twelve-year-old twins Ali and Reza are held.", ["Ali", "Reza"]),
    ("Ali, Reza and Sara, aged 19, 17 and 15, are held.", ["Sara", "Reza"]),
    ("Ali Rezaei, a minor, is held.", ["Ali Rezaei"]),
    ("Ali Rezaei, a tenth-grader, is held.", ["Ali Rezaei"]),
    ("Schoolboy Ali Rezaei is held.", ["Ali Rezaei"]),
    ("Ali Rezaei (16 years) is held.", ["Ali Rezaei"]),
    ("Maria Rossi, 15 anni, è in carcere.", ["Maria Rossi"]),
    ("La quindicenne Maria Rossi è in carcere.", ["Maria Rossi"]),
    ("15 yaşındaki Ayşe Yılmaz gözaltında.", ["Ayşe Yılmaz"]),
    ("Nguyễn Văn An, 15 tuổi, bị bắt.", ["Nguyễn Văn An"]),
    ("أحمد (15 عاما) محتجز", ["أحمد"]),
    ("الطفل أحمد محتجز", ["أحمد"]),
    ("أحمد يوسف من مواليد 2015 محتجز", ["أحمد يوسف"]),
    ("مینا رضایی ۱۵ ساله بازداشت شد", ["مینا رضایی"]),
    ("小明（15岁）被带走。", ["小明"]),
    ("15岁的小明被带走。", ["小明"]),
    ("男孩王小明被带走。", ["王小明"]),
    ("王小明（2015年生）被带走。", ["王小明"]),
    ("山田花子（2015年生まれ）が拘束された。", ["山田花子"]),
    ("花子ちゃんが拘束された。", ["花子"]),
    ("김은주 어린이가 구금되었다.", ["김은주"]),
]
HARMLESS = [
    "Kim Min-ho, known as the Professor, aged 52, was taken.",
    "Ali Rezaei (“Alosh”), 41, is held in the prison known as Evin.",
    "Ms Park (b. 1985) is a lawyer.",
    "Ali Rezaei is a child rights lawyer.",
    "Sara Rezaei, child psychologist, spoke.",
    "On Monday, 15, was the last day.",
    "The children of Syria and Iraq need help.",
    "They spoke of children, Human Rights Watch and Amnesty International said.",
    "Park and Kim, both of the party, met.",
    "الطفل المحتجز في السجن",
    "أمس، 15 عاما على المجزرة",
    "الفتيات والطفل نزلوا في المطار",
    "여성과 어린이 173명이 도착했다.",
    "小学（15岁以下）",
    "赤ちゃんが生まれた。",
    "王小明（1985年生）是律师。",
]
FORMS = [
    ("أحمد يوسف", "قال أحمد إنه مريض، ولأحمد أخ", "أحمد"),
    ("王小明", "她的女儿小明被带走。小明，15岁。", "小明"),
    ("山田花子", "花子さんは無事です。", "花子"),
    ("Kim Eun-ju", "Kim Eunju, Kim Eun Ju, Eun-ju Kim", "[Ee]un"),
]
"""A name, a text in which it is called otherwise, and what may not be left of it."""
SCRIPTS = [
    ("Ryu Sol", "류솔 양, 柳雪, Рю Соль, ريو سول", "류|솔|柳|雪|Рю|Соль|ريو|سول"),
    ("류솔", "Ryu Sol's mother; Sol Ryu", "Ryu|Sol"),
    ("김은주", "Kim Eun-ju, Kim Eun Ju", "Eun"),
    ("王小明", "Wang Xiaoming, Xiaoming Wang", "Xiao|Wang"),
    ("Ivan Petrov", "Ивана Петрова задержали; ايفان بتروف", "Иван|Петров|بتروف"),
    ("Иван Петров", "Ivan Petrov is held", "Ivan|Petrov"),
    ("أحمد يوسف", "Ahmed Youssef, Ахмад Юсеф", "Ahmed|You|Ахмад"),
]
STAYS = [
    ("王小明", "和平与小明天，李小明说。"),
    ("أحمد يوسف", "قال أحمد بن سلمان"),
    ("شارع الزيتون", "في شارع آخر"),
    ("Ahmad Yousef", "إلى رأس العين، على الصحف"),
    ("김은주", "Kim Jong-un"),
    ("Mina Park", "민박집과 박물관"),
    ("Sol", "솔직히 말하면, соль"),
]


PRIVATE = [
    ("탈북민 김은주 씨가 지난달 체포되어 구금되었다.", ["김은주"]),
    ("王全律师周五被捕。", ["王全"]),
    ("山田花子さんが空港で拘束された。", ["山田花子"]),
    ("اعتقلت الشرطة الناشطة سارة يوسف يوم الاثنين", ["سارة يوسف"]),
    ("The lawyer Wang Quan was arrested on Monday and may be tortured.", ["Wang Quan"]),
    ("김영수 변호사는 회의에서 말했다.", []),
    ("정부군이 주민을 체포했다.", []),
    ("王毅会见了代表团。", []),
    ("قالت الناشطة سارة يوسف إن المؤتمر انتهى", []),
]


@pytest.mark.parametrize(("line", "found"), PRIVATE)
def test_a_person_in_danger_is_known_by_name_in_any_script(line: str, found: list[str]) -> None:
    """For what others relay: by what is done to them; who only speaks, or is nobody by name, is left out."""
    assert [one.words for one in names(said(line))] == found


@pytest.mark.parametrize(("line", "told"), MINORS)
def test_a_minor_is_known_also_so(line: str, told: list[str]) -> None:
    """By a year of birth in any script, in a list, by one first name, in further languages."""
    found = [one.words for one in find(said(line)) if one.concern is Concern.MINOR]
    assert sorted(found) == sorted(told)


@pytest.mark.parametrize("line", HARMLESS)
def test_what_only_looks_alike_is_no_concern(line: str) -> None:
    """Grown-ups, professions, organisations, counts, words of every day."""
    assert find(said(line)) == ()


@pytest.mark.parametrize(("name", "text", "left"), FORMS)
def test_a_given_name_alone_goes_where_it_is_plainly_theirs(name: str, text: str, left: str) -> None:
    """Also where script and grammar do not tell a name from another word."""
    assert not re.search(left, blacken(text, (name,)))


@pytest.mark.parametrize(("name", "text", "left"), SCRIPTS)
def test_a_name_goes_in_whatever_script_it_is_written(name: str, text: str, left: str) -> None:
    """A follow-up in another language would say it again."""
    clean = blacken(text, (name,))
    assert not re.search(left, clean), clean
    assert MARK in clean


@pytest.mark.parametrize(("name", "text"), STAYS)
def test_what_is_another_word_or_person_stays(name: str, text: str) -> None:
    """Not a letter of it changes."""
    assert blacken(text, (name,)) == text


@pytest.mark.parametrize(
    "line", ["children Ann Lee, Bob Kim, ", "15-year-old twins Aa Bb ", "أحمد يوسف مواليد ", "王小明15岁"]
)
def test_no_text_takes_long(line: str) -> None:
    """Whoever writes it: sixty thousand characters within seconds, on a slow machine."""
    text = "\n".join(f"{line * (680 // len(line))}{number}" for number in range(80))
    begun = time.process_time()
    found = find(said(text))
    blacken(text[:20_000], ("Ryu Sol", *(one.words for one in found[:5])))
    assert time.process_time() - begun < 8
