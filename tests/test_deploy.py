"""What is shipped for running it: every measure that a dashboard or a rule names exists, and every role."""

import json
import re
import shutil
import subprocess
from fnmatch import fnmatch
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.metrics import Meter, metrics
from bot.roles import ALL, chosen
from storage.database import Database
from storage.nodes import Node
from tests.builders import NOON
from tests.filled import fill

DEPLOY = Path(__file__).parents[1] / "deploy"
WHEN = Path(__file__).parent / "data" / "alerts_test.yml"
_NAME = re.compile(r"\bvigil_[a-z_]+")
_LABELS = re.compile(
    r"\b(vigil_[a-z_]+)\{([^}]*)\}|by \(([a-z, ]+)\) \((?:max_over_time\(|rate\()?(vigil_[a-z_]+)"
)
_AT_TIMES = {"vigil_alert_stage_seconds", "vigil_accounts_held"}
"""Absent where no alert was sent within the hour, and where there is one program."""
_EXPR = re.compile(r"^ +expr: (.+)$", re.MULTILINE)


async def series(database: Database) -> dict[str, set[str]]:
    """Every series that is served, with the names of its labels; as Prometheus stores them."""
    with database.write() as work:
        fill(work)
        work.nodes.come_round(Node("n2", "machine:2", "1.0", ("poll",)), NOON)
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(await metrics(database, Meter(), NOON)):
        found.setdefault(family.name, set()).update(family.labels if hasattr(family, "labels") else ())
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


def expressions() -> dict[str, str]:
    """Every question that the dashboard and the rules ask, by where it stands."""
    dashboard = json.loads((DEPLOY / "grafana.json").read_text(encoding="utf-8"))
    found = {
        f"panel {panel['title']}, {target['refId']}": target["expr"]
        for panel in dashboard["panels"]
        for target in panel["targets"]
    }
    rules = _EXPR.findall((DEPLOY / "alerts.yml").read_text(encoding="utf-8"))
    return found | {f"rule {number}": text for number, text in enumerate(rules, start=1)}


async def test_every_measure_that_is_asked_for_is_served(database: Database) -> None:
    """By its name; a panel of a measure that was renamed would stay empty, and a rule silent."""
    served = set(await series(database))
    for where, expression in expressions().items():
        names = set(_NAME.findall(expression))
        assert names, where
        assert names <= served | _AT_TIMES, (where, names - served)
    text = " ".join(expressions().values())
    assert {"vigil_queue_jobs", "vigil_accounts_held", "vigil_polls_total"} <= set(_NAME.findall(text))


async def test_every_label_that_is_asked_for_exists(database: Database) -> None:
    """What is grouped by, and what is chosen: a label that there is not matches nothing, in silence."""
    served = await series(database)
    served |= {"vigil_alert_stage_seconds": {"stage", "share"}, "vigil_accounts_held": set()}
    asked = set()
    for expression in expressions().values():
        for chosen_name, matchers, grouped, name in _LABELS.findall(expression):
            labels = re.findall(r"([a-z_]+) *(?:=~|!=|=)", matchers) if chosen_name else grouped.split(", ")
            asked |= {(chosen_name or name, label) for label in labels}
    assert ("vigil_deliveries", "lane") in asked
    for name, label in asked:
        assert label in served[name] | {"le", "instance"}, (name, label)


def test_the_dashboard_can_be_imported() -> None:
    """Panels with titles and numbers of their own, none upon another; the data source is chosen."""
    dashboard = json.loads((DEPLOY / "grafana.json").read_text(encoding="utf-8"))
    panels = dashboard["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels) == len({panel["title"] for panel in panels})
    taken = [
        (x, y)
        for panel in panels
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(taken) == len(set(taken))
    assert max(x for x, _ in taken) < 24
    assert {target["datasource"]["uid"] for panel in panels for target in panel["targets"]} == {"${source}"}


def test_every_rule_says_what_to_do() -> None:
    """Whoever is woken reads it; and each is either for at once or for the morning."""
    rules = (DEPLOY / "alerts.yml").read_text(encoding="utf-8").split("- alert: ")[1:]
    assert len(rules) == len(_EXPR.findall("".join(rules)))
    for rule in rules:
        name = rule.partition("\n")[0]
        assert re.fullmatch("Vigil[A-Za-z]+", name)
        assert re.search(r"severity: (page|ticket)\n", rule), name
        assert re.search(r"summary: .+\n +action: .+", rule), name


def test_of_each_rule_it_is_said_when_it_fires_and_when_not() -> None:
    """`test_prometheus_accepts_the_rules` asks Prometheus whether that is so."""
    rules = re.findall(r"- alert: (\w+)", (DEPLOY / "alerts.yml").read_text(encoding="utf-8"))
    said = WHEN.read_text(encoding="utf-8")
    for rule in rules:
        assert f"alertname: {rule}, exp_alerts: []" in said, rule
        assert f"alertname: {rule}\n        exp_alerts:\n          - exp_labels" in said, rule


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
@pytest.mark.parametrize("words", [("check", "rules", DEPLOY / "alerts.yml"), ("test", "rules", WHEN)])
def test_prometheus_accepts_the_rules(words: tuple[str | Path, ...]) -> None:
    """By its own word: that they are rules, and that they fire when they should (Debian: prometheus)."""
    done = subprocess.run(  # noqa: S603 - found on the path
        [str(shutil.which("promtool")), *map(str, words)], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("file", ["compose.yml", "kubernetes.yml"])
def test_the_examples_leave_no_role_to_nobody(file: str) -> None:
    """But for "web", which only those have who are reached over HTTP."""
    text = (DEPLOY / file).read_text(encoding="utf-8")
    given = [chosen(roles) for roles in re.findall(r'"--roles", "([a-z,]+)"', text)]
    assert frozenset().union(*given) == ALL - {"web"}


@pytest.mark.parametrize(
    ("file", "times", "taken"),
    [
        ("kubernetes.yml", 2, "automountServiceAccountToken: false"),
        ("kubernetes.yml", 2, "seccompProfile: {type: RuntimeDefault}"),
        ("kubernetes.yml", 2, 'capabilities: {drop: ["ALL"]}'),
        ("compose.yml", 2, 'cap_drop: ["ALL"]'),
        ("compose.yml", 2, "no-new-privileges:true"),
    ],
)
def test_the_examples_take_away_what_is_not_needed(file: str, times: int, taken: str) -> None:
    """Of each of their containers: the database's keeps what its start needs to become another user."""
    assert (DEPLOY / file).read_text(encoding="utf-8").count(taken) == times


def test_what_is_run_in_containers_comes_back_after_the_machine_was_started_anew() -> None:
    """Docker's "on-failure" does not bring it back then."""
    text = (DEPLOY / "compose.yml").read_text(encoding="utf-8")
    assert re.findall(r"^ +restart: (\S+)$", text, re.MULTILINE) == ["unless-stopped"] * 2


def test_what_the_compose_file_wants_beside_it_is_not_committed() -> None:
    """Passwords and tokens: each line that it begins with names one that Git leaves alone."""
    ignored = (DEPLOY.parent / ".gitignore").read_text(encoding="utf-8").split()
    head = (DEPLOY / "compose.yml").read_text(encoding="utf-8").partition("x-vigil:")[0]
    wanted = re.findall(r"^#   ((?!docker)\S+) {2,}", head, re.MULTILINE)
    assert wanted == ["database-password", "vigil/config.toml", "vigil/database-url", "vigil/vigil.key"]
    for one in wanted:
        assert any(f"/deploy/{one}".startswith(pattern) for pattern in ignored if "/deploy" in pattern), one


@pytest.mark.parametrize(
    "name", ["vigil.key", "vigil.key.new", "vigil.key.until-20260101", "vigil.forgotten", "vigil.backup"]
)
def test_no_key_and_no_backup_is_committed_by_mistake(name: str) -> None:
    """By the patterns that Git reads."""
    ignored = (DEPLOY.parent / ".gitignore").read_text(encoding="utf-8").split()
    assert any(fnmatch(name, pattern) for pattern in ignored)


def test_whoever_builds_the_image_is_given_what_it_copies_and_no_more() -> None:
    """A key or an archive beside the program would else be sent to a builder on another machine."""
    root = DEPLOY.parent
    copied = re.findall(
        r"^COPY (?!--from)(.+) \S+$", (root / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE
    )
    ignored = (root / ".dockerignore").read_text(encoding="utf-8").split("\n")
    assert "*" in ignored
    assert {line.removeprefix("!") for line in ignored if line.startswith("!")} == set(
        " ".join(copied).split()
    )
