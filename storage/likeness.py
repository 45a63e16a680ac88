"""Marks by which a text is known again that comes changed: at another address, under another title, in part.

Each mark is made with the key (`trace`): without it nobody can find out by guessing what a run of words said.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable
from hashlib import blake2b
from urllib.parse import parse_qsl, urlencode

Trace = Callable[..., str]

_RUN = 8
"""Words that no two texts share by chance in this order; of Chinese and Japanese, characters."""
_WINDOW = 6
"""Of so many runs beside each other one is marked, the same one in every text (winnowing, Schleimer 2003)."""
_MOST_RUNS = 600
_SHARED = 12
"""Marked runs that make a text much the same, however long it is: some fifty words."""
_FEW, _PART = 3, 0.3
"""So many of a shorter one, and which part of all."""
_TELLING = 60
"""Characters that no two texts share by chance."""
_WORD = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|(?:(?![\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff])\w)+"
)
_TRACKING = re.compile(
    r"utm_\w+|utm|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|igshid|igsh|mc_[ce]id|_hs\w+|ref|ref_src"
    r"|source|campaign|share|spm|amp"
)
_WHOLE, _NEAR = "=", "~"
"""Before a mark of an address or a text, and of a run of words: no other digest begins so."""


def address_of(url: str) -> str:
    """An address without scheme and fragment; "" for a front page, which is nobody's own."""
    bare = url.partition("#")[0].partition("://")[2].removeprefix("www.").rstrip("/").lower()
    host, slash, path = bare.partition("/")
    return bare if (slash and path) or "?" in host else ""


def marks_of(url: str, text: str, trace: Trace) -> set[str]:
    """The marks of an address, also without its questions, and of the words of a text without its title."""
    found = {_mark(_WHOLE, trace, "address", address) for address in _addresses(url)}
    words = " ".join(_words(text))
    if len(words) >= _TELLING:
        found.add(_mark(_WHOLE, trace, "text", words))
    return found


def own_mark(url: str, trace: Trace) -> set[str]:
    """The mark of an address by which it is known when it comes with other questions."""
    return {_mark(_WHOLE, trace, "address", address) for address in _addresses(url)[:1]}


def runs_of(texts: Iterable[str], trace: Trace, but: Collection[bytes] = ()) -> set[str]:
    """The marks of the runs of words of some texts, `but` those that others share."""
    found = set().union(*(_runs(text) for text in texts)) - set(but)
    return {_mark(_NEAR, trace, "run", run.hex()) for run in found}


def common(texts: Iterable[str], least: int) -> set[bytes]:
    """The runs that stand in at least so many of some texts: what a site writes below everything."""
    met: dict[bytes, int] = {}
    for text in texts:
        for run in _runs(text):
            met[run] = met.get(run, 0) + 1
    return {run for run, count in met.items() if count >= least}


def is_run(mark: str) -> bool:
    """Whether it is the mark of a run."""
    return mark.startswith(_NEAR)


def is_much(shared: int, of: int) -> bool:
    """Whether so many shared runs, of all of a text, make it much the same."""
    return shared >= _SHARED or (shared >= _FEW and shared >= of * _PART)


def _mark(sort: str, trace: Trace, *parts: str) -> str:
    """As long as any other digest."""
    return sort + trace(*parts)[:63]


def _addresses(url: str) -> list[str]:
    """An address without what only tells where a reader came from, then without any question."""
    address = address_of(url)
    path, _, asked = address.partition("?")
    kept = sorted((name, value) for name, value in parse_qsl(asked) if not _TRACKING.fullmatch(name))
    whole = f"{path}?{urlencode(kept)}" if kept else path
    return list(dict.fromkeys((whole, path))) if "/" in path else [whole] if kept else []


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def _runs(text: str) -> set[bytes]:
    """Some of the runs of words in a text, chosen by what they say and so the same in every text."""
    words = _words(text)
    hashes = [
        blake2b(" ".join(words[at : at + _RUN]).encode("utf-8", "replace"), digest_size=8).digest()
        for at in range(len(words) - _RUN + 1)
    ]
    chosen = (
        {min(hashes[at : at + _WINDOW]) for at in range(max(1, len(hashes) - _WINDOW + 1))}
        if hashes
        else set()
    )
    return set(sorted(chosen)[:_MOST_RUNS])
