"""What the understanding reads: one document as plain text, with what is known from outside it."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Document:
    """A text to be understood. `text` is plain; line breaks and blank lines are kept."""

    title: str
    text: str
    url: str = ""
    language: str = ""
    """What the publisher declares (ISO 639-1); may be wrong or empty."""
    published: datetime | None = None
    """When the source says it was published, with a time of day if there was one."""
    posted: date | None = None
    """The date printed on the page as that of posting, if it differs from writing."""
    attached: tuple[str, ...] = ()
    """PDFs that the page links to in its matter."""
    organisation: str = ""
    """Who publishes the source it came from."""
