"""How a publisher's posts look in each format that people really publish: RSS, Atom, JSON Feed, a page."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(eq=False)
class Post:
    """One post as it stands now: what was held of it stays the handle when it is edited."""

    title: str
    text: str
    at: datetime | None
    guid: str
    link: str = ""
    updated: datetime | None = None
    aside: str = ""
    """Markup beside the text."""


Draw = Callable[[str, Sequence[Post]], str]


def item(title: str, text: str, published: datetime | None, guid: str = "", link: str = "") -> str:
    """One RSS item."""
    parts = [f"<title>{escape(title)}</title>", f"<description>{escape(text)}</description>"]
    if published:
        parts.append(f"<pubDate>{format_datetime(published)}</pubDate>")
    if guid:
        parts.append(f'<guid isPermaLink="false">{escape(guid)}</guid>')
    if link:
        parts.append(f"<link>{escape(link)}</link>")
    return f"<item>{''.join(parts)}</item>"


def rss(*items: str, title: str = "Feed") -> str:
    """A feed of these items."""
    body = f"<channel><title>{escape(title)}</title>{''.join(items)}</channel>"
    return f'<?xml version="1.0"?><rss version="2.0">{body}</rss>'


def as_rss(title: str, posts: Sequence[Post]) -> str:
    """RSS 2.0."""
    return rss(*(item(post.title, post.text, post.at, post.guid, post.link) for post in posts), title=title)


def as_atom(title: str, posts: Sequence[Post]) -> str:
    """Atom (RFC 4287)."""
    newest = max((post.updated or post.at or EPOCH for post in posts), default=EPOCH)
    head = f"<title>{escape(title)}</title><id>urn:feed</id><updated>{newest.isoformat()}</updated>"
    return (
        '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom">'
        f"{head}{''.join(map(_atom_entry, posts))}</feed>"
    )


def _atom_entry(post: Post) -> str:
    updated = post.updated or post.at
    times = [f"<published>{post.at.isoformat()}</published>" if post.at else ""]
    times += [f"<updated>{updated.isoformat()}</updated>" if updated else ""]
    link = f'<link rel="alternate" href="{escape(post.link)}"/>' if post.link else ""
    return (
        f"<entry><id>{escape(post.guid)}</id><title>{escape(post.title)}</title>{link}{''.join(times)}"
        f'<content type="html">{escape(f"<p>{escape(post.text)}</p>")}</content></entry>'
    )


def as_json(title: str, posts: Sequence[Post]) -> str:
    """JSON Feed 1.1."""
    rows = []
    for post in posts:
        row = {"id": post.guid, "title": post.title, "content_text": post.text, "url": post.link}
        if post.at:
            row["date_published"] = post.at.isoformat()
        rows.append({name: value for name, value in row.items() if value})
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": title, "items": rows})


def as_list(title: str, posts: Sequence[Post]) -> str:
    """A page that lists its posts, for those who have no feed."""
    rows = "".join(
        f'<li><a href="{escape(post.link)}">{escape(post.title)}</a> '
        f"<span>{post.at.date() if post.at else ''}</span><p>{escape(post.text)}</p>{post.aside}</li>"
        for post in posts
    )
    return f"{_head(title)}<main><ul>{rows}</ul></main></body></html>"


def as_article(post: Post) -> str:
    """A post's own page."""
    title, text = escape(post.title), escape(post.text)
    return f"{_head(post.title)}<main><h1>{title}</h1><p>{text}</p>{post.aside}</main></body></html>"


def broken(feed: str) -> str:
    """A feed as a careless template leaves it: a bare ampersand, an unknown entity, the end cut off."""
    return feed.replace("<title>", "<title>Q&A &nbsp; ", 1).rsplit("</", 1)[0]


def _head(title: str) -> str:
    return f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{escape(title)}</title></head><body>'


FORMATS: dict[str, tuple[Draw, str]] = {
    "rss": (as_rss, "application/rss+xml"),
    "atom": (as_atom, "application/atom+xml"),
    "json": (as_json, "application/feed+json"),
}
