"""Layouts and turns in which a reader knows who asks whom, though no capital, colon or verb shows it."""

import pytest

from jobs.steps.document import Document
from jobs.steps.extract import extract
from jobs.steps.extract.blocks import blocks
from jobs.steps.read import read_document


def _asked(text: str, title: str = "") -> list[tuple[str, str]]:
    return [(one.to, one.quote) for one in extract(Document(title=title, text=text)).demands]


_RU = "Заявление\n\n3 марта 2022 года\n\nВрач Анна Лосева под стражей с января.\n\n"
_ZH = "关于林医生的声明\n\n2022年3月3日\n\n林医生自一月起被关押在越南河内。\n\n"
_ES = "Comunicado\n\n3 de marzo de 2022\n\nEl médico Luis Paz está detenido desde enero en la capital.\n\n"
_EN = "Statement\n\n3 March 2022\n\n"
_AR = "بيان\n\n3 مارس 2022\n\nتقبع الطبيبة ليلى سالم في سجن بعمان منذ يناير.\n\n"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            f"{_RU}Мы призываем:\n\nвласти Грузии\n- отпустить Анну Лосеву;\n- вернуть ей паспорт.\n",
            [("власти Грузии", "отпустить Анну Лосеву"), ("власти Грузии", "вернуть ей паспорт")],
        ),
        (
            f"{_RU}Мы обращаемся:\n\nк Генеральному прокурору Грузии – с требованием закрыть дело;\n",
            [("Генеральному прокурору Грузии", "закрыть дело")],
        ),
        (
            f"{_RU}Призываем власти Грузии отпустить Анну Лосеву; Европейский союз — выдать ей визу.\n",
            [("власти Грузии", "отпустить Анну Лосеву"), ("Европейский союз", "выдать ей визу")],
        ),
        (
            f"{_ZH}对于越南政府，我们要求立即释放林医生。至于中国政府，必须停止施压。\n",
            [("越南政府", "立即释放林医生"), ("中国政府", "停止施压")],
        ),
        (
            f"{_ZH}我们呼吁欧盟及其成员国为林医生提供庇护。\n",
            [("欧盟及其成员国", "为林医生提供庇护")],
        ),
        (
            f"{_ZH}联合国专家今天敦促越南停止强迫失踪。专家们还呼吁泰国不要引渡林医生。\n",
            [("越南", "停止强迫失踪"), ("泰国", "不要引渡林医生")],
        ),
        (
            f"{_AR}نطالب بما يلي:\n1. أن تفرج السلطات الأردنية عن ليلى.\n2. أن تفتح النيابة العامة تحقيقا.\n",
            [
                ("السلطات الأردنية", "تفرج السلطات الأردنية عن ليلى"),
                ("النيابة العامة", "تفتح النيابة العامة تحقيقا"),
            ],
        ),
        (
            f"{_AR}ونناشد الدول المانحة زيادة حصص اللجوء، وعدم ربط مساعداتها بعودة اللاجئين.\n",
            [
                ("الدول المانحة", "زيادة حصص اللجوء"),
                ("الدول المانحة", "عدم ربط مساعداتها بعودة اللاجئين"),
            ],
        ),
        (
            f"{_AR}تدعو المنظمات الموقعة:\n\nالحكومة الأردنية إلى:\n• الإفراج عن ليلى؛\n• حماية أسرتها.\n",
            [("الحكومة الأردنية", "الإفراج عن ليلى"), ("الحكومة الأردنية", "حماية أسرتها")],
        ),
        (
            "Nous demandons au gouvernement tchadien la libération d’Ali, et à la France d’user de sa voix.",
            [("gouvernement tchadien", "la libération d’Ali"), ("France", "user de sa voix")],
        ),
        (
            f"{_ES}Instamos al Gobierno de Honduras a soltar a Luis; a la Fiscalía, a investigar los hechos.",
            [("Gobierno de Honduras", "soltar a Luis"), ("Fiscalía", "investigar los hechos")],
        ),
        (
            f"{_EN}We call upon Honduras to free Luis and the international community to speak out.\n",
            [("Honduras", "free Luis"), ("international community", "speak out")],
        ),
        (
            f"{_EN}Guatemala ought to open its border, while Mexico should grant him asylum.\n",
            [("Guatemala", "open its border"), ("Mexico", "grant him asylum")],
        ),
        (
            "The European Parliament,\n\n1. Considers it vital that the Honduran Congress repeal the law;",
            [("Honduran Congress", "repeal the law")],
        ),
    ],
)
def test_each_is_asked_what_a_reader_takes_him_to_be(text: str, wanted: list[tuple[str, str]]) -> None:
    """Parties are told apart where the layout or an ellipse alone shows whom each request is for."""
    assert _asked(text) == wanted


def test_what_is_to_be_done_to_a_body_is_not_asked_of_it() -> None:
    """Where it is crucial that somebody be let do something, it is not he who is asked to do it."""
    told = "It is crucial that the Human Rights Commission be permitted to visit the camp."
    assert _asked(f"{_EN}{told}\n") == []


def test_experts_speak_in_the_past_tense_of_their_own_release() -> None:
    """What "the experts urged" in a release of the United Nations is theirs, and so asked."""
    release = (
        "GENEVA (3 March 2022) – UN human rights experts* today called on Honduras to release Luis Paz.\n\n"
        "The experts urged Mexico to grant him a visa.\n"
    )
    asked = [("Honduras", "release Luis Paz"), ("Mexico", "grant him a visa")]
    assert _asked(release, "Honduras: UN experts demand release of journalist") == asked
    assert _asked(release, "Honduras: a week in the capital") == []


def test_what_hangs_below_an_item_belongs_to_it() -> None:
    """Without capitals the indent of a line, or the comma before it, shows that an item goes on."""
    page = f"{_AR}• زيارة السجون\n  ومتابعة أوضاعها؛\n• استئناف التسجيل.\n"
    document = read_document(page.encode(), "text/plain", "")
    assert [one.text for one in blocks(document.text) if one.marker] == [
        "زيارة السجون ومتابعة أوضاعها؛",
        "استئناف التسجيل.",
    ]
    told = [one.text for one in blocks("1. 释放林医生，\n允许他出境；\n2. 公布地点。") if one.marker]
    assert told == ["释放林医生，允许他出境；", "公布地点。"]
    assert [one.text for one in blocks("1. 标题\n说明文字。")] == ["标题", "说明文字。"]
