"""Tells to whose site a host belongs, so that a redirect to somebody else is seen."""

from contextlib import suppress
from functools import lru_cache
from ipaddress import ip_address

import tld

_SHARED = frozenset(
    {
        "blogspot", "blogger", "canalblog", "hatenablog", "jimdofree", "livejournal", "medium", "over-blog",
        "squarespace", "substack", "tistory", "tumblr", "typepad", "unblog", "webnode", "weebly", "wixsite",
        "wordpress",
    }
)  # fmt: skip
"""Hosts of many people's sites, a label for each: the Public Suffix List names only who asked for it."""
_SHORTENERS = frozenset(
    {
        "bit.do", "bit.ly", "bitly.com", "buff.ly", "cutt.ly", "dlvr.it", "feedproxy.google.com",
        "goo.gl", "han.gl", "ift.tt", "is.gd", "j.mp", "lnkd.in", "me2.do", "ow.ly", "rb.gy",
        "rebrand.ly", "shorturl.at", "t.co", "t.ly", "tiny.cc", "tinyurl.com", "trib.al", "url.kr", "v.gd",
        "vo.la", "wp.me",
    }
)  # fmt: skip
"""Their redirects are what their links mean."""


@lru_cache(maxsize=4_096)  # the hosts of the sources, again and again
def site_of(host: str) -> str:
    """The part of a host's name that one owner registered: "example.co.uk" of "feeds.example.co.uk".

    As the Public Suffix List has it, also its private part: "a.github.io" and "b.github.io" are two
    sites. Of a name under no suffix that is known, the last two labels; an IP address is its own site.
    """
    name = ".".join(filter(None, host.lower().split(".")))
    with suppress(ValueError):
        return str(ip_address(name.strip("[]")))
    with suppress(UnicodeError):
        name = name.encode("ascii").decode("idna")  # the list has its suffixes in letters
    found = tld.get_fld(f"http://{name}", fail_silently=True, search_private=True)
    labels = name.split(".")
    size = found.count(".") + 1 if isinstance(found, str) and name.endswith(found) else 2
    if len(labels) > size and labels[-size] in _SHARED and labels[-size - 1] != "www":
        size += 1
    return ".".join(labels[-size:])


def same_site(one: str, other: str) -> bool:
    """Whether two hosts belong to one owner."""
    return one == other or site_of(one) == site_of(other)


def is_shortener(host: str) -> bool:
    """Whether the host only leads elsewhere."""
    return host.lower().removeprefix("www.") in _SHORTENERS
