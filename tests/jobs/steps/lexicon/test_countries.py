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


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("GENEVA – Experts fear for a Yemeni judge", ("YE",)),
        ("Staff meeting in Geneva", ("CH",)),
        ("Bruxelles : suspension de la grève de la faim", ("BE",)),
        ("Foreign ministers in Brussels on the death in the Arctic colony", ()),
        ("Страсбург: доклад одобрен, 494 голоса", ()),
        ("They want the crew back\nThe spokesman said so in Geneva today.", ()),
        ("The crew is home\nA friend told us so from Geneva.", ()),
    ],
)
def test_seats_of_organisations_count_last(text: str, codes: tuple[str, ...]) -> None:
    """In a title without an organisation something happens there; else it is a mere dateline."""
    assert countries_in(text) == codes


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("سجان يمنع الطبيب من الدخول", ()),
        ("ناشط يمني أمام القضاء", ("YE",)),
        ("المرأة اليمنية", ("YE",)),
        ("ولاية: تركيبة المحلول", ()),
        ("أتراك وسوريون على الحدود السورية", ("SY",)),
        ("ساروا بين السورين", ()),
        ("شرطة ليبيا", ("LY",)),
        ("لاجئ أفغاني في رواندا", ("RW", "AF")),
        ("هاني وقف في ميدان المدينة", ()),
        ("طلبت إذناً بالزيارة", ()),
        ("مشهد من المسرحية", ()),
        ("رائحة المرفأ", ()),
        ("في الجلسة الرابعة", ()),
        ("فض اعتصام رابعة", ("EG",)),
        ("تلميذة في رياض الصلح", ("LB",)),
        ("محكمة الرياض", ("SA",)),
    ],
)
def test_an_arabic_word_that_is_like_a_country_is_none(text: str, codes: tuple[str, ...]) -> None:
    """A stem takes the endings of origin alone; a town takes no article that it has not."""
    assert set(countries_in(text)) == set(codes)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("В доме третий день нет газа", ()),
        ("В Газе нет хлеба", ("PS",)),
        ("Ошибки исправлены", ()),
        ("Митинг прошёл в Оше", ("KG",)),
        ("Ему вернули экземпляр Библии", ()),
        ("Савва дома. Замок на двери цел", ()),
        ("Самое важное", ()),
        ("Суд в Нарве", ("EE",)),
        ("Обстрел: в Луганске нет воды", ("UA",)),
        ("Нагорный Карабах: дорога закрыта", ("AZ", "AM")),
        ("Врачи Степанакерта", ("AZ", "AM")),
        ("Заявление врачей Гори", ("GE",)),
        ("Снежное: пекаря увели", ("UA",)),
        ("Снежный день", ()),
        ("Двор на Окрестина", ("BY",)),
    ],
)
def test_a_russian_word_is_no_town_by_chance(text: str, codes: tuple[str, ...]) -> None:
    """Only what a case may end in is taken from a name, and a common word wants its capital."""
    assert countries_in(text) == codes


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Jackson, Georgia: a warrant for Thursday", ("US",)),
        ("The Governor of Georgia has the file", ("US",)),
        ("The commission of Géorgie: clémence refusée", ("US",)),
        ("Georgia: the Governor of Kutaisi resigns", ("GE",)),
        ("Georgia votes", ("GE",)),
        ("Tchad : RSF demande la libération d'un journaliste", ("TD",)),
        ("RSF shelling of El Fasher goes on", ("SD",)),
        ("عُمان: ناشط أمام المحكمة", ("OM",)),
        ("عمّان: ناشط أمام المحكمة", ("JO",)),
        ("عمان: السلطنة تطلق ناشطاً", ("OM",)),
        ("طرابلس: صياد أمام المحكمة", ("LY",)),
        ("طرابلس الشام: صياد أمام المحكمة", ("LB",)),
        ("Tripoli : un pêcheur du nord du Liban", ("LB",)),
        ("القدس: جلسة المحكمة", ("IL", "PS")),
        ("القدس: إخلاء عائلات سلوان", ("PS", "IL")),
        ("Jerusalem: families of Sheikh Jarrah", ("PS", "IL")),
        ("Bishop taken to La Modelo", ()),
        ("La Modelo, Bogotá: motín", ("CO",)),
        ("Brest : le préfet a cédé", ("FR",)),
        ("Brest: a court in closed session", ("BY",)),
        ("Roma families lose their shacks", ()),
        ("Hmong families of Muong Nhe", ("VN",)),
        ("Hmong families at Huay Nam Khao", ("TH", "LA")),
    ],
)
def test_namesakes_are_told_by_what_stands_beside_them(text: str, codes: tuple[str, ...]) -> None:
    """Where nothing decides, the better known bearer is meant, or none."""
    assert countries_in(text) == codes


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Las Cortes aprueban la ley", ()),
        ("Plaza Italia, 18 h, con velas", ()),
        ("Rendez-vous place du marché, Place du Luxembourg", ()),
        ("L'Italie et le Luxembourg", ("IT", "LU")),
        ("Nelson is out, says the member for Batu", ()),
        ("They eat fish on Horn Island", ()),
        ("Une institutrice de Moulins", ()),
        ("Mayotte, Mamoudzou", ("FR",)),
        ("Karen was set free", ()),
        ("Karen villagers fled over the Salween", ("MM",)),
    ],
)
def test_a_street_a_first_name_or_a_chamber_is_no_country(text: str, codes: tuple[str, ...]) -> None:
    """Nor is a word that only looks like a place when its accents are gone."""
    assert countries_in(text) == codes


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("監察院糾正移民署", "TW"),
        ("立法院三讀", "TW"),
        ("今晚八點，旺角", "HK"),
        ("終審法院撤銷刑期", "HK"),
        ("柔佛：少年見到了爸爸", "MY"),
        ("公安带走三人", "CN"),
    ],
)
def test_chinese_words_of_one_place(text: str, code: str) -> None:
    """Organs and quarters tell Taiwan, Hong Kong and the mainland apart."""
    assert countries_in(text) == (code,)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("우르미아 교도소, 독방 이감", "IR"),
        ("청주 보호소에서 단식", "KR"),
        ("그 후에 비가 왔다", ""),
        ("참여해주시기 바랍니다", ""),
        ("エルファシルから逃れた人びと", "SD"),
        ("長沙の弁護士が連行された", "CN"),
        ("长沙律师失联，妻子抵达", "CN"),
        ("Этап в Мелехово", "RU"),
        ("Ассамблея приняла документ", ""),
        ("وقفة أمام سجن القناطر", "EG"),
        ("دعا إلى الحد الأقصى", ""),
    ],
)
def test_towns_and_prisons_in_other_scripts(text: str, code: str) -> None:
    """A town or a prison speaks for its country in its own script; a word that holds one does not."""
    assert countries_in(text) == ((code,) if code else ())


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
