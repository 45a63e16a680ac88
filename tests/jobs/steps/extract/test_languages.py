"""Who is asked for what in other languages than English."""

import pytest

from jobs.steps.document import Document
from jobs.steps.extract import extract


@pytest.mark.parametrize(
    ("text", "demands"),
    [
        (
            "我们呼吁中国政府立即释放人权律师王全璋，并停止骚扰其家属。",
            [("中国政府", "立即释放人权律师王全璋"), ("中国政府", "停止骚扰其家属")],
        ),
        ("我们要求越南释放阮文化。", [("越南", "释放阮文化")]),
        ("国际人权组织今天发表声明。", []),
        ("중국은 탈북민 강제북송을 즉각 중단하라.", [("중국", "탈북민 강제북송을 즉각 중단하라")]),
        (
            "우리의 요구:\n\n1. 중국 정부는 체포된 탈북민을 석방하라.\n2. 한국 정부는 이들을 보호하라.",
            [("중국 정부", "체포된 탈북민을 석방하라"), ("한국 정부", "이들을 보호하라")],
        ),
        (
            "우리는 중국 정부에 강제북송 중단을 촉구한다. 중국 정부는 강제북송을 중단하라.",
            [("중국 정부", "강제북송 중단")],
        ),
        ("北朝鮮は拉致被害者を直ちに帰国させるべきだ。", [("北朝鮮", "拉致被害者を直ちに帰国させるべきだ")]),
        (
            "Nous demandons au gouvernement du Tchad de libérer les neuf détenus.",
            [("gouvernement du Tchad", "libérer les neuf détenus")],
        ),
        (
            "Le gouvernement du Tchad doit ouvrir une enquête.",
            [("gouvernement du Tchad", "ouvrir une enquête")],
        ),
        ("Las autoridades cubanas deben respetar la ley.", [("autoridades cubanas", "respetar la ley")]),
    ],
)
def test_who_is_asked_for_what(text: str, demands: list[tuple[str, str]]) -> None:
    """Several things asked of one party are several; the same thing said twice is one; news asks nothing."""
    assert [(d.to, d.quote) for d in extract(Document(title="", text=text)).demands] == demands


def test_a_letter_in_chinese_asks_whom_it_named_before() -> None:
    """A sentence without a party goes on with the last one; without any there is nobody to ask."""
    named = "我们呼吁中国政府释放王全璋。我们要求尽快公布其下落。"
    assert [d.to for d in extract(Document(title="", text=named)).demands] == ["中国政府", "中国政府"]
    assert extract(Document(title="", text="我们要求尽快公布其下落。")).demands == ()
