"""How many are in danger, and how many of them are minors."""

import pytest

from jobs.steps.extract.blocks import blocks
from jobs.steps.extract.persons import persons_at_risk


@pytest.mark.parametrize(
    ("text", "count", "minors"),
    [
        ("Seven refugees, including a 4-month-old baby, face deportation from Laos.", 7, 1),
        ("Three brothers aged 15, 17 and 22 were arrested on Monday and are held incommunicado.", 3, 2),
        ("The blogger Nadia Rahimi has been detained since May.", 1, None),
        ("탈북자 5명이 체포되어 강제송환 위기에 처해 있다. 이 가운데 3명은 어린이이다.", 5, 3),
        (
            "Hundreds of thousands are held in the camps; an estimated 120,000 prisoners work there.",
            None,
            None,
        ),
        ("About 200 people gathered at noon.", None, None),
        ("Ten refugees, seven men and three women, are hiding from deportation.", 10, None),
        ("Three men were put in solitary confinement. A fourth man was moved with them.", 4, None),
        ("Three leaders are held. So are 14 students. We ask that all 17 be freed.", 17, None),
    ],
)
def test_counted_and_named_persons_in_danger(text: str, count: int | None, minors: int | None) -> None:
    """Counts and names count; estimates, totals and gatherings do not."""
    found = persons_at_risk("", blocks(text))
    assert (found.count, found.minors) == (count, minors)


@pytest.mark.parametrize(
    ("language", "text", "count", "minors"),
    [
        (
            "en",
            "The 7,800 people in the camp must not be deported. The 26 men who were abducted are missing.",
            26,
            None,
        ),
        ("ko", "이 가운데 열 살 아이와 생후 6개월 된 아기가 있는 탈북민 17명이 체포되었다.", 17, 2),
        ("ru", "Четверо беженцев, среди них пятнадцатилетний Багашар, арестованы.", 4, 1),
        (
            "fr",
            "Deux militants sont détenus. Deux lycéens ont disparu.\n\nIl faut élucider le sort des quatre.",
            4,
            2,
        ),
        ("en", "Name: names withheld (3 f, 5 m)\n\nIssues: Forcible return", 8, None),
    ],
)
def test_numbers_and_ages_in_more_forms(language: str, text: str, count: int, minors: int | None) -> None:
    """Thousands are no small number; months and adjectives tell ages; a demand sums up two groups."""
    found = persons_at_risk("", blocks(text), language)
    assert (found.count, found.minors) == (count, minors)


@pytest.mark.parametrize(
    ("language", "text", "count", "minors"),
    [
        (
            "en",
            """Soldiers arrested 83 people, among them the boatman U Maung Soe, his deckhand Ko Tin
            Win and the seller Daw Aye Mi. Eleven of those taken are children.""",
            83,
            11,
        ),
        (
            "fr",
            "Sept élèves sont détenus. Aline et Éric Bizimana ont 14 ans ; quatre autres ont de 16 à 17 ans.",
            7,
            6,
        ),
        (
            "es",
            """Cinco autoridades fueron detenidas. Entre ellas están Pedro Brito, de 61 años, y su sobrina
            Juana Brito, de 17 años; las otras tres tienen entre 40 y 55 años.""",
            5,
            1,
        ),
        (
            "ru",
            "Восемь жителей задержаны. Среди них Алеся Крот, её сын Павел, 15 лет, и двое друзей, по 16 лет.",
            8,
            3,
        ),
        ("en", "We write about Nguyen Thi Lan, 34, a teacher who has been held in Bangkok since May.", 1, 0),
        ("en", "A 15-year-old boy, Hamza Idris, was abducted by soldiers on 3 May.", 1, 1),
        ("fr", "Nous craignons pour Moussa Tchangari, 55 ans, détenu au secret depuis le 3 décembre.", 1, 0),
        ("ko", "탈북민 김철수 씨(34)가 지난 5월 3일 체포되어 강제북송 위기에 처해 있다.", 1, 0),
        (
            "en",
            "38 civilians were killed. Twenty-one others, including nine girls aged 11 to 16, were abducted.",
            21,
            9,
        ),
    ],
)
def test_some_of_them_by_name_and_age(language: str, text: str, count: int, minors: int) -> None:
    """Those who are named are some of the number; an age that several share is told once."""
    found = persons_at_risk("", blocks(text), language)
    assert (found.count, found.minors) == (count, minors)
