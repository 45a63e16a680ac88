"""Reads and writes OPML 2.0 (opml.org/spec2.opml): the list of sources, as feed readers exchange it.

A feed is an outline of type "rss" with its `xmlUrl`. A page without a feed is one of type "link" with
its `url`, so that no other program takes it for a feed. What OPML has no word for stands in a namespace
of our own; sources of one organisation stand together in an outline with its name.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import urlsplit

from lxml import etree

from jobs.steps.clean import line, strip_controls
from jobs.steps.decode import decode
from jobs.steps.links import bare
from storage.records import Source
from storage.words import SourceKind, Trust

OURS = "urn:vigil:source"
_LARGEST = 20_000_000
_DECLARATION = re.compile(r"\s{0,99}<\?xml[^>]{0,200}\?>")
_HEAD = 8_192
"""Bytes in which the first element begins."""
_ELEMENT = re.compile(rb"<([A-Za-z][\w.:-]{0,40})")
_NO_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 (2.2) has no place for."""
_REFERENCE = re.compile(r"&#([xX][0-9a-fA-F]{1,16}|[0-9]{1,16});")
_COUNTRY = re.compile(r"[A-Z]{2}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}")
_SECONDS = re.compile(r"[0-9]{1,6}")
_MOST_SECONDS = 999_999
_SELECTORS = ("item", "title", "link", "date", "text")


class NotOpml(Exception):
    """The file holds no list of feeds; `detail` says why."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Listed:
    """What a file lists: sources, each address once, and how many outlines were left out and why."""

    sources: tuple[Source, ...]
    repeated: int = 0
    unusable: int = 0
    broken: bool = False
    """Whether the file is not well-formed, so that some of it may have been lost."""


def is_opml(body: bytes) -> bool:
    """Whether this is such a list, as far as its first element tells."""
    first = _ELEMENT.search(body[:_HEAD])
    return first is not None and first[1].rpartition(b":")[2].lower() == b"opml"


def read_opml(body: bytes) -> Listed:
    """The sources that an OPML file lists, nested or not; `name` is "" where it is not one of ours.

    Files of other programs come in any charset, and not always well-formed. One that defines entities
    is refused: no list of feeds has any use for them. Raises NotOpml.
    """
    if len(body) > _LARGEST:
        raise NotOpml(f"{len(body):,} bytes are too many for a list of feeds")
    text = _REFERENCE.sub(_character, _DECLARATION.sub("", decode(body).lstrip("\ufeff"), count=1))
    if "<!ENTITY" in text:
        raise NotOpml("it defines entities, which a list of feeds has no use for")
    root, broken = _tree(text)
    found: dict[str, Source] = {}
    repeated = unusable = 0
    for node in root.iter("{*}outline"):
        given = _attributes(node)
        if not _is_source(given):
            continue
        source = _source(given)
        if source is None:
            unusable += 1
        elif found.setdefault(bare(source.url), source) is not source:
            repeated += 1
    return Listed(tuple(found.values()), repeated, unusable, broken)


def write_opml(sources: Iterable[Source], now: datetime) -> bytes:
    """The sources as an OPML 2.0 file, without user names and passwords."""
    root = etree.Element("opml", version="2.0", nsmap={"vigil": OURS})
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = "Sources watched by Vigil"
    etree.SubElement(head, "dateCreated").text = format_datetime(now)
    body = etree.SubElement(root, "body")
    groups = {"": body}
    for source in sources:
        name = source.organisation
        if name not in groups:
            groups[name] = etree.SubElement(body, "outline", text=_storable(name))
        node = etree.SubElement(groups[name], "outline")
        for key, value in _outline(source).items():
            if value:
                node.set(key, _storable(value))
    etree.indent(root)
    made: bytes = etree.tostring(root, xml_declaration=True, encoding="utf-8")
    return made + b"\n"


def _outline(source: Source) -> dict[str, str]:
    """A source as the attributes of an outline; what is as by default stays out."""
    page = source.kind is SourceKind.PAGE
    every = source.every if source.every != Source.__dataclass_fields__["every"].default else 0
    ours = {
        "name": source.name,
        "organisation": source.organisation,
        "countries": " ".join(source.countries),
        "trust": "" if source.trust is Trust.OFFICIAL else source.trust,
        "every": f"{every}s" if every else "",
        "added": f"in a chat, {source.added:%Y-%m-%d}" if source.added else "",
    } | {f"selector-{name}": source.selectors.get(name, "") for name in _SELECTORS}
    return {
        "text": source.title or source.name,
        "title": source.title,
        "type": "link" if page else "rss",
        "url" if page else "xmlUrl": source.shown_url,
        "language": source.language,
    } | {f"{{{OURS}}}{name}": value for name, value in ours.items()}


def _storable(text: str) -> str:
    return _NO_XML.sub("", text)


def _character(reference: re.Match[str]) -> str:
    """A reference to what XML may hold; "" for half a character, which lxml reads and cannot give."""
    given = reference[1]
    number = int(given[1:], 16) if given[0] in "xX" else int(given)
    return reference[0] if number <= 0x10FFFF and not _NO_XML.match(chr(number)) else ""


def _tree(text: str) -> tuple[etree._Element, bool]:
    """The file's elements, and whether it is broken: programs forget to escape an ampersand."""
    for recover in (False, True):
        parser = etree.XMLParser(
            encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, recover=recover
        )
        try:
            root = etree.fromstring(text.encode("utf-8", "replace"), parser)
        except (etree.XMLSyntaxError, ValueError):
            continue
        # Of a broken file the name may be none that XML allows, such as "rdf:RDF" without its namespace.
        if root is not None and str(root.tag).rpartition("}")[2].lower() == "opml":
            return root, recover
    raise NotOpml("it is no OPML file")


def _attributes(node: etree._Element) -> dict[str, str]:
    """The outline's attributes; programs write xmlUrl in many ways, ours are "vigil:name" and so on."""
    return {
        f"vigil:{name.removeprefix(f'{{{OURS}}}')}" if name.startswith(f"{{{OURS}}}") else name.lower(): value
        for name, value in node.attrib.items()
    }


def _is_source(given: dict[str, str]) -> bool:
    """Whether the outline stands for a source: of links only ours do, others are bookmarks."""
    return "xmlurl" in given or (given.get("type") == "link" and "vigil:name" in given)


def _source(given: dict[str, str]) -> Source | None:
    """The source that the outline stands for, None where its address is no web address."""
    page = "xmlurl" not in given
    url = _web(given.get("url" if page else "xmlurl", ""))
    if not url:
        return None
    ours = "vigil:name" in given
    # Others escape their titles twice, or put markup into them; ours stand as they were set.
    title = given.get("title", "") if ours else line(given.get("title") or given.get("text", ""))
    language = given.get("language", "")
    seconds = given.get("vigil:every", "").removesuffix("s")
    selectors = {name: given.get(f"vigil:selector-{name}", "") for name in _SELECTORS}
    countries = given.get("vigil:countries", "").split()
    return Source(
        name=_one_line(given.get("vigil:name", "")),
        url=url,
        kind=SourceKind.PAGE if page else SourceKind.FEED,
        title=_one_line(title),
        organisation=_one_line(given.get("vigil:organisation", "")),
        language=language if _LANGUAGE.fullmatch(language) else "",
        countries=tuple(code for code in countries if _COUNTRY.fullmatch(code)),
        trust=Trust.RELAY if given.get("vigil:trust") == Trust.RELAY else Trust.OFFICIAL,
        every=min(max(int(seconds), 60), _MOST_SECONDS) if _SECONDS.fullmatch(seconds) else 600,
        selectors={name: value for name, value in selectors.items() if value},
    )


def _web(url: str) -> str:
    """The web address that is meant, also by "feed:"; "" where it is none."""
    address = "".join(strip_controls(url).split())
    for prefix in ("feed:https:", "feed:http:"):
        if address.lower().startswith(prefix):
            address = address[len("feed:") :]
    if address.lower().startswith("feed://"):
        address = "http" + address[len("feed") :]
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018  # raises ValueError where the port is no number
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not parts.hostname:  # urlsplit writes the scheme small
        return ""
    return parts.scheme + address[len(parts.scheme) :]


def _one_line(text: str) -> str:
    return " ".join(strip_controls(text).split())
