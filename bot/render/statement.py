"""Sets the parts of a statement that alerts and answers share: who asks what of whom, when and where."""

from collections.abc import Callable, Sequence
from datetime import date
from itertools import groupby
from urllib.parse import unquote, urlsplit

from bot.countries import country_named
from bot.render import links
from bot.render.message import Block, Field, Items, Line, Paragraph, Span, Style
from bot.render.text import shorten, single_line, typed_apart
from bot.speech import Speech
from jobs.site import same_site
from jobs.steps.lexicon import country_of
from storage.records import DESK, Addressee, Demand, Signatories, Source, Statement
from storage.words import MsgType

TITLE = 300
QUOTE = 320
NAMES = 160
_FILES = 5
IMPORTED = "import"
"""The source of what was imported without one: the way it came, and nobody's name."""


def title_line(statement: Statement, speech: Speech, *, link: bool = False) -> Line:
    """Return the title in bold, on request as a link to the source."""
    title = shorten(statement.title, TITLE) or untitled(statement, speech)
    return (Span(title, Style.BOLD, statement.url if link else ""),)


def untitled(statement: Statement, speech: Speech) -> str:
    """Return what stands in place of a title: what takes back a call that was taken down has lost it."""
    if statement.alert.msg_type is MsgType.CANCEL and statement.source_name == DESK.name:
        return speech.t("A call that was taken down")
    return speech.t("without a title")


def issuers_text(statement: Statement, speech: Speech, source: Source | None = None) -> str:
    """Return whose words they are: the issuers, else the organisation behind the source, else its name."""
    if statement.issuers:
        return speech.joined(shorten(name, NAMES) for name in statement.issuers[:4])
    if source is not None and (source.organisation or source.title):
        return shorten(source.organisation or source.title, NAMES)
    name = source.name if source else statement.source_name
    return name if name and name != IMPORTED else speech.t("issuer not stated")


def dates_text(statement: Statement, speech: Speech, *, fetched: bool = False) -> str:
    """Return the dates, each named for what it is: written, posted, fetched."""
    posted = statement.date_posted or (statement.published.date() if statement.published else None)
    found = []
    if statement.date_written:
        found.append(speech.t("written {date}", date=speech.date(statement.date_written)))
    if posted:
        found.append(speech.t("posted {date}", date=speech.date(posted)))
    if not found:
        found.append(speech.t("date not stated"))
    if fetched and statement.fetched:
        found.append(speech.t("fetched {moment}", moment=speech.moment(statement.fetched)))
    return " · ".join(found)


def deadline_text(deadline: date, today: date, speech: Speech) -> str:
    """Return a date with how many days are left until it, or since."""
    days = (deadline - today).days
    day = speech.date(deadline)
    if days == 0:
        return speech.t("{date} (today)", date=day)
    if days < 0:
        return speech.n("{date} ({count} day ago)", "{date} ({count} days ago)", -days, date=day)
    return speech.n("{date} ({count} day left)", "{date} ({count} days left)", days, date=day)


def persons_text(statement: Statement, speech: Speech) -> str:
    """Return how many persons are at risk and how many of them are children; "" when nothing is known."""
    risk = statement.persons_at_risk
    found = []
    if risk.count is not None:
        found.append(speech.n("{count} person", "{count} people", risk.count))
    if risk.minors:
        if risk.count is None:
            found.append(speech.t("number of people not stated"))
        found.append(speech.n("of whom {count} child", "of whom {count} children", risk.minors))
    if risk.named:
        found.append(speech.n("{count} named in the text", "{count} named in the text", risk.named))
    return ", ".join(found)


def where_text(statement: Statement, speech: Speech) -> str:
    """Return the countries in the person's language and the places as the text names them."""
    countries = speech.joined(speech.country(code) for code in statement.countries[:6])
    places = ", ".join(shorten(place, 60) for place in statement.places[:6])
    return " · ".join(part for part in (countries, places) if part)


def addressee_text(name: str, country: str | None, speech: Speech) -> str:
    """Return a country by its name in the person's language, any other as written, with its country."""
    name = shorten(name, NAMES)
    if country is None:
        return name
    own = speech.country(country)
    if own.casefold() in name.casefold():
        return name
    if country_named(name) == country:
        return own
    return f"{name} ({own})"


def grouped(statement: Statement) -> tuple[tuple[Addressee, tuple[Demand, ...]], ...]:
    """Return the demands under the addressee of each, in the order of the addressees."""
    known = {addressee.name: addressee for addressee in statement.addressees}
    order = {name: place for place, name in enumerate(known)}
    demands = sorted(statement.demands, key=lambda demand: (order.get(demand.to, len(order)), demand.to))
    return tuple(
        (known.get(name) or Addressee(name, country_of(name)), tuple(group))
        for name, group in groupby(demands, key=lambda demand: demand.to)
    )


def quote_line(demand: Demand, speech: Speech, *, limit: int = QUOTE) -> Line:
    """Return a demand in its own words, in quotation marks, with its condition and date."""
    added = []
    if demand.condition and single_line(demand.condition) not in single_line(demand.quote):
        added.append(shorten(demand.condition, NAMES))
    if demand.deadline:
        added.append(speech.t("by {date}", date=speech.date(demand.deadline)))
    said = Span(f"“{shorten(demand.quote, limit)}”")
    return (said, Span(f" ({'; '.join(added)})")) if added else (said,)


def asked_blocks(
    statement: Statement,
    speech: Speech,
    *,
    most: int,
    of: Callable[[Addressee], bool] | None = None,
    limit: int = QUOTE,
) -> tuple[Block, ...]:
    """Set the demands under their addressees, `most` at most in all, and say how many more there are.

    With `of`, only what is asked of the addressees for whom it is true. `limit` is characters of a quote.
    """
    blocks: list[Block] = []
    groups = [
        (addressee, demands) for addressee, demands in grouped(statement) if of is None or of(addressee)
    ]
    shares = _shares([len(demands) for _, demands in groups], most)
    for (addressee, demands), share in zip(groups, shares, strict=True):
        if not share:
            continue
        who = Span(addressee_text(addressee.name, addressee.country, speech), Style.BOLD)
        blocks.append(Paragraph(speech.line("Asked of {addressee}:", addressee=who)))
        blocks.append(Items(tuple(quote_line(demand, speech, limit=limit) for demand in demands[:share])))
    left = sum(len(demands) for _, demands in groups) - sum(shares)
    if left:
        blocks.append(Paragraph(more_line(statement, left, speech)))
    return tuple(blocks)


def dropped_blocks(
    statement: Statement,
    speech: Speech,
    *,
    most: int,
    of: Callable[[Addressee], bool] | None = None,
    limit: int = QUOTE,
) -> tuple[Block, ...]:
    """Set what was asked until the source took it out of its statement, each with the day; struck through."""
    meant = [one for one in statement.dropped if of is None or of(Addressee(one.to, one.country))]
    lines = tuple(
        speech.line(
            "{quote} (of {addressee}, until {date})",
            quote=Span(f"“{shorten(one.quote, limit)}”", Style.STRUCK),
            addressee=addressee_text(one.to, one.country, speech),
            date=speech.date(date.fromisoformat(one.until)),
        )
        for one in meant[:most]
    )
    if not lines:
        return ()
    told = speech.t("No longer in it, since its source rewrote it:")
    return (Paragraph((Span(told),)), Items(lines))


def more_line(statement: Statement, left: int, speech: Speech) -> Line:
    """Return "and 3 more", with the command that shows them where the statement is stored."""
    if not statement.id:
        return (Span(speech.n("and {count} more demand", "and {count} more demands", left)),)
    number = str(statement.id)
    return typed_apart(
        speech.n(
            "and {count} more demand: `/statement {number}`",
            "and {count} more demands: `/statement {number}`",
            left,
            number=number,
        )
    )


def signed_text(signed: Signatories, speech: Speech) -> str:
    """Return how many signed, as counted in the list, and as the text itself claims where it does."""
    counted = _counts(signed.organisations, signed.persons, signed.countries, speech)
    claimed = _counts(
        signed.claimed_organisations or 0, signed.claimed_persons or 0, signed.claimed_countries or 0, speech
    )
    if counted and claimed:
        return speech.t("{counted} (counted); {claimed} (as the text says)", counted=counted, claimed=claimed)
    if claimed:
        return speech.t("{claimed} (as the text says)", claimed=claimed)
    return counted


def _counts(organisations: int, persons: int, countries: int, speech: Speech) -> str:
    found = []
    if organisations:
        found.append(speech.n("{count} organisation", "{count} organisations", organisations))
    if persons:
        found.append(speech.n("{count} person", "{count} people", persons))
    if countries:
        found.append(speech.n("from {count} country", "from {count} countries", countries))
    return ", ".join(found)


def source_line(statement: Statement, speech: Speech, source: Source | None = None) -> Line:
    """Return where it stands: a link, and the language when it is not the reader's."""
    name = (source.title or source.organisation or source.name) if source else statement.source_name
    name = speech.t("imported") if name == IMPORTED else shorten(name, NAMES)
    if statement.url:
        where: Line = (Span(name or statement.url, href=statement.url), *_elsewhere(statement, source, name))
    elif source is not None and source.url:
        own = Span(name, href=source.public_url)
        if statement.withheld:  # the link held the words, or there was none
            where = speech.line("{source} (no link to the item can be shown)", source=own)
        else:
            where = speech.line("{source} (the item has no link of its own)", source=own)
    else:
        where = (Span(name or speech.t("no link was given")),)
    if statement.language and statement.language != speech.language:
        told = speech.t("in {language}", language=speech.language_name(statement.language))
        return (*where, Span(f" · {told}"))
    return where


def _elsewhere(statement: Statement, source: Source | None, name: str) -> Line:
    """The host of an item that stands on another site than its source's: its name alone would hide that."""
    target = links.host(statement.url)
    if source is None or not source.url or not target or links.disguised(name, statement.url):
        return ()  # where the name itself looks like an address, the host is shown beside every link
    own = {links.host(one) for one in (source.url, source.address) if one}
    return () if any(same_site(target, one) for one in own) else (Span(f" ({links.shown(target)})"),)


def attached_line(files: Sequence[str], speech: Speech) -> Line:
    """Return the files that came with a statement, each as a link by its own name; a few of them."""
    spans: list[Span] = []
    for url in files[:_FILES]:
        name = shorten(unquote(urlsplit(url).path.rpartition("/")[2]), 80) or speech.t("a file")
        spans += [Span(", "), Span(name, href=url)]
    return tuple(spans[1:])


def field(label: str, text: str) -> tuple[Block, ...]:
    """Return a field, or nothing where there is nothing to say."""
    return (Field(label, (Span(text),)),) if text else ()


def _shares(sizes: list[int], most: int) -> list[int]:
    """Share `most` places among groups: one each first, then the rest in order."""
    shares = [0] * len(sizes)
    left = most
    for place in range(len(sizes)):
        if left:
            shares[place] = 1
            left -= 1
    for place, size in enumerate(sizes):
        added = min(size - shares[place], left)
        shares[place] += added
        left -= added
    return shares
