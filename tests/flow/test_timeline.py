"""One alert from poll to last send, as an operator reads it; what is held, decided there too."""

import json
from datetime import timedelta

import pytest

from storage.held import DROPPED
from tests.builders import a_reader, an_alert, queued
from tests.emulators.telegram import TelegramEmulator
from tests.feeds import Site
from tests.flow.program import Program
from tests.flow.story import PERSON, TITLE, urgent_call

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


async def test_an_alert_from_poll_to_last_send(
    vigil: Program, site: Site, telegram: TelegramEmulator
) -> None:
    """Every step has its time, in order; it names nobody."""
    people = (PERSON, 51, 52)
    for person in people:
        telegram.private(person)
        vigil.subscribed(person)
    urgent_call(site)
    assert (await vigil.run("poll"))[0] == 0
    code, out, _ = await vigil.run("admin", "timeline", "1")
    assert (code, "3 queued" in out, "first send" in out, "not known" in out) == (0, True, True, True)
    assert (await vigil.run("deliver"))[0] == 0
    code, out, err = await vigil.run("admin", "timeline", "1", "--json")
    assert code == 0, err
    told = json.loads(out)
    assert (told["title"], told["deliveries"]) == (TITLE, {"sent": 3})
    names = ["published", "fetched", "understood", "queued", "first_send", "last_send"]
    assert list(told["moments"]) == names
    assert list(told["moments"].values()) == sorted(told["moments"].values())
    assert 290 < told["seconds_after_the_step_before"]["fetched"] < 400
    code, out, _ = await vigil.run("admin", "timeline", "1")
    assert "Deliveries: 3 sent" in out
    assert not any(str(person) in out.split() for person in people)
    code, _, err = await vigil.run("admin", "timeline", "9")
    assert (code, "there is no alert 9: the newest is 1" in err) == (1, True)


async def test_what_is_held_is_decided_on_the_command_line(
    vigil: Program, telegram: TelegramEmulator
) -> None:
    """Listed with its reason; released it arrives, dropped it does not."""
    telegram.private(PERSON)
    now = vigil.now()
    with vigil.database() as database, database.write() as work:
        reader = a_reader(work, address=str(PERSON))
        for name in ("first", "other"):
            wanted = an_alert(identifier=name, sent=now, expires=now + timedelta(days=1))
            queued(work, reader, held="more than usual", alert=wanted)
    _, out, _ = await vigil.run("admin", "held")
    assert (out.count("held for 1 recipient"), out.count("more than usual")) == (2, 2)
    _, out, _ = await vigil.run("admin", "held", "--json")
    assert [(one["alert"], one["state"]) for one in json.loads(out)["held"]] == [(1, "held"), (2, "held")]
    _, out, _ = await vigil.run("admin", "release", "1")
    assert "queued for 1" in out
    _, out, _ = await vigil.run("admin", "drop", "2")
    assert "not sent" in out
    code, _, err = await vigil.run("admin", "drop", "2")
    assert (code, "vigil admin held" in err) == (1, True)
    await vigil.run("deliver")
    assert vigil.states() == ["sent", "cancelled"]
    with vigil.database() as database, database.read() as work:
        assert work.deliveries.of_alert(2)[0].detail == DROPPED
    _, out, _ = await vigil.run("admin", "held")
    assert out == "Nothing is held.\n"
