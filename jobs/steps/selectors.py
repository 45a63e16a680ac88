"""Translates the small part of CSS that operators write for a page into XPath."""

import re

from lxml import etree

_TOKEN = re.compile(
    r"(?P<tag>\*|[a-zA-Z][a-zA-Z0-9]{0,20})|\.(?P<cls>[\w-]{1,80})|#(?P<id>[\w-]{1,80})"
    r"|\[(?P<attr>[\w:-]{1,40})(?:(?P<op>[*^]?=)[\"']?(?P<value>[^\"'\]]{0,200})[\"']?)?\]"
    r"|(?P<child>\s{0,9}>\s{0,9})|(?P<below>\s{1,9})",
)
_TESTS = {"=": "@{0}='{1}'", "*=": "contains(@{0},'{1}')", "^=": "starts-with(@{0},'{1}')"}


def selector(css: str) -> etree.XPath:
    """An XPath that finds, below an element, what `css` means.

    Known are tags, .class, #id, [attr=value] (also *= and ^=), "a b", "a > b" and ",".
    Raises ValueError for anything else.
    """
    path = " | ".join(_path(part.strip()) for part in css.split(","))
    try:
        return etree.XPath(path)
    except etree.XPathError as error:
        raise ValueError(f"cannot read the selector {css!r}") from error


def _path(css: str) -> str:
    path, at, fresh = ".//", 0, True
    while at < len(css):
        match = _TOKEN.match(css, at)
        if match is None:
            raise ValueError(f"cannot read the selector {css!r} at {css[at:][:20]!r}")
        at = match.end()
        kind = str(match.lastgroup)
        if kind in {"child", "below"}:
            path, fresh = path + ("/" if kind == "child" else "//"), True
            continue
        if kind == "tag":
            if not fresh:
                raise ValueError(f"cannot read the selector {css!r}: a tag stands first")
            path, fresh = path + match["tag"].lower(), False
            continue
        path, fresh = path + ("*" if fresh else "") + f"[{_test(match)}]", False
    if fresh:
        raise ValueError(f"the selector {css!r} is not complete")
    return path


def _test(match: re.Match[str]) -> str:
    if match["cls"]:
        return f"contains(concat(' ',normalize-space(@class),' '),' {match['cls']} ')"
    if match["id"]:
        return f"@id='{match['id']}'"
    return _TESTS[match["op"]].format(match["attr"], match["value"]) if match["op"] else f"@{match['attr']}"
