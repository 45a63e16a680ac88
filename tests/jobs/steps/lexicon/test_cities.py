"""Towns speak for their country, in every script, and never for another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.steps.lexicon.cities import Cities, cities
from jobs.steps.lexicon.countries import countries_in
from jobs.steps.lexicon.tokens import cut

FEW = Cities(
    "code\tname\nNG\tkatsina\nUZ\tнаманган\n"
    "CH\tлуган\nJP\tнара\nEE\tнарва\nTR\tキリス\n"
    "SY\tحلفايا\nCN\t武汉\nPE\tpuno\nPE\tpuerto maldonado\n".encode()
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A court in Katsina", ["NG"]),
        ("the katsina of a novel", []),
        ("Суд в Намангане", ["UZ"]),
        ("Суд в Луганске", []),
        ("Суд в Луганах", []),
        ("Суд в Нарве", ["EE"]),
        ("Суд над Савой", []),
        ("キリスト教会", []),
        ("キリスの村", ["TR"]),
        ("وحلفايا", ["SY"]),
        ("طبق الحلفايا", []),
        ("从武汉到北京", ["CN"]),
        ("Puno, Puerto Maldonado", ["PE", "PE"]),
        ("Puerto, Maldonado", []),
    ],
)
def test_names_stand_with_a_capital_and_whole(text: str, found: list[str]) -> None:
    """Also in a Russian case; not as a common word, nor over a comma."""
    assert [hit.value for hit in FEW.find(cut(text))] == found


def test_a_town_tells_the_country_of_a_text() -> None:
    """One that stands beside another name is doubtful, and yields to one that does not."""
    assert countries_in("Families called to the prison of Katsina") == ("NG",)
    assert countries_in("푸저우 법원에서 재판") == ("CN",)
    assert countries_in("اعتقال في حمص")[:1] == ("SY",)


def test_the_table_is_found_in_itself() -> None:
    """Every name of it, by its own country."""
    known = cities()
    lines = known._table.decode().splitlines()[1:]
    for line in lines[::500]:
        code, name = line.split("\t")
        assert known.country(name) == code


@given(st.text(max_size=200))
def test_no_text_is_too_strange(text: str) -> None:
    """Hits lie inside it, in order, apart from one another."""
    last = -1
    for hit in cities().find(cut(text)):
        assert last < hit.first <= hit.last
        last = hit.last
