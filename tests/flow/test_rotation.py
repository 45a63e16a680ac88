"""The key is exchanged while the service runs; broken off anywhere, the next run ends it."""

import stat

import pytest
import sqlalchemy as sa

from storage.tables.people import recipients
from storage.vault import Vault, parse_key
from tests.emulators.telegram import TelegramEmulator
from tests.feeds import Site
from tests.flow.program import Program
from tests.flow.story import PERSON, rung, subscribe, urgent_call


def keys(vigil: Program) -> dict[str, Vault]:
    """The keys in the folder, by the names of their files."""
    found = vigil.folder.glob("vigil.key*")
    return {path.name: Vault.from_secret(parse_key(path.read_text(encoding="ascii"))) for path in found}


async def test_the_service_goes_on_under_another_key(
    vigil: Program, telegram: TelegramEmulator, site: Site
) -> None:
    """Who subscribed before is alerted after; who writes after is known; the key before opens nothing."""
    telegram.private(PERSON)
    await vigil.serve()
    await subscribe(telegram)
    code, out, err = await vigil.run("admin", "rekey")
    assert code == 0, err
    assert "vigil.key: a new key." in out
    made = keys(vigil)
    old = made.pop(next(name for name in made if name.startswith("vigil.key.until-")))
    assert list(made) == ["vigil.key"]
    assert stat.S_IMODE((vigil.folder / "vigil.key").stat().st_mode) == 0o600
    urgent_call(site)
    code, _, err = await vigil.run("poll", "--source", "northlight")
    assert code == 0, err
    await vigil.until("sent")
    assert rung(telegram) == 1
    await telegram.says(PERSON, "/settings")
    await telegram.until(PERSON, contains="You asked for this", patience=60)
    assert await vigil.stop() == 0
    with vigil.database() as database, database.engine.connect() as connection:
        rows = connection.execute(sa.select(recipients).where(recipients.c.transport == "telegram")).all()
        assert not {row.address_trace for row in rows} & {old.trace("recipient", "telegram", str(PERSON))}
        assert str(PERSON) in {
            made["vigil.key"].open(row.address_sealed, "recipient address") for row in rows
        }
    assert "does not belong" not in vigil.log()


@pytest.mark.parametrize(
    "point", ["the next key is made", "the database is under the next key", "the key before is kept"]
)
async def test_an_exchange_of_the_key_is_ended_whenever_it_is_killed(vigil: Program, point: str) -> None:
    """Whatever stands in the folder then, the database opens, and a second run ends what was begun."""
    vigil.subscribed(PERSON)
    assert await vigil.run_until_killed(point, "admin", "rekey") < 0
    left = keys(vigil)
    assert set(left) >= {"vigil.key", "vigil.key.new"}
    code, out, err = await vigil.run("check")
    assert "another key" not in out + err
    assert "an exchange of the key was begun and not ended" in out
    code, out, err = await vigil.run("admin", "rekey")
    assert code == 0, err
    with vigil.database() as database, database.read() as work:
        assert work.recipients.find("telegram", str(PERSON))
    assert "vigil.key.new" not in keys(vigil)
    assert left["vigil.key"].check() in {one.check() for one in keys(vigil).values()}


async def test_a_backup_of_before_comes_back_with_the_key_of_before(vigil: Program) -> None:
    """Without it a sentence says what to do; with it everybody is there, under the key of today."""
    vigil.subscribed(PERSON)
    backup = str(vigil.folder / "before.backup")
    assert (await vigil.run("backup", backup))[0] == 0
    assert (await vigil.run("admin", "rekey"))[0] == 0
    (old,) = vigil.folder.glob("vigil.key.until-*")
    code, _, err = await vigil.run("restore", backup, "--replace")
    assert (code, "--key" in err) == (2, True), err
    code, _, err = await vigil.run("restore", backup, "--replace", "--key", str(vigil.folder / "vigil.key"))
    assert (code, "is not the key of the backup" in err) == (2, True), err
    code, out, err = await vigil.run("restore", backup, "--replace", "--key", str(old))
    assert code == 0, err
    assert "Recipients in the database now: 1." in out
    with vigil.database() as database, database.read() as work:
        assert work.recipients.find("telegram", str(PERSON))


async def test_what_is_restored_after_a_broken_off_exchange_is_under_one_key(vigil: Program) -> None:
    """A backup of before is not mixed with people of after: it is refused, or put under the key of today."""
    vigil.subscribed(PERSON)
    backup = str(vigil.folder / "before.backup")
    assert (await vigil.run("backup", backup))[0] == 0
    assert await vigil.run_until_killed("the database is under the next key", "admin", "rekey") < 0
    code, _, err = await vigil.run("restore", backup, "--replace")
    assert (code, "--key" in err) == (2, True), err
    (old,) = vigil.folder.glob("vigil.key.until-*")
    code, out, err = await vigil.run("restore", backup, "--replace", "--key", str(old))
    assert code == 0, err
    assert "Recipients in the database now: 1." in out
    with vigil.database() as database, database.read() as work:
        assert work.recipients.find("telegram", str(PERSON))


async def test_a_key_that_a_command_prints_is_exchanged_at_rest(vigil: Program) -> None:
    """Where we cannot put the next key in its place, the service must not run, and we say what to do."""
    vigil.subscribed(PERSON)
    config, key = vigil.folder / "config.toml", vigil.folder / "vigil.key"
    kept = key.rename(vigil.folder / "elsewhere")
    text = config.read_text(encoding="utf-8")
    config.write_text(
        text.replace("[fetch]", f'key_command = ["cat", "{kept}"]\n[fetch]', 1), encoding="utf-8"
    )
    code, _, err = await vigil.run("admin", "rekey")
    assert (code, "--new-key FILE" in err) == (2, True), err
    await vigil.serve()
    code, _, err = await vigil.run("admin", "rekey", "--new-key", "next")
    assert (code, "stop it first" in err) == (2, True), err
    assert await vigil.stop() == 0
    code, out, err = await vigil.run("admin", "rekey", "--new-key", "next")
    assert code == 0, err
    code, out, err = await vigil.run("search", "refugees")
    assert "does not belong to this database" in out + err
    (vigil.folder / "next").replace(kept)
    assert (await vigil.run("search", "refugees"))[0] == 0
