"""What may endanger somebody is found in many languages, and taken out wherever it stands."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.steps.sensitive import MARK, blacken, blackened, find, names
from storage.records import Addressee, Demand, Signatories, Statement
from storage.words import Concern

MINORS = [
    ("Mina Park, 15, and her mother were taken on Monday.", "Mina Park"),
    ("16-year-old Ali Rezaei faces execution.", "Ali Rezaei"),
    ("The sixteen-year-old student Ali Rezaei was led away.", "Ali Rezaei"),
    ("Kim Eun-ju (12) is with them.", "Kim Eun-ju"),
    ("Names: Ryu Kyong-hui (f, 38), Ryu Sol (m, 6).", "Ryu Sol"),
    ("The boy Ahmad Zahedi is held.", "Ahmad Zahedi"),
    ("They hold a girl named Sara.", "Sara"),
    ("Among them is an infant of 11 months, Kim Ha-neul.", "Kim Ha-neul"),
    ("Ji-woo, 11 months old, needs milk.", "Ji-woo"),
    ("Marie Kabila, âgée de 9 ans, est détenue.", "Marie Kabila"),
    ("Esther Phiri, deux ans, a disparu.", "Esther Phiri"),
    ("La niña Rosa Pérez, de 12 años, sigue desaparecida.", "Rosa Pérez"),
    ("16-летний Иван Петров задержан.", "Иван Петров"),
    ("학생 김은주(15세)가 송환될 위기다.", "김은주"),
    ("15세 김은주 양이 구금되었다.", "김은주"),
    ("王小明（15岁）被带走。", "王小明"),
    ("山田花子さん(14)が拘束された。", "山田花子"),
    ("الطفل أحمد يوسف (15 عاما) محتجز", "أحمد يوسف"),
]
HIDING = [
    ("The family is hiding in a flat above the bakery in Yanji.", "above the bakery in Yanji"),
    ("She has been in hiding since May at 14 Garden Street.", "14 Garden Street"),
    ("Two of them remain in hiding in the village of Long Ping.", "village of Long Ping"),
    ("The safe house stands at 42.9063, 129.5133.", "42.9063, 129.5133"),
    ("In hiding until then, they will cross the Mekong through Ban Mai.", "cross the Mekong through Ban Mai"),
    ("Ils sont cachés au 12, rue des Lilas.", "12, rue des Lilas"),
    ("Están escondidos en la calle Bolívar.", "calle Bolívar"),
    ("Он скрывается в деревне Сосновка.", "деревне Сосновка"),
    ("난민들은 하남동 12번지에 은신하고 있다.", "하남동 12번지"),
    ("彼らは平和教会に身を隠している。", "平和教会"),
    ("他们躲在和平村。", "和平村"),
    ("العائلة مختبئة في شارع الزيتون", "شارع الزيتون"),
]
HARMLESS = [
    "Nguyen Van An, 34, was held.",
    "Ali Rezaei, who was 16 at the time of the alleged crime, is 25 now.",
    "Her daughter Sara (not her real name), 9, is with her.",
    "A.B., 15, and C.D., 16, are held.",
    "The Human Rights Council (15) met.",
    "On 3 March, 15 people were held in Seoul.",
    "Park Ji-sung was sentenced to 15 years.",
    "After eleven years, Assembly passes the act.",
    "However, a 9-year-old girl is among them.",
    "이모 양(15)이 구금되었다.",
    "少女(15歳)が拘束された。",
    "미군(17세)",
    "Eleven refugees are hiding in Shenyang.",
    "They were arrested in a safe house at 14 Garden Street.",
    "She has taken refuge at the Swedish Embassy.",
    "Our office is at 14 Garden Street.",
    "The names of the children have been changed. Mina, aged 9, is held.",
]
_ANY = st.text(max_size=200)
_TELLING = st.sampled_from([line for line, _ in (*MINORS, *HIDING)])


def said(text: str) -> Statement:
    """A statement that says this."""
    return Statement(title="Nine face return", text=text)


@pytest.mark.parametrize(("line", "name"), MINORS)
def test_a_minor_is_known_by_name(line: str, name: str) -> None:
    """A name beside an age, or beside a word for a child, in the languages that we read."""
    assert [(one.concern, one.words) for one in find(said(line))] == [(Concern.MINOR, name)]


@pytest.mark.parametrize(("line", "place"), HIDING)
def test_a_hiding_place_is_known_by_what_leads_to_its_door(line: str, place: str) -> None:
    """A street, a village, a building, coordinates, the road that is taken."""
    found = find(said(line))
    assert {one.concern for one in found} == {Concern.HIDING}
    assert place in {one.words for one in found}


@pytest.mark.parametrize("line", HARMLESS)
def test_what_gives_nobody_away_is_no_concern(line: str) -> None:
    """Adults, pseudonyms, initials, a town, a place that was raided, an embassy."""
    assert find(said(line)) == ()


def test_persons_in_danger_are_known_by_name() -> None:
    """For sources that pass on the words of others."""
    text = "The lawyer Wang Quan was arrested on Monday and may be tortured."
    assert [(one.concern, one.words) for one in names(said(text))] == [(Concern.NAME, "Wang Quan")]


def test_what_is_taken_out_goes_everywhere() -> None:
    """Title, text, demands, names, places; a surname alone too, but not the same one of somebody else."""
    statement = Statement(
        title="Mina  Park, 15, in danger",
        text="Mina\nPark, 15, is held. Ms Park is ill. Yesterday Park wept. Park Chung-hee ruled.",
        demands=(Demand("the guardian of Mina Park", "release Mina Park", condition="once Park is well"),),
        addressees=(Addressee("the guardian of Mina Park", None, 1),),
        signatories=Signatories(persons=1, names=("Mina Park",)),
        places=("Shenyang", "Park"),
    )
    clean = blackened(statement, ("Mina Park",))
    assert clean.title == f"{MARK}, 15, in danger"
    assert clean.text == (
        f"{MARK}, 15, is held. Ms {MARK} is ill. Yesterday {MARK} wept. Park Chung-hee ruled."
    )
    (demand,) = clean.demands
    assert (demand.to, demand.quote, demand.condition) == (
        f"the guardian of {MARK}", f"release {MARK}", f"once {MARK} is well",
    )  # fmt: skip
    assert demand.to == clean.addressees[0].name
    assert clean.signatories.names == (MARK,)
    assert clean.places == ("Shenyang",)
    assert blackened(statement, ()) == statement


@given(before=_ANY, line=_TELLING, after=_ANY)
def test_whatever_stands_around_it_nothing_is_left_of_it(before: str, line: str, after: str) -> None:
    """No text is too strange to be read; what is found is gone once it is taken out."""
    statement = said(f"{before}\n{line}\n{after}")
    words = tuple(one.words for one in find(statement))
    clean = blackened(statement, words)
    assert all(_bare(word) not in _bare(clean.text) for word in words)
    assert not {one.words for one in find(clean)} & set(words)


@given(text=_ANY)
def test_a_text_without_the_words_stays_as_it_is(text: str) -> None:
    """Not a letter changes."""
    assert blacken(text, ("Zzyzx Qqwerty",)) == text


def _bare(text: str) -> str:
    return re.sub(r"\s+", " ", text)
