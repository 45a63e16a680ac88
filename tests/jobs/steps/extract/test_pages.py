"""A text means the same whatever page it stands on: menus, lost bullets and broken lines change nothing."""

import pytest

from jobs.steps.document import Document
from jobs.steps.extract.reading import extract

LETTER = """Release the Gate Road families

12 March 2021

We call on the Government of Thailand to:

• release the forty-one detained families of Gate Road;
• provide them with a lawyer.

We urge UNHCR to visit the families.
"""
MENU = "Skip to main content\n\nHome\nAbout us\nOur work\nNews\nDonate\n\nHome / News / Statements\n\n"
FOOT = "\n\nShare this:\nTwitter\n\nRelated\nWe urge Laos to free the monks\nJune 1, 2021\n\nRecent Posts\n"

JAPANESE = (
    "家族の送還に反対する声明\n"
    "\n"
    "私たちは、日本政府に対し、トルコ国籍の家族五人の強制送還を直ちに中止し、在留特別"
    "許可を与えることを求める。\n"
    "また、国会は、収容に裁判所の審査を求める法律を速やかに制定すべきである。\n"
    "収容所では医療を受けられない人が続出しており、昨年も二人の若者が命を落とした。こ"
    "れを繰り返してはならない。\n"
)


def asked(text: str) -> set[tuple[str, str]]:
    """Party and quote, spaces left out, of everything a text asks."""
    read = extract(Document(title="", text=text))
    return {(demand.to, "".join(demand.quote.split())) for demand in read.demands}


@pytest.mark.parametrize(
    "page",
    [
        MENU + LETTER + FOOT,
        LETTER.replace("• ", ""),
        LETTER.replace("We call", "Background\n\nWe call"),
        LETTER.replace("We call", "Background\n\nThey were seized on 3 March.\n\nOur appeal\n\nWe call"),
        LETTER.replace("• ", "- "),
        LETTER.replace("• ", "(1) ", 1).replace("• ", "(2) "),
    ],
)
def test_the_page_around_a_text_and_the_bullets_in_it_change_nothing(page: str) -> None:
    """With a menu and links around it, with numbers, dashes or nothing before its items."""
    assert asked(page) == asked(LETTER)
    assert {party for party, _ in asked(LETTER)} == {"Government of Thailand", "UNHCR"}


def test_the_date_of_another_article_is_not_the_texts_own() -> None:
    """A link to a later article stands below."""
    read = extract(Document(title="", text=MENU + LETTER + FOOT))
    assert str(read.date_written) == "2021-03-12"
    assert read.title == "Release the Gate Road families"


def test_japanese_lines_that_were_broken_at_a_fixed_width_are_joined_again() -> None:
    """The quote keeps the white space that its text has there."""
    lines = JAPANESE.split("\n")
    broken = "\n".join(
        part for line in lines for part in [line[at : at + 24] for at in range(0, len(line), 24)] or [""]
    )
    assert asked(broken) == asked(JAPANESE)
    read = extract(Document(title="", text=broken))
    flat = " ".join(broken.split())
    assert read.demands
    assert all(demand.quote in flat for demand in read.demands)
