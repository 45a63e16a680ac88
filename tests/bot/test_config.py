"""A faulty configuration reports everything at once: file, key, remedy."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.config import ConfigError, MetricsConfig, WebConfig, keys, load
from storage.words import Concern, SourceKind

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"


def written(tmp_path: Path, text: str) -> Path:
    """A configuration file with this text."""
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_example_can_be_used_as_it_stands() -> None:
    """Who copies it gets a working configuration, with every key explained."""
    config = load(EXAMPLE, {"VIGIL_TELEGRAM_TOKEN": "123456789:" + "A" * 35})
    assert [source.kind for source in config.sources] == [SourceKind.FEED, SourceKind.PAGE]
    assert config.telegram is not None
    assert (config.log.level, config.log.format) == ("info", "auto")


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    """The operator mends the file once, not five times."""
    text = """
[vigil]
database = "mysql://x"
timezone = "Mars/Olympus"
langauge = "en"
[fetch]
timeout = "soon"
allow_private = "yes"
[log]
level = "loud"
format = "xml"
[telegram]
api_url = "http://127.0.0.1:1/"
[[sources]]
name = "a"
url = "ftp://example.org"
countries = ["Korea"]
[[sources]]
name = "a"
url = "https://example.org"
kind = "fed"
every = "1s"
"""
    with pytest.raises(ConfigError) as caught:
        load(written(tmp_path, text), {})
    told = "\n".join(caught.value.faults)
    for key in (
        *("vigil.database", "vigil.timezone", "vigil.langauge", "fetch.timeout", "fetch.allow_private"),
        *(
            "log.level",
            "log.format",
            "telegram.api_url",
            "telegram.token",
            "sources[1].url",
            "sources[1].countries",
            "sources[2].kind",
        ),
        *("sources[2].every", '"a" is used twice', "did you mean language?", "config.toml"),
    ):
        assert key in told


@pytest.mark.parametrize(("text", "word"), [("not toml", "not TOML"), ('[fetch]\nproxy = "host"', "proxy")])
def test_what_cannot_be_read_is_told(tmp_path: Path, text: str, word: str) -> None:
    """The line says what is wrong."""
    with pytest.raises(ConfigError, match=word):
        load(written(tmp_path, text), {})


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    """The remedy is in the message."""
    with pytest.raises(ConfigError, match=r"config\.example\.toml"):
        load(tmp_path / "none.toml", {})


SERVERS = '[web]\nlisten = "{}"\npublic_url = "{}"\n[metrics]\nlisten = "{}"\n'


def test_the_servers_are_off_unless_they_are_named(tmp_path: Path) -> None:
    """An empty table is enough for each; hubs need the public address too."""
    assert load(written(tmp_path, ""), {}).web is None
    assert load(written(tmp_path, ""), {}).metrics is None
    config = load(written(tmp_path, "[web]\n[metrics]\n"), {})
    assert (config.web, config.metrics) == (
        *(WebConfig(("127.0.0.1", 8080)), MetricsConfig(("127.0.0.1", 9464))),
    )
    text = SERVERS.format("[::1]:80", "https://vigil.example/deep/", "localhost:1")
    config = load(written(tmp_path, text), {})
    assert config.web == WebConfig(("::1", 80), "https://vigil.example/deep")


@pytest.mark.parametrize(
    ("listen", "url", "metrics", "told"),
    [
        ("8080", "https://a.example", "b:1", "web.listen"),
        ("a:b", "https://a.example", "b:1", "web.listen"),
        ("a:0", "https://a.example", "b:1", "web.listen"),
        ("u@a:1", "https://a.example", "b:1", "web.listen"),
        ("a:1/x", "https://a.example", "b:1", "web.listen"),
        ("a:1", "https://a.example/?x=1", "b:1", "web.public_url"),
        ("a:1", "a.example", "b:1", "web.public_url"),
        ("a:1", "http://a.example", "b:1", "web.public_url: is not secure"),
        ("a:1", "https://a.example", "", "metrics.listen"),
        ("a:1", "https://a.example", "a:1", "metrics.listen: is the address of"),
    ],
)
def test_servers_that_cannot_be_or_must_not_be_are_faults(
    tmp_path: Path, listen: str, url: str, metrics: str, told: str
) -> None:
    """An address that is none, pushes in clear, metrics where the public is let in."""
    with pytest.raises(ConfigError, match=told) as caught:
        load(written(tmp_path, SERVERS.format(listen, url, metrics)), {})
    assert len(caught.value.faults) == 1


def test_hubs_may_push_in_clear_on_loopback(tmp_path: Path) -> None:
    """For tests, which `allow_private` is for."""
    text = "[fetch]\nallow_private = true\n" + SERVERS.format("a:1", "http://127.0.0.1:1", "b:1")
    assert load(written(tmp_path, text), {}).web is not None


def test_secrets_may_stand_elsewhere(tmp_path: Path) -> None:
    """From the environment or a file; a missing one is a fault that never shows another's value."""
    (tmp_path / "token").write_text("123456789:" + "B" * 35 + "\n", encoding="utf-8")
    config = load(written(tmp_path, '[telegram]\ntoken = "file:token"'), {})
    assert config.telegram is not None
    assert config.telegram.token.endswith("B")
    assert "BBBB" not in repr(config)
    with pytest.raises(ConfigError, match="set VIGIL_X"):
        load(written(tmp_path, '[telegram]\ntoken = "env:VIGIL_X"'), {})


def test_the_configuration_knows_its_secrets(tmp_path: Path) -> None:
    """Tokens and passwords wherever they stand, so that the log can keep them out; never in its repr."""
    token = "123456789:" + "C" * 35
    text = f"""
[vigil]
database = "postgresql://vigil:p%40ss@db.example.org/vigil?password=other"
[fetch]
proxy = "socks5://tor:onion-word@127.0.0.1:9050"
[telegram]
token = "{token}"
[matrix]
homeserver = "https://matrix.example.org"
user = "@vigil:example.org"
password = "env:MATRIX"
access_token = "syt-1"
[[sources]]
name = "members"
url = "https://reader:subscriber-word@example.org/feed"
"""
    config = load(written(tmp_path, text), {"MATRIX": "mx-word"})
    assert config.secrets == {
        *(token, "p%40ss", "p@ss", "other", "onion-word", "mx-word", "syt-1", "subscriber-word"),
    }
    assert not any(secret in repr(replace(config, sources=(), database="")) for secret in config.secrets)


def test_the_program_tells_which_keys_there_are() -> None:
    """Tables that may be left out are among them."""
    found = keys()
    assert {
        "vigil.database",
        "log.level",
        "telegram.token",
        "matrix.store",
        "sources.selectors.item",
    } <= found
    assert not any("[" in key or key.endswith(".") for key in found)


SECRET = "ge-hei-m"


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://vigil:pass@{SECRET}@db.example.org/vigil",
        f"postgresql://vigil:pass/{SECRET}@db.example.org/vigil",
        f"postgresql://vigil:pass?{SECRET}@db.example.org/vigil",
        f"postgresql://vigil:pass#{SECRET}@db.example.org/vigil",
        f"postgresql://vigil:pass {SECRET}@db.example.org/vigil",
        f"postgresql://vigil:{SECRET}",
        f"postgresql://vigil:{SECRET}/vigil",
        f"postgresql://vigil:{SECRET}@db.example.org:abc/vigil",
    ],
)
def test_a_database_address_that_would_be_misread_is_told_without_its_password(
    tmp_path: Path, url: str
) -> None:
    """What follows an unescaped sign looks like a host or a port, and a library would print it."""
    with pytest.raises(ConfigError) as caught:
        load(written(tmp_path, f'[vigil]\ndatabase = "{url}"'), {})
    (fault,) = caught.value.faults
    assert "vigil.database" in fault
    assert "@ as %40" in fault
    assert SECRET not in fault
    assert "pass" not in fault.replace("password", "")


@pytest.mark.parametrize("port", ["99999", "0", ""])
def test_a_port_that_is_none_is_told(tmp_path: Path, port: str) -> None:
    """Before anybody waits for an answer from there."""
    with pytest.raises(ConfigError, match=r"vigil\.database: its port is none: give a number from 1"):
        load(written(tmp_path, f'[vigil]\ndatabase = "postgresql://v:{SECRET}@db:{port}/vigil"'), {})


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://vigil@db.example.org/vigil",
        "postgresql://vigil:p%40ss:word!$&*@db.example.org:5432/vigil?sslmode=require",
        "postgresql://vigil@[2001:db8::1]:5432/vigil",
        "postgresql:///vigil?host=/run/postgresql&user=vigil@realm",
        "postgresql://postgres@/vigil?host=/tmp/vigil-postgres",
        "postgresql://localhost",
    ],
)
def test_an_address_as_postgresql_writes_it_is_taken(tmp_path: Path, url: str) -> None:
    """Sockets, IPv6, options, percent-encoding."""
    assert load(written(tmp_path, f'[vigil]\ndatabase = "{url}"'), {}).database == url


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[vigil]\ndatabase = ""', "vigil.database: is empty"),
        ('[vigil]\ndatabase = "vigil.db"', '"sqlite:///vigil.db" (three slashes)'),
        ('[vigil]\ndatabase = "sqlite:///vigil.db?mode=ro"', "vigil.database: is no address of a database"),
        ("[vigil]\nkey_file = true", "vigil.key_file: is true: give a string in quotes"),
        ('[fetch]\ncontact = "a@b.example\\nX-Y: z"', "fetch.contact: cannot be used"),
        ("[fetch]\ntimeout = 20", 'fetch.timeout: is 20: give a time in quotes, such as "20s"'),
        ("[fetch]\nmax_bytes = 10", 'fetch.max_bytes: is 10: give a size in quotes, such as "500KB"'),
        (
            '[alerts]\nwindow = "1m"',
            'alerts.window: is "1m": give a time such as "20s", "10m", "6h" or "3d", at least "1h"',
        ),
        (
            "[alerts]\nper_source_hour = inf",
            "alerts.per_source_hour: is inf: give a whole number of 1 or more",
        ),
        ("[admins]\napprovals = 1.5", "admins.approvals: is 1.5: give a whole number of 1 or more"),
        ("[admins]\napprovals = true", "admins.approvals: is true: give a whole number of 1 or more"),
        ('[telegram]\ntoken = "secret-but-wrong"', "telegram.token: cannot be used: copy it from @BotFather"),
        ('[telegram]\ntoken = "env:EMPTY"', "telegram.token: EMPTY is empty in the environment"),
        ('[telegram]\ntoken = "env:NONE"', "telegram.token: NONE is not in the environment: set NONE"),
        ('[telegram]\ntoken = "file:none"', "there is no file"),
        ('[telegram]\ntoken = "file:empty"', "is empty: write the value into it"),
        ('[telegram]\ntoken = "file:binary"', "holds no text (UTF-8)"),
        ('[telegram]\ntoken = "file:."', "cannot be read (Is a directory): mend the path"),
    ],
)
def test_each_fault_says_what_to_write_instead(tmp_path: Path, text: str, told: str) -> None:
    """In the words of the file, not in those of Python."""
    (tmp_path / "empty").write_text("\n", encoding="utf-8")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError) as caught:
        load(written(tmp_path, text), {"EMPTY": " \n"})
    assert any(told in fault for fault in caught.value.faults), caught.value.faults
    assert "secret-but-wrong" not in str(caught.value)


def test_a_line_feed_at_the_end_of_a_secret_is_none_of_it(tmp_path: Path) -> None:
    """Editors and `echo` add one, to files as to what goes into the environment."""
    token = "123456789:" + "B" * 35
    (tmp_path / "token").write_text(f"{token}\r\n", encoding="utf-8")
    for where in ("file:token", "env:TOKEN"):
        config = load(written(tmp_path, f'[telegram]\ntoken = "{where}"'), {"TOKEN": f"{token}\n"})
        assert config.telegram is not None
        assert config.telegram.token == token


def test_sources_that_could_not_work_are_told_before_they_are_polled(tmp_path: Path) -> None:
    """One address watched twice would tell each call twice; a selector that cannot be read finds nothing."""
    lines = [
        *("[[sources]]", 'name = "a"', 'url = "https://one.example/feed"'),
        *("[[sources]]", 'name = "b"', 'url = "https://one.example/feed"'),
        *("[sources.selectors]", 'item = "ul["'),
    ]
    with pytest.raises(ConfigError) as caught:
        load(written(tmp_path, "\n".join(lines)), {})
    twice, unread = sorted(caught.value.faults, key=lambda fault: "selectors" in fault)
    assert '"a" and "b" watch one address' in twice
    assert "sources[2].selectors.item" in unread


def test_two_addresses_that_are_none_are_two_faults(tmp_path: Path) -> None:
    """That both servers would listen on one address is no third."""
    with pytest.raises(ConfigError) as caught:
        load(written(tmp_path, '[web]\nlisten = "x"\n[metrics]\nlisten = "y"'), {})
    assert len(caught.value.faults) == 2


def test_what_is_looked_at_before_it_is_sent_is_said_by_its_concerns(tmp_path: Path) -> None:
    """Nothing is an answer too; an unknown word is a fault that names the known ones."""
    config = load(written(tmp_path, '[review]\nofficial = []\nrelay = ["minor"]\nremind_after = "1h"'), {})
    assert config.review.official == frozenset()
    assert config.review.relay == {Concern.MINOR}
    assert config.review.remind_after == 3600
    assert load(written(tmp_path, ""), {}).review.official == {Concern.MINOR, Concern.HIDING}
    with pytest.raises(ConfigError) as caught:
        load(written(tmp_path, '[review]\nrelay = ["children"]'), {})
    assert 'review.relay: holds "children": choose among minor, hiding, name' in caught.value.faults[0]
    with pytest.raises(ConfigError, match=r'review\.official: holds "\[1\]"'):
        load(written(tmp_path, "[review]\nofficial = [[1]]"), {})


def test_a_days_bound_follows_an_hours_that_was_raised(tmp_path: Path) -> None:
    """Who let a busy source ring more before there was a day's bound is not held to the usual one."""
    raised = load(written(tmp_path, "[alerts]\nper_source_hour = 40\nends_per_source_hour = 20\n"), {}).alerts
    assert (raised.per_source_day, raised.ends_per_source_day) == (120, 60)
    lowered = load(written(tmp_path, "[alerts]\nper_source_hour = 2\nends_per_source_hour = 1\n"), {}).alerts
    assert (lowered.per_source_day, lowered.ends_per_source_day) == (30, 9)
    said = load(written(tmp_path, "[alerts]\nper_source_hour = 40\nper_source_day = 50\n"), {}).alerts
    assert said.per_source_day == 50
