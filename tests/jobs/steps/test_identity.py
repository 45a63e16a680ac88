"""Uids and links."""

from hypothesis import given
from hypothesis import strategies as st

from jobs.steps.identity import with_uids
from jobs.steps.links import absolute, bare
from storage.records import Entry

_ENTRIES = st.lists(
    st.builds(Entry, *([st.sampled_from(["", "a", "b"])] * 4)),
    max_size=12,
)


@given(_ENTRIES)
def test_every_item_has_one_uid(entries: list[Entry]) -> None:
    """As many uids as there are different items, and the same ones in any order."""
    done = with_uids(entries)
    assert len({entry.uid for entry in done}) == len(done)
    assert len(done) == len({(e.uid, e.url, e.title, e.text) for e in entries})
    assert {e.uid for e in with_uids(entries[::-1])} == {e.uid for e in done}


def test_an_endless_guid_is_shortened() -> None:
    """A guid of any length fits into a column, and two long ones stay two."""
    long = [Entry(uid="x" * 5000 + end, title=end) for end in "ab"]
    uids = [entry.uid for entry in with_uids(long)]
    assert len(set(uids)) == 2
    assert all(len(uid) < 100 for uid in uids)


def test_links_are_resolved_and_checked() -> None:
    """Relative ones against their page; only the web; no user names that pose as hosts."""
    base = "https://site.example/a/b"
    assert absolute("/x y?q=1&r=2", base) == "https://site.example/x%20y?q=1&r=2"
    assert absolute("c.html", base) == "https://site.example/a/c.html"
    assert absolute("//other.example/", base) == "https://other.example/"
    assert absolute("https://bank.example@evil.example/", base) == "https://evil.example/"
    for bad in (
        "",
        "javascript:alert(1)",
        "data:text/html,x",
        "http://[",
        "http://h:x/",
        "mailto:a@b.example",
    ):
        assert absolute(bad, base) == ""


def test_the_same_page_under_many_addresses() -> None:
    """Campaign and session parameters, "www." and the scheme do not make a new item."""
    plain = bare("https://site.example/p?id=7")
    assert bare("http://www.site.example/p/?id=7&utm_source=rss&PHPSESSID=abc") == plain
    assert bare("https://site.example/p?id=8") != plain


@given(st.text(max_size=60))
def test_any_text_is_a_link_or_none(text: str) -> None:
    """No text raises, and what comes out is an address of the web."""
    link = absolute(text, "https://site.example/a/b")
    assert link == "" or link.startswith(("http://", "https://"))
    assert isinstance(bare(link), str)
