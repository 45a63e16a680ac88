"""What rings, for whom, and in which lane (DESIGN, "What rings")."""

from dataclasses import replace
from typing import Any

import pytest

from jobs.steps.match import at_once, lane, wants
from storage.people import Route
from storage.records import Alert, Assessment, Source, Statement
from storage.words import Digest, Kind, MsgType, Severity, Status, Urgency

SOURCE = Source("nkhr", "https://example.org/feed", organisation="Citizens' Alliance")


def an_alert(
    *,
    urgent: bool = True,
    urgency: Urgency = Urgency.IMMEDIATE,
    severity: Severity = Severity.UNKNOWN,
    msg_type: MsgType = MsgType.ALERT,
    **known: Any,
) -> Alert:
    """An alert on an urgent call about China in Korean, unless said otherwise."""
    statement = Statement(
        title="두 모녀 강제 북송 위기",
        text="Café owners in Tumen saw them. 정치범수용소로 보내질 것이다.",
        kind=Kind.URGENT_APPEAL,
        language="ko",
        countries=("CN", "KP"),
        issuers=("APRRN",),
        alert=Assessment(msg_type=msg_type, urgent=urgent, urgency=urgency, severity=severity),
    )
    return Alert("vigil-1", replace(statement, **known), SOURCE, sent=None, msg_type=msg_type)  # type: ignore[arg-type]  # the time is not looked at


def test_an_empty_route_wants_everything_urgent_and_nothing_else() -> None:
    """/subscribe alone rings for what is urgent."""
    assert wants(Route(), an_alert(), followed=False)
    assert not wants(Route(), an_alert(urgent=False, urgency=Urgency.FUTURE), followed=False)


def test_what_is_not_urgent_reaches_routes_that_name_its_kind() -> None:
    """A resolution goes to those who asked for resolutions, as they asked for it."""
    alert = an_alert(urgent=False, urgency=Urgency.FUTURE, kind=Kind.RESOLUTION)
    route = Route(kinds=(Kind.RESOLUTION,), digest=Digest.DAILY)
    assert wants(route, alert, followed=False)
    assert not at_once(route, alert, followed=False)
    assert at_once(replace(route, digest=Digest.NONE), alert, followed=False)


def test_what_rings_does_not_wait_for_a_digest() -> None:
    """An urgent call is pushed on a digest route as well."""
    assert at_once(Route(kinds=(Kind.URGENT_APPEAL,), digest=Digest.WEEKLY), an_alert(), followed=False)


@pytest.mark.parametrize("msg_type", [MsgType.UPDATE, MsgType.CANCEL])
def test_follow_ups_reach_those_who_were_alerted(msg_type: MsgType) -> None:
    """Whoever heard of the danger hears what became of it, whatever urgency the route wants."""
    alert = an_alert(urgent=False, urgency=Urgency.PAST, msg_type=msg_type)
    route = Route(least_urgency=Urgency.IMMEDIATE)
    assert wants(route, alert, followed=True)
    assert not wants(route, alert, followed=False)


@pytest.mark.parametrize(
    ("route", "fits"),
    [
        (Route(countries=("cn",)), True),
        (Route(countries=("LA",)), False),
        (Route(languages=("KO",)), True),
        (Route(languages=("en",)), False),
        (Route(sources=("NKHR",)), True),
        (Route(sources=("citizens' alliance",)), True),
        (Route(sources=("aprrn",)), True),
        (Route(sources=("hrnk",)), False),
        (Route(keywords=("cafe owners",)), True),
        (Route(keywords=("afe owner",)), False),
        (Route(keywords=("수용소",)), True),
        (Route(keywords=("강제북송",)), True),
        (Route(keywords=("prison camp",)), False),
        (Route(without=("tumen",)), False),
        (Route(kinds=(Kind.RESOLUTION,)), False),
        (Route(least_urgency=Urgency.EXPECTED), True),
    ],
)
def test_each_filter_narrows(route: Route, *, fits: bool) -> None:
    """Every word of a route must fit; case, accents and spaces in Korean do not matter."""
    assert wants(route, an_alert(), followed=False) is fits


def test_what_is_less_pressing_than_a_route_wants_passes_it_by() -> None:
    """Who asked for what is Immediate is not rung for a deadline in a month."""
    route = Route(least_urgency=Urgency.IMMEDIATE)
    assert not wants(route, an_alert(urgency=Urgency.EXPECTED), followed=False)
    assert wants(route, an_alert(urgency=Urgency.IMMEDIATE), followed=False)


@pytest.mark.parametrize("status", [Status.EXERCISE, Status.TEST, Status.DRAFT])
def test_drills_match_no_route(status: Status) -> None:
    """Drills go to volunteers by another way."""
    assert not wants(Route(), replace(an_alert(), status=status), followed=True)


def test_lanes() -> None:
    """Corrections overtake everything, then what is Immediate or Extreme, then updates, then the rest."""
    calm: dict[str, Any] = {"urgent": False, "severity": Severity.EXTREME}
    alerts = (
        an_alert(msg_type=MsgType.CANCEL),
        an_alert(),
        an_alert(msg_type=MsgType.UPDATE),
        an_alert(urgency=Urgency.EXPECTED),
        an_alert(urgency=Urgency.EXPECTED, **calm),
        an_alert(urgency=Urgency.EXPECTED, msg_type=MsgType.UPDATE, **calm),
        an_alert(urgency=Urgency.PAST, **calm),
    )
    assert [lane(alert) for alert in alerts] == [0, 1, 2, 3, 1, 2, 3]
