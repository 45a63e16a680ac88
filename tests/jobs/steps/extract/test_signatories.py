"""Listed signatures are counted; claimed numbers are read."""

import pytest

from jobs.steps.extract.blocks import blocks
from jobs.steps.extract.numbers import number
from jobs.steps.extract.signatories import signatories
from storage.records import Signatories

LIST = """On behalf of 41 non-governmental organizations and six individuals from twelve countries, we write.

Sincerely,

Groups

1. Lake Watch, U.K.
2. Lake Watch, United Kingdom
3. No Walls, Japan
4. Justice Now (international)

Individuals

Dr. Mary Cole, Professor of Law, Kenya
Name withheld

Posts in this category
"""


def test_a_list_is_counted_by_sort_and_country() -> None:
    """Repeats count once, spelling variants of a country are one, "international" is none."""
    assert signatories(blocks(LIST)) == Signatories(
        3, 2, 3, 41, 6, 12, ("Lake Watch", "No Walls", "Justice Now", "Mary Cole", "Name withheld")
    )


def test_a_committee_at_the_foot_counts_as_persons() -> None:
    """A resolutions committee's members are signatories, offices left out."""
    signed = signatories(
        blocks("We resolve.\n\nResolutions Committee\nAnna Berg, Chair, Norway\nJun Mori, Japan\n")
    )
    assert (signed.persons, signed.countries, signed.names) == (2, 2, ("Anna Berg", "Jun Mori"))


def test_a_text_without_a_list_has_no_signatories() -> None:
    """Numbers of participants or of an earlier letter are not claims."""
    text = "Last year 67 organizations wrote to you. About 200 people from 9 countries came."
    assert signatories(blocks(text)) == Signatories()


def test_a_country_alone_on_its_line_is_that_of_the_names_below() -> None:
    """So lists are printed that go country by country."""
    text = "Sincerely,\n\nKenya\nLake Watch Association\nRiver Forum\n\nJapan\nWalls Foundation\n"
    signed = signatories(blocks(text))
    assert (signed.organisations, signed.persons, signed.countries) == (3, 0, 2)


def test_what_stands_below_a_letter_and_is_no_name_ends_the_list() -> None:
    """A sentence after "Yours sincerely" is no signatory, nor is who comes after it."""
    text = (
        "Yours sincerely,\n\nThe committee met again in the afternoon to hear from those families whom "
        "nobody had yet asked about it\nAnna Berg\n"
    )
    assert signatories(blocks(text)) == Signatories()


def test_those_who_are_only_counted_are_not_listed() -> None:
    """In "and 4 others" nobody is named."""
    signed = signatories(
        blocks("Organisations:\n\n1. Lake Watch and 4 others\n2. and 12 more\n3. No Walls\n")
    )
    assert signed.names == ("Lake Watch", "No Walls")


def test_a_korean_claim_is_read() -> None:
    """How many organisations take part is said in a sentence of its own."""
    assert signatories(blocks("성명에 참여한 23개 단체는 다음과 같다.")).claimed_organisations == 23


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(("69", 69), ("1,200", 1200), ("twenty-three", 23), ("seven", 7), ("three hundred", 300)),
        *(("a dozen", 12), ("두", 2), ("few", None), ("hundred", None), ("", None)),
    ],
)
def test_numbers_in_words_and_digits(text: str, value: int | None) -> None:
    """What is no number is None, never a guess."""
    assert number(text) == value


SECTIONS = """We are a group of 3 human rights organisations from nine African and European countries.

Yours faithfully,

HUMAN RIGHTS ORGANISATIONS
1. Lake Watch, Kenya
2. No Walls e.V. (Germany)
3. Desk for the Horn

FAITH LEADERS
Archbishop Paul Nku (Burundi)
The Rev. Esther Wan, Kenya

FORMER MEMBERS OF PARLIAMENT
Hon. Agnes Mut, Kenya
Hans Vogel, Germany, Chair
"""


def test_sections_say_who_signs() -> None:
    """A list goes on under headings for persons of several sorts; countries stand before an office, too."""
    signed = signatories(blocks(SECTIONS))
    assert (signed.organisations, signed.persons, signed.countries) == (3, 4, 3)
    assert signed.claimed_countries == 9
    assert "Esther Wan" in signed.names


@pytest.mark.parametrize(
    ("text", "claimed"),
    [
        ("賛同団体（五十音順、2団体）\n北の会／南の会\n\n賛同個人（1名）\n青木 澄子（元教員）", (2, 1)),
        (
            "首批联署人（共2人）：\n曹雅文（美国，作家）、陈建刚（美国，律师）\n\n联署团体（1个）：\n独立作者会",
            (1, 2),
        ),
        ("Organisations (2)\n\n1. Lake Watch\n2. No Walls\n\nIndividuals (1)\n\nDr. Mary Cole", (2, 1)),
        ("Organisations (as of 2019)\n\n1. Lake Watch\n2. No Walls", (None, None)),
    ],
)
def test_the_headings_of_lists_claim_numbers(text: str, claimed: tuple[int | None, int | None]) -> None:
    """A heading tells how many its list holds; a year in it is none."""
    signed = signatories(blocks(f"We write.\n\n{text}\n"))
    assert (signed.claimed_organisations, signed.claimed_persons) == claimed


def test_a_row_may_number_its_names() -> None:
    """Names in one line, each behind its number, are as many."""
    row = " ".join(f"{at}. {name}연대" for at, name in enumerate("가나다라마바사아자차카타파하", 1))
    assert signatories(blocks(f"우리는 요구한다.\n\n참가단체(14개)\n{row}\n")).organisations == 14


@pytest.mark.parametrize(
    ("text", "organisations", "persons"),
    [
        ("This letter is signed by Lake Watch, the Lantern Project, No Walls and Justice Now.", 4, 0),
        ("Signed by Maria Santos, Kim Young-ho, Hiroshi Watanabe and John Neill.", 0, 4),
        ("Signed: Lake Watch / Lantern Project / No Walls / Justice Now", 4, 0),
        ("Organization | Country\nLake Watch | Kenya\nNo Walls Network | Japan\nCoast Forum | Chad", 3, 0),
        ("참가단체 : 국군포로가족회·나우인권·자유연대·성통만사", 4, 0),
        ("2019년 5월 3일\n\n국군포로가족회 나우인권 자유연대 (이상 3개 단체)", 3, 0),
        ("나우인권 대표 김가람\n자유연대 대표 이나래\n북민회 회장 박다솜", 3, 3),
    ],
)
def test_who_signs_is_told_in_many_shapes(text: str, organisations: int, persons: int) -> None:
    """In a sentence, in a table under its head, between strokes and dots, each with who speaks for it."""
    found = signatories(blocks(f"We urge the release of the nine.\n\n{text}"))
    assert (found.organisations, found.persons) == (organisations, persons)
