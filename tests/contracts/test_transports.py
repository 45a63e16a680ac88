"""What every transport promises (`bot.announce.Transport`), tried on each real one."""

import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.announce import Transport
from bot.render.html import plain_text
from bot.render.message import Items, Message, Paragraph, Quote, Span
from jobs.outcome import Gone, Migrated, Outcome, Rejected, RetryLater, Sent, Uncertain
from tests.contracts.transports import HARNESSES, Can, Harness, Trouble, Verb
from tests.contracts.transports.harness import bare, says

EARLIER = says(
    "Nine people are about to be sent back.", ("Full text", "/statement 7"), heading="URGENT · China"
)
LATER = says("Two of the nine were sent back.", ("What is known", "/case 3"), heading="UPDATE · China")
INSTEAD = says("This was sent by mistake. Nothing is asked of you.")

NUMBERS = count()
"""For keys that are never used twice, though the same message is drawn again."""
BAR = "│"
"""The one character that tells a reader of the terminal nothing: frames and quotations are drawn with it."""
REPEATABLE = (Trouble.FLOOD, Trouble.DOWN, Trouble.NO_CONNECTION)
"""After these nothing has happened yet."""
OUTCOMES: dict[Trouble, type[Outcome]] = {
    Trouble.FLOOD: RetryLater,
    Trouble.DOWN: RetryLater,
    Trouble.NO_CONNECTION: RetryLater,
    Trouble.GONE: Gone,
    Trouble.MOVED: Migrated,
    Trouble.REFUSED: Rejected,
    Trouble.SILENCE: Uncertain,
}


@pytest.fixture(params=HARNESSES, ids=lambda harness: harness.name)
async def harness(request: pytest.FixtureRequest) -> AsyncIterator[Harness]:
    """Each transport in turn, running."""
    wanted = request.param.needs_server
    async with request.param(*([request.getfixturevalue(wanted)] if wanted else [])) as running:
        yield running


def assert_reads(harness: Harness, address: str, *messages: Message) -> None:
    """The reader sees these messages and nothing else, every character in order."""
    assert bare(*harness.reads(address)) == bare(*map(plain_text, messages))


async def sent(harness: Harness, address: str, message: Message, key: str = "alert") -> str:
    """Send what nothing hinders; the reference."""
    return reference_of(await harness.transport.send(address, message, key))


def reference_of(outcome: Outcome) -> str:
    """The reference, of what has to have worked."""
    assert isinstance(outcome, Sent), outcome
    return outcome.reference


async def act(transport: Transport, verb: Verb, address: str, reference: str) -> Outcome:
    """Do one of the three, always with the same key."""
    match verb:
        case Verb.SEND:
            return await transport.send(address, EARLIER, "first")
        case Verb.EDIT:
            return await transport.edit(address, reference, LATER, "second")
        case Verb.WITHDRAW:
            return await transport.withdraw(address, reference, INSTEAD, "third")


class TestSending:
    """`send`."""

    async def test_reference(self, harness: Harness) -> None:
        """What was sent stands before the reader, and has a reference of its own."""
        address = harness.reader()
        first, second = await sent(harness, address, EARLIER, "1"), await sent(harness, address, LATER, "2")
        assert first
        assert first != second
        assert_reads(harness, address, EARLIER, LATER)

    async def test_same_key(self, harness: Harness) -> None:
        """The same act again has the same reference and is shown once, where the platform can tell."""
        assert bool(harness.transport.remembers) is (Can.RECOGNISE not in harness.cannot)
        harness.needs(Can.RECOGNISE)
        address = harness.reader()
        assert await sent(harness, address, EARLIER) == await sent(harness, address, EARLIER)
        assert harness.count(address) == 1

    @settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(data=st.data())
    async def test_whole(self, harness: Harness, data: Any) -> None:
        """Whatever the script and the length, what is read is what was said: whole, in order."""
        address = harness.reader()
        message = data.draw(messages())
        await sent(harness, address, message, f"alert {next(NUMBERS)}")
        assert_reads(harness, address, message)

    async def test_half_sent(self, harness: Harness) -> None:
        """A long text that was stopped half-way goes on where it stopped."""
        harness.needs(Can.PARTS, Trouble.FLOOD)
        address = harness.reader()
        message = says(harness.long(3))
        harness.floods_after(1, address)
        assert isinstance(await harness.transport.send(address, message, "alert"), RetryLater)
        assert harness.count(address) == 1
        await sent(harness, address, message)
        assert harness.count(address) == 3
        assert_reads(harness, address, message)

    async def test_silent(self, harness: Harness) -> None:
        """Silent is silent."""
        harness.needs(Can.SOUND)
        address = harness.reader()
        await sent(harness, address, replace(EARLIER, silent=True))
        assert harness.sounds(address) == [False]

    async def test_one_sound(self, harness: Harness) -> None:
        """What is not silent rings, and a long text only once."""
        harness.needs(Can.SOUND)
        address = harness.reader()
        await sent(harness, address, EARLIER, "1")
        await sent(harness, address, says(harness.long(3)), "2")
        assert harness.sounds(address) == [True, True, False, False]


class TestBelonging:
    """`send` with `under`."""

    async def test_under(self, harness: Harness) -> None:
        """News stands under what it is news of, whole, and whatever came between."""
        address = harness.reader()
        first = await sent(harness, address, EARLIER, "1")
        await sent(harness, address, says("Another matter."), "2")
        await harness.transport.send(address, LATER, "3", first)
        assert bare(harness.belongs(address)).startswith(bare("URGENT · China"))
        assert_reads(harness, address, EARLIER, says("Another matter."), LATER)

    async def test_alone(self, harness: Harness) -> None:
        """What stands alone belongs to nothing."""
        address = harness.reader()
        await sent(harness, address, EARLIER, "1")
        await sent(harness, address, LATER, "2")
        assert harness.belongs(address) == ""

    @pytest.mark.parametrize("reference", ["", "987654", "no reference"])
    async def test_under_nothing(self, harness: Harness, reference: str) -> None:
        """Without what it belongs to it is said all the same."""
        address = harness.reader()
        assert isinstance(await harness.transport.send(address, LATER, "1", reference), Sent)
        assert_reads(harness, address, LATER)

    async def test_under_what_was_deleted(self, harness: Harness) -> None:
        """Its reader deleted the first message: the news come all the same."""
        harness.needs(Can.DELETE)
        address = harness.reader()
        first = await sent(harness, address, EARLIER, "1")
        harness.deletes(address, 0)
        assert isinstance(await harness.transport.send(address, LATER, "2", first), Sent)
        assert_reads(harness, address, LATER)

    async def test_in_parts(self, harness: Harness) -> None:
        """Of several parts the first shows where it belongs, and the first is what others belong to."""
        harness.needs(Can.PARTS)
        address = harness.reader()
        first = await sent(harness, address, says(harness.long(2)), "1")
        await harness.transport.send(address, says(harness.long(2)[::-1]), "2", first)
        assert harness.belongs(address) == ""
        await harness.transport.send(address, LATER, "3", first)
        assert harness.belongs(address) == harness.reads(address)[0]


class TestEditing:
    """`edit`."""

    async def test_changes(self, harness: Harness) -> None:
        """A transport says truly whether what it shows can be changed."""
        assert harness.transport.changes is (Can.CHANGE not in harness.cannot)

    async def test_new_only(self, harness: Harness) -> None:
        """The reader sees the new, and no more of the old than is marked as replaced."""
        address = harness.reader()
        reference = await sent(harness, address, EARLIER)
        reference_of(await harness.transport.edit(address, reference, LATER, "edit"))
        assert_reads(harness, address, LATER)

    async def test_in_place(self, harness: Harness) -> None:
        """Where the platform can change what it shows, nothing is added, and what came later stays below."""
        harness.needs(Can.CHANGE)
        address = harness.reader()
        reference = await sent(harness, address, EARLIER, "1")
        await sent(harness, address, says("Another matter."), "2")
        await harness.transport.edit(address, reference, LATER, "edit")
        assert_reads(harness, address, LATER, says("Another matter."))
        assert harness.count(address) == 2

    @pytest.mark.parametrize(("before", "after"), [(1, 3), (3, 1), (3, 2), (2, 2)])
    async def test_longer_and_shorter(self, harness: Harness, before: int, after: int) -> None:
        """A message of several parts grows and shrinks."""
        harness.needs(Can.PARTS)
        address = harness.reader()
        reference = await sent(harness, address, says(harness.long(before)))
        message = says(f"Corrected. {harness.long(after)}", ("More", "/more"))
        reference = reference_of(await harness.transport.edit(address, reference, message, "edit"))
        assert_reads(harness, address, message)
        assert harness.offered(address) == ["More"]
        assert harness.count(address) == max(before, after)
        reference_of(await harness.transport.withdraw(address, reference, INSTEAD, "withdrawal"))
        assert harness.reads(address) == []

    @settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(data=st.data())
    async def test_any_to_any(self, harness: Harness, data: Any) -> None:
        """From any message to any other: the new, whole, and nothing of the old."""
        address = harness.reader()
        before, after = data.draw(messages()), data.draw(messages())
        key = f"alert {next(NUMBERS)}"
        reference = await sent(harness, address, before, key)
        reference_of(await harness.transport.edit(address, reference, after, f"{key} edit"))
        assert_reads(harness, address, after)

    async def test_twice(self, harness: Harness) -> None:
        """A second edit takes the reference that the first one gave."""
        address = harness.reader()
        reference = await sent(harness, address, EARLIER)
        for number in (1, 2, 3):
            message = says(f"As of hour {number}.", heading=f"UPDATE {number}")
            edited = await harness.transport.edit(address, reference, message, f"edit {number}")
            reference = reference_of(edited)
            assert_reads(harness, address, message)

    async def test_same_content(self, harness: Harness) -> None:
        """To show what is shown already is done at once, and nobody is told a second time."""
        address = harness.reader()
        reference = await sent(harness, address, EARLIER)
        reference_of(await harness.transport.edit(address, reference, EARLIER, "edit"))
        assert_reads(harness, address, EARLIER)
        assert harness.count(address) == 1

    async def test_repeated(self, harness: Harness) -> None:
        """The same edit again changes nothing."""
        address = harness.reader()
        reference = await sent(harness, address, EARLIER)
        first = await harness.transport.edit(address, reference, LATER, "edit")
        before = harness.count(address)
        assert await harness.transport.edit(address, reference, LATER, "edit") == first
        assert harness.count(address) == before

    async def test_half_edited(self, harness: Harness) -> None:
        """An edit that was stopped half-way adds no part twice."""
        harness.needs(Can.PARTS, Trouble.FLOOD)
        address = harness.reader()
        reference = await sent(harness, address, EARLIER)
        message = says(harness.long(3))
        harness.floods_after(1, address)
        assert isinstance(await harness.transport.edit(address, reference, message, "edit"), RetryLater)
        reference_of(await harness.transport.edit(address, reference, message, "edit"))
        assert_reads(harness, address, message)
        assert harness.count(address) == 3

    async def test_silent(self, harness: Harness) -> None:
        """An edit makes no sound, though it adds parts."""
        harness.needs(Can.SOUND)
        address = harness.reader()
        reference = await sent(harness, address, replace(EARLIER, silent=True))
        await harness.transport.edit(address, reference, says(harness.long(3)), "edit")
        assert harness.sounds(address) == [False, False, False]

    @pytest.mark.parametrize("parts", [1, 3])
    async def test_gone(self, harness: Harness, parts: int) -> None:
        """What its reader has deleted is Rejected; withdrawn and sent anew, only the new is there."""
        harness.needs(Can.DELETE)
        address = harness.reader()
        reference = await sent(harness, address, says(harness.long(parts)), "1")
        harness.deletes(address, parts - 1)
        message = says(harness.long(3)[::-1])
        assert isinstance(await harness.transport.edit(address, reference, message, "edit"), Rejected)
        reference_of(await harness.transport.withdraw(address, reference, INSTEAD, "withdrawal"))
        await sent(harness, address, message, "2")
        assert_reads(harness, address, message)

    async def test_after_withdrawal(self, harness: Harness) -> None:
        """What was withdrawn is not edited back."""
        address = harness.reader()
        reference = await sent(harness, address, EARLIER)
        left = reference_of(await harness.transport.withdraw(address, reference, INSTEAD, "withdrawal"))
        for one in (reference, left):
            assert isinstance(await harness.transport.edit(address, one, LATER, "edit"), Rejected)
        assert bare(plain_text(LATER)) not in bare(*harness.reachable(address))

    async def test_too_old(self, harness: Harness) -> None:
        """What is too old to be removed is overwritten: nothing of the old is left after a shorter edit."""
        harness.needs(Can.PARTS, Can.AGE)
        address = harness.reader()
        reference = await sent(harness, address, says(harness.long(3)))
        harness.ages(address)
        reference = reference_of(await harness.transport.edit(address, reference, LATER, "1"))
        first, *others = harness.reads(address)
        assert bare(first) == bare(plain_text(LATER))
        assert others == ["↑", "↑"]
        longer = says(harness.long(3)[::-1])
        reference_of(await harness.transport.edit(address, reference, longer, "2"))
        assert_reads(harness, address, longer)


class TestWithdrawing:
    """`withdraw`."""

    @pytest.mark.parametrize("parts", [1, 3])
    async def test_nothing_left(self, harness: Harness, parts: int) -> None:
        """Every part and every version can be read no more, and nothing is left of the reference."""
        harness.needs(Can.CHANGE)
        address = harness.reader()
        reference = await sent(harness, address, says(harness.long(parts)))
        message = says(f"Edited. {harness.long(parts)}")
        reference = reference_of(await harness.transport.edit(address, reference, message, "edit"))
        assert await harness.transport.withdraw(address, reference, INSTEAD, "withdrawal") == Sent("")
        assert harness.reachable(address) == []

    async def test_told_or_gone(self, harness: Harness) -> None:
        """The reader is left with nothing, or with the word that it was taken back; with no choice."""
        address = harness.reader()
        reference = await sent(harness, address, EARLIER)
        reference_of(await harness.transport.withdraw(address, reference, INSTEAD, "withdrawal"))
        assert [bare(text) for text in harness.reads(address)] in ([], [bare(plain_text(INSTEAD))])
        assert harness.offered(address) == []

    @pytest.mark.parametrize("parts", [1, 3])
    async def test_too_old(self, harness: Harness, parts: int) -> None:
        """What is too old to be removed says that it was taken back; its choices go."""
        harness.needs(Can.AGE)
        address = harness.reader()
        reference = await sent(harness, address, says(harness.long(parts), ("Full text", "/statement 7")))
        harness.ages(address)
        left = reference_of(await harness.transport.withdraw(address, reference, INSTEAD, "withdrawal"))
        first, *others = harness.reads(address)
        assert bare(first) == bare(plain_text(INSTEAD))
        assert others == ["↑"] * (parts - 1)
        assert harness.offered(address) == []
        again = await harness.transport.withdraw(address, left, INSTEAD, "again")
        assert again == Sent(left)

    async def test_longer_instead(self, harness: Harness) -> None:
        """However long the word is that takes an old one back, it is said whole."""
        harness.needs(Can.AGE, Can.PARTS)
        address = harness.reader()
        reference = await sent(harness, address, says(harness.long(2)))
        harness.ages(address)
        instead = says(harness.long(3)[::-1])
        left = reference_of(await harness.transport.withdraw(address, reference, instead, "withdrawal"))
        assert_reads(harness, address, instead)
        assert len(left.split(",")) == 3

    async def test_old_and_deleted(self, harness: Harness) -> None:
        """Of an old one whose first part the reader has deleted, the rest says that it was taken back."""
        harness.needs(Can.AGE, Can.DELETE, Can.PARTS)
        address = harness.reader()
        reference = await sent(harness, address, says(harness.long(3)))
        harness.deletes(address, 0)
        harness.ages(address)
        reference_of(await harness.transport.withdraw(address, reference, INSTEAD, "withdrawal"))
        assert [bare(text) for text in harness.reads(address)] == [bare(plain_text(INSTEAD)), "↑"]

    async def test_deleted(self, harness: Harness) -> None:
        """What the reader has deleted counts as withdrawn, young or old, and nothing is said."""
        harness.needs(Can.DELETE)
        address = harness.reader()
        for age in (lambda _: None, harness.ages):
            reference = await sent(harness, address, EARLIER, f"{age}")
            harness.deletes(address, 0)
            age(address)
            assert await harness.transport.withdraw(address, reference, INSTEAD, f"w {age}") == Sent("")
            assert harness.reads(address) == []

    async def test_twice(self, harness: Harness) -> None:
        """To withdraw what was withdrawn, by the old reference or the new, is done at once."""
        address = harness.reader()
        reference = await sent(harness, address, EARLIER)
        left = reference_of(await harness.transport.withdraw(address, reference, INSTEAD, "withdrawal"))
        before = harness.count(address)
        for one in (reference, left):
            assert isinstance(await harness.transport.withdraw(address, one, INSTEAD, "withdrawal"), Sent)
        assert harness.count(address) == before

    async def test_others_stay(self, harness: Harness) -> None:
        """No other message is touched."""
        address = harness.reader()
        reference = await sent(harness, address, EARLIER, "1")
        await sent(harness, address, LATER, "2")
        await harness.transport.withdraw(address, reference, INSTEAD, "withdrawal")
        assert bare(plain_text(LATER)) in bare(*harness.reads(address))
        assert bare(plain_text(EARLIER)) not in bare(*harness.reads(address))


class TestOverwriting:
    """`overwrite`."""

    @pytest.mark.parametrize(("before", "after"), [(1, 1), (3, 1), (1, 3)])
    async def test_nothing_of_the_old_can_be_read(self, harness: Harness, before: int, after: int) -> None:
        """In no version and no part; the new stands there whole, and makes no sound."""
        harness.needs(Can.CHANGE)
        if max(before, after) > 1:
            harness.needs(Can.PARTS)
        address = harness.reader()
        old = harness.long(before) if before > 1 else "Ri hides near the river."
        reference = await sent(harness, address, replace(says(old), silent=True))
        edited = await harness.transport.edit(address, reference, says(f"Since: {old}"), "edit")
        new = says(f"Words were withheld. {harness.long(after).upper()}", ("Full text", "/statement 7"))
        left = reference_of(await harness.transport.overwrite(address, reference_of(edited), new, "over"))
        assert_reads(harness, address, new)
        assert not [text for text in harness.reachable(address) if "Since" in text or "river" in text]
        assert harness.offered(address) == ["Full text"]
        if Can.SOUND not in harness.cannot:
            assert not any(harness.sounds(address))
        assert await harness.transport.withdraw(address, left, INSTEAD, "withdrawal") == Sent("")
        assert harness.reachable(address) == []

    async def test_repeated(self, harness: Harness) -> None:
        """The same act again adds nothing."""
        address = harness.reader()
        reference = await sent(harness, address, EARLIER)
        first = reference_of(await harness.transport.overwrite(address, reference, LATER, "over"))
        before = harness.count(address)
        assert reference_of(await harness.transport.overwrite(address, reference, LATER, "over")) == first
        assert harness.count(address) == before

    async def test_deleted(self, harness: Harness) -> None:
        """Nothing of the old is left of what its reader has deleted in part."""
        harness.needs(Can.DELETE, Can.PARTS)
        address = harness.reader()
        reference = await sent(harness, address, says(harness.long(2)))
        harness.deletes(address, 1)
        reference_of(await harness.transport.overwrite(address, reference, LATER, "over"))
        assert [bare(text) for text in harness.reads(address)] in ([], [bare(plain_text(LATER))])


class TestPing:
    """`ping`."""

    async def test_there(self, harness: Harness) -> None:
        """It answers, and its readers see nothing of it."""
        address = harness.reader()
        assert isinstance(await harness.transport.ping(), Sent)
        assert harness.count(address) == 0

    async def test_not_there(self, harness: Harness) -> None:
        """While no connection is made everybody has to wait, for nobody knows how long; then it is there."""
        harness.needs(Can.CHANGE)  # else only a message shows it
        await harness.fails(Trouble.NO_CONNECTION, Verb.SEND, harness.reader())
        outcome = await harness.transport.ping()
        assert isinstance(outcome, RetryLater)
        assert (outcome.everyone, outcome.guessed) == (True, True)
        await harness.recovers()
        assert isinstance(await harness.transport.ping(), Sent)


class TestChoosing:
    """Choices, and pages that turn by them."""

    @pytest.mark.parametrize(
        "command", ["/statement 7", "/search " + "수용소 " * 40 + "끝"], ids=["short", "long"]
    )
    async def test_command(self, harness: Harness, command: str) -> None:
        """A choice is its command, though it be longer than the platform takes."""
        address = harness.reader()
        await sent(harness, address, says("Nine people.", ("Other", "/other"), ("Full text", command)))
        await harness.chooses(address, "Full text")
        assert harness.heard == [command]
        assert "heard" in harness.reads(address)[-1]

    async def test_after_an_edit(self, harness: Harness) -> None:
        """After an edit the new choices are offered, the old ones are not."""
        address = harness.reader()
        reference = await sent(harness, address, EARLIER)
        await harness.transport.edit(address, reference, LATER, "edit")
        assert harness.offered(address) == ["What is known"]
        await harness.chooses(address, "What is known")
        assert harness.heard == ["/case 3"]

    async def test_edited_away(self, harness: Harness) -> None:
        """An edit without choices leaves none."""
        address = harness.reader()
        reference = await sent(harness, address, EARLIER)
        await harness.transport.edit(address, reference, INSTEAD, "edit")
        assert harness.offered(address) == []

    async def test_below_a_long_text(self, harness: Harness) -> None:
        """The choices of a long text stand once, at its end."""
        address = harness.reader()
        await sent(harness, address, says(harness.long(3), ("Full text", "/statement 7")))
        assert harness.offered(address) == ["Full text"]
        await harness.chooses(address, "Full text")
        assert harness.heard == ["/statement 7"]

    async def test_next_page(self, harness: Harness) -> None:
        """The choice of a page shows it, with its own choices."""
        address = await self.read_to_page_two(harness)
        assert bare(harness.reads(address)[-1]) == bare("Page two.")
        assert harness.offered(address)[-1] == "Back"
        await harness.chooses(address, "Back")
        assert bare(harness.reads(address)[-1]) == bare("Page one.")
        assert harness.heard == ["/latest", "/latest 2", "/latest"]

    async def test_in_place(self, harness: Harness) -> None:
        """Pages turn in place where the platform can change what it shows."""
        harness.needs(Can.CHANGE)
        address = await self.read_to_page_two(harness)
        assert harness.reads(address) == ["Page two."]
        assert harness.count(address) == 1

    async def test_long_pages(self, harness: Harness) -> None:
        """Pages of several parts turn in place too; one that needs more parts than there are is sent."""
        harness.needs(Can.CHANGE, Can.PARTS)
        pages = {
            "/latest": says(harness.long(2), ("Next", "/latest 2")),
            "/latest 2": says(harness.long(2)[::-1], ("Next", "/latest 3")),
            "/latest 3": says("Page three.", ("Next", "/latest 4")),
            "/latest 4": says("Page four.", ("Back", "/latest")),
        }
        harness.replies = pages
        address = harness.reader()
        await harness.asks(address, "/latest")
        for page in ("/latest 2", "/latest 3", "/latest 4"):
            await harness.chooses(address, "Next")
            assert_reads(harness, address, pages[page])
        assert harness.count(address) == 2
        await harness.chooses(address, "Back")
        assert_reads(harness, address, pages["/latest 4"], pages["/latest"])

    async def test_a_page_that_is_gone(self, harness: Harness) -> None:
        """A page that cannot be turned in place is shown all the same."""
        harness.needs(Can.CHANGE, Trouble.REFUSED)
        address = await self.read_to_page_two(harness)
        await harness.fails(Trouble.REFUSED, Verb.EDIT, address)
        await harness.chooses(address, "Back")
        assert harness.reads(address) == ["Page two.", "Page one."]

    @staticmethod
    async def read_to_page_two(harness: Harness) -> str:
        """A reader who has asked for the first page and taken the choice of the next."""
        harness.replies = {
            "/latest": says("Page one.", ("Next", "/latest 2")),
            "/latest 2": says("Page two.", ("Back", "/latest")),
        }
        address = harness.reader()
        await harness.asks(address, "/latest")
        await harness.chooses(address, "Next")
        return address


@pytest.mark.parametrize("verb", Verb)
class TestOutcomes:
    """What becomes of an act that meets trouble."""

    @pytest.mark.parametrize("trouble", Trouble, ids=lambda trouble: trouble.name.lower())
    async def test_outcome(self, harness: Harness, trouble: Trouble, verb: Verb) -> None:
        """Every answer of the platform has its outcome, the same for all three acts."""
        outcome, _, _ = await self.met(harness, trouble, verb)
        assert type(outcome) is OUTCOMES[trouble], outcome

    @pytest.mark.parametrize("trouble", REPEATABLE, ids=lambda trouble: trouble.name.lower())
    async def test_later(self, harness: Harness, trouble: Trouble, verb: Verb) -> None:
        """RetryLater says how long; nothing has happened, and the repetition does it once."""
        outcome, address, reference = await self.met(harness, trouble, verb)
        assert isinstance(outcome, RetryLater)
        assert outcome.seconds > 0
        self.assert_before(harness, address, verb)
        await harness.recovers()
        reference_of(await act(harness.transport, verb, address, reference))
        self.assert_done(harness, address, verb)

    async def test_moved(self, harness: Harness, verb: Verb) -> None:
        """Migrated names the address to send to; no reference moves with a chat, so all else is said anew."""
        outcome, _, reference = await self.met(harness, Trouble.MOVED, verb)
        assert isinstance(outcome, Migrated)
        anew = LATER if verb is Verb.EDIT else INSTEAD if verb is Verb.WITHDRAW else EARLIER
        reference_of(await harness.transport.send(outcome.address, anew, f"anew {reference}"))
        assert_reads(harness, outcome.address, anew)

    async def test_silence(self, harness: Harness, verb: Verb) -> None:
        """After silence an edit and a withdrawal are repeated without harm; what was sent is there once."""
        outcome, address, reference = await self.met(harness, Trouble.SILENCE, verb)
        assert isinstance(outcome, Uncertain)
        if verb is not Verb.SEND:
            reference_of(await act(harness.transport, verb, address, reference))
        self.assert_done(harness, address, verb)
        assert harness.count(address) == 1

    async def test_reason(self, harness: Harness, verb: Verb) -> None:
        """What is refused says why, in a word without address and text."""
        outcome, address, _ = await self.met(harness, Trouble.REFUSED, verb)
        assert isinstance(outcome, Rejected)
        assert outcome.detail
        assert address not in outcome.detail
        assert "Nine people" not in outcome.detail

    @staticmethod
    async def met(harness: Harness, trouble: Trouble, verb: Verb) -> tuple[Outcome, str, str]:
        """The outcome of an act that meets the trouble, where it was tried, and on which message."""
        harness.needs(trouble)
        address = harness.reader(group=trouble is Trouble.MOVED)
        reference = "" if verb is Verb.SEND else await sent(harness, address, EARLIER, "first")
        await harness.fails(trouble, verb, address)
        try:
            return await act(harness.transport, verb, address, reference), address, reference
        finally:
            if trouble is not Trouble.NO_CONNECTION:
                await harness.recovers()

    @staticmethod
    def assert_before(harness: Harness, address: str, verb: Verb) -> None:
        """Nothing has happened yet."""
        assert_reads(harness, address, *(() if verb is Verb.SEND else (EARLIER,)))

    @staticmethod
    def assert_done(harness: Harness, address: str, verb: Verb) -> None:
        """The act was done, once."""
        if verb is Verb.WITHDRAW:
            assert bare(plain_text(EARLIER)) not in bare(*harness.reads(address))
        else:
            assert_reads(harness, address, EARLIER if verb is Verb.SEND else LATER)


async def test_nothing_secret_is_logged(
    harness: Harness, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Neither token nor address nor text is in the log at its finest, whatever goes wrong."""
    caplog.set_level(logging.DEBUG)
    addresses = []
    for verb in Verb:
        for trouble in (None, *Trouble):
            if trouble in harness.cannot:
                continue
            address = harness.reader(group=trouble is Trouble.MOVED)
            reference = await sent(harness, address, EARLIER, f"{verb} {trouble}")
            if trouble:
                await harness.fails(trouble, verb, address)
            await act(harness.transport, verb, address, reference)
            await harness.recovers()
            addresses.append(address)
    structlog.get_logger().warning("the log is heard")
    logged = caplog.text + "".join(capfd.readouterr())
    assert "the log is heard" in logged
    texts = ("Nine people", "URGENT · China", "Two of the nine", "sent by mistake")
    for secret in (*harness.secrets, *addresses, *texts):
        assert secret not in logged


def messages() -> st.SearchStrategy[Message]:
    """Messages of several blocks, of any length, in scripts of every direction, with emoji of every make."""
    scripts = st.sampled_from(
        [
            "abcdefghijk XYZ.,!?",
            "각하늘별꽃수용소 북한송환",
            "שלוםעברית עדות",
            "مرحباالعربيةشهادة مخيم",
            "漢字仮名カタカナ、。",
            "<>&\"'`*_[]()~#|╭╰>\\/@",
            "👩‍👩‍👧‍👦🏳️‍🌈👍🏽🇰🇵🇨🇳e\u0301 ",
        ]
    )
    words = scripts.flatmap(lambda letters: st.text(st.sampled_from(letters), min_size=1, max_size=30))
    joints = st.sampled_from([" ", "\n", "\n\n", ""])
    texts = st.builds(
        lambda parts, joint, times: joint.join(parts * times),
        st.lists(
            words | st.text(st.characters(exclude_characters=BAR), max_size=20), min_size=1, max_size=12
        ),
        joints,
        st.integers(1, 60),
    )
    lines = texts.map(lambda text: (Span(text),))
    blocks = st.one_of(
        lines.map(Paragraph), lines.map(Quote), st.lists(lines, min_size=1, max_size=3).map(tuple).map(Items)
    )
    made = st.lists(blocks, min_size=1, max_size=3).map(tuple).map(Message)
    return made.filter(lambda message: bool(bare(plain_text(message))))
