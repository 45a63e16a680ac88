"""A chat, and a small archive to ask."""

from datetime import UTC, date, datetime

import pytest

from storage.database import Database
from storage.records import Addressee, Demand, PersonsAtRisk, Signatories, Statement
from storage.words import Kind
from tests.bot.chat import Chat, published
from tests.builders import a_source, a_statement

APPEAL, RESOLUTION, KOREAN = 1, 2, 3


@pytest.fixture
def chat(database: Database) -> Chat:
    """A private chat in English on an empty database."""
    return Chat(database)


@pytest.fixture
def archive(database: Database) -> Database:
    """Three statements: #1 an appeal of 2026, #2 a resolution of 2005, #3 a Korean statement of 2020."""
    source = a_source(title="Northlight news", countries=("KP",))
    with database.write() as work:
        work.sources.configure([source])
    published(database, source, *statements())
    return database


def statements() -> tuple[Statement, ...]:
    """What the archive holds."""
    appeal = a_statement(
        url="https://northlight.example/appeal",
        issuers=("Northlight",),
        addressees=(Addressee("China", "CN", 1), Addressee("Vietnam", "VN", 1)),
        demands=(Demand("China", "halt the return"), Demand("Vietnam", "disclose where they are")),
        persons_at_risk=PersonsAtRisk(9, 1),
        identifiers=("UA 12/26",),
    )
    resolution = Statement(
        title="Resolution of the Second Assembly",
        kind=Kind.RESOLUTION,
        language="en",
        url="https://assembly.example/2005",
        text="We resolve that the prison camps be closed.\n\n" + "The assembly met for three days. " * 400,
        issuers=("Second Assembly",),
        date_written=date(2005, 2, 16),
        published=datetime(2005, 3, 1, tzinfo=UTC),
        countries=("KP",),
        addressees=(Addressee("People's Republic of China", "CN", 8), Addressee("UNHCR", None, 1)),
        demands=(
            *(Demand("People's Republic of China", f"keep promise number {number}") for number in range(8)),
            Demand("UNHCR", "open an office at the border"),
        ),
        signatories=Signatories(organisations=3, claimed_organisations=4),
    )
    korean = Statement(
        title="강제 북송을 멈추라",
        kind=Kind.STATEMENT,
        language="ko",
        url="https://saram.example/3",
        text="탈북민 강제 북송을 중단하라.",
        issuers=("사람들",),
        published=datetime(2020, 5, 2, tzinfo=UTC),
        countries=("KP", "CN"),
    )
    return appeal, resolution, korean
