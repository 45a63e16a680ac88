"""Where the software that sites run usually has its feeds: a line for each, to be added to."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Platform:
    """One software, how a page betrays it, and where it has its feeds."""

    name: str
    sign: re.Pattern[str]
    """What is found in the page's generator, its own address, or that of a script or link of its site."""
    places: tuple[str, ...] = ()
    """Seen from a folder of the site; what begins with "?" belongs to the page's own address."""
    per_page: bool = False
    """Whether a page, such as that of a tag, has a feed of its own there."""
    board: re.Pattern[str] | None = None
    """The whole address of a board or section, each of which has a feed."""
    feed_of_board: str = ""


def _sign(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


PLATFORMS = (
    Platform("WordPress", _sign(r"wordpress|/wp-(?:content|includes|json)/"), ("feed/",), per_page=True),
    Platform(
        "Gnuboard",
        _sign(r"/bbs/(?:board|content|login)\.php|gnuboard"),
        board=_sign(r"^(.{0,300}?)board\.php\?(?:[^#]{0,300}&)?bo_table=([\w-]{1,40}).{0,300}$"),
        feed_of_board=r"\1rss.php?bo_table=\2",
    ),
    Platform("SPIP", _sign(r"\bspip\b|spip\.php"), ("spip.php?page=backend",)),
    Platform("Drupal", _sign(r"drupal|/sites/(?:default|all)/"), ("rss.xml",)),
    Platform("Blogger", _sign(r"blogger|\.blogspot\."), ("feeds/posts/default",)),
    Platform("Joomla", _sign(r"joomla|/media/(?:system|jui)/|option=com_"), ("?format=feed&type=rss",)),
    Platform("Squarespace", _sign(r"squarespace"), ("?format=rss",)),
    Platform("Wix", _sign(r"\bwix\b|wixstatic|parastorage"), ("blog-feed.xml",)),
    Platform("Ghost", _sign(r"\bghost\b"), ("rss/",)),
    Platform("Hugo", _sign(r"\bhugo\b"), ("index.xml",)),
    Platform("Jekyll", _sign(r"\bjekyll\b"), ("feed.xml",)),
    Platform("Substack", _sign(r"substack"), ("feed",)),
    Platform("Tistory", _sign(r"tistory"), ("rss",)),
    Platform("Tumblr", _sign(r"tumblr"), ("rss",)),
    Platform("Plone", _sign(r"\bplone\b"), ("RSS",)),
    Platform("Discourse", _sign(r"discourse"), ("latest.rss",)),
)
COMMON = (
    "feed/", "rss.xml", "atom.xml", "feed.xml", "index.xml", "rss/", "spip.php?page=backend",
    "feeds/posts/default", "feed.json", "rss.php",
)  # fmt: skip
"""Where feeds are on sites that do not say what they run, the commonest first."""
