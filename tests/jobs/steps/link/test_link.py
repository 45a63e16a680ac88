"""The same call is known again, later stages join their case, and lookalikes stay apart."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.steps.classify import classify
from jobs.steps.link import Known, Linked, Shelf, link, link_among, read_traits
from storage.records import Statement
from storage.words import Relation

EXAMPLES = Path(__file__).parents[3] / "data" / "eval" / "cases_dev.jsonl"
MORNING = datetime(2023, 6, 1, 6, tzinfo=UTC)


def told(title: str, text: str = "", hours: float = 0, source: str = "watch", **known: Any) -> Statement:
    """A statement published some hours after a certain morning, judged then."""
    when = MORNING + timedelta(hours=hours)
    return classify(Statement(title=title, text=text, published=when, source_name=source, **known), when)


def after(first: Statement, second: Statement) -> Linked:
    """Where the second belongs when the first is case 7."""
    return link(second, [replace(first, case_id=7, id=1)])


def as_they_arrive(groups: list[dict[str, Any]]) -> dict[str, tuple[int, Relation]]:
    """Every entry of all groups, linked in order of publication."""
    rows = sorted((item for group in groups for item in group["items"]), key=lambda row: row["published"])
    shelf = Shelf()
    places: dict[str, tuple[int, Relation]] = {}
    for number, row in enumerate(rows, start=1):
        when = datetime.fromisoformat(row["published"])
        statement = Statement(
            title=row["title"],
            text=row["summary"],
            language=row["lang"],
            url=row.get("link", ""),
            source_name=row["source"],
            published=when,
        )
        traits = read_traits(classify(statement, when))
        linked = link_among(traits, shelf.numbers, shelf)
        case = linked.case or number
        shelf.add(Known(number, case, traits))
        places[row["id"]] = (case, linked.relation)
    return places


def test_news_that_share_a_page_are_not_one_case_for_that() -> None:
    """Pasted below one another, or all pointing to the front page: only what they tell counts."""
    page = "https://ngo.example/"
    old = told("Annual meeting of our members", "The members elected a new board.", url=page)
    call = told("Nine North Korean refugees face return", "China will return nine refugees.", 2, url=page)
    assert after(old, call) == Linked(None, Relation.NEW)
    other = replace(call, source_name="a relay")
    known = [replace(old, case_id=7, id=1), replace(call, case_id=8, id=2)]
    assert link(other, known).case == 8


def test_one_page_is_one_case_whatever_is_edited_in_its_title() -> None:
    """Another source that links to it in its own words, or a list that cuts the title short."""
    call = told(
        "Nine North Korean refugees face return", "China will return nine refugees.", url="http://a.example/9"
    )
    for title, source in (
        ("Alerte : renvoi imminent", "a relay"),
        ("Nine North Korean refugees fa…", "watch"),
    ):
        again = told(title, "", 1, source, url="https://www.a.example/9/")
        assert (after(call, again).case, after(call, again).relation) == (7, Relation.DUPLICATE)


def test_the_examples_hold() -> None:
    """No two lookalikes are merged; most duplicates and updates are seen (`make eval` tells how many)."""
    groups = [json.loads(line) for line in EXAMPLES.read_text("utf-8").splitlines()]
    places = as_they_arrive(groups)
    right: dict[str, list[bool]] = {"duplicate": [], "update": [], "unrelated_lookalike": []}
    for group in groups:
        items = sorted(group["items"], key=lambda row: row["published"])
        for a, b in combinations([places[row["id"]] for row in items], 2):
            apart = a[0] != b[0]
            right[group["relation"]].append(
                apart
                if group["relation"] == "unrelated_lookalike"
                else not apart and b[1] == group["relation"]
            )
    assert all(right["unrelated_lookalike"])
    assert sum(right["duplicate"]) >= 0.85 * len(right["duplicate"])
    assert sum(right["update"]) >= 0.7 * len(right["update"])


def test_a_title_cut_short_is_the_same_call() -> None:
    """A list shows "… to imme…" where the page tells the whole title."""
    whole = told("Network calls upon Laos to immediately let the seven orphans leave for Seoul")
    short = told("Network calls upon Laos to imme…", hours=30, source="list")
    assert after(whole, short).relation is Relation.DUPLICATE


def test_the_same_page_is_the_same_case() -> None:
    """Scheme, www, tracking and a last slash make no other page."""
    first = told("A call", url="https://www.example.org/call/?utm_source=feed")
    linked = after(first, told("A call", hours=2, source="relay", url="http://example.org/call"))
    assert (linked.case, linked.relation) == (7, Relation.DUPLICATE)


def test_one_name_spelled_in_two_scripts() -> None:
    """A Russian and an English text on one man are one case."""
    first = told("Ташкент: Рустама Каримжонова вывезут завтра", "Ему грозят пытки.")
    assert after(first, told("Uzbekistan: Rustam Karimjonov faces return to Tashkent", hours=5)).case == 7


def test_a_name_in_a_russian_case_is_the_same_name() -> None:
    """Endings bend a name; the man stays the same."""
    first = told(
        "Ташкент: встреча с Рустамом Каримжоновым запрещена, его вывезут завтра", "Ему грозят пытки."
    )
    assert after(first, told("Uzbekistan: Rustam Karimjonov faces return to Tashkent", hours=5)).case == 7


def test_an_address_that_cannot_be_taken_apart_is_still_itself() -> None:
    """A broken link is the same broken link in both."""
    first = told("A call", url="http://[::1")
    assert after(first, told("A call", hours=2, source="relay", url="http://[::1")).case == 7


def test_days_later_the_same_matter_is_news() -> None:
    """Who is still in danger a week later is not a copy of last week's call."""
    first = told("Iran: Kaveh Darvishi to be hanged", "He was moved to a cell by himself in Tabriz.")
    later = told("Iran: Kaveh Darvishi is still to be hanged", "His mother saw him in Tabriz.", hours=24 * 10)
    assert (after(first, later).case, after(first, later).relation) == (7, Relation.UPDATE)


def test_a_name_in_passing_does_not_join_another_mans_case() -> None:
    """Each title names its own man; that one lawyer speaks for both makes no case of two."""
    first = told("Iran: Kaveh Darvishi to be hanged", "His lawyer Nasrin Moradi was told in Tabriz.")
    second = told("Iran: Siamak Rostami to be hanged", "Nasrin Moradi, his lawyer, spoke in Ahvaz.", hours=30)
    assert after(first, second).case is None


def test_a_stay_is_an_update_of_its_case() -> None:
    """The stage that a title tells moves the case on."""
    first = told("Iran: Kaveh Darvishi to be hanged on Sunday")
    linked = after(first, told("Hanging of Kaveh Darvishi postponed in Iran", hours=40))
    assert (linked.case, linked.relation) == (7, Relation.UPDATE)


@pytest.mark.parametrize(
    ("first", "second", "hours"),
    [
        ("Nine refugees held in Kunming, China", "Nine refugees held in Kunming, China", 24 * 400),
        ("Iran: Kaveh Darvishi to be hanged", "Iran: Siamak Rostami to be hanged", 20),
        ("Seven North Koreans held in Dandong", "Three North Koreans held in Dandong", 20),
        ("Bulldozers in Lagos tomorrow", "Bulldozers in Abuja tomorrow", 20),
        ("Kenya: six abducted", "Uganda: six abducted", 20),
    ],
)
def test_lookalikes_stay_apart(first: str, second: str, hours: float) -> None:
    """Another year, name, number, town or country is another case, however alike the words."""
    assert after(told(first), told(second, hours=hours)).case is None


def test_without_candidates_it_is_new() -> None:
    """What has no case yet, or nothing like it, opens one."""
    alone = told("Somebody is held in Minsk")
    assert link(alone, []) == Linked(None, Relation.NEW)
    assert link(alone, [alone]).relation is Relation.NEW


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (
            ("아홉 사람: 김철수 씨 체포", "창춘에서 붙잡혔다."),
            ("Kim Chol Su arrested in Changchun", "He faces return."),
        ),
        (("Kim Cheol-su arrested", "He was caught in Changchun."), ("金哲秀在长春被捕", "他可能被遣返。")),
        (
            ("Kim Chul-soo faces return from China", ""),
            ("脱北者キム・チョルスさん、送還の恐れ", "中国で拘束された。"),
        ),
        (
            ("اعتقال الناشط محمد العتيبي في السعودية", "لا يعرف مكانه."),
            ("Saudi Arabia: Muhammad Utaybi held", ""),
        ),
        (("China: lawyer Wang Quanzhang missing", ""), ("王全璋律师失踪", "中国当局没有回应。")),
        (("Узбекистан: Рустам Каримжонов задержан", ""), ("乌兹别克斯坦:鲁斯塔姆·卡里姆江诺夫被捕", "")),
    ],
)
def test_one_name_in_many_scripts(first: tuple[str, str], second: tuple[str, str]) -> None:
    """Hangul, Han, kana, Arabic and Cyrillic, and several romanisations, name one person."""
    assert after(told(*first), told(*second, hours=9, source="another")).case == 7


def test_two_brothers_in_one_prison_are_two_cases() -> None:
    """The family name, the prison and the sender are one; the men are two."""
    first = told("Saman Rostami on hunger strike in Sanandaj prison", "Iran: his kidneys are failing.")
    second = told("Soran Rostami, Saman's brother, may be hanged in Sanandaj prison", "Iran.", hours=40)
    assert after(first, second).case is None


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Activist Mohamed Ahmed arrested in Khartoum", "Lawyer Mohamed Ahmed arrested in Cairo"),
        (
            "Colombia: asesinan a líder José Luis Pérez en Popayán",
            "México: detenido José Luis Pérez en Acapulco",
        ),
        ("В Москве задержали активистку Анну Иванову", "В Перми задержали активистку Анну Иванову"),
    ],
)
def test_namesakes_in_two_towns_are_two_cases(first: str, second: str) -> None:
    """A common name is no proof: the second call must ring as well."""
    assert after(told(first), told(second, hours=20, source="another")).case is None


def test_two_of_one_name_and_other_ages_are_two_cases() -> None:
    """A namesake of another age is another person."""
    first = told("Iran: Mohammad Ghorbani, 31, at risk of execution", "He is held in Isfahan.")
    second = told("Iran: Mohammad Ghorbani, 58, on hunger strike", "He is held in Rasht.", hours=24 * 20)
    assert after(first, second).case is None


def test_further_information_joins_by_its_number() -> None:
    """Whatever the language of the issue and the form of the number; another number is another case."""
    first = told("UA 6/13 Sudan: opposition member at risk", "A man was taken in Khartoum.")
    for title in ("Further information on UA 6/13: moved", "Información complementaria sobre AU 006/2013"):
        linked = after(first, told(title, "", hours=24 * 30))
        assert (linked.case, linked.relation) == (7, Relation.UPDATE)
    assert after(first, told("UA 7/13 Sudan: opposition member at risk", hours=5)).case is None


def test_every_link_says_why() -> None:
    """An admin reads what was seen, in words."""
    first = told("Iran: Kaveh Darvishi to be hanged on Sunday")
    linked = after(first, told("Hanging of Kaveh Darvishi postponed in Iran", hours=40))
    assert ("full name", "kaveh darvishi") in [(one.rule, one.evidence) for one in linked.evidence]
    assert linked.evidence[-1].rule == "later stage: put_off"


def test_an_officials_name_joins_no_cases() -> None:
    """Who speaks for many is named in many cases; so is whoever stands in three cases already."""
    first = told("Hanoi: blogger taken", '"They broke the door," said Phil Robinson. Vietnam denies it.')
    second = told("Hanoi: teachers taken", '"They must be freed," said Phil Robinson. Vietnam denies it.', 50)
    assert after(first, second).case is None
    known = [
        replace(told(f"{town}: arrest", "The men met Nasrin Moradi. Iran.", hours=24 * n), case_id=n, id=n)
        for n, town in enumerate(("Tabriz", "Ahvaz", "Shiraz", "Yazd", "Qom"), start=1)
    ]
    new = told("Rasht: arrest", "The women met Nasrin Moradi. Iran.", hours=24 * 20)
    assert link(new, known).case is None


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (
            "The Meridian Alliance held a seminar in Geneva on camps in North Korea.",
            "The Meridian Alliance calls on China to stop the return of nine refugees to North Korea.",
        ),
        (
            "Camps were built under Kim Il Sung, says a survivor of torture in North Korea.",
            "Guards still bow before Kim Il Sung: an essay on hope in North Korea and its torture.",
        ),
        (
            "Mr Kim tells of torture in North Korea and of hunger in the United States of his exile.",
            "Talks of the United States with North Korea must not forget torture, writes Kim.",
        ),
    ],
)
def test_what_every_text_of_the_field_names_joins_no_cases(first: str, second: str) -> None:
    """An organisation's own name, a ruler, a family name of millions: also where the days are not known."""
    one, two = (
        replace(told(text[:40], text, source="northlight"), published=None) for text in (first, second)
    )
    assert after(one, two) == Linked(None, Relation.NEW)


@pytest.mark.parametrize(
    ("korean", "other"),
    [
        (
            ("대사관 앞 집회", "시민들이 중국 대사관 앞에서 아홉 명의 송환에 반대하는 집회를 열었다."),
            (
                "URGENT: Tibetan monk Tsering Wangdu faces execution within days",
                "Tsering Wangdu, a monk of Labrang, may be executed in Lanzhou. Write to Beijing.",
            ),
        ),
        (
            ("송환 중단 촉구 서한", "중국 정부에 탈북민 아홉 명의 송환 중단을 촉구하는 서한을 보냈다."),
            (
                "立即释放维权律师江天勇",
                "维权律师江天勇被秘密关押，家属担心他遭受酷刑。请立即致函中国政府要求释放。",
            ),
        ),
    ],
)
def test_a_common_word_of_korean_is_nobodys_name(korean: tuple[str, str], other: tuple[str, str]) -> None:
    """반대하는 sounds like Wangdu and 중단 like 江天勇: a call is no echo of a rally."""
    assert after(told(*korean, source="alliance"), told(*other, hours=20)).relation is Relation.NEW


def test_a_source_calls_off_what_it_asked_and_names_nobody() -> None:
    """A stand-down hours later is of its own last call; of another matter it is not, nor days later."""
    first = told(
        "예멘인 가족 2일 새벽 출국 통보, 전화해 주세요", "제주공항 대기실에 다섯 식구가 있다.", language="ko"
    )
    over = told("출국 보류됐습니다. 모임은 하지 않습니다", "비행기가 취소됐다.", hours=10, language="ko")
    assert (after(first, over).case, after(first, over).relation) == (7, Relation.UPDATE)
    assert after(first, replace(over, source_name="another")).case is None
    assert after(first, told(over.title, over.text, hours=24 * 9, language="ko")).case is None


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (
            ("Five exiles snatched in Kampala", "Rwandans were taken on Friday, a Belgian among them."),
            (
                "Critics of Kigali vanish in Uganda",
                "They were seized this morning; one has a Belgian passport.",
            ),
        ),
        (
            ("Prisoner on day 71 without food", "He is in a hospital in Israel."),
            ("Hunger striker may die in Israel", "He has not eaten for 71 days."),
        ),
        (
            ("Saudi Arabia: Mustafa al-Hashid may be executed", "His family was called."),
            ("Riyadh may behead Moustafa Karim Alhashid", "He was a child when they took him."),
        ),
    ],
)
def test_one_event_told_by_two_who_name_little(first: tuple[str, str], second: tuple[str, str]) -> None:
    """Countries and a day, the length of a fast, an article written in one with a name."""
    assert after(told(*first, hours=30), told(*second, hours=34, source="another")).case == 7


def test_two_in_one_prison_are_two_cases() -> None:
    """The prison's name is a place, whose bearer is not the person."""
    first = told("Artist Ales Markevich taken to intensive care from Vorsha prison", "Belarus is silent.")
    second = told("Artist Henadz Drozd dies in Vorsha prison", "Belarus is silent.", hours=40)
    assert after(first, second).case is None


def test_anniversaries_of_one_arrest_are_not_told_together() -> None:
    """A year later the same title marks another day."""
    first = told("One year since Pastor Wang Yi-fei was taken", "He is still in Chengdu.")
    second = told("Two years since Pastor Wang Yi-fei was taken", "He is still in Chengdu.", hours=24 * 365)
    assert after(first, second).case is None


@given(st.text(max_size=120), st.text(max_size=200), st.text(max_size=120))
def test_never_raises(title: str, text: str, other: str) -> None:
    """Any two statements can be compared, with the same answer twice."""
    known = [replace(told(other), case_id=1)]
    assert link(told(title, text), known) == link(told(title, text), known)


def test_two_boats_off_one_town_stay_two() -> None:
    """Neither a town that both name nor nearly as many on board makes one case of two boats."""
    first = told("47 شخصاً على قارب شمال زوارة", "لا محرك ولا سترات، وبينهم ستة أطفال.", language="ar")
    second = told(
        "About 45 people adrift off Zuwara, four of them women",
        "They left on Sunday night; the engine failed.",
        hours=73,
        source="alarm",
    )
    assert after(first, second).case is None


@pytest.mark.parametrize(
    "title",
    ["لبنان: ترحيل اللاجئ السوري مهند الخطيب غداً", "نداء للناشط مهند الخطيب", "تضامناً مع الناشط مهند الخطيب"],
)
def test_a_name_behind_a_word_for_a_person(title: str) -> None:
    """Neither a nationality between the two nor a particle before the word hides an Arabic name."""
    names = read_traits(told(title, language="ar")).names.told
    assert [name.words for name in names] == [("مهند", "خطيب")]
