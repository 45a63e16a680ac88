"""Offers clocks by buttons: a continent, then a city with the hour that it is there.

/settings clock                 the continents
/settings clock asia            its cities
/settings clock:Asia/Seoul      by this clock from now on; any city can be typed as well
"""

from babel import Locale
from babel.core import get_global

from bot.commands import clocks
from bot.commands.command import code, heading, paragraph, reply
from bot.commands.request import Reply, Request
from bot.render.message import Block, Choice, Notice
from bot.speech import Speech
from jobs.steps.clock import zone_of
from storage.database import Work

CLOCK = "clock"
_IN_A_ROW = 2
CITIES: dict[str, tuple[str, tuple[str, ...]]] = {
    "africa": (
        "002",
        (
            *("Africa/Dakar", "Africa/Abidjan", "Africa/Accra", "Africa/Lagos", "Africa/Kinshasa"),
            *("Africa/Algiers", "Africa/Tunis", "Africa/Tripoli", "Africa/Cairo", "Africa/Khartoum"),
            *("Africa/Juba", "Africa/Kigali", "Africa/Harare", "Africa/Johannesburg", "Africa/Addis_Ababa"),
            *("Africa/Asmara", "Africa/Mogadishu", "Africa/Nairobi", "Africa/Kampala"),
        ),
    ),
    "america": (
        "019",
        (
            *("America/Los_Angeles", "America/Vancouver", "America/Denver", "America/Mexico_City"),
            *("America/Guatemala", "America/Managua", "America/Chicago", "America/Bogota", "America/Lima"),
            *("America/Havana", "America/New_York", "America/Toronto", "America/Port-au-Prince"),
            *("America/Caracas", "America/La_Paz", "America/Santiago", "America/Sao_Paulo"),
            "America/Argentina/Buenos_Aires",
        ),
    ),
    "asia": (
        "142",
        (
            *("Asia/Jerusalem", "Asia/Beirut", "Asia/Damascus", "Asia/Baghdad", "Asia/Riyadh"),
            *("Asia/Tehran", "Asia/Dubai", "Asia/Baku", "Asia/Tbilisi", "Asia/Kabul", "Asia/Karachi"),
            *("Asia/Tashkent", "Asia/Almaty", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Dhaka"),
            *("Asia/Yangon", "Asia/Bangkok", "Asia/Vientiane", "Asia/Phnom_Penh", "Asia/Ho_Chi_Minh"),
            *("Asia/Jakarta", "Asia/Singapore", "Asia/Manila", "Asia/Hong_Kong", "Asia/Taipei"),
            *("Asia/Shanghai", "Asia/Ulaanbaatar", "Asia/Pyongyang", "Asia/Seoul", "Asia/Tokyo"),
        ),
    ),
    "europe": (
        "150",
        (
            *("Europe/London", "Europe/Dublin", "Europe/Lisbon", "Europe/Madrid", "Europe/Paris"),
            *("Europe/Brussels", "Europe/Amsterdam", "Europe/Zurich", "Europe/Rome", "Europe/Berlin"),
            *("Europe/Vienna", "Europe/Prague", "Europe/Warsaw", "Europe/Stockholm", "Europe/Oslo"),
            *("Europe/Athens", "Europe/Bucharest", "Europe/Helsinki", "Europe/Vilnius", "Europe/Kyiv"),
            *("Europe/Minsk", "Europe/Moscow", "Europe/Istanbul"),
        ),
    ),
    "oceania": (
        "009",
        ("Australia/Perth", "Australia/Sydney", "Pacific/Port_Moresby", "Pacific/Auckland", "Pacific/Fiji"),
    ),
}
"""For each continent its number in CLDR (UN M49), and its cities: whoever lives in none of them types one."""


def clock(typed: str, request: Request, work: Work, speech: Speech) -> Reply | None:
    """Answer "clock", "clock asia", "clock:Asia/Seoul"; None where no clock is meant."""
    first, _, rest = typed.replace(":", " ", 1).partition(" ")
    if first.casefold() != CLOCK:
        return None
    wanted = rest.strip()
    if not wanted:
        return _continents(request, work, speech)
    if wanted.casefold() in CITIES and ":" not in typed:
        return _cities(CITIES[wanted.casefold()], request, speech)
    zone = clocks.zone(wanted)
    recipient = work.recipients.ensure(request.transport, request.address, speech.language, request.now)
    work.recipients.set_zone(recipient.id, zone)
    work.own_time.release(recipient.id, request.now)
    return _continents(request, work, speech, chosen=True)


def clock_choice(speech: Speech) -> Choice:
    """Return the button that leads here."""
    return Choice(speech.t("Time zone"), f"/settings {CLOCK}")


def city(zone: str, locale: Locale) -> str:
    """Return what a zone's city is called in the person's language."""
    names = [zone, *(old for old, new in get_global("zone_aliases").items() if new == zone)]
    # CLDR goes on calling them as it first did: Asia/Calcutta.
    said = next((found["city"] for one in names if "city" in (found := locale.time_zones.get(one, {}))), "")
    return str(said or zone.rpartition("/")[2].replace("_", " "))


def _continents(request: Request, work: Work, speech: Speech, *, chosen: bool = False) -> Reply:
    recipient = work.recipients.find(request.transport, request.address)
    own = zone_of(recipient.zone) if recipient else None
    now = request.now.astimezone(own or speech.timezone)
    zone = recipient.zone if recipient and own else str(speech.timezone)
    offered = [
        Choice(str(speech.locale.territories[number]), f"/settings {CLOCK} {name}")
        for name, (number, _) in CITIES.items()
    ]
    said = {"zone": zone, "time": f"{now:%H:%M}"}
    if chosen:
        shown: list[Block] = [heading(speech.t("Your time zone is now {zone}, where it is {time}.", **said))]
    else:
        shown = [
            heading(speech.t("Which time zone?")),
            paragraph(speech.t("It is {time} now in your time zone ({zone}).", **said)),
        ]
    return reply(
        *shown,
        Notice(speech.line("Any city can be typed: {example}", example=code("/settings clock:Asia/Seoul"))),
        choices=(*_rows(offered), *_back(speech)),
    )


def _cities(continent: tuple[str, tuple[str, ...]], request: Request, speech: Speech) -> Reply:
    number, names = continent
    offered = []
    for name in names:
        zone = zone_of(name)
        if zone is not None:  # the system's own list may be older than ours
            label = f"{city(name, speech.locale)} {request.now.astimezone(zone):%H:%M}"
            offered.append(Choice(label, f"/settings {CLOCK}:{name}"))
    return reply(
        heading(str(speech.locale.territories[number])),
        paragraph(speech.t("Which city shows your time? Beside each stands the hour that it is there.")),
        choices=(*_rows(offered), (Choice(speech.t("Back"), f"/settings {CLOCK}"), *_back(speech)[0])),
    )


def _rows(offered: list[Choice]) -> list[tuple[Choice, ...]]:
    return [tuple(offered[at : at + _IN_A_ROW]) for at in range(0, len(offered), _IN_A_ROW)]


def _back(speech: Speech) -> tuple[tuple[Choice, ...], ...]:
    return ((Choice(speech.t("Settings"), "/settings"),),)
