"""`vigil poll` where the feeds carry only beginnings: the letter is on its page, the resolution in a PDF."""

import json
from datetime import UTC, datetime
from pathlib import Path

from tests.feeds import Site, item, rss
from tests.flow.program import Program
from tests.jobs.steps.test_read import pdf

DAY = datetime(2024, 11, 9, 12, tzinfo=UTC)
PAGE = """<!DOCTYPE html><html lang="en"><head><title>{title}</title></head><body>
<div id="cookie">We use cookies. <button>Accept</button></div><nav><a href="/give">Donate now</a></nav>
<main><h1>{title}</h1>{text}</main><aside><a href="/x">Annual dinner: tickets on sale</a></aside>
</body></html>"""
LETTER = "Open letter on the return of fishermen to North Korea"
OPENING = "We are writing on behalf of 41 non-governmental organisations and one concerned individual"
RESOLUTION = "Resolution of the Third Asian Assembly on Enforced Disappearances"
IN_FULL = [
    "Adopted in Kathmandu on 30 August 2012",
    "We, the delegates of 23 organisations from 11 countries, have met in Kathmandu.",
    "We urge the Government of Sri Lanka to publish the names of all who surrendered in May 2009;",
    "We call on the Government of Nepal to ratify the Convention without further delay.",
]


def a_coalition(site: Site) -> None:
    """Its feed carries an excerpt; the page has the letter, with those who signed it as a list."""
    signed = "".join(f"<li>Harbour Society {number}, Norway</li>" for number in range(41))
    said = (
        f"<p>Nov 9, 2024</p><p>President Moon,</p><p>{OPENING} from Norway to ask you to stop deporting "
        "fishermen to North Korea, where they face torture. We urge your government to let UNHCR see all who "
        f"arrive.</p><p>Sincerely,</p><ul>{signed}</ul><p>Nina Holt, University of Oslo, Norway</p>"
    )
    site.publish("/letters/1", PAGE.format(title=LETTER, text=said), "text/html")
    excerpt = f"Nov 9, 2024\n{OPENING} […]"
    site.publish("/letters", rss(item(LETTER, excerpt, DAY, "letter", f"{site.url}/letters/1")))


def a_conference(site: Site) -> None:
    """Feed and page say that the resolution is attached, and it is."""
    site.publish("/files/resolution.pdf", "").answers(pdf([RESOLUTION, *IN_FULL]), "application/pdf")
    said = '<p>The closing session adopted this text. <a href="/files/resolution.pdf">Read it</a></p>'
    site.publish("/conference/1", PAGE.format(title=RESOLUTION, text=said), "text/html")
    entry = item(RESOLUTION, "The full wording is attached.", DAY, "resolution", f"{site.url}/conference/1")
    site.publish("/conference", rss(entry))


async def test_the_letter_and_the_resolution_are_found_though_the_feeds_have_only_excerpts(
    tmp_path: Path, site: Site
) -> None:
    """Who signed is counted, what is asked is quoted, the whole is searched; nothing around it is taken."""
    a_coalition(site)
    a_conference(site)
    program = Program(tmp_path, {name: f"{site.url}/{name}" for name in ("letters", "conference")})
    code, out, err = await program.run("poll", "--json")
    rows = {row["name"]: (row["state"], row["new"]) for row in json.loads(out)["sources"]}
    assert (code, rows) == (0, {"letters": ("ok", 1), "conference": ("ok", 1)}), err
    _, out, _ = await program.run("search", "surrendered", "--json")
    assert [one["title"] for one in json.loads(out)["results"]] == [RESOLUTION]
    typed = "/search fishermen\n/statement 1\n/statement 2\n/search tickets\n"
    _, out, _ = await program.run("console", given=typed)
    shown = " ".join(out.split())
    assert "Signed by 41 organisations, 1 person, from 1 country (counted)" in shown, out
    assert "“publish the names of all who surrendered in May 2009”" in shown
    assert shown.count(OPENING) == 1
    assert "Results for: tickets Nothing was found" in shown
    assert "We use cookies" not in shown
