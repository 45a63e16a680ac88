"""Statements are judged as a fair reader would, with reasons that quote them."""

import json
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.steps.classify import classify
from jobs.steps.document import Document
from jobs.steps.understand import understand
from storage.records import Demand, Statement
from storage.words import Certainty, Kind, MsgType, Severity, Urgency

EXAMPLES = Path(__file__).parents[3] / "data" / "eval"
NOON = datetime(2024, 5, 14, 12, tzinfo=UTC)


def judged(title: str, text: str = "", **known: Any) -> Statement:
    """One statement as it was judged at noon of 14 May 2024."""
    return classify(Statement(title=title, text=text, **known), NOON)


def f1_of(pairs: Iterable[tuple[object, object]]) -> float:
    """The mean over all labels of the F1 of (label, answer) pairs."""
    counts = Counter(pairs)
    scores = []
    for label in {gold for gold, _ in counts}:
        hit = counts[label, label]
        wrong = sum(n for (g, p), n in counts.items() if (g == label) != (p == label))
        scores.append(2 * hit / (2 * hit + wrong))
    return sum(scores) / len(scores)


@pytest.fixture(scope="module")
def answers() -> list[tuple[dict[str, Any], Statement]]:
    """The examples that no weight was fitted to, each with its judgement at publication."""
    rows = [json.loads(line) for line in (EXAMPLES / "test.jsonl").read_text("utf-8").splitlines()]
    return [
        (row, classify(Statement(title=row["title"], text=row["summary"], language=row["lang"]), published))
        for row in rows
        if (published := datetime.fromisoformat(row["published"]))
    ]


def test_what_rings_is_worth_it(answers: list[tuple[dict[str, Any], Statement]]) -> None:
    """On unseen examples few false alarms and few misses: the floor under which no change may fall."""
    hits = sum(row["urgent"] and s.alert.urgent for row, s in answers)
    assert hits / sum(s.alert.urgent for _, s in answers) >= 0.75
    assert hits / sum(row["urgent"] for row, _ in answers) >= 0.82


def test_kinds_stages_and_countries_hold(answers: list[tuple[dict[str, Any], Statement]]) -> None:
    """On unseen examples kinds, stages and countries stay above their floors."""
    assert f1_of((row["kind"], str(s.kind)) for row, s in answers) >= 0.75
    assert f1_of((row["msg_type"], str(s.alert.msg_type)) for row, s in answers) >= 0.68
    fits = [bool(set(row["countries"]) & set(s.countries)) or not row["countries"] for row, s in answers]
    assert sum(fits) / len(fits) >= 0.72


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Four Uyghurs to be put on a plane tonight", "Bangkok police told their lawyer at noon."),
        ("내일 새벽 북송 위기", "중국 공안이 다섯 명을 국경으로 옮기고 있다. 막아 주십시오."),
        ("明朝に送還の恐れ", "収容中の難民申請者が空港へ移された。中止を求めてください。"),
        ("今晚将被遣返", "三名难民被押往机场，请立即致电移民局要求停止。"),
        ("Renvoi prévu demain vers Kaboul", "Il risque la torture. Appelez le ministère ce soir."),
        (
            "Podrían ejecutarlo mañana",
            "La familia pide que escriban al gobernador para detener la ejecución.",
        ),
        ("Его могут выдать завтра", "Дома ему грозят пытки. Срочно звоните в прокуратуру."),
        ("قد يُعدم غداً", "نناشد الجميع التدخل فوراً لوقف تنفيذ حكم الإعدام."),
    ],
)
def test_harm_that_is_near_rings(title: str, text: str) -> None:
    """Return, execution and worse within hours are urgent in every language, and Immediate."""
    statement = judged(title, text)
    assert statement.alert.urgent
    assert statement.alert.urgency is Urgency.IMMEDIATE


@pytest.mark.parametrize(
    ("title", "text", "kind"),
    [
        ("Vacancy: emergency officer", "Send a CV by Friday. Start immediately.", "other"),
        ("Only two days left to double your donation", "Donate before midnight.", "other"),
        ("Open letter to the Prime Minister", "Dear Prime Minister, we, the undersigned.", "open_letter"),
        ("General Assembly adopts resolution on Syria", "Adopted by consensus; 15 abstained.", "resolution"),
        ("Annual report on torture published", "The 90-page report recommends reform.", "report"),
        ("[채용] 긴급구호팀 간사", "이력서를 내일까지 보내 주십시오. 급여는 면접 후 협의.", "other"),
    ],
)  # fmt: skip
def test_what_only_sounds_urgent_does_not_ring(title: str, text: str, kind: str) -> None:
    """Vacancies, fundraising, letters, resolutions and reports are known for what they are."""
    statement = judged(title, text)
    assert not statement.alert.urgent
    assert statement.kind == kind


def test_an_action_that_is_over_is_cancelled() -> None:
    """Who was freed is no longer urgent: the closing message is a cancel and Past."""
    alert = judged(
        "Stand down: teacher released", "No further action is needed. Thank you all who wrote."
    ).alert
    assert (alert.msg_type, alert.urgency, alert.urgent) == (MsgType.CANCEL, Urgency.PAST, False)
    assert alert.certainty is not Certainty.LIKELY


@pytest.mark.parametrize(
    ("title", "text", "towns"),
    [
        (
            "STOP ACTION: 10 people in {} face imminent execution",
            "Stop action. No further action is needed: the 10 people held in {} have been released.",
            "Shenyang Kunming Tehran Minsk Yangon",
        ),
        (
            "FIN DE L'ACTION URGENTE : {} : 9 personnes risquent une exécution imminente",
            "Fin de l'action. Aucune action complémentaire n'est requise : les 9 personnes ont été libérées.",
            "Kunming Tehran Minsk",
        ),
        (
            "FIN DE ACCIÓN URGENTE: {}: 2 personas en peligro de ejecución inminente",
            "Fin de la acción. No se requieren nuevas acciones: las 2 personas han quedado en libertad.",
            "Kunming Manama Hanoi Minsk",
        ),
        (
            "[긴급행동 종료] {} 억류 탈북민 9명, 강제북송 임박",
            "긴급행동을 종료합니다. {}에 억류됐던 9명은 석방됐습니다.",
            "선양 쿤밍 하노이",
        ),
    ],
)
def test_a_label_of_the_end_ends_a_call_whatever_was_feared_and_wherever(
    title: str, text: str, towns: str
) -> None:
    """The title of an ended call goes on telling what was feared: that alone rings nobody."""
    for town in towns.split():
        found = judged(title.format(town), text.format(town)).alert
        assert (found.msg_type, found.urgent) == (MsgType.CANCEL, False), town


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (
            "Appeal is closed to new evidence; hanging set for Sunday",
            "Reza K. will be hanged on Sunday. Please write to the head of the judiciary at once.",
        ),
        (
            "Dossier clos : expulsion de neuf réfugiés demain",
            "Neuf réfugiés seront expulsés demain vers la Syrie. Appelez le ministère maintenant.",
        ),
        (
            "사건 종결: 일요일 처형 예정",
            "레자 K는 일요일에 처형될 예정입니다. 지금 사법부 수장에게 편지를 보내 주십시오.",
        ),
    ],
)
def test_what_is_over_may_be_something_else_than_the_action(title: str, text: str) -> None:
    """Whose readers are asked to act at once, of a harm that has its day, are called and not sent home."""
    alert = judged(title, text).alert
    assert (alert.msg_type, alert.urgent) == (MsgType.ALERT, True)


def test_an_action_that_is_stopped_without_a_reason_is_over() -> None:
    """What was feared stands in the title, and its readers are told to write no more."""
    text = "Please stop writing to the head of the judiciary now. Do not call the prison any more."
    assert judged("STOP ACTION: Reza K. faces execution on Sunday", text).alert.msg_type is MsgType.CANCEL


@pytest.mark.parametrize(
    "text",
    [
        "Since our appeal of 3 May, the teacher was moved to Evin. Please keep writing.",
        "지난번에 부탁드린 일입니다. 선생님은 다른 구치소로 이감됐습니다. 편지를 계속 보내 주십시오.",
        "先日の要請でお知らせした件です。教師は別の拘置所に移送されました。引き続き手紙をお願いします。",
        "我们上周呼吁的事:教师已被转押至另一看守所。请继续写信。",
        "Depuis notre appel du 3 mai, l'enseignant a été transféré. Continuez à écrire.",
        "Desde nuestro llamado del 3 de mayo, el maestro fue trasladado. Sigan escribiendo.",
        "После нашего обращения учителя перевели в другой изолятор. Продолжайте писать.",
        "بعد ندائنا السابق نقل المعلم إلى سجن آخر. واصلوا الكتابة.",
    ],
)
def test_news_is_what_refers_to_an_earlier_call(text: str) -> None:
    """Who was moved is news on a call where the call is spoken of, in every language."""
    assert judged("", text).alert.msg_type is MsgType.UPDATE


@pytest.mark.parametrize(
    "text",
    [
        "A teacher was taken away on Monday. Last year another detainee who was moved there was tortured.",
        "Transférée lundi, elle risque la torture. L'an dernier, un autre détenu est mort au même endroit.",
        "Fue trasladada el lunes y corre riesgo de tortura. El año pasado otro detenido murió allí.",
    ],
)
def test_a_call_that_tells_what_went_before_is_no_news(text: str) -> None:
    """Somebody is moved, others were before: without an earlier call it is a first alert."""
    assert judged("Arrested at the prison gate", text).alert.msg_type is MsgType.ALERT


def test_a_closed_case_still_asks_what_it_asks_of_others() -> None:
    """What was asked while it was open is over; what remains to be done is a demand, by no date."""
    text = (
        "URGENT APPEAL UPDATE: CASE CLOSED\n\n17 June 2016\n\n"
        "The three organisers are free and with their families. We close this appeal.\n\n"
        "In our last appeal we asked the Department of Justice to withdraw the charges by 1 May 2016.\n\n"
        "We urge the Commission on Human Rights to conclude its inquiry on the torture of the three men.\n\n"
        "No further letters are necessary."
    )
    (statement,) = understand(Document(title="Case closed: three organisers freed", text=text), NOON)
    assert statement.alert.msg_type is MsgType.CANCEL
    assert [(one.to, one.verb) for one in statement.demands] == [("Commission on Human Rights", "conclude")]
    assert [(one.name, one.demands) for one in statement.addressees] == [("Commission on Human Rights", 1)]
    assert statement.deadline is None


def test_a_release_in_passing_cancels_nothing() -> None:
    """One of many released persons in a long text ends no action."""
    alert = judged("Conference on camps opens in Prague", "A doctor who was freed in 2001 spoke first.").alert
    assert alert.msg_type is not MsgType.CANCEL


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Freed on Monday, rearrested on Tuesday, to be deported tomorrow", "Thank you to all who wrote."),
        ("释放消息不实", "家属否认获释消息,称仍被关押,随时可能被遣返,今晚就可能上飞机。"),
        ("Libéré puis de nouveau arrêté", "Il doit être expulsé demain matin vers N'Djamena."),
        (
            "Desaparecidos dos defensores en Guerrero",
            "Acción urgente: exigimos su presentación con vida.",
        ),
        ("Texas: stay vacated, execution proceeds at 6pm tonight", "Call the governor now."),
        ("執行停止取り消し、送還は今夜にも", "支援者が明らかにした。"),
    ],
)
def test_a_word_of_release_calls_off_no_live_danger(title: str, text: str) -> None:
    """Freed and held again, a stay that has ended, a release that is denied or demanded."""
    assert judged(title, text).alert.msg_type is not MsgType.CANCEL


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (
            "Libéré en mai, un blogueur est de nouveau enlevé à Garoua",
            "Des hommes cagoulés l'ont emmené lundi soir. Sa famille est sans nouvelles.",
        ),
        (
            "Libérée sous caution, une avocate à nouveau enlevée",
            "Des hommes sans uniforme l'ont prise mardi. On redoute la torture.",
        ),
        (
            "Excarcelado en mayo, vuelven a llevarse a un maestro",
            "Hombres sin placa lo sacaron de su casa el lunes. Su familia teme tortura.",
        ),
    ],
)
def test_who_is_taken_again_is_in_danger_again(title: str, text: str) -> None:
    """That somebody was free for a while neither ends the call nor hushes it."""
    alert = judged(title, text).alert
    assert alert.urgent
    assert alert.msg_type is not MsgType.CANCEL


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (
            "Algeria expelled 280 people at Assamaka in a single night",
            "The last truck left at three in the morning. HRW called the operation a collective expulsion.",
        ),
        (
            "More than 4,000 Afghans crossed at Islam Qala in one week, most deported",
            "They were brought in buses day and night. The network condemns the mass deportations.",
        ),
        (
            "En una sola noche expulsaron a 230 personas por Peñas Blancas",
            "Los autobuses salieron a las once; al amanecer no quedaba nadie. La red condena la operación.",
        ),
    ],
)
def test_a_return_that_is_done_does_not_ring(title: str, text: str) -> None:
    """However fast it went, nobody can stop it any more."""
    assert not judged(title, text).alert.urgent


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Nine refugees face return tonight", "This is a drill of our phone tree. No action is needed."),
        ("아홉 명 오늘 밤 북송 위기", "이것은 훈련입니다. 실제 상황이 아닙니다."),
        ("Ten years ago tonight, nine children were returned to North Korea", "We remember them."),
    ],
)
def test_neither_a_drill_nor_a_memory_rings(title: str, text: str) -> None:
    """What is practised, and what was years ago, is no danger now."""
    assert not judged(title, text).alert.urgent


_DUE = (
    "Earl Dunmore is scheduled to be executed in Ohio on 12 June 2024. In 1993 the jury relied on testimony "
    "that has since been withdrawn, and his first death sentence was overturned in 1999."
)
_DUE_IN_FRENCH = (
    "Il doit être exécuté en Alabama le 12 juin 2024. Condamné à mort en 1997, il avait été rejugé en 2004 "
    "et condamné de nouveau ; un témoin s'est rétracté depuis."
)


@pytest.mark.parametrize(
    ("title", "text", "urgent"),
    [
        ("Execution set although a witness recanted", _DUE, True),
        ("Exécution fixée malgré les doutes", _DUE_IN_FRENCH, True),
        (
            "Film about an execution opens",
            "A film about a man who is executed will be shown on 12 June.",
            False,
        ),
    ],
)
def test_a_harm_that_has_its_day_rings_weeks_before(title: str, text: str, urgent: bool) -> None:
    """It can still be prevented, whatever happened years ago; what is shown on that day is no harm."""
    assert judged(title, text).alert.urgent is urgent


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (
            "Россия: остановить экстрадицию в Таджикистан",
            "Ему угрожают пытки. Суд рассмотрит жалобу в среду.",
        ),
        (
            "脱北者の北朝鮮への強制送還を停止せよ : 協会声明",
            "中国で逮捕された7人が送還されようとしています。",
        ),
        ("泰国勿将被捕维吾尔人遣返中国", "他们面临引渡,家属呼吁当局停止遣返。"),
        (
            "탈북민 5명 중국서 체포…강제북송 중단 촉구",
            "인권단체는 투먼으로 옮겨진 이들이 곧 북송될 위기라고 했다.",
        ),
        (
            "Le Maroc ne doit pas extrader le journaliste",
            "Il risque la torture. L'extradition est imminente.",
        ),
    ],
)
def test_what_a_release_asks_not_to_be_done_is_ahead(title: str, text: str) -> None:
    """Press releases say what is about to happen by asking that it be not done."""
    assert judged(title, text).alert.urgent


def test_a_smear_campaign_is_no_campaign() -> None:
    """What is done to somebody is not what readers are asked to join."""
    found = judged(
        "Reporter missing amidst intimidatory campaign against the press", "He was arrested by soldiers."
    )
    assert found.kind is not Kind.CAMPAIGN


def test_a_source_knows_its_country_better_than_a_guess() -> None:
    """A Russian text that names no country is about the country its source is about."""
    statement = Statement(title="Под завалами люди", text="Стучат по трубам.", language="ru")
    assert classify(statement, NOON, ("UA",)).countries == ("UA",)


def test_a_deadline_within_six_weeks_is_expected() -> None:
    """A resolution that asks for something by a near day is Expected, a later one Future."""
    near, far = (
        judged(
            "Conference adopts resolution",
            "It calls on the government to close the camps.",
            date_written=date(2024, 5, 14),
            deadline=NOON.date() + timedelta(days=days),
            demands=(Demand("the government", "close the camps"),),
        ).alert.urgency
        for days in (30, 90)
    )
    assert (near, far) == (Urgency.EXPECTED, Urgency.FUTURE)


def test_the_worst_harm_gives_the_severity() -> None:
    """Torture is Extreme, plain detention Severe, no harm Unknown."""
    assert judged("Man tortured in custody").alert.severity is Severity.EXTREME
    assert judged("Editor detained").alert.severity is Severity.SEVERE
    assert judged("Choir practice moved to Tuesday").alert.severity is Severity.UNKNOWN


def test_what_is_known_is_kept() -> None:
    """Countries and language that were read before stand."""
    statement = judged("Held in Minsk", countries=("LT",), language="en")
    assert (statement.countries, statement.language) == (("LT",), "en")


@given(st.text(max_size=80), st.text(max_size=400), st.datetimes(timezones=st.just(UTC)))
def test_every_reason_quotes_the_text(title: str, text: str, as_of: datetime) -> None:
    """No text raises, the same input gives the same judgement, and evidence stands in the text."""
    statement = Statement(title=title, text=text)
    first = classify(statement, as_of)
    assert first == classify(statement, as_of)
    assert all(reason.evidence in f"{title}\n{text}" for reason in first.alert.reasons)
    assert isinstance(first.kind, Kind)


def test_a_hostile_text_is_read_in_time() -> None:
    """Two megabytes of cues are cut down to a lead before they are weighed."""
    statement = judged("stop the execution " * 10, "could be deported tonight, " * 80_000)
    assert all(len(reason.evidence) < 200 for reason in statement.alert.reasons)


_TOMORROW = "Twelve men will be put on a flight to China tomorrow."


@pytest.mark.parametrize(
    "text",
    [
        (
            f"{_TOMORROW} Thank you to all who wrote for the eleven others last year: your letters were read "
            "then. This time there are hours. Call the embassy."
        ),
        f"{_TOMORROW} This time there are hours. Do not stop calling until somebody answers.",
    ],
)
def test_thanks_for_what_was_done_for_others_end_no_call(text: str) -> None:
    """Its title tells of a harm and when it falls: whatever else is said of earlier actions, it rings."""
    alert = judged("Deportation flight tomorrow: 12 Uyghurs in Bangkok", text).alert
    assert alert.urgent
    assert alert.msg_type is not MsgType.CANCEL
    assert not any(reason.evidence == "stop calling" for reason in alert.reasons)
    over = "The twelve are safe. Thank you to all who called. No further calls are needed."
    assert judged("Deportation flight cancelled: 12 Uyghurs free", over).alert.msg_type is MsgType.CANCEL


@pytest.mark.parametrize(
    ("title", "text", "language", "countries"),
    [
        ("미얀마 영화 상영회 안내", "토요일 저녁 7시, 관람은 무료입니다.", "ko", ("MM", "KR")),
        ("ミャンマー映画の上映会のご案内", "土曜の夜7時から。入場無料、予約不要です。", "ja", ("MM", "JP")),
        ("Показ фильма о Мьянме", "В субботу в 19:00, вход свободный.", "ru", ("MM",)),
        ("義工招募", "查詢請致電幹事。", "zh", ("HK",)),
        ("志工招募", "活動於週日舉行，可開立捐款收據。", "zh", ("TW",)),
        ("招聘启事", "名额有限。", "zh", ("CN",)),
        ("報名", "請來電。", "zh", ()),
        ("الأسير يعلق إضرابه", "علق إضرابه مساء أمس.", "ar", ("PS",)),
    ],
)
def test_where_a_text_is_at_home(title: str, text: str, language: str, countries: tuple[str, ...]) -> None:
    """An event in Korean is held in Korea, whatever it is about; words tell Taiwan from Hong Kong."""
    assert judged(title, text, language=language).countries == countries
