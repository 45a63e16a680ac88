"""How a call says that one can act: addresses and a model letter, word for word, and nobody else's."""

from hypothesis import given
from hypothesis import strategies as st

from jobs.steps.extract.ways import LONGEST_ADDRESS, LONGEST_LETTER, MOST_ADDRESSES, Ways, ways_in

CALL = """URGENT ACTION

Two teachers are held in a basement. Their families may not see them.

PLEASE SEND APPEALS BEFORE 9 MAY 2031 TO:

Minister of Justice
Ana Invented
12 Lake Road, Northport
Fax: +999 12 555 01 44
Salutation: Dear Minister

Director of Prisons
Lower Market 4, Northport
E-mail: director@prisons.example

And copies to:
Embassy of Northland in your country
1 Embassy Row

Please tell us whether you had an answer. It helps the next action.

ADDITIONAL INFORMATION

Northlight, 3 Harbour Street, Southport
Tel: +999 44 555 01 00
"""
LETTER = """Dear Minister,

I am worried about the two teachers.
I ask you to let them go.

Yours sincerely,"""


def test_addresses_stand_below_the_line_that_announces_them() -> None:
    """Each with all its lines; the organisation's own, at the foot of the page, is not among them."""
    first, second, copies = ways_in(CALL).addresses
    assert first.splitlines()[0] == "Minister of Justice"
    assert first.endswith("Salutation: Dear Minister")
    assert "director@prisons.example" in second
    assert copies == "Embassy of Northland in your country\n1 Embassy Row"


def test_a_model_letter_runs_to_its_closing() -> None:
    """Word for word, without what stands around it."""
    text = f"What happened is told here.\n\nSAMPLE LETTER\n\n{LETTER}\n[your name]\n\nPlease send it to:\n"
    assert ways_in(text).letter == LETTER


def test_a_letter_that_somebody_has_sent_is_no_model() -> None:
    """An open letter under "The letter" is one only where the text says that it may be sent."""
    assert ways_in(f"THE LETTER\n\n{LETTER}\n").letter == ""
    assert ways_in(f"1. Send the letter below.\n\nTHE LETTER\n\n{LETTER}\n").letter == LETTER
    assert ways_in(f"{LETTER}\n").letter == ""


def test_other_languages() -> None:
    """By the same table, which can be extended."""
    address = "법무부 장관\n서울시 어느 길 12\n팩스: 02-555-0100"
    letter = "장관님께,\n두 사람을 풀어 주십시오.\n\n감사합니다"
    korean = f"편지 보낼 곳:\n\n{address}\n\n편지 예문\n\n{letter}\n"
    assert ways_in(korean) == Ways((address,), letter)
    letter = "Señora,\n\nAtentamente,"
    spanish = f"Envíen llamamientos a:\nPresidencia\nCorreo: p@example.org\n\nCARTA MODELO\n\n{letter}\n"
    assert ways_in(spanish) == Ways(("Presidencia\nCorreo: p@example.org",), letter)


def test_news_has_none() -> None:
    """A sentence that speaks of letters and addresses announces nothing."""
    assert ways_in("The minister was asked to write to the families.\n\nFax: +999 1 555 01 44\n") == ways_in(
        ""
    )


@given(
    st.lists(
        st.one_of(st.sampled_from([*CALL.splitlines(), *LETTER.splitlines(), "SAMPLE LETTER", ""]), st.text())
    )
)
def test_whatever_is_read_stands_in_the_text(lines: list[str]) -> None:
    """Nothing is made up, nothing is endless, and each line of it is a line of the text."""
    text = "\n".join(lines)
    known = {line.strip() for line in text.splitlines()}
    ways = ways_in(text)
    assert len(ways.addresses) <= MOST_ADDRESSES
    assert all(len(one) <= LONGEST_ADDRESS for one in ways.addresses)
    assert len(ways.letter) <= LONGEST_LETTER
    for one in (*ways.addresses, ways.letter):
        assert one == "" or set(one.split("\n")) <= known or len(one) == LONGEST_ADDRESS
