"""The same six organisations in the layouts in which lists are printed: each is found, with its country."""

import pytest

from jobs.steps.extract.blocks import blocks
from jobs.steps.extract.signatories import signatories

SIGNED = (
    ("Lake Watch", "Japan"),
    ("Forum for the Coast", "South Korea"),
    ("Freedom House of Turin", "Italy"),
    ("Nine Rivers", "Kenya"),
    ("Women's Aid Trust", "UK"),
    ("Legal Aid Dhaka", "Bangladesh"),
)
LETTER = (
    "Open letter on the lake\n\n4 May 2020\n\nWe, the undersigned organisations, are alarmed by what has "
    "happened.\n\nWe urge the Government of Laos to release the three women.\n\nSignatories:\n\n"
)
LAYOUTS = {
    "colon before the country": "{name}: {country}\n",
    "tab before the country": "{name}\t{country}\n",
    "number and tabs": "{n}\t{name}\t{country}\n",
    "country and a dash": "{country} – {name}\n",
    "headings in Markdown": "### {country}\n- {name}\n\n",
    "headings with a count": "{country} (1)\n{name}\n\n",
    "a table in Markdown": "| {n} | {name} | {country} |\n",
}


@pytest.mark.parametrize("form", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_each_organisation_is_counted_with_its_country(form: str) -> None:
    """No country is taken for a body, and none stays in a name."""
    head = "| # | Organisation | Country |\n|---|---|---|\n" if form.startswith("|") else ""
    rows = "".join(form.format(n=n, name=name, country=land) for n, (name, land) in enumerate(SIGNED, 1))
    signed = signatories(blocks(f"{LETTER}{head}{rows}\nFor more information: press@lake.example\n"))
    assert signed.names == tuple(name for name, _ in SIGNED)
    assert (signed.persons, signed.countries) == (0, 6)


def test_two_columns_that_have_run_together_are_two_names() -> None:
    """Each has its country in parentheses."""
    cells = [f"{name} ({land})" for name, land in SIGNED]
    rows = "".join(f"{one:45}{other}\n" for one, other in zip(cells[:3], cells[3:], strict=True))
    assert (
        signatories(blocks(f"{LETTER}{rows}\nFor more information: press@lake.example\n")).organisations == 6
    )


def test_what_a_person_is_may_stand_below_the_name() -> None:
    """Two lines each: only the first is a name."""
    names = ("Anna Berg", "Tomas Lind", "Maria Costa", "John Okello")
    rows = "".join(f"{name}\nWriter, Norway\n\n" for name in names)
    signed = signatories(blocks(f"{LETTER[:-14]}Individuals:\n\n{rows}"))
    assert (signed.names, signed.countries) == (names, 1)


def test_a_running_row_goes_on_behind_the_edge_of_a_page() -> None:
    """What is printed at the head of each page is no name, and a country torn apart is one."""
    edge = "5/12/2016      Joint letter: the creek\n\n"
    row = "Bread (Switzerland), Centre for Shelter (Ghana), Legal Aid Ibadan (Nigeria), Habitat (South\n\n"
    text = (
        f"{edge}We write on behalf of us all.\n\nSigned:\n\n{row}{edge}Africa), Lake Watch (Japan).\n\n{edge}"
    )
    signed = signatories(blocks(text))
    assert (signed.organisations, signed.countries) == (5, 5)
    assert signed.names[3] == "Habitat"


def test_who_signs_for_a_body_stands_before_it() -> None:
    """The body signs and so does who is named; their country is noted."""
    rows = (
        "Somchai Rattana, on behalf of Friends of the Highlands, Chiang Mai, Thailand\n"
        "Ursula Brandt, for Montagnard Hilfe e.V., Germany\n"
        "Claire Van Damme, au nom d'Accueil Sans Murs, Belgique\n"
    )
    signed = signatories(blocks(f"{LETTER[:-14]}Yours sincerely,\n\n{rows}"))
    assert (signed.organisations, signed.persons, signed.countries) == (3, 3, 3)


@pytest.mark.parametrize(
    "rows",
    [
        "Country   Organisations\nJapan   Lake Watch; Sea Friends\nKenya   Nine Rivers; Hill Forum\n",
        "**Japan**\nLake Watch\nSea Friends\n\n**Kenya**\nNine Rivers\nHill Forum\n",
        "Lake Watch, Japan\nSea Friends\n\n2\n\nNine Rivers, Kenya\nHill Forum\n",
        "Name\nCountry\nLake Watch\nJapan\nSea Friends\nJapan\nHill Forum\nKenya\nNine Rivers\nKenya\n",
    ],
    ids=["several in a row", "bold headings", "number of a page", "cells one a line"],
)
def test_countries_stand_before_or_over_the_names(rows: str) -> None:
    """However the table is printed, four bodies of two countries sign."""
    signed = signatories(blocks(f"{LETTER}{rows}"))
    assert (signed.organisations, signed.persons, signed.countries) == (4, 0, 2)
