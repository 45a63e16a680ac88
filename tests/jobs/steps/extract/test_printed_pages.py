"""How printed and pasted documents set their text: wrapped lines, edges of pages, bullets, previews."""

import pytest

from jobs.steps.document import Document
from jobs.steps.extract import extract, split
from jobs.steps.extract.blocks import blocks
from jobs.steps.extract.form import form_of
from storage.words import Kind, MsgType


def read(text: str, title: str = "") -> list[str]:
    """The demands of a text, in order."""
    return [demand.quote for demand in extract(Document(title=title, text=text)).demands]


@pytest.mark.parametrize("sign", ["n", "Ø", "§", "o"])
def test_letters_that_stand_for_bullets_are_bullets(sign: str) -> None:
    """A PDF has the letters of a font of signs where its bullets stood: each line is an item."""
    told = f"Please write:\n{sign}   Calling on them to stop;\n{sign}   Urging them to open the camp.\n"
    assert [block.marker for block in blocks(told)] == ["", "•", "•"]


def test_a_word_of_one_letter_is_no_bullet() -> None:
    """A Spanish "o" at the beginning of a wrapped line joins two names."""
    told = "Pedimos a Colombia, Ecuador\no Venezuela que los reciba, y a Chile\no Perú que los proteja."
    assert not any(block.marker for block in blocks(told))


def test_what_stands_at_the_edge_of_pages_tears_no_sentence() -> None:
    """Print jobs, page numbers, footnotes under a rule, and the symbol where it comes again are left out."""
    head = "United Nations   A/HRC/RES/40/71\n" + "\n".join(f"Line {n}" for n in range(9))
    torn = "(b) To readmit those\n\nGE.19-05873(E)\n\n1/2\n\nA/HRC/RES/40/71\n\nwho have been expelled;"
    texts = [block.text for block in blocks(f"{head}\n\n{torn}")]
    assert texts[-1] == "To readmit those who have been expelled;"
    assert "A/HRC/RES/40/71" in texts[0]


def test_a_footnote_under_a_rule_tears_no_sentence() -> None:
    """The sentence goes on behind it."""
    head = "\n".join(f"Line {n}" for n in range(10))
    torn = "(c) To limit service and to end the\n_________\n1 Treaty Series, vol. 1520.\n\nuse of conscripts;"
    assert [block.text for block in blocks(f"{head}\n\n{torn}")][-1].endswith("to end the use of conscripts;")


def test_lines_of_a_wide_page_are_joined_and_short_ones_are_not() -> None:
    """Lines are as wide as 150 characters in some mails; a line that was not full ends what it says."""
    wide = (
        "the refugees who were taken from the house by the river are held in a cell of the border post and "
    )
    body = "\n".join(
        [wide + "have been told that they will be", *[wide + "are not allowed to call anyone at"] * 6]
    )
    names = "Dr. Pao Xiong, Professor of History, Sacramento, USA\nKaying Thor, former detainee, Nong Khai"
    found = blocks(f"{body}\nhome.\n\nIndividuals:\n{names}\n")
    assert len(found[0].text) > 700
    assert [block.text for block in found[-2:]] == names.split("\n")


def test_a_resolution_with_dates_at_its_head_is_one_text() -> None:
    """Numbered paragraphs with operative verbs make one document, whatever lines stand above."""
    head = "General Assembly\n9 April 2019\n\nResolution adopted by the Council\non 22 March 2019\n\n"
    text = (
        head
        + "1. Deplores the verdicts;\n\n2. Urges the State to free them;\n\n3. Also calls upon it to pay;\n\n"
        "52nd meeting\n22 March 2019\n"
    )
    assert len(split(Document(title="", text=text))) == 1
    assert form_of("", f"Recalling its resolution 3,\n\n{text}").kind is Kind.RESOLUTION


BOARD = """North Star Rescue Mission

  • [Notice] How we use your gifts
    A leaflet can be had from the office. 2017-01-10 | Manager   View

  • [URGENT] Five held in Hekou
    North Star Rescue Mission calls on China to release the five.
    2017-03-03 | hit 3   View

  • Open Letter to the Secretary-Gene… Open Letter to the Secretary-General of the United Nations
    February 11, 2017  Your Excellency, we ask you to send an envoy to Beijing.   View
"""


def test_previews_with_a_title_of_their_own_line_are_items() -> None:
    """The title is that line; the date stands at the foot; the owner of the page speaks in each item."""
    parts = split(Document(title="", text=BOARD))
    assert [part.title for part in parts] == [
        "How we use your gifts",
        "[URGENT] Five held in Hekou",
        "Open Letter to the Secretary-General of the United Nations",
    ]
    assert [str(part.posted) for part in parts] == ["2017-01-10", "2017-03-03", "2017-02-11"]
    assert {part.organisation for part in parts} == {"North Star Rescue Mission"}
    assert [demand.quote for demand in extract(parts[1]).demands] == ["release the five"]
    letter = extract(parts[2]).demands
    assert [(one.to, one.quote) for one in letter] == [
        ("Secretary-General of the United Nations", "send an envoy to Beijing")
    ]


def test_what_a_mail_asks_of_whoever_passes_it_on_is_no_demand() -> None:
    """The letter below asks the minister."""
    assert read("*** PLEASE CIRCULATE ***\n\nDear Minister,\n\nWe urge you to free the thirteen.") == [
        "free the thirteen"
    ]


OLD_APPEAL = """UA 214/03   Fear of forcible return   18 July 2003

CHINA   Seok Jae-hyun (m), photographer, aged 33
        Ko Chung-mi (f), aged 36
        Her two daughters (f), aged 12 and nine
        At least eleven other North Koreans

They may be sent back within days.

RECOMMENDED ACTION: Please send appeals:
- calling on the authorities not to return them to North Korea.

APPEALS TO:
Minister of Public Security
14 Dong Chang'anjie
Telegrams: Minister of Public Security, Beijing, China

PLEASE SEND APPEALS IMMEDIATELY. Check with your office, if sending appeals after 29 August 2003.
"""


def test_an_appeal_of_the_old_form_is_read() -> None:
    """Its roll counts persons by name, by number and as others; the day after which one is to ask ends it."""
    statement = extract(Document(title="", text=OLD_APPEAL))
    assert statement.persons_at_risk.count == 15
    assert str(statement.deadline) == "2003-08-29"
    assert [party.name for party in statement.addressees if not party.demands] == [
        "Minister of Public Security"
    ]


def test_a_line_of_names_counts_those_without() -> None:
    """As the foot of an appeal has it."""
    text = "They are at risk.\n\nPlease write.\n\nName: Han Myong-hwa, Jon Chol-min and four others"
    assert extract(Document(title="", text=text)).persons_at_risk.count == 6


def test_a_president_is_not_the_state() -> None:
    """Appeals go to him; what is asked is asked of the state."""
    text = (
        "URGENT APPEAL\n\nPlease write to the authorities in Egypt urging them to:\n\n"
        "i. Stay the executions;\n\n"
        "Addresses\n\n• H.E. the President of the Arab Republic of Egypt, Abedine Palace, Cairo, Fax: +20 1\n"
        "• Public Prosecutor, Ramses Street, Cairo, Fax: +202 2\n"
    )
    names = [party.name for party in extract(Document(title="", text=text)).addressees]
    assert names == ["Egypt", "President of the Arab Republic of Egypt", "Public Prosecutor"]


def test_a_follow_up_says_so_in_its_heading() -> None:
    """So that it joins its case as news."""
    text = "CASE EGY 110418.2\nFollow-up of case EGY 110418\n\nAction requested\n\nPlease write to the court."
    assert form_of("", text).msg_type is MsgType.UPDATE


def test_a_statement_read_out_at_a_press_conference_is_a_statement() -> None:
    """The news of the meeting stands above it."""
    text = "13일 기자회견을 열었다.\n\n[성명서] 북송을 멈추라\n\n중국 정부는 북송을 중단하라."
    assert form_of("21개 단체, 대사관 앞 긴급 기자회견", text).kind is Kind.STATEMENT
