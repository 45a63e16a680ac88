"""Takes a well-formed feed apart into its items, so that only those not seen before need be read.

The reader of feeds (feedparser) takes most of a poll's time, and most of a feed has been read before.
It carries state from item to item, so an item may be left out only where that state cannot differ
without it; `Item.apart` says so, and whatever is in doubt is read whole.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from xml.parsers import expat

from feedparser.api import StrictFeedParser

from jobs.steps.marks import mark
from jobs.steps.parsed import own_id


@dataclass(slots=True)
class Item:
    """One item of a feed, as it stands in the body."""

    start: int
    end: int = 0
    mark: bytes = b""
    """A digest of its bytes: an edited item has another."""
    ids: set[str] = field(default_factory=set)
    """Every text in it that may be the publisher's id, as `same` writes it."""
    links: set[str] = field(default_factory=set)
    """Every text in it that may be its link."""
    apart: bool = True
    """False when leaving it out might change how the others are read."""


def without(body: bytes, items: Iterable[Item]) -> bytes:
    """The body less these items of it."""
    pieces, at = [], 0
    for item in items:
        pieces.append(body[at : item.start])
        at = item.end
    return b"".join((*pieces, body[at:]))


def items_of(body: bytes) -> list[Item] | None:
    """The items of a feed in UTF-8, in order; None for what is not well-formed or in any way unusual."""
    scan = _Scan(body)
    try:
        scan.run()
    except (_Unusual, expat.ExpatError, ValueError):
        return None
    return scan.items


class _Unusual(Exception):
    """The feed must be read whole."""


_KNOWN = {uri.lower(): prefix for uri, prefix in StrictFeedParser.namespaces.items()}
_PREFIXES = frozenset(_KNOWN.values()) - {""}
_ROOTS = {"rss", "feed", "rdf_rdf"}
_RDF_ITEMS = {uri for uri, prefix in _KNOWN.items() if not prefix and uri.endswith(("/rss/1.0/", "/0.9/"))}
"""Namespaces of the items of RSS 1.0 and 0.9."""
_FORMATTED = frozenset({
    "title", "subtitle", "tagline", "rights", "copyright", "description", "abstract", "info",
    "browserfriendly", "summary", "content", "body", "encoded", "fullitem",
})  # fmt: skip
"""Elements whose children the reader takes for markup of the text."""
_XHTML = {"xhtml", "application/xhtml+xml"}

_ITEM, _ID, _LINK, _TEXT, _HANDLED, _ODD = (1 << bit for bit in range(6))


@lru_cache(maxsize=1000)
def _sort(name: str) -> int:
    """What the reader makes of an element ("uri local"), as bits; where unsure, all that it might be."""
    uri, _, local = name.rpartition(" ")
    local = local.lower()
    prefix = _prefix(uri)
    plain = not prefix  # also where the namespace is unknown
    key = f"{prefix}_{local}" if prefix else local
    found = 0
    if local in {"item", "entry"} and plain:
        found |= _ITEM
    if local in {"guid", "id"}:
        found |= _ID | _LINK
    if local in {"link", "origlink"}:
        found |= _LINK
    if local in _FORMATTED and key != "media_content":
        found |= _TEXT
    if hasattr(StrictFeedParser, f"_start_{key}") or hasattr(StrictFeedParser, f"_end_{key}"):
        found |= _HANDLED
    if local in {"svg", "math", "textinput", "channel", "feed", "rss", "rdf"}:
        found |= _ODD
    return found


def _prefix(uri: str) -> str | None:
    """The reader's own prefix for a namespace, None for one that it does not know."""
    lowered = uri.lower()
    return "" if "backend.userland.com/rss" in lowered else _KNOWN.get(lowered)


_HANDLERS = re.compile(r"_(?:start|end)_([A-Za-z]+)_")
_OWNED = frozenset(match[1] for name in dir(StrictFeedParser) if (match := _HANDLERS.match(name)))
"""Prefixes whose elements the reader treats in a way of its own."""


class _Scan:
    """One pass over a body with the XML reader that feedparser uses as well."""

    def __init__(self, body: bytes) -> None:
        self.items: list[Item] = []
        self._body = body
        self._item: Item | None = None
        self._depth = 0
        self._channel = False
        self._rdf = False
        self._item_depth = 0
        self._text_depth = 0
        """Depth of the formatted element we are in, 0 outside of any; likewise of the id or link."""
        self._xhtml = False
        self._caught_depth = 0
        self._caught: list[str] = []
        self._caught_id = False
        self._based = False
        self._uris: dict[str, str] = {}
        self._prefixes: dict[str, str] = {}
        self._parser = expat.ParserCreate(encoding="utf-8", namespace_separator=" ")

    def run(self) -> None:
        """Reads the body. Raises _Unusual, ExpatError, ValueError."""
        parser = self._parser
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = _unusual
        parser.StartNamespaceDeclHandler = self._declare
        parser.Parse(self._body, True)
        if self._based and not all(":" in text for item in self.items for text in item.ids | item.links):
            raise _Unusual

    def _declare(self, prefix: str | None, uri: str | None) -> None:
        """The reader keeps every declaration for good; one that changes an earlier one is unusual."""
        if not prefix or not uri:
            return  # the reader never looks for these again
        known = _prefix(uri)
        if known is None and prefix in _OWNED:
            raise _Unusual
        if self._uris.setdefault(prefix, uri) != uri:
            raise _Unusual
        if known is None:
            if self._prefixes.setdefault(uri, prefix) != prefix:
                raise _Unusual
        elif prefix != known and prefix in _PREFIXES:
            raise _Unusual

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        sort = _sort(name)
        if attributes and not self._based:
            self._based = any(key[-4:].lower() == "base" for key in attributes)
        if self._item is not None:
            self._inside(self._item, sort, attributes)
        elif sort & _ITEM:
            self._open(name, attributes)
        elif self._depth == 1:
            self._root(name)
        elif self._depth == 2:
            self._channel = _is_channel(name)
        if self.items and sort & _TEXT and self._depth == self._item_depth:
            raise _Unusual  # a title of the feed behind its items

    def _root(self, name: str) -> None:
        uri, _, local = name.rpartition(" ")
        prefix = _prefix(uri)
        key = f"{prefix}_{local.lower()}" if prefix else local.lower()
        if prefix is None or key not in _ROOTS:
            raise _Unusual
        self._rdf = prefix == "rdf"

    def _open(self, name: str, attributes: dict[str, str]) -> None:
        at_home = self._depth == 2 or (self._depth == 3 and self._channel)
        if not at_home or (self._rdf and name.rpartition(" ")[0] not in _RDF_ITEMS):
            raise _Unusual
        self._item_depth = self._depth
        self._item = Item(self._parser.CurrentByteIndex)
        for key, value in attributes.items():
            if key.lower().endswith(" about"):
                self._note(value, is_id=True)
        self._hrefs(attributes)

    def _inside(self, item: Item, sort: int, attributes: dict[str, str]) -> None:
        if sort & _ITEM:
            raise _Unusual
        if sort & _ODD or self._caught_depth:
            item.apart = False  # an element within an id or a link: which part of it counts, the reader says
        if self._text_depth:
            # Children of a text are its markup, unless one is called as an element of a feed is.
            item.apart = item.apart and self._xhtml and not sort & _HANDLED
        elif sort & _TEXT:
            self._text_depth = self._depth
            self._xhtml = attributes.get("type", "").lower() in _XHTML
        if sort & _LINK:
            self._hrefs(attributes)
            if not self._caught_depth:
                self._caught_depth = self._depth
                self._caught_id = bool(sort & _ID)
                self._caught = []
                self._parser.CharacterDataHandler = self._caught.append

    def _end(self, _: str) -> None:
        item = self._item
        if item is not None:
            if self._depth == self._caught_depth:
                self._parser.CharacterDataHandler = None
                self._caught_depth = 0
                self._note("".join(self._caught), is_id=self._caught_id)
            if self._depth == self._text_depth:
                self._text_depth = 0
            if self._depth == self._item_depth:
                self._close(item)
        self._depth -= 1

    def _close(self, item: Item) -> None:
        at = self._parser.CurrentByteIndex
        if at == item.start:  # <item/>
            raise _Unusual
        item.end = self._body.index(b">", at) + 1
        item.mark = mark(self._body[item.start : item.end])
        self.items.append(item)
        self._item = None

    def _hrefs(self, attributes: dict[str, str]) -> None:
        for key in ("href", "url", "uri"):
            if key in attributes:
                self._note(attributes[key], is_id=False)

    def _note(self, text: str, *, is_id: bool) -> None:
        """Keep a text that may be the item's id or link."""
        if _CHANGED.search(text):
            raise _Unusual
        item = self._item
        stripped = same(text)
        if item is None or not stripped:
            return
        item.links.add(stripped)
        if is_id:
            item.ids.add(stripped)


_CHANGED = re.compile("[\x80-\xff]|:/*[^/]*[^\x00-\x7f]")
"""What the reader may write in another way: wrongly decoded letters, a host that is not in ASCII."""
_SLASHES = re.compile(r"://+")
_REFERENCE = re.compile(r"&([A-Za-z0-9_]+);")


def same(text: str) -> str:
    """One spelling for all that the reader makes one id or one link of."""
    flat = _SLASHES.sub("://", own_id(text))
    return _REFERENCE.sub(r"&\1", flat.replace("&amp;", "&")) if "&" in flat else flat


def _is_channel(name: str) -> bool:
    uri, _, local = name.rpartition(" ")
    return local.lower() == "channel" and not _prefix(uri)


def _unusual(*_: object) -> None:
    raise _Unusual
