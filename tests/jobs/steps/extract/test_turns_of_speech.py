"""Requests that no verb of asking makes, and those whom a sentence means without naming them."""

import pytest

from jobs.steps.document import Document
from jobs.steps.extract import extract, parties
from jobs.steps.extract.subjects import subjects
from storage.records import Statement

_STATEMENT = (
    "Joint statement by the Observatory for Fair Trials\n\n12 March 2022\n\nWe are deeply concerned.\n\n"
)
_LETTER = "Open letter to President Arslan\n\n12 March 2022\n\nDear President Arslan,\n\n"


def _read(text: str) -> Statement:
    return extract(Document(title="", text=text))


def _asked(text: str) -> list[tuple[str, str]]:
    return [(one.to, one.quote) for one in _read(text).demands]


@pytest.mark.parametrize(
    ("sentence", "party", "quote"),
    [
        ("It is high time that the Senate of Chad lifted the siege.", "Senate of Chad", "lifted the siege"),
        (
            "We look to the Government of Kenya to keep the camp open.",
            "Government of Kenya",
            "keep the camp open",
        ),
        ("We would like to see Japan co-sponsor the text.", "Japan", "co-sponsor the text"),
        ("It now falls to the Security Council to refer the matter.", "Security Council", "refer the matter"),
        ("Let the Government of Fiji publish the names.", "Government of Fiji", "publish the names"),
        ("Our message to Beijing is simple: open the gates.", "Beijing", "open the gates"),
        ("We stress the need for Cuban authorities to admit her.", "Cuban authorities", "admit her"),
        ("Meta, which took the page down, must restore it.", "Meta", "restore it"),
        (
            "The Government of Ghana should, as a matter of urgency, withdraw the bill.",
            "Government of Ghana",
            "withdraw the bill",
        ),
        (
            "The ban ought to be lifted by the Ministry of Information.",
            "Ministry of Information",
            "The ban ought to be lifted by the Ministry of Information",
        ),
        (
            "We ask that the women be released by the Belarusian authorities without delay.",
            "Belarusian authorities",
            "the women be released by the Belarusian authorities without delay",
        ),
    ],
)
def test_a_request_in_a_turn_of_speech_is_one(sentence: str, party: str, quote: str) -> None:
    """What is to be done and by whom is read where a turn of speech asks it, not a verb of asking."""
    assert _asked(f"{_STATEMENT}{sentence}") == [(party, quote)]


@pytest.mark.parametrize(
    "sentence",
    [
        "It is time to remember those who died.",
        "It is up to the court to decide.",
        "Let it not happen again.",
        "According to the plan, the army should leave the villages by June.",
        "We have written to the Commissioner, whom we asked last week to send an observer.",
        "We remember those whom the state has to answer for.",
    ],
)
def test_what_sounds_like_one_is_none(sentence: str) -> None:
    """Memory, other people's decisions, wishes, reports and requests of last week ask nobody."""
    assert _asked(f"{_STATEMENT}{sentence}") == []


def test_they_and_both_are_those_of_whom_was_told() -> None:
    """Two that a sentence names are meant by "they" and "both" in the next, also under a heading."""
    text = (
        f"{_STATEMENT}To the Government of Laos:\n\n- Release the editor.\n\n"
        "Japan and the European Union pay for the courts. They should ask for access. We want both "
        "to send observers."
    )
    assert _asked(text) == [
        ("Government of Laos", "Release the editor"),
        *((party, "ask for access") for party in ("Japan", "European Union")),
        *((party, "send observers") for party in ("Japan", "European Union")),
    ]


def test_it_is_the_one_of_whom_was_told() -> None:
    """A sentence that goes on with "it" asks whoever the one before told of."""
    assert _asked(f"{_STATEMENT}The Government of Gambia has been silent. It must arrest the suspects.") == [
        ("Government of Gambia", "arrest the suspects")
    ]
    assert subjects("They have been silent.") == subjects("Her family has been silent.") == []


def test_a_letter_asks_after_a_colon() -> None:
    """What "please" begins within a sentence of a letter is asked of whom it is written to."""
    assert _asked(f"{_LETTER}They have done no wrong: please order their release.") == [
        ("President Arslan", "order their release")
    ]


def test_a_greeting_without_a_name_takes_the_collective_above() -> None:
    """A letter that greets "Excellencies" goes to those of whom its head says so."""
    text = (
        "To Permanent Representatives of Member States of the Council\nGeneva\n\n3 May "
        "2021\n\nExcellencies,\n\n"
        "We urge you to support the resolution."
    )
    assert _asked(text) == [
        ("Permanent Representatives of Member States of the Council", "support the resolution")
    ]


def test_things_stand_in_lines_without_bullets() -> None:
    """Under "From X:" every line that begins in lower case is a thing that is asked of X."""
    text = (
        f"{_STATEMENT}We want to see these steps:\n\nFrom the Ministry of Health of Ghana:\n"
        "    an end to the fees;\n    the return of the archives.\n"
    )
    assert _asked(text) == [
        ("Ministry of Health of Ghana", "an end to the fees"),
        ("Ministry of Health of Ghana", "the return of the archives"),
    ]


def test_a_resolution_that_is_asked_for_says_what_it_does() -> None:
    """Items in the third person under "should adopt a resolution that:" are asked like any other."""
    text = (
        f"{_STATEMENT}The Human Rights Council should adopt a resolution that:\n\n"
        "• Establishes a commission of inquiry;\n• Requests a report at every session.\n"
    )
    assert [quote for _, quote in _asked(text)][1:] == [
        "Establishes a commission of inquiry",
        "Requests a report at every session",
    ]


def test_who_asks_in_the_text_alone_is_its_issuer() -> None:
    """An organisation that no letterhead names speaks where the text says that it is calling on X."""
    text = (
        "PUBLIC STATEMENT\n\n9 November 2020\n\nIRAN: A WRITER IS ILL\n\n"
        "Lantern Circle is calling on the Iranian authorities to transfer the writer to a "
        "hospital. On Monday the "
        "writer lost consciousness, as his brother told Lantern Circle.\n\nLantern Circle urges "
        "the Head of the "
        "Judiciary to extend the leave scheme, and the World Health Organization, whose office "
        "sent kits, to say where "
        'they are.\n\n"Every day is a decision," said Leila Marandi, the organization\'s director. '
        '"We want the '
        'Prosecutor of Tehran to give the order."\n'
    )
    assert [party for party, _ in _asked(text)] == [
        "Iranian authorities",
        "Head of the Judiciary",
        "World Health Organization",
        "Prosecutor of Tehran",
    ]


def test_what_follows_a_request_in_its_paragraph_is_read_too() -> None:
    """An operative paragraph that asks and then says what somebody must not do asks both."""
    text = (
        "European Parliament resolution of 14 September 2023 on Guatemala\n\nThe European Parliament,\n\n"
        "1.  Encourages the Commission to support the mediation, and underlines that the Council "
        "must not recognise "
        "the coup;\n\n2.  Is of the opinion that the Attorney General should resign; asks the "
        "Member States to extend "
        "the list;\n"
    )
    assert [party for party, _ in _asked(text)] == [
        "Commission",
        "Council",
        "Attorney General",
        "Member States",
    ]


def test_a_verb_with_its_own_clause_does_not_hide_the_act() -> None:
    """In "calls on banks to disclose any assets that they have frozen" the act is to disclose."""
    assert _asked(f"{_STATEMENT}We call on banks to disclose any assets that they have frozen.") == [
        ("banks", "disclose any assets that they have frozen")
    ]


def test_an_address_is_no_addressee() -> None:
    """An electronic address under whom an appeal goes to is nobody."""
    text = (
        "URGENT APPEAL: stop the execution\n\nPlease write to the President of Singapore:\n"
        "- Urge the Government of Singapore to halt the execution.\n\nSend your messages to:\n\n"
        "President of Singapore\nIstana\npresident@example.sg\n"
    )
    assert not any("@" in one.name for one in _read(text).addressees)


_RUSSIAN = (
    "Обращение родителей в защиту студентов\n\nПредседателю Верховного суда Республики "
    "Беларусь\nВ. О. Сухому\n\n"
    "Генеральному прокурору Республики Беларусь\nА. И. Швецову\n\n1 марта 2022 г.\n\n"
    "Уважаемый Валентин Олегович! Уважаемый Андрей Иванович!\n\n"
    "Мы, родители осуждённых, обращаемся к вам с последней надеждой. Мы просим вас пересмотреть "
    "приговоры.\n"
)


def test_a_russian_letter_goes_to_the_offices_above_its_greeting() -> None:
    """Greeted by their names, those asked are the offices above; to turn to somebody is no request yet."""
    assert _asked(_RUSSIAN) == [
        ("Председателю Верховного суда Республики Беларусь", "пересмотреть приговоры"),
        ("Генеральному прокурору Республики Беларусь", "пересмотреть приговоры"),
    ]


@pytest.mark.parametrize(
    ("text", "demands"),
    [
        (
            "Мы обеспокоены. Пора властям Туркменистана открыть страну для наблюдателей.",
            [("властям Туркменистана", "открыть страну для наблюдателей")],
        ),
        (
            "Мы обеспокоены. Комиссару по правам человека следует связаться с Ереваном.",
            [("Комиссару по правам человека", "связаться с Ереваном")],
        ),
        (
            "Estamos preocupadas. Que el Ministerio Público active el mecanismo de búsqueda.",
            [("Ministerio Público", "active el mecanismo de búsqueda")],
        ),
        ("Estamos preocupadas. Que la comunidad sea expulsada nos alarma.", []),
        (
            "Nous sommes inquiets. Il est grand temps que l’Union africaine condamne ces enlèvements.",
            [("Union africaine", "condamne ces enlèvements")],
        ),
        (
            "우리는 규탄한다.\n\n정부는 영사를 현지로 보내고, 중국에 중단을 공식 요구할 것을 촉구한다.",
            [
                ("정부", "영사를 현지로 보내고"),
                ("정부", "중국에 중단을 공식 요구할 것"),
            ],
        ),
    ],
)
def test_other_languages_have_such_turns_too(text: str, demands: list[tuple[str, str]]) -> None:
    """Datives with a duty, "que" at the beginning, "it is time", and a request that is to be made."""
    said = _asked(text)
    assert [party for party, _ in said] == [party for party, _ in demands], said
    assert all(act.startswith(quote) for (_, quote), (_, act) in zip(said, demands, strict=True)), said


def test_an_embassy_named_by_its_town_is_koreas_own() -> None:
    """In a Korean text "주이집트 대사관" is Korea's in Egypt, "주한 중국대사관" China's in Korea."""
    assert parties.country("주이집트 대사관") == "KR"
    assert parties.country("주한 중국대사관") == parties.country("주한중국대사관") == "CN"
