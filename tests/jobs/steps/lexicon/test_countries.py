"""Countries are found by names, peoples and capitals, in eight languages, neighbours told apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.steps.lexicon import countries_in, country_of


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Two teachers held in Pyongyang", "KP"),
        ("탈북민 세 명이 실종됐다", "KP"),
        ("脱北者の家族が会見", "KP"),
        ("朝鲜难民的处境", "KP"),
        ("Des réfugiés nord-coréens attendent", "KP"),
        ("Refugiados norcoreanos en peligro", "KP"),
        ("Северокорейских рабочих увезли", "KP"),
        ("لاجئون من كوريا الشمالية", "KP"),
        ("В Китае задержали адвоката", "CN"),
        ("Les autorités chinoises se taisent", "CN"),
        ("سجناء في الصين", "CN"),
        ("北韓의 인권", "KP"),
        ("被关在香港的记者", "HK"),
        ("イランの刑務所で", "IR"),
        ("투르크메니스탄 감옥", "TM"),
        ("В Таджикистане арестовали журналиста", "TJ"),
    ],
)
def test_names_in_eight_languages(text: str, code: str) -> None:
    """A name, a people or a capital speaks for its country in any of the languages."""
    assert countries_in(text)[0] == code


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("South Korea said nothing", ("KR",)),
        ("Papua New Guinea reopened the camp", ("PG",)),
        ("Equatorial Guinea frees nobody", ("GQ",)),
        ("Nigeria and Niger close the border", ("NG", "NE")),
        ("Congo-Brazzaville votes", ("CG",)),
        ("The Democratic Republic of the Congo votes", ("CD",)),
        ("South Sudan lets them go", ("SS",)),
        ("The board in Atlanta, Georgia, refused the stay", ("US",)),
        ("Georgia: crowds in Tbilisi", ("GE",)),
        ("Michael Jordan's shoes, a guinea pig and a turkey", ()),
        ("New Mexico abolishes it", ()),
        ("인도적 지원을 늘려야 한다", ()),
        ("We ask you to let us know", ()),
    ],
)
def test_neighbours_are_told_apart(text: str, codes: tuple[str, ...]) -> None:
    """Words that hold the name of another country, or are no country at all, mislead nobody."""
    assert countries_in(text) == codes


def test_the_title_names_the_principal_country() -> None:
    """What stands in the first line comes before what is told on the way."""
    text = "Laos: nine teenagers put on a plane\nIt left for China; South Korea was told."
    assert countries_in(text)[0] == "LA"


def test_seats_of_organisations_count_last() -> None:
    """A dateline from Geneva does not make Switzerland the subject."""
    assert countries_in("GENEVA – Experts fear for a Yemeni judge") == ("YE",)
    assert countries_in("Staff meeting in Geneva") == ("CH",)


@pytest.mark.parametrize(
    ("party", "code"),
    [
        ("the PRC", "CN"),
        ("Democratic People's Republic of Korea", "KP"),
        ("Republic of Korea", "KR"),
        ("Government of Viet Nam", "VN"),
        ("President Moon Jae-in", "KR"),
        ("Embassy of Laos in Seoul", "LA"),
        ("Chinese Embassy in London", "CN"),
        ("중국 정부", "CN"),
        ("외교부 장관", "KR"),
        ("UNHCR", None),
        ("all participating states", None),
    ],
)
def test_the_country_of_a_party(party: str, code: str | None) -> None:
    """A state, its organs and its embassies have its country; others have none."""
    assert country_of(party) == code


@given(st.text(max_size=400))
def test_never_raises(text: str) -> None:
    """Any text gives a tuple of two-letter codes, without repetition."""
    codes = countries_in(text)
    assert len(set(codes)) == len(codes)
    assert all(len(code) == 2 and code.isupper() for code in codes)
