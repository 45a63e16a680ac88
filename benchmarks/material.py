"""The feeds that are measured: twenty entries of a human-rights organisation's WordPress, 40 to 80 KB.

The sentences are made up and ordinary: most report, some ask, few are urgent, with names, numbers, dates
and places, since these are what understanding takes its time for.
"""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

ENTRIES = 20


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("|"))


_SUBJECTS = _split("""
    {name}, a {trade} from {place}, | The court in {place} | A spokesperson of the ministry |
    Our delegation | Officers of the border guard | The families of those held | A former prisoner |
    The commission | The new regulation | Volunteers from {place} | The {trade} {name} |
    A group of {number} refugees | Members of the network | The embassy of {country} |
    Journalists in {place} | The film | The organisation | The Special Rapporteur | Several churches |
    Witnesses | The lawyer | The study | Relatives in {place} | The government of {country} |
    Former detainees | The mayor | {name}
""")
_VERBS = _split("""
    described | has followed | denied | documents | was asked about | welcomed | could not explain |
    spoke of | has waited for | put off | reported | collected money for | refused to comment on |
    remembers | took notes on | presented | is preparing | criticised | has translated | looked into |
    was told of | published | came to hear | has questions about | wrote down | did not mention
""")
_OBJECTS = _split("""
    the conditions in the camp | {number} cases of missing persons | the hearing of {date} |
    the long road | the prices of rice and fuel | a law that the parliament passed |
    the search of an office | the arrests | the months without news | a seminar on family visits |
    the work of a {trade} | the annual report | what happened at the checkpoint |
    letters from {country} | the trial of {name} | health care there |
    the registration of associations | an exhibition of photographs | lessons for children |
    the winter | punishments for whole groups | the border between {place} and {place} |
    a campaign of {year} | the resolution that the Council adopted | working hours and food |
    the closing of a school
""")
_ENDS = _split("""
    in {place} | before dawn | within the past year | since {year} | without a reason | on {date} |
    after a protest against the new law | with nothing but a photograph | for {number} days |
    at length | while the trade was stopped | as the neighbours saw | in front of {number} people |
    in a low voice | and keeps in touch with the relatives | when the rain had ended |
    against all advice | by telephone | together with partners from {country} |
    in the last days of the year | under a new name | once more
""")
_SENTENCES = (
    "{name} was taken from {their} home in {place} on {date} and has not been seen since",
    "We call on the government of {country} to release {name} and to open an independent investigation",
    "The authorities of {country} should make the results of the inquiry public",
    "{country} ratified the Convention against Torture in {year}, and is bound by it",
    "The seminar will take place in {place} on {date}, and registration is open until the day before",
    "“I could not tell my mother where I was,” {name} said after arriving in {place}",
    "They ask the European Union to raise the matter at the next round of its dialogue with {country}",
    "A group of {number} refugees from {country} is being held in {place} and may be sent back",
    "The court in {place} sentenced {name} to {number} years in prison on {date}",
    "Donations made this month will be used for the shelter in {place}",
)
"""One sentence in eight is such a one, as the field has them; the others are put together."""
_GIVEN = _split("""
    Kim | Lee | Ahmed | Nguyen | Olga | Maria | Tenzin | Aung | Fatima | Jean | Park | Dmitri |
    Yusuf | Elena | Chen | Samira | Kofi | Ivan | Rosa | Hassan | Leila | Pavel | Amina | Josef
""")
_FAMILY = _split("""
    Sung-min | Rashid | Petrova | Gonzalez | Dorje | Htet | Noor | Mukasa | Jin-hee | Sokolov |
    Karimov | Abdi | Wangchuk | Mensah | Ortega | Halabi | Tesfaye | Novak | Castillo | Yang |
    Okello | Bakhtiyari | Lukashuk | Thapa | Moyo | Vang | Haidari | Kyaw | Rahimi | Duarte
""")
_PLACES = _split("""
    Shenyang | Bangkok | Yangon | Minsk | Hoeryong | Kampala | Geneva | Seoul | Dandong | Vientiane |
    Almaty | Lhasa | Hyesan | Mandalay | Gomel | Asmara | Isfahan | Havana | Tumen | Kunming |
    Da Nang | Mae Sot | Brest | Gulu | Shiraz | Urumqi | Sinuiju | Hanoi | Osh
""")
_COUNTRIES = _split("""
    China | North Korea | Myanmar | Belarus | Viet Nam | Uganda | Thailand | Eritrea | Iran | Laos |
    Kazakhstan | Cuba | Tajikistan | Ethiopia | Egypt | Turkey | Nicaragua | Rwanda
""")
_TRADES = ("teacher", "journalist", "pastor", "lawyer", "student", "farmer", "nurse", "poet")
_KOREAN = "현지 주민들은 지난 겨울부터 식량과 연료 값이 크게 올랐다고 전했다. 조사는 계속된다고 한다."
_TITLES = (
    *("Report on prisons in {country}", "{name} before the court in {place}", "Seminar in {place} on {date}"),
    *("Letter to the foreign minister of {country}", "{number} families wait for an answer in {place}"),
    *("What became of {name}", "New figures from the border near {place}", "Statement on the law of {year}"),
)
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"'
    ' xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>Watch {feed}</title>'
    '<atom:link href="https://site{feed}.example/feed/" rel="self"/><link>https://site{feed}.example</link>'
    "<description>News</description><language>en-GB</language>\n"
)


def feed(number: int, now: datetime, *, newer: int = 0) -> bytes:
    """The feed of this number as of `now`; with `newer` as many entries have come at its top since.

    The same number gives the same entries each time, so that those of two moments are the same.
    """
    return shown(number, entries(number, now, ENTRIES + newer)[-ENTRIES:])


def entries(number: int, now: datetime, count: int) -> list[str]:
    """So many entries of the feed of this number, the oldest first."""
    return [_item(number, place, now) for place in range(1, count + 1)]


def shown(number: int, some: Sequence[str]) -> bytes:
    """The feed of this number with some of its entries, which stand with the newest first."""
    return f"{_HEAD.format(feed=number)}{''.join(reversed(some))}</channel></rss>".encode()


def _item(number: int, place: int, now: datetime) -> str:
    rng = random.Random(number * 1_000 + place)  # noqa: S311 - the same item each time
    link = f"https://site{number}.example/{place}/"
    day = now - timedelta(hours=2 * (ENTRIES + 4 - place))
    return (
        f"<item><title>{_filled(rng, rng.choice(_TITLES))}</title><link>{link}</link>"
        f"<comments>{link}#respond</comments><dc:creator><![CDATA[Staff]]></dc:creator>"
        f"<pubDate>{day:%a, %d %b %Y %H:%M:%S} +0000</pubDate>"
        f"<category><![CDATA[{rng.choice(_COUNTRIES)}]]></category><category><![CDATA[News]]></category>"
        f'<guid isPermaLink="false">{link}?p={place}</guid>'
        f"<description><![CDATA[<p>{_prose(rng, 2)} [&#8230;]</p>]]></description>"
        f"<content:encoded><![CDATA[{_article(rng, link)}]]></content:encoded></item>\n"
    )


def _article(rng: random.Random, link: str) -> str:
    """The content of an entry as WordPress sends it: paragraphs, links, a picture, a list, a quotation."""
    parts = [
        f'<p>{_prose(rng, 2)} <a href="{link}#n{rng.randrange(9)}" rel="nofollow">{_prose(rng, 1)}</a>'
        f" <em>{_prose(rng, 1)}</em></p>"
        for _ in range(rng.randint(3, 6))
    ]
    names = "".join(f"<li><strong>{_name(rng)}</strong>, {rng.choice(_TRADES)}</li>" for _ in range(3))
    picture = f'<p><img src="{link}p.jpg" alt="{rng.choice(_PLACES)}" width="640" height="480"/></p>'
    korean = f"<p>{_KOREAN}</p>" if rng.random() < 0.1 else ""
    quotation = f"<blockquote>{_prose(rng, 2)}</blockquote>"
    return f"{picture}{parts[0]}<ul>{names}</ul>{''.join(parts[1:])}{korean}{quotation}"


def _prose(rng: random.Random, sentences: int) -> str:
    return " ".join(f"{_filled(rng, _sentence(rng))}." for _ in range(sentences))


def _sentence(rng: random.Random) -> str:
    if rng.random() < 1 / 8:
        return rng.choice(_SENTENCES)
    return " ".join(rng.choice(parts) for parts in (_SUBJECTS, _VERBS, _OBJECTS, _ENDS))


def _name(rng: random.Random) -> str:
    return f"{rng.choice(_GIVEN)} {rng.choice(_FAMILY)}"


def _filled(rng: random.Random, line: str) -> str:
    return line.format(
        name=_name(rng),
        place=rng.choice(_PLACES),
        country=rng.choice(_COUNTRIES),
        trade=rng.choice(_TRADES),
        number=rng.randint(2, 90),
        year=rng.randint(2009, 2023),
        date=f"{rng.randint(1, 28)} {rng.choice(('March', 'June', 'October'))} {rng.randint(2019, 2023)}",
        their=rng.choice(("his", "her")),
    )
