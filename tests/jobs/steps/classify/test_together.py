"""What two words say together, and what does not follow from one of them."""

import pytest

from jobs.steps.classify import classify
from jobs.steps.classify.cues import find_cues
from jobs.steps.classify.together import meetings, pairs
from jobs.steps.lexicon.tokens import cut
from storage.records import Statement
from storage.words import MsgType
from tests.builders import NOON


def said(text: str, language: str = "en") -> dict[str, str]:
    """What pairs say of a text, each with its words."""
    tokens = cut(text)
    cues = find_cues(tokens, 0, language)
    return {name: cues.words(run) for name, run in pairs(cues, language)}


@pytest.mark.parametrize(
    ("language", "text", "name", "words"),
    [
        (
            "en",
            "The alarm of Thursday doesn't apply any more.",
            "call over",
            "alarm of Thursday doesn't apply",
        ),
        ("en", "In February, when you wrote, he was well.", "asked before", "you wrote"),
        ("ru", "Прежнее наше воззвание отозвано.", "call before", "Прежнее наше воззвание"),
        ("fr", "Inutile d'envoyer vos courriers.", "no more acts", "Inutile d'envoyer vos courriers"),
        ("es", "Damos por cerrado el caso.", "call over", "cerrado el caso"),
        ("ar", "هذا التحرك تحديداً انتهى", "call over", "التحرك تحديداً انتهى"),
        ("ja", "大使館への電話はもう必要ありません。", "no more acts", "電話はもう必要"),
        ("zh", "写给总统的信到此为止", "no more acts", "信到此为止"),
        ("ko", "팩스는 이제 그만 보내셔도 된다.", "no more acts", "팩스는 이제 그만"),
    ],
)
def test_two_words_say_what_neither_says_alone(language: str, text: str, name: str, words: str) -> None:
    """In every language, with the very words from one to the other."""
    found = said(text, language)
    assert name in found
    assert words in found[name] or found[name] in text


@pytest.mark.parametrize(
    "text",
    [
        "The appeal is open. Shops close at six.",
        "An appeal to all who live in the valley beyond the river and the hills, which closes in May.",
        "We will not stop writing, and the letters go on.",
        "Do not stop the letters.",
    ],
)
def test_what_stands_apart_says_nothing(text: str) -> None:
    """Over the end of a sentence, far apart, or where it is said not to end."""
    assert not {"call over", "no more acts"}.intersection(said(text))


def test_only_what_holds_meets() -> None:
    """Two features that are weighed beside each other, in one order; none that is not."""
    assert list(meetings(["thanks", "freed", "in en"])) == [("freed", "thanks")]


@pytest.mark.parametrize(
    ("language", "text", "group"),
    [
        ("ja", "即時釈放を求める。", "freed"),
        ("en", "In a similar case two men were deported to Kabul.", "done"),
    ],
)
def test_what_is_asked_or_befell_others_is_no_news(language: str, text: str, group: str) -> None:
    """A release that is asked for is no release, and what others met did not happen to these."""
    assert group not in find_cues(cut(text), 0, language).found


@pytest.mark.parametrize(
    ("title", "text", "language"),
    [
        ("We will not stop writing for Ilham", "We will not stop writing. China must release him.", "en"),
        ("私たちは書くことをやめません", "私たちは手紙をやめません。釈放を求めます。", "ja"),
        ("我们不会停止写信", "他被判刑已满十年。我们不会停止写信,要求当局释放他。", "zh"),
        ("Nous n'oublierons pas", "Nous ne cesserons pas d'écrire ni de demander sa libération.", "fr"),
        ("Не замолчим", "Мы не перестанем писать и требуем его освобождения.", "ru"),
    ],
)
def test_a_pledge_ends_no_action(title: str, text: str, language: str) -> None:
    """Who says that they will not stop has not stopped."""
    told = classify(Statement(title=title, text=text, language=language), NOON)
    assert told.alert.msg_type is not MsgType.CANCEL


@pytest.mark.parametrize(
    ("title", "text", "language"),
    [
        (
            "Four Uyghurs in Bangkok: flight tonight",
            "Thank you to all who called. Do not stop: these four are to be put on a plane at 22:40. Call.",
            "en",
        ),
        (
            "あす朝、クルド人男性が送還される恐れ",
            "多くのお電話をありがとうございました。手を止めないでください。入管は本人に明朝の便を告げました。",
            "ja",
        ),
        (
            "Mañana deportan a tres nicaragüenses",
            "Gracias a quienes llamaron. No paren: mañana los suben al avión y temen torturas.",
            "es",
        ),
    ],
)
def test_thanks_and_do_not_stop_leave_a_call_what_it_is(title: str, text: str, language: str) -> None:
    """It rings, whatever was done for others before."""
    told = classify(Statement(title=title, text=text, language=language), NOON).alert
    assert told.urgent
    assert told.msg_type is not MsgType.CANCEL
