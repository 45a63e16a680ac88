"""How the software that organisations use writes its feeds, with the habits that readers stumble over.

Each function draws a publisher's posts; `noise` is what such software changes at every look though nobody
has written anything: build times, counts of visitors and comments.
"""

from collections.abc import Sequence
from datetime import timedelta, timezone
from email.utils import format_datetime
from html import escape
from typing import Protocol

from tests.feed_formats import EPOCH, Draw, Post

SEOUL = timezone(timedelta(hours=9))
_XML = '<?xml version="1.0" encoding="utf-8" ?>\n'


class Software(Protocol):
    """Draws posts as one software does."""

    def __call__(self, title: str, posts: Sequence[Post], *, noise: int = 0) -> str:
        """The feed."""


def still(draw: Draw) -> Software:
    """The format as it is drawn by software that changes nothing by itself."""

    def drawn(title: str, posts: Sequence[Post], *, noise: int = 0) -> str:
        assert noise >= 0
        return draw(title, posts)

    return drawn


def path_of(post: Post) -> str:
    """The post's address as seen from the root of its site."""
    return "/" + post.link.split("/", 3)[3]


def excerpt(text: str) -> str:
    """The first fifty-five words, as WordPress counts them."""
    words = text.split()
    return text if len(words) <= 55 else " ".join(words[:55]) + " [&#8230;]"


def netscape(title: str, posts: Sequence[Post], *, noise: int = 0) -> str:
    """RSS 0.91: a document type elsewhere, no dates, no ids."""
    items = "".join(
        f"<item><title>{escape(post.title)}</title><link>{escape(post.link)}</link>"
        f"<description>{escape(post.text)}</description></item>\n"
        for post in posts
    )
    return (
        '<?xml version="1.0"?>\n<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN"'
        ' "http://my.netscape.com/publish/formats/rss-0.91.dtd">\n<rss version="0.91"><channel>'
        f"<title>{title}</title><link>/</link><language>en</language>{'<!-- hit -->' * noise}{items}"
        "</channel></rss>"
    )


def userland(title: str, posts: Sequence[Post], *, noise: int = 0) -> str:
    """RSS 0.92: items without a title, whose text is all there is."""
    items = "".join(
        f"<item><description>{escape(f'<b>{escape(post.title)}.</b> {escape(post.text)}')}</description>"
        f"<source url='http://x.example/rss'>x</source></item>"
        for post in posts
    )
    return f"<rss version='0.92'><channel><title>{title}</title>{' ' * noise}{items}</channel></rss>"


def rdf(title: str, posts: Sequence[Post], *, noise: int = 0) -> str:
    """RSS 1.0: the items stand beside the channel; dates and language are Dublin Core's."""
    items = "".join(
        f'<item rdf:about="{escape(post.link)}"><title>{escape(post.title)}</title>'
        f"<link>{escape(post.link)}</link><description>{escape(post.text)}</description>"
        f"<dc:date>{post.at.isoformat()}</dc:date></item>"
        for post in posts
        if post.at
    )
    listed = "".join(f'<rdf:li rdf:resource="{escape(post.link)}"/>' for post in posts)
    return (
        f'{_XML}<rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><channel rdf:about="/">'
        f"<title>{title}</title><link>/</link><dc:language>en</dc:language><dc:rights>{noise}</dc:rights>"
        f"<items><rdf:Seq>{listed}</rdf:Seq></items></channel>{items}</rdf:RDF>"
    )


def atom03(title: str, posts: Sequence[Post], *, noise: int = 0) -> str:
    """Atom 0.3: `issued` and `modified`, escaped content with a mode."""
    entries = "".join(
        f"<entry><title>{escape(post.title)}</title><id>{post.guid}</id>"
        f'<link rel="alternate" type="text/html" href="{escape(post.link)}"/>'
        f"<issued>{post.at.isoformat()}</issued><modified>{post.at.isoformat()}</modified>"
        f'<content type="text/html" mode="escaped">{escape(f"<p>{escape(post.text)}</p>")}</content></entry>'
        for post in posts
        if post.at
    )
    return (
        f'{_XML}<feed version="0.3" xmlns="http://purl.org/atom/ns#" xml:lang="en"><title>{title}</title>'
        f"<generator>{noise}</generator>{entries}</feed>"
    )


def gnuboard(title: str, posts: Sequence[Post], *, noise: int = 0) -> str:
    """No guid, links from the root of the site, and local time."""
    items = "".join(
        f"<item>\n<title>{escape(post.title)}</title>\n<link>{escape(path_of(post))}</link>\n"
        f"<description><![CDATA[{escape(post.text)}<br/>]]></description>\n"
        f"<dc:creator>관리자</dc:creator>\n"
        f"<dc:date>{(post.at or EPOCH).astimezone(SEOUL).isoformat()}</dc:date>\n</item>\n"
        for post in posts
    )
    return (
        f'{_XML}<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/">\n<channel>\n'
        f"<title>{title}</title>\n<link>/</link>\n<description>{noise}</description>\n"
        f"<language>ko</language>\n{items}</channel>\n</rss>\n"
    )


def wordpress(title: str, posts: Sequence[Post], *, noise: int = 0) -> str:
    """Set to show summaries: the text breaks off, and the linked page has it whole."""
    items = "".join(
        f"<item><title>{escape(post.title)}</title><link>{escape(post.link)}</link>"
        f"<comments>{escape(post.link)}#respond</comments><dc:creator><![CDATA[admin]]></dc:creator>"
        f"<pubDate>{format_datetime(post.at or EPOCH)}</pubDate><category><![CDATA[News]]></category>"
        f'<guid isPermaLink="false">{escape(post.link)}?p={len(post.title)}</guid>'
        f"<description><![CDATA[<p>{excerpt(post.text)}</p>\n<p>The post <a href='{post.link}'>"
        f"{post.title}</a> appeared first on <a href='/'>{title}</a>.</p>]]></description>"
        f"<wfw:commentRss>{escape(post.link)}/feed/</wfw:commentRss>"
        f"<slash:comments>{noise}</slash:comments></item>"
        for post in posts
    )
    built = format_datetime(EPOCH + timedelta(minutes=noise))
    return (
        f'{_XML}<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:wfw="http://wellformedweb.org/CommentAPI/"'
        ' xmlns:slash="http://purl.org/rss/1.0/modules/slash/">'
        f"<channel><title>{title}</title><lastBuildDate>{built}</lastBuildDate>{items}</channel></rss>"
    )


def spip(title: str, posts: Sequence[Post], *, noise: int = 0) -> str:
    """Dublin Core dates, a logo before the text, and French quotation marks as entities."""
    items = "".join(
        f"<item xml:lang='fr'><title>{escape(post.title)}</title><link>{escape(post.link)}</link>"
        f"<guid isPermaLink='true'>{escape(post.link)}</guid>"
        f"<dc:date>{(post.at or EPOCH).strftime('%Y-%m-%dT%H:%M:%SZ')}</dc:date>"
        "<dc:format>text/html</dc:format><dc:language>fr</dc:language>"
        "<description>&lt;img class='spip_logo' src='IMG/logo.png' alt=''&gt;"
        f"&lt;p&gt;{escape(escape(post.text))}&lt;/p&gt;</description></item>"
        for post in posts
    )
    return (
        f"{_XML}<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/'><channel xml:lang='fr'>"
        f"<title>{title}</title><link>/</link><generator>SPIP - {noise}</generator>{items}</channel></rss>"
    )


def drupal(title: str, posts: Sequence[Post], *, noise: int = 0) -> str:
    """The site's address as xml:base, links from its root, and a guid that is a number "at" the site."""
    items = "".join(
        f"<item>\n  <title>{escape(post.title)}</title>\n  <link>{escape(path_of(post))}</link>\n"
        f"  <description>{escape(f'<span>{escape(post.title)}</span><p>{escape(post.text)}</p>')}"
        f"</description>\n  <pubDate>{format_datetime(post.at or EPOCH)}</pubDate>\n"
        f"    <dc:creator>{noise}</dc:creator>\n"
        f'    <guid isPermaLink="false">{escape(post.guid)} at /</guid>\n    </item>\n'
        for post in posts
    )
    return (
        f'{_XML}<rss version="2.0" xml:base="/en" xmlns:dc="http://purl.org/dc/elements/1.1/">\n'
        f"  <channel>\n    <title>{title}</title>\n    <language>en</language>\n{items}</channel>\n</rss>"
    )


def blogger(title: str, posts: Sequence[Post], *, noise: int = 0) -> str:
    """Five links for each post, milliseconds, and the number of remarks."""
    entries = "".join(
        f"<entry><id>tag:blogger.com,1999:blog-1.post-{escape(post.guid)}</id>"
        f"<published>{post.at.isoformat('T', 'milliseconds')}</published>"
        f"<updated>{(post.updated or post.at).isoformat('T', 'milliseconds')}</updated>"
        f"<title type='text'>{escape(post.title)}</title>"
        f"<content type='html'>{escape(f'<div>{escape(post.text)}</div>')}</content>"
        f"<link rel='replies' type='application/atom+xml' href='{escape(post.link)}/comments/default'/>"
        f"<link rel='replies' type='text/html' href='{escape(post.link)}#comment-form' title='{noise}'/>"
        f"<link rel='edit' type='application/atom+xml' href='https://www.blogger.com/feeds/1/posts/default/2'/>"
        f"<link rel='self' type='application/atom+xml' href='https://www.blogger.com/feeds/1/posts/default/2'/>"
        f"<link rel='alternate' type='text/html' href='{escape(post.link)}' title='{escape(post.title)}'/>"
        f"<thr:total>{noise}</thr:total></entry>"
        for post in posts
        if post.at
    )
    return (
        f"{_XML}<feed xmlns='http://www.w3.org/2005/Atom' xmlns:thr='http://purl.org/syndication/thread/1.0'>"
        f"<id>tag:blogger.com,1999:blog-1</id><updated>2026-01-01T00:00:{noise:02}.001-08:00</updated>"
        f"<title type='text'>{title}</title>{entries}</feed>"
    )
