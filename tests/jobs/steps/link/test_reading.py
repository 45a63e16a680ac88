"""What is read of a text: how names sound, who is counted, which day, place, age and stage is told."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.steps.lexicon.tokens import Tokens, cut, fold
from jobs.steps.link import east
from jobs.steps.link.ages import ages_in
from jobs.steps.link.concepts import concepts_in
from jobs.steps.link.counts import persons_counted
from jobs.steps.link.durations import fasting_since
from jobs.steps.link.gazetteer import bodies_in, place_id, places_in
from jobs.steps.link.groups import organisations_counted
from jobs.steps.link.names import names_in
from jobs.steps.link.seats import elsewhere, scenes
from jobs.steps.link.sounds import sounds
from jobs.steps.link.stages import is_yearly, stage_of
from jobs.steps.link.when import days_in

TODAY = date(2024, 2, 20)
"""A Tuesday."""
ANY = st.text(max_size=300) | st.text(
    alphabet="김철수박이Kim Wang王全璋محمدعبد Рустаموウタ・0123456789()-'’.,aeiou\n", max_size=120
)


@pytest.mark.parametrize(
    "spellings",
    [
        ("mohammed", "muhammad", "мухаммад", "محمد", "ムハンマド"),
        ("tashkent", "tachkent", "ташкент", "طشقند", "タシケント", "타슈켄트"),
        ("karimjonov", "каримжонов", "卡里姆江诺夫"),
        ("golestani", "голестани", "گلستانی"),
        ("abdulrahman", "abdelrahman", "عبدالرحمن", "абдуррахман"),
        ("kawinda", "kavinda"),
        ("stsiapan", "степан"),
    ],
)
def test_spellings_of_one_name_sound_alike(spellings: tuple[str, ...]) -> None:
    """Every spelling has a key in common with the first."""
    first, *others = [sounds(fold(word)) for word in spellings]
    if "ムハンマド" in spellings:  # an n more: two scripts may differ by one sound (kin)
        others = others[:-1]
    assert all(first & other for other in others)


@pytest.mark.parametrize(
    "name",
    [
        ("kim", "cheol", "su"),
        ("kim", "chol", "su"),
        ("kim", "chul", "soo"),
        ("kim", "cheolsu"),
        ("cheol", "su", "kim"),
    ],
)
def test_korean_romanisations_are_one_name(name: tuple[str, ...]) -> None:
    """Revised, McCune-Reischauer, the North's and by ear; the family name first or last."""
    assert east.korean_by_hangul("김철수") in east.korean_by_latin(name)


def test_korean_names_in_han_characters() -> None:
    """As Koreans read them; the North's Ri is the South's Lee."""
    assert east.korean_by_hangul("김철수") in east.korean_by_han("金哲秀")
    assert east.korean_by_hangul("리지우") == east.korean_by_hangul("이지우")
    assert east.chinese_by_han("王全璋") in east.chinese_by_latin(("wang", "quanzhang"))


@pytest.mark.parametrize(
    ("language", "text", "number"),
    [
        ("en", "Twenty-three shelter residents arrested", 23),
        ("en", "A blind grandmother among 17 seized", 17),
        ("en", "30,000 people told to leave", 30_000),
        ("fr", "Neuf réfugiés détenus", 9),
        ("es", "Detienen a cinco norcoreanos", 5),
        ("ru", "Задержаны шестнадцать беженцев", 16),
        ("ar", "قارب على متنه أربعمئة لاجئ", 400),
        ("ko", "난닝에서 열한 명 체포", 11),
        ("ko", "강 씨 모자 비엔티안으로 이송", 2),
        ("ja", "脱北者十七人拘束", 17),
        ("zh", "三名牧民被带走", 3),
    ],
)
def test_persons_are_counted_in_eight_languages(language: str, text: str, number: int) -> None:
    """In digits and in words."""
    assert number in persons_counted(cut(text), set(), language)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Held for seven years"),
        ("en", "She is nine years old"),
        ("fr", "condamné à sept ans"),
        ("ko", "17일째 단식"),
    ],
)
def test_years_and_days_are_no_persons(language: str, text: str) -> None:
    """A number of something else counts nobody."""
    assert persons_counted(cut(text), set(), language) == frozenset()


@pytest.mark.parametrize("text", ["last night", "어젯밤", "昨夜", "昨晚", "hier", "ayer", "вчера", "أمس"])
def test_yesterday_in_eight_languages(text: str) -> None:
    """Told from the day of publication; without one it is not known."""
    assert date(2024, 2, 19) in days_in(cut(f"x {text} x"), TODAY).told
    assert days_in(cut(f"x {text} x"), None).told == frozenset()


def test_a_weekday_is_the_last_one_or_the_next() -> None:
    """Friday, told on a Tuesday."""
    assert days_in(cut("arrested last Friday night"), TODAY).told == {date(2024, 2, 16), date(2024, 2, 23)}


@pytest.mark.parametrize("text", ["in Tashkent", "в Ташкенте"])
def test_a_place_is_one_in_alphabets(text: str) -> None:
    """By its sound and its country."""
    assert place_id("UZ", text.split()[1]) == place_id("UZ", "Tashkent")


@pytest.mark.parametrize("text", ["선양서 체포", "在沈阳被捕", "瀋陽で拘束", "held in Shenyang"])
def test_a_place_is_one_in_east_asia(text: str) -> None:
    """By the tables."""
    assert place_id("CN", "Shenyang") in places_in(cut(text))


def test_syllables_of_another_word_are_no_place() -> None:
    """위해 is "for", not Weihai; 연대 is solidarity, not Yantai."""
    assert not places_in(cut("우리는 난민을 위해 연대한다"))


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("Ali, 34, was taken", 34),
        ("aged 19", 19),
        ("a 41-year-old", 41),
        ("강 씨(41)", 41),
        ("34歳の男性", 34),
        ("三十, 34岁", 34),
    ],
)
def test_ages(text: str, age: int) -> None:
    """In the forms in which news tell them."""
    assert age in ages_in(text)


@pytest.mark.parametrize(
    ("language", "title", "stage"),
    [
        ("en", "Behruz Tavakkolian was hanged in Shiraz", "carried_out"),
        ("en", "Behruz Tavakkolian may be hanged on Sunday", ""),
        ("en", "Free Ali now", ""),
        ("en", "Execution of Ramin halted", "put_off"),
        ("en", "Further information on UA 6/13: released", "closed"),
        ("ko", "강 씨 모자 비엔티안으로 이송", "moved"),
        ("ko", "북송 위기, 석방 촉구", ""),
        ("ru", "Досназарова вышла на свободу", "freed"),
        ("es", "Aplazan ejecución de mexicano", "put_off"),
        ("zh", "迈克尔今晨已被处决", "carried_out"),
        ("ar", "الإفراج عن الطبيبة نجلاء", "freed"),
        ("ja", "脱北者、断食を終える", "freed"),
        ("fr", "Le Soudan s'apprête à expulser 14 Érythréens", ""),
    ],
)
def test_the_stage_that_a_title_tells(language: str, title: str, stage: str) -> None:
    """What happened, not what is feared or asked for."""
    assert stage_of(cut(title), language).name == stage


def test_what_translates() -> None:
    """A pregnant woman is one in each language."""
    for text in ("eight months pregnant", "임신 8개월", "enceinte de huit mois", "怀孕八个月", "беременная"):
        assert "pregnant" in concepts_in(cut(text))


def test_bodies_and_anniversaries() -> None:
    """By their names, in several languages."""
    assert bodies_in(cut("유엔 총회 3위원회 채택")) == bodies_in(cut("UN General Assembly's Third Committee"))
    assert is_yearly(cut("「六四」慘案三十週年祭文"))
    assert not is_yearly(cut("Nine held"))


def test_a_lawyer_at_the_head_of_a_sentence_is_no_name() -> None:
    """Common words are left out, though they begin with a capital; so are titles before a name."""
    tokens = cut(
        "Families Wait\nFamilies of prisoners wait. Pastor Choi is held. Blogger Ali Hassan is free."
    )
    found = [name.words for name in names_in(tokens, set(), set(), 13, "en").told]
    assert ("choi",) in found
    assert ("ali", "hassan") in found
    assert not any("families" in words for words in found)


@given(ANY, st.sampled_from(("en", "ko", "ja", "zh", "fr", "es", "ru", "ar", "", "xx")))
def test_nothing_raises(text: str, language: str) -> None:
    """Whatever stands in a text, something is read of it, or nothing."""
    tokens = cut(text)
    names_in(tokens, set(), set(), len(text) // 2, language)
    persons_counted(tokens, set(), language)
    days_in(tokens, TODAY)
    places_in(tokens)
    ages_in(text)
    stage_of(tokens, language)
    concepts_in(tokens)


@pytest.mark.parametrize(
    ("language", "text", "number"),
    [
        ("en", "Thirty-one human rights organisations ask", 31),
        ("fr", "Vingt-deux ONG demandent", 22),
        ("es", "Piden 40 organizaciones", 40),
        ("ru", "Обращение: девять организаций", 9),
        ("ar", "ناشدت تسع منظمات", 9),
        ("ko", "아홉 단체와 가족은", 9),
        ("ja", "九団体は", 9),
        ("zh", "二十三个人权组织联署", 23),
    ],
)
def test_organisations_that_speak_together_are_counted(language: str, text: str, number: int) -> None:
    """In figures and in words; they are no persons."""
    assert organisations_counted(cut(text), language) == {number}
    assert number not in persons_counted(cut(text), set(), language)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Nine moved to gallows prison", {9}),
        ("Tumen ten were sent over the bridge", {10}),
        ("62 in a rubber boat", {62}),
        ("UA 028/18 in Thailand", set()),
        ("Killed in 2015 in Cairo", set()),
        ("Members, three of whom are ill", set()),
    ],
)
def test_a_title_may_count_without_saying_whom(text: str, numbers: set[int]) -> None:
    """A number before a verb is one of persons; those of documents, years and parts are not."""
    assert persons_counted(cut(text), set(), "en", title=True) == numbers


@pytest.mark.parametrize(
    "text",
    [
        "has not eaten for 71 days",
        "71-day fast",
        "au 71e jour",
        "71 días sin comer",
        "на 71-й день голодовки",
        "71 يوماً من الإضراب",
        "단식 71일째",
        "断食71日目",
        "绝食71天",
    ],
)
def test_a_fast_is_known_by_its_first_day(text: str) -> None:
    """Who fasts for 71 days today fasted for 69 the day before yesterday."""
    assert fasting_since(text, TODAY) == {date(2023, 12, 11)}
    assert fasting_since(text, None) == frozenset()


def test_a_capital_stands_for_a_government() -> None:
    """But where a word tells that something happens there."""
    for text, scene in (("Riyadh may behead him", False), ("He is held in Riyadh", True)):
        tokens = cut(text)
        assert (
            bool(scenes(tokens, places_in(tokens) | {place_id("SA", "Riyadh"): _at(tokens, "riyadh")}))
            is scene
        )


def _at(tokens: Tokens, word: str) -> tuple[int, int]:
    place = tokens.words.index(word)
    return place, place


def test_a_town_may_lie_in_a_region() -> None:
    """A region and a town are not two places; two towns are, and two regions."""
    cauca, antioquia = place_id("CO", "Cauca"), place_id("CO", "Antioquia")
    town, other = place_id("CO", "Toribío"), place_id("CO", "Corinto")
    assert not elsewhere({town}, {cauca})
    assert elsewhere({town}, {other})
    assert elsewhere({cauca}, {antioquia})
