"""Turns the bytes of an answer into text, or says what they are instead."""

import codecs
import re
from collections.abc import Mapping

import chardet

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins like the UTF-16 one, so it is asked first
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WIDER = {
    # WHATWG Encoding Standard 4.2: what is labelled so is written in the wider set.
    "iso-8859-1": "cp1252", "latin-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252", "ascii": "cp1252",
    "euc-kr": "cp949", "ks_c_5601-1987": "cp949", "ksc5601": "cp949", "gb2312": "gb18030", "gbk": "gb18030",
    "shift_jis": "cp932", "shift-jis": "cp932", "x-sjis": "cp932", "iso-8859-9": "cp1254",
    "big5": "big5hkscs", "windows-31j": "cp932",
}  # fmt: skip
_KNOWN = re.compile(
    r"utf-?(?:8|16|16le|16be|32)|iso-8859-\d{1,2}|windows-\d{3,4}|cp\d{3,5}|koi8-[rut]|mac-?roman|euc-jp|hz"
    r"|iso-2022-(?:jp|kr)|gb18030|big5hkscs|tis-620|johab",
)
_HEADER_CHARSET = re.compile(r"charset\s{0,4}=\s{0,4}[\"']?([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
_DECLARED = re.compile(rb"(?:charset|encoding)\s{0,4}=\s{0,4}[\"']?([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
_XML_DECLARED = re.compile(
    rb"(?:\xef\xbb\xbf)?<\?xml[^>]{0,80}\bencoding\s{0,9}=\s{0,9}[\"']([A-Za-z0-9._:-]{1,40})"
)
_UNICODE = (b"utf", b"us-ascii", b"ascii")
_SEVEN_BIT = re.compile(r"utf-?7|iso-2022|\bhz\b", re.IGNORECASE)
UTF8_XML = "application/xml; charset=utf-8"
_TAGS = re.compile(rb"<\s{0,4}(?:!doctype\s{1,9}html|html|head|body|title|meta|div|p|table)\b", re.IGNORECASE)

_MAGIC = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive or office document"),
    (b"\xd0\xcf\x11\xe0", "an old office document"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"\x1f\x8b", "compressed data"),
    (b"Rar!", "an archive"),
    (b"OggS", "a recording"),
    (b"ID3", "a recording"),
)
_CONTROL = bytes(byte for byte in range(32) if byte not in b"\t\n\r\f\x1b")
_SAMPLE = 4096


def decode(body: bytes, content_type: str = "") -> str:
    """The text of `body`; `content_type` is the header as sent. Never raises.

    UTF-8 that is valid is UTF-8, whatever was declared; then the declared charsets are tried, the
    header before the document (RFC 9110 8.3.2), then a guess.
    """
    for bom, name in _BOMS:
        if body.startswith(bom):
            return body.decode(name, "replace")
    declared = _declared(body, content_type)
    if b"\0" not in body[:_SAMPLE]:
        # WHATWG HTML 13.2.3.2: a label that can be read as ASCII is in no UTF-16, whatever it says.
        declared = [name for name in declared if not name.startswith(("utf-16", "utf-32"))]
    stateful = [name for name in declared if name.startswith(("iso-2022", "utf-16", "utf-32", "hz"))]
    for name in (*stateful, "utf-8", *declared):
        try:
            return body.decode(name)
        except (UnicodeError, LookupError):
            continue
    guess = chardet.detect(body[: 16 * _SAMPLE]).get("encoding") or "cp1252"
    name = _canonical(str(guess)) or (declared[0] if declared else "cp1252")
    try:
        return body.decode(name, "replace")
    except (UnicodeError, LookupError):
        return body.decode("cp1252", "replace")


def labelled(body: bytes, headers: Mapping[str, str]) -> dict[str, str]:
    """The headers that the reader should see: a body that is plainly UTF-8 is so whatever its label says.

    Servers mislabel (`text/xml` alone means ASCII), and so do programs that write "utf-16" into what
    they send as UTF-8. Text in another charset is next to never valid UTF-8, but for the seven-bit ones.
    """
    content = headers.get("content-type", "")
    shown = {"content-type": content}
    if language := headers.get("content-language"):
        shown["content-language"] = language
    declared = _XML_DECLARED.match(body)
    label = declared[1].lower() if declared else b""
    if b"\0" in body or _SEVEN_BIT.search(content) or _SEVEN_BIT.search(label.decode("ascii")):
        return shown
    if label and not label.startswith(_UNICODE) and not body.isascii():
        return shown
    try:
        body.decode()
    except UnicodeDecodeError:
        return shown
    return shown | {"content-type": UTF8_XML}


def is_told(encoding: str, body: bytes, content_type: str = "") -> bool:
    """True when header or document name this charset, or it proves itself, as UTF-8 does: no guess."""
    told = ("utf-8", *_declared(body, content_type))
    return _codec(_canonical(encoding) or encoding) in {_codec(name) for name in told}


def _codec(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError:
        return name.lower()


def _declared(body: bytes, content_type: str) -> list[str]:
    header = _HEADER_CHARSET.search(content_type[:400])
    inside = _DECLARED.search(body[:_SAMPLE])
    labels = (header.group(1) if header else "", inside.group(1).decode("ascii") if inside else "")
    return [name for label in labels if (name := _canonical(label))]


def _canonical(label: str) -> str:
    """Python's name of a charset that may be trusted to decode text, else ""."""
    lowered = label.strip().lower()
    name = _WIDER.get(lowered, lowered)
    return name if _KNOWN.fullmatch(name) else ""


def media_type(content_type: str) -> str:
    """The bare type of a header: "Text/HTML; charset=utf-8" is "text/html"."""
    return content_type.split(";", 1)[0].strip().lower()[:100]


def magic(body: bytes) -> str:
    """What the first bytes say it is ("a PDF"), or "" for what may be text."""
    head = body[:1024].lstrip()
    for signature, name in _MAGIC:
        if head.startswith(signature):
            return name
    if body.startswith(tuple(bom for bom, _ in _BOMS)):
        return ""
    sample = body[:_SAMPLE]
    return "binary data" if len(sample) - len(sample.translate(None, _CONTROL)) > len(sample) // 20 else ""


def looks_like_html(body: bytes) -> bool:
    """True when the first kilobytes hold tags that only a page has."""
    return bool(_TAGS.search(body[:_SAMPLE]))
