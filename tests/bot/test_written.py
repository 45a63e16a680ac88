"""Adding sources to a configuration that people edit by hand."""

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import Config, load
from bot.config.written import NotWritten, append, as_table, name_for
from storage.records import Source
from storage.words import SourceKind, Trust
from tests.builders import a_source

OURS = """\
# Kept by Maria; ask her before you change anything.
[vigil]
database = "sqlite:///vigil.db"   # on the big disk

[[sources]]
name = "first"        # the oldest
url = "https://first.example/feed"
[sources.selectors]
item = "li"
"""
WHOLE = Source(
    name="nkhr",
    url='https://nkhr.example/list?a=1&b="2"',
    kind=SourceKind.PAGE,
    title='시민연합 "Advocacy"\\',
    organisation="NKHR",
    language="ko",
    countries=("KP", "CN"),
    trust=Trust.RELAY,
    every=1800,
    selectors={"item": 'li[class="x"]', "title": "a"},
)  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A configuration."""
    path = tmp_path / "config.toml"
    path.write_text(OURS, encoding="utf-8")
    return path


def test_what_is_there_stays_to_the_last_byte(file: Path) -> None:
    """Comments, order and mode; what is added reads as it was meant."""
    file.chmod(0o640)
    found = append(file, [WHOLE])
    assert file.read_text(encoding="utf-8").startswith(OURS)
    assert load(file) == found
    assert [source.name for source in found.sources] == ["first", "nkhr"]
    assert found.sources[1] == WHOLE
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert [path.name for path in file.parent.iterdir()] == ["config.toml"]


def test_a_file_of_another_system_stays_so(file: Path) -> None:
    """Windows line ends, a byte order mark, and no line end at the end."""
    before = b"\xef\xbb\xbf" + OURS.replace("\n", "\r\n").encode().rstrip()
    file.write_bytes(before)
    append(file, [a_source(), a_source(name="third", url="https://third.example/")])
    after = file.read_bytes()
    assert after.startswith(before + b"\r\n\r\n[[sources]]\r\n")
    assert after.count(b"\n") == after.count(b"\r\n")
    assert [source.name for source in load(file).sources] == ["first", "northlight", "third"]


def test_a_link_to_the_configuration_stays_a_link(file: Path, tmp_path: Path) -> None:
    """What it leads to is changed."""
    link = tmp_path / "link.toml"
    link.symlink_to(file)
    append(link, [a_source()])
    assert link.is_symlink()
    assert len(load(file).sources) == 2


@pytest.mark.parametrize(
    ("text", "added", "told"),
    [
        (OURS, a_source(name="first"), 'the name "first" is used twice'),
        (OURS, a_source(url="gopher://x"), "give a full address"),
        ('sources = [{name = "a", url = "https://a.example"}]\n', a_source(), "not TOML"),
        (OURS + 'x = """\n', a_source(), "not TOML"),
    ],
)
def test_what_could_not_be_used_is_not_written(file: Path, text: str, added: Source, told: str) -> None:
    """The file is left as it was, and the faults name it and no other."""
    file.write_text(text, encoding="utf-8")
    with pytest.raises(NotWritten) as caught:
        append(file, [added])
    assert told in caught.value.detail
    assert ".new" not in caught.value.detail
    assert file.read_text(encoding="utf-8") == text
    assert [path.name for path in file.parent.iterdir()] == ["config.toml"]


def test_a_name_that_would_be_looked_up_is_none(file: Path) -> None:
    """Nor is an environment told as the name of a source."""
    with pytest.raises(NotWritten):
        append(file, [a_source(name="env:HOME")], {"HOME": "x"})
    assert file.read_text(encoding="utf-8") == OURS


def test_a_folder_that_may_not_be_written_is_told(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Permissions do not hold root up, so the failure is the system's own, at the last step."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(NotWritten, match="cannot be replaced"):
        append(file, [a_source()])
    assert file.read_text(encoding="utf-8") == OURS
    assert os.listdir(file.parent) == ["config.toml"]  # noqa: PTH208 - hidden ones too


@pytest.mark.parametrize("said", ["env:VIGIL_TELEGRAM_TOKEN", "file:vigil.key"])
def test_a_feed_cannot_have_a_secret_told_as_its_title(file: Path, said: str) -> None:
    """What the configuration would look up is left out."""
    found = append(file, [a_source(title=said, language=said)], {"VIGIL_TELEGRAM_TOKEN": "1:secret"})
    assert (found.sources[1].title, found.sources[1].language) == ("", "")
    assert said not in file.read_text(encoding="utf-8")


TEXTS = st.text(max_size=40)  # no lone surrogates: they are in no UTF-8 file
SELECTORS = st.sampled_from(("", "li", "ul > li.item", 'a[href*="x"]', "div\t#main, .post"))


@given(
    TEXTS,
    SELECTORS,
    st.lists(st.sampled_from(["KP", "CN"]), max_size=2, unique=True),
    st.integers(60, 900_000),
)
def test_any_source_reads_as_it_was_written(title: str, item: str, codes: list[str], every: int) -> None:
    """Whatever quotes, line ends and controls are in its words."""
    chosen = {"item": item} if item else {}
    source = a_source(title=title, countries=tuple(codes), every=every, selectors=chosen)
    assert _read(as_table(source)).sources == (source,)


def _read(text: str) -> Config:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.toml"
        path.write_text(text, encoding="utf-8")
        return load(path)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://www.nkhr.or.kr/bbs/rss.php", "nkhr"),
        ("https://www.hrw.org/rss", "hrw"),
        ("https://en.dailynk.com/feed/", "dailynk"),
        ("https://freeborder.blogspot.com/feeds/posts/default", "freeborder"),
        ("https://blog.example.co.uk/", "example"),
        ("http://127.0.0.1:8000/", "127-0-0-1"),
        ("https://xn--zf0bp61axphnoo.kr/feed", "북한인권"),
        ("http://localhost/", "localhost"),
        ("http://co.uk/", "co"),
    ],
)
def test_a_source_is_named_after_its_host(url: str, name: str) -> None:
    """Short, so that it can be typed in from:nkhr; another one of the same host gets a number."""
    assert name_for(url, ()) == name
    assert name_for(url, {name, f"{name}-2"}) == f"{name}-3"
