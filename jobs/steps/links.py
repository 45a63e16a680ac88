"""Makes the links of a source absolute and safe, and one link out of its many spellings."""

import re
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from jobs.steps.clean import strip_controls

_TRACKING = re.compile(
    r"utm_[a-z_]{1,30}|fbclid|gclid|mc_[ce]id|phpsessid|jsessionid|sid|sessionid|_ga|ref_src", re.IGNORECASE
)
_SESSION_PATH = re.compile(r";jsessionid=[^/?#]{1,200}", re.IGNORECASE)
_LONGEST = 2000


def absolute(link: str, base: str) -> str:
    """`link` as an http(s) address seen from `base`, or "" for anything else.

    User names in it are dropped: "https://bank.example@evil.example" is how a link lies.
    """
    cleaned = "".join(strip_controls(link).split("\n")).strip()
    if not cleaned or len(cleaned) > _LONGEST:
        return ""
    try:
        parts = urlsplit(urljoin(base, cleaned))
        if parts.scheme.lower() not in {"http", "https"} or not parts.hostname:
            return ""
        host = parts.netloc.rpartition("@")[2]
        parts.port  # noqa: B018  # raises ValueError where the port is no number
        return urlunsplit(parts._replace(netloc=host)).replace(" ", "%20")
    except ValueError:
        return ""


def bare(link: str) -> str:
    """The same item by one address: no scheme, no "www.", no campaign or session parameters."""
    try:
        parts = urlsplit(link)
        host = parts.netloc.lower().removeprefix("www.")
        query = [
            (key, value)
            for key, value in parse_qsl(parts.query, keep_blank_values=True, max_num_fields=100)
            if not _TRACKING.fullmatch(key)
        ]
    except ValueError:
        return link
    path = _SESSION_PATH.sub("", parts.path).rstrip("/")
    return urlunsplit(("", host, path, urlencode(query), parts.fragment)).removeprefix("//")
