"""Reads the addresses that are asked, and those that redirects lead to; says them without credentials."""

import base64
from functools import lru_cache

from yarl import URL

from jobs.fetch.answer import Refused, Unreachable
from jobs.site import is_shortener, same_site

SCHEMES = frozenset({"http", "https"})


@lru_cache(maxsize=4_096)  # sources are asked again and again
def parsed(url: str) -> URL:
    """The address; raises Refused where it is none, or has no host."""
    try:
        found = URL(url.strip())
        found.explicit_port  # noqa: B018  # raises ValueError where the port is no number
    except (ValueError, UnicodeError) as error:
        raise Refused("", "this is not an address") from error
    if not found.raw_host:
        raise Refused("", "this is not an address with a host")
    return found


def following(target: URL, location: str) -> URL:
    """Where a Location leads (RFC 9110 10.2.2); credentials stay only with the same origin.

    Raises Refused, Unreachable.
    """
    try:
        then = target.with_user(None).join(URL(location.strip()))
    except (ValueError, UnicodeError) as error:
        raise Unreachable(host_of(target), "it redirects to what is not an address") from error
    if then.scheme not in SCHEMES:
        raise Refused(host_of(target), f"it redirects to {then.scheme or 'nothing'}, not to http or https")
    if not then.raw_host:
        raise Refused(host_of(target), "it redirects to what is not an address with a host")
    if then.raw_user is None and target.raw_user is not None and then.origin() == target.origin():
        then = then.with_user(target.user).with_password(target.password)
    return then


def authorization(target: URL) -> dict[str, str]:
    """The credentials of an address as a header (RFC 7617), so that they show up nowhere else."""
    if target.raw_user is None and target.raw_password is None:
        return {}
    pair = f"{target.user or ''}:{target.password or ''}".encode()
    return {"Authorization": f"Basic {base64.b64encode(pair).decode('ascii')}"}


def shown(target: URL) -> str:
    """The address as it may be told."""
    return str(anonymous(target))


def anonymous(target: URL) -> URL:
    """The address without credentials."""
    has_any = target.raw_user is not None or target.raw_password is not None
    return target.with_user(None) if has_any else target


def host_of(target: URL) -> str:
    """The host as it may be told."""
    return target.host or "the address"


def on_one_site(one: URL, other: URL) -> bool:
    """Whether both belong to one owner."""
    return same_site(one.raw_host or "", other.raw_host or "")


def may_lead(target: URL, then: URL, home: str) -> bool:
    """Whether a page that is linked at `home` may send its reader on from `target`.

    On its own site; home; and a shortener to whatever it stands for. Elsewhere others speak.
    """
    return (
        on_one_site(target, then)
        or is_shortener(target.raw_host or "")
        or bool(home and on_one_site(parsed(home), then))
    )


def bares(start: URL, target: URL, then: URL) -> bool:
    """Whether what was asked for by https would be read in clear, where whoever stands between can change it.

    What is asked for by http may be led to and fro; and to where a shortener leads, its link was meant to.
    """
    is_lowered = target.scheme == start.scheme == "https" != then.scheme
    return is_lowered and not is_shortener(target.raw_host or "")
