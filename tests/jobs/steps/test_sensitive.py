"""What may endanger somebody is found in many languages, and taken out wherever it stands."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.steps.sensitive import MARK, Black, blacken, blackened, filled, find, names, taken_out
from storage.records import Addressee, Demand, Signatories, Statement
from storage.words import Concern
from tests.builders import NOON

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
    ("Ryu Sol aged 11 is with them.", "Ryu Sol"),
    ("India, doce años, sigue desaparecida.", "India"),
    ("Madame, Hayk a treize ans.", "Hayk"),
    ("Her son Sol (11) is held.", "Sol"),
    ("Her son Jordan, aged 11, is held.", "Jordan"),
    ("Ryu Sol [11] is with them.", "Ryu Sol"),
    ("Ali Rezaei, 17 years and 6 months old, faces execution.", "Ali Rezaei"),
    ("Ryu Sol, born in 2015, is with them.", "Ryu Sol"),
    ("Ryu Sol was born on 3 May 2015.", "Ryu Sol"),
    ("Marie Kabila, née en 2015, est détenue.", "Marie Kabila"),
    ("Rosa Pérez, nacida el 3 de mayo de 2015, sigue desaparecida.", "Rosa Pérez"),
    ("Иван Петров, 2015 года рождения, задержан.", "Иван Петров"),
    ("김은주(2015년생)가 구금되었다.", "김은주"),
    ("Die elfjährige Ryu Sol ist dabei.", "Ryu Sol"),
    ("Die 11-jährige Schülerin Ryu Sol ist dabei.", "Ryu Sol"),
    ("Ryu Sol, geboren 2015, ist in Haft.", "Ryu Sol"),
    ("Ein Junge namens Ali ist in Haft.", "Ali"),
    ("Ryu Sol, 11 Jahre alt, ist in Haft.", "Ryu Sol"),
    ("Ana Souza, com 12 anos, foi levada.", "Ana Souza"),
    ("A menina Ana Souza está desaparecida.", "Ana Souza"),
    ("Ana Souza, nascida em 2015, está presa.", "Ana Souza"),
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
    ("They hide at 14 Garden Street.", "14 Garden Street"),
    ("They hide behind the Kamal Adwan Hospital.", "behind the Kamal Adwan Hospital"),
    ("The family is in hiding. They stay at 14 Garden Street.", "14 Garden Street"),
    ("Two are in hiding. Their flat is in the village of Long Ping.", "Long Ping"),
    ("Sie verstecken sich in der Gartenstraße 14.", "Gartenstraße 14"),
    ("Die Familie ist untergetaucht. Sie lebt im Dorf Sosnowka.", "Sosnowka"),
    ("Eles estão escondidos na rua das Flores, 12.", "rua das Flores, 12"),
    ("A família está escondida na aldeia de Santa Rita.", "Santa Rita"),
    ("Семья скрывается. Они живут в деревне Сосновка.", "Сосновка"),
    ("가족은 은신 중이다. 그들은 하남동 12번지에 있다.", "하남동"),
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
    "Children aged 5 to 11 are held.",
    "Haïti, deux ans : où sont passés les déplacés ?",
    "Érythrée, trois mois pour Dawit et les autres",
    "El Salvador, dos años de excepción en cifras",
    "Condenado a cinco años en mayo.",
    "Those aged 16 or over may vote.",
    "Young Afghans aged 17 and over are sent back.",
    "Deaths: Aleppo (14), Homs (9), Idlib (7); families fled.",
    "UNICEF (12) and the children were there.",
    "The Parents Circle (15) met families.",
    "Kim Jong-un [11] said so.[12] He left [13].",
    "The Convention on the Rights of the Child, born in 2015, turns ten.",
    "Ms Park, born in 1985, is a lawyer.",
    "Ryu Sol was arrested in 2015.",
    "Ali Rezaei was given 17 years and 6 months in prison.",
    "Ali Rezaei, 17 years and 6 months after his arrest, is free.",
    "Ein elfjähriger Krieg geht zu Ende.",
    "Die Junge Union Deutschlands traf sich.",
    "A Lei Maria da Penha, com 17 anos, protege mulheres.",
    "They have nowhere to hide in Sudan.",
    "She is in hiding. Amnesty's office is at 1 Easton Street.",
    "She is in hiding. Write to the Minister at 14 Garden Street.",
    "He is in hiding. The Human Rights Council met in Geneva.",
    "The village is small; they are in hiding.",
    "Some 300 families are sheltering at Kamal Adwan Hospital in Beit Lahia.",
    "Families are sheltering in UNRWA Salah School.",
    "The detainees of Ward Four (8) face execution.",
    "Amnesty counts: Khartoum Sudan (15) killed.",
]
FORMS = [
    ("Ryu Sol", "Ryu Sol's mother; the Ryus; Sol is ill; SOL", "Solidarity is solar."),
    ("Ryu Sol", "#FreeRyuSol #ryusol @ryu_sol RyuSol Ryu-Sol #FreeSol", "#SolidarityNow resolved"),
    ("Иван Петров", "Ивана Петрова, Ивану Петрову, с Иваном Петровым; Петрову", "Иванка патрон"),
    ("Мария Кот", "Марии Кот, Марию Кот, с Марией Кот", "марина"),
    ("Павел Кот", "Павла Кота, Павлу Коту", "павлин"),
    ("деревне Сосновка", "деревня Сосновка, из деревни Сосновки", "деревня"),
    ("Сосновка", "в Сосновке, из Сосновки, Сосновку", "сосна"),
    ("김은주", "김은주가, 김 은주는, 은주 양, 은주는", "은주색 아은주의"),
    ("أحمد يوسف", "وأحمد يوسف، لأحمد يوسف، احمد يوسف", "حمد"),
    ("الزيتون", "والزيتون، للزيتون", "زيت"),
]
"""A name, the forms in which it goes, and what stays."""
_ANY = st.text(max_size=200)
_TELLING = st.sampled_from([line for line, _ in (*MINORS, *HIDING)])


def said(text: str) -> Statement:
    """A statement that says this."""
    return Statement(title="Nine face return", text=text, published=NOON)


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


@pytest.mark.parametrize(("name", "goes", "stays"), FORMS)
def test_a_name_goes_in_whatever_form_it_stands(name: str, goes: str, stays: str) -> None:
    """Inflected, with a prefix, in the plural, as a tag; what only begins alike stays."""
    clean = blacken(goes, (name,))
    assert not re.search("|".join(part[:3] for part in name.split()), clean, re.IGNORECASE), clean
    assert blacken(stays, (name,)) == stays


def test_the_name_of_a_place_alone_goes_as_well() -> None:
    """As the next sentence calls it; the word of every day that it is made of stays."""
    text = "Two are in hiding in the village of Mill. From Mill a bus goes; the mill stands still."
    words = tuple(one.words for one in find(said(text)))
    assert blacken(text, words) == (
        f"Two are in hiding in the {MARK}. From {MARK} a bus goes; the mill stands still."
    )


@pytest.mark.parametrize(
    ("first", "name"),
    [
        ("Student Mina Park, 16, was arrested in Minsk.", "Mina Park"),
        ("Schoolgirl Ryu Sol, 11, faces deportation.", "Ryu Sol"),
        ("Among them is Student Leader Mina Park, 16.", "Mina Park"),
    ],
)
def test_a_name_goes_without_the_word_that_was_found_before_it(first: str, name: str) -> None:
    """No part of it stays because the other stands beside it; another person's name does."""
    text = f"{first} The police took {name} from home. {name}'s aunt, Activist {name}, met Kim Jong-un."
    clean = blackened(said(text), (one.words for one in find(said(text)))).text
    assert not any(part in clean for part in name.split())
    assert "Kim Jong-un" in clean
    assert "Park Geun-hye" in blacken(
        "On Monday they spoke with Park Geun-hye about it.", ("Student Mina Park",)
    )


def test_an_address_that_holds_the_words_is_left_out() -> None:
    """Half of it would lead nowhere; files that came with it as well."""
    black = Black(("Ryu Sol",))
    for link in ("/free-ryu-sol/", "/Ryu%20Sol.pdf", "/freeryusol", "/?q=ryu+sol"):
        assert not black.link(f"https://x.example{link}")
    assert black.link("https://x.example/solidarity") == "https://x.example/solidarity"


@pytest.mark.parametrize(
    ("whole", "words"),
    [
        ("Ryu Sol Kim Ha and Sol, Ryu Sol.", ("Ryu Sol", "Kim Ha")),
        ("Nobody.", ("Ryu Sol",)),
        ("Ryu Sol", ("Ryu Sol",)),
    ],
)
def test_what_was_taken_out_can_be_put_back(whole: str, words: tuple[str, ...]) -> None:
    """To the letter, to be compared with others; where marks were added since, it stays as it is."""
    clean = blacken(whole, words)
    assert filled(clean, taken_out(whole, clean)) == whole
    assert filled(f"{clean} {MARK}", taken_out(whole, clean)) == f"{clean} {MARK}"


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
