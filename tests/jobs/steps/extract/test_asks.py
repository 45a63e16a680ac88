"""Who asks whom for what, sentence by sentence."""

from datetime import date

import pytest

from jobs.steps.document import Document
from jobs.steps.extract import extract


def asked(text: str, title: str = "") -> list[tuple[str, str]]:
    """Addressee and quote of every demand in a text."""
    return [(demand.to, demand.quote) for demand in extract(Document(title=title, text=text)).demands]


def test_a_collective_is_one_party_and_two_names_are_two() -> None:
    """That "The Governments of A and of B" are two; "states in the region, especially A" is one."""
    assert asked("We urge the Governments of Chad and of Niger to open the border.") == [
        ("Chad", "open the border"),
        ("Niger", "open the border"),
    ]
    assert asked("We appeal to the states in the region, especially Kenya, to take them in.") == [
        ("states in the region", "take them in")
    ]


def test_a_heading_names_the_party_of_what_follows() -> None:
    """Under "To the X, we ..." a pointing word ("the government", "you") means X."""
    text = "To the Republic of Korea, we ask the government to admit them and to house them;"
    assert asked(text) == [("Republic of Korea", "admit them"), ("Republic of Korea", "house them")]


def test_a_letter_asks_whom_it_greets() -> None:
    """That "You" in a letter is the person in the salutation."""
    text = (
        "Prime Minister Abiy Ahmed,\n\n"
        "We urge you to lift the blockade and to let convoys pass.\n\nSincerely,"
    )
    assert asked(text) == [
        ("Prime Minister Abiy Ahmed", "lift the blockade"),
        ("Prime Minister Abiy Ahmed", "let convoys pass"),
    ]


def test_an_announcement_at_the_beginning_is_not_counted_twice() -> None:
    """That "We are writing to urge you to clarify ..." is dropped where the letter then asks it."""
    text = (
        "Minister Okello,\n\nWe are writing to urge you to clarify and improve the policy on camps.\n\n"
        "We ask you to clarify who runs the camps.\n\nYours sincerely,"
    )
    assert asked(text) == [("Minister Okello", "clarify who runs the camps")]


def test_the_same_demand_in_other_words_counts_once() -> None:
    """Title, lead and list may say it three times; the addressee is asked once."""
    text = (
        "We call on China to immediately halt the deportation of these four families.\n\n"
        "China must also stop the deportation of the four families, and let them travel on."
    )
    assert len(asked(text)) == 2


@pytest.mark.parametrize(
    "text",
    [
        "We applaud the Senate for its vote and welcome the decision to free him.",
        "We pledge to continue our work until the camps are closed.",
        "We do not ask you to close the border.",
        "Last year a UN committee urged China to end the practice.",
        "In May they wrote to the minister, urging him to resign.",
        "“The UN should send a mission,” said one visitor.",
        "Recalling its resolution 20/20, in which it urged Eritrea to free the prisoners,",
        "Evidence ought to be preserved.",
        "We recall that Egypt has an obligation to protect them.",
        "Requests its Secretary to transmit this resolution to the Government of Peru.",
    ],
)
def test_what_is_no_demand(text: str) -> None:
    """Praise, pledges, non-demands, other people's and past requests, recitals, internal procedure."""
    assert asked(text) == []


@pytest.mark.parametrize(
    ("text", "demands"),
    [
        ("Our demand is that China release the nine.", [("China", "release the nine")]),
        (
            "We request the Ministry of Justice of Iran that the sentence be commuted.",
            [("Ministry of Justice of Iran", "the sentence be commuted")],
        ),
        (
            "We call on China for the immediate release of the nine.",
            [("China", "the immediate release of the nine")],
        ),
        ("We demand the release of the nine by China.", [("China", "the release of the nine by China")]),
        ("We call for China to release the nine.", [("China", "release the nine")]),
        (
            "We urge China, which has promised to protect refugees, to release the nine.",
            [("China", "release the nine")],
        ),
        (
            "We demand that the Government of Iran stop the execution and that his lawyers be let in.",
            [("Government of Iran", "stop the execution"), ("Government of Iran", "his lawyers be let in")],
        ),
        (
            "Dear President Sato,\n\nWe beg you spare his life.\n\nYours sincerely,",
            [("President Sato", "spare his life")],
        ),
        ("We remind the Government of Laos of its obligation to protect them.", []),
        ("We appeal to your conscience.", []),
        ("Volunteers press on with the search.", []),
        ("Nobody demands that anything be done.", []),
    ],
)
def test_a_request_is_known_in_every_frame(text: str, demands: list[tuple[str, str]]) -> None:
    """To do, that it be done, for a thing, by somebody, after an aside: one demand of the one who can act."""
    assert asked(text) == demands


@pytest.mark.parametrize(
    ("lead", "items", "demands"),
    [
        (
            "The Government of Nepal must:",
            ("Register all refugees;", "Stop returns at the border."),
            ["Register all refugees", "Stop returns at the border"],
        ),
        (
            "We call on the Government of Nepal:",
            ("that the returns be stopped;", "that every refugee be registered."),
            ["the returns be stopped", "every refugee be registered"],
        ),
        (
            "We call on the Government of Nepal for:",
            ("the immediate release of all detainees;", "an independent inquiry into the deaths."),
            ["the immediate release of all detainees", "an independent inquiry into the deaths"],
        ),
        (
            "To the Government of Nepal:",
            ("Calling on the authorities to free her;", "Urging them to let her see a doctor."),
            ["free her", "let her see a doctor"],
        ),
    ],
)
def test_a_list_may_be_written_in_many_ways(lead: str, items: tuple[str, ...], demands: list[str]) -> None:
    """Commands, clauses, things, or asking words of its own: each item is a demand of its own."""
    text = "\n".join((lead, *(f"• {item}" for item in items)))
    assert asked(text) == [("Government of Nepal", quote) for quote in demands]


def test_what_must_not_be_done_is_never_quoted_as_what_must() -> None:
    """A quote without its "not" would say the opposite."""
    text = "We call on China not to return the nine, and not to arrest others."
    assert asked(text) == [("China", "not to return the nine"), ("China", "not to arrest others")]


def test_a_letter_may_ask_in_a_list() -> None:
    """Where the lead names nobody, the items are for the one to whom the letter is written."""
    text = (
        "Dear Minister Sato,\n\nWe urge the following:\n- Release the five students;\n"
        "- Let their families see them.\n\nYours sincerely,"
    )
    assert asked(text) == [
        ("Minister Sato", "Release the five students"),
        ("Minister Sato", "Let their families see them"),
    ]


def test_a_demand_may_have_a_deadline_of_its_own() -> None:
    """The date by which it is to be done is read with it."""
    text = "We call on Vietnam to disclose where they are held by 15 March 2026."
    (demand,) = extract(Document(title="", text=text)).demands
    assert (demand.to, demand.deadline) == ("Vietnam", date(2026, 3, 15))


def test_passive_requests_count() -> None:
    """That "We ask that they not be ..." asks whoever the letter is written to."""
    text = "Dear Minister Sato,\n\nWe ask that they not be sent back and that their lawyers be let in."
    assert [quote for _, quote in asked(text)] == ["they not be sent back", "their lawyers be let in"]


def test_readers_of_an_appeal_are_not_addressees() -> None:
    """Writing, signing, sharing and donating are what the reader does; they are no demands."""
    text = (
        "URGENT ACTION\n\nPlease write immediately:\n"
        "- Urging the authorities of Iran to free her.\n\nShare this with friends."
    )
    assert asked(text) == [("authorities of Iran", "free her")]


def test_a_name_before_the_party_of_the_same_state_is_kept() -> None:
    """That "The PRC" later is the "People's Republic of China" before."""
    text = (
        "We call upon the People's Republic of China to free him.\n\n"
        "We further call upon the PRC to pay his family."
    )
    assert {name for name, _ in asked(text)} == {"People's Republic of China"}


def test_an_open_list_gives_one_demand_an_item() -> None:
    """That "X should:" opens a list; its items, imperative or not, are X's."""
    text = "The Government of Nepal should:\n• Register all refugees;\n• Stop returns at the border."
    assert asked(text) == [
        ("Government of Nepal", "Register all refugees"),
        ("Government of Nepal", "Stop returns at the border"),
    ]


def test_an_opinion_is_not_a_request() -> None:
    """One author's "should" is an opinion."""
    assert asked("The minister should think again.\n\nBy Jane Doe") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "To the governments of Chad, Niger and Libya: Open the wells. Do not fence them.",
            [
                *((state, "Open the wells") for state in ("Chad", "Niger", "Libya")),
                *((state, "Do not fence them") for state in ("Chad", "Niger", "Libya")),
            ],
        ),
        (
            "To the Kingdom of Thailand, we ask that they be screened by the UNHCR.",
            [("Kingdom of Thailand", "they be screened by the UNHCR")],
        ),
        (
            "To Turkey: we request that its coast guard keep the recordings.",
            [("Turkey", "keep the recordings")],
        ),
        (
            "We call on Turkey to stop its hunt and on the airline, Sultan Air, to refuse the flight.",
            [("Turkey", "stop its hunt"), ("Sultan Air", "refuse the flight")],
        ),
        ("Please accept, Excellency, the assurances of our highest consideration.", []),
    ],
)
def test_each_of_several_parties_is_asked(text: str, found: list[tuple[str, str]]) -> None:
    """Names between commas are one each; by whom it is to be done is not who is asked, under a heading."""
    assert asked(text) == found


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        (
            "fr",
            "Nous exhortons le Mali à libérer les sept bergers et la France à les accueillir.",
            [("Mali", "libérer les sept bergers"), ("France", "les accueillir")],
        ),
        (
            "fr",
            "Nous demandons au Mali de libérer les bergers, ainsi qu'à l'Union africaine de les accueillir.",
            [("Mali", "libérer les bergers"), ("Union africaine", "les accueillir")],
        ),
        (
            "ru",
            "Мы обращаемся:\n\nК Президенту Кыргызской Республики — принять беженцев.",
            [("Президенту Кыргызской Республики", "принять беженцев")],
        ),
    ],
)
def test_a_party_that_shares_the_asking_word_is_asked_for_its_own(
    language: str, text: str, found: list[tuple[str, str]]
) -> None:
    """The second needs no asking word, and no preposition, of its own."""
    demands = extract(Document(title="", text=text, language=language)).demands
    assert [(demand.to, demand.quote) for demand in demands] == found


def test_words_torn_at_the_end_of_a_line_are_whole() -> None:
    """A scan in a narrow column is read as its sentences stand."""
    text = (
        "We appeal to the Revolutionary Govern-\nment of Zanzibar :\n\n* to release the three "
        "prison-\ners ;\n\n"
        "* to move the sick to the Mnazi\nMmoja hospital ;\n\nWritten in Nairobi by the com-\nmittee.\n"
        "One line more.\nAnd another.\n"
    )
    assert asked(text) == [
        ("Revolutionary Government of Zanzibar", "release the three prisoners"),
        ("Revolutionary Government of Zanzibar", "move the sick to the Mnazi Mmoja hospital"),
    ]
