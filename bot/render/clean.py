"""Takes out of a text what would deceive the eye: overrides of direction, hidden characters, controls.

What a publisher wrote reaches chats of people at risk, next to our own words. A right-to-left
override can turn a name around, a hidden character can carry a message to somebody else, and a
line break inside a title can forge a line of ours. What a script needs for reading stays: the
joiners of Persian, Hindi and emoji, the word breaks of Khmer and Thai, and isolates around a name that
is written from right to left (`isolated`): closed, in one line, they turn around nothing beside them.
"""

import re
import unicodedata

_BREAKS = re.compile("\r\n|[\r\u0085\u2028\u2029]")
_SPACES = re.compile("[\t\v\f\u00a0\u2000-\u200a\u202f\u205f]")
_HIDDEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"  # controls (Cc)
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200e\u200f"  # soft hyphen, fillers, marks
    "\u202a-\u202e\u2060-\u206f"  # embeddings, overrides, isolates (UAX 9), invisible operators
    "\u3164\ufeff\uffa0\ufff0-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e00ff"
    # Telegram drops these three itself: combining ring (composed by NFC where it belongs to a
    # letter), double low line, double overline.
    "\u030a\u0333\u033f]"
)
_FROM_THE_RIGHT = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff"
"""Hebrew, Arabic, Syriac, Thaana, N'Ko and their like."""
_RIGHT = re.compile(f"[{_FROM_THE_RIGHT}]")
_OPENS, _CLOSES = "\u2068", "\u2069"
"""First strong isolate, pop directional isolate (UAX 9)."""
_INSIDE = "[^\n\u2066-\u2069]*"
_HIDDEN_OR_ISOLATED = re.compile(f"{_OPENS}({_INSIDE}){_CLOSES}|{_HIDDEN.pattern}")
_SURROGATES = re.compile("[\ud800-\udfff]")
_JOINED = "[\u0590-\u1dff\u2190-\ud7ff\ue000-\U0010ffff]"
_JOINERS = re.compile(f"(?<!{_JOINED})[\u200b-\u200d]|[\u200b-\u200d](?!{_JOINED})")
"""Zero-width space, non-joiner and joiner, unless both neighbours are of a script that uses them."""
_ORDINARY = re.compile(r"[ -~]*")
_BLANKS = re.compile("\n{3,}")


def clean(text: str) -> str:
    """The text in composed form (NFC), with plain spaces and line breaks and nothing hidden in it.

    Idempotent. Line breaks stay, never more than one blank line in a row.
    """
    if _ORDINARY.fullmatch(text):
        return text
    text = _SURROGATES.sub("\ufffd", text)
    text = _SPACES.sub(" ", _BREAKS.sub("\n", text))
    previous = None
    while previous != text:  # taking one character out can bring two others together
        previous = text
        text = _JOINERS.sub("", _HIDDEN_OR_ISOLATED.sub(_seen, unicodedata.normalize("NFC", text)))
    return _BLANKS.sub("\n\n", text)


def isolated(text: str) -> str:
    """The text as it may stand inside a sentence that runs from left to right.

    Unmarked, a name in Arabic takes the number that follows it to its other side. What holds several lines,
    or is isolated in part, stays as it is.
    """
    if not _RIGHT.search(text):
        return text
    bare = clean(text)
    if "\n" in bare or _OPENS in bare:
        return text
    return f"{_OPENS}{bare}{_CLOSES}"


def _seen(found: re.Match[str]) -> str:
    """What stays of a hidden character, or of what is isolated."""
    inside = _HIDDEN.sub("", found[1] or "")
    return f"{_OPENS}{inside}{_CLOSES}" if _RIGHT.search(inside) else inside


def one_line(text: str) -> str:
    """As `clean`, with every line break a space: for titles and labels, which must not forge lines."""
    return clean(text).replace("\n", " ")
