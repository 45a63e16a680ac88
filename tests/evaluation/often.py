"""Makes `storage/often/`: what texts of a language hold most often, of one half of the labelled entries.

Run as `python -m tests.evaluation.often FOLDER`. What is packed already needs the files as they are, so this
is for files of other names. The other half is what packing is measured with (`benchmarks/corpus.py`).
"""

import json
import re
import sys
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

_EXAMPLES = Path(__file__).parents[1] / "data" / "eval" / "dev.jsonl"
_SIZE = 16_000
"""Bytes for a language: what is further than 32 KB back in text and words together is not seen."""
_COST = 2.2
"""Bytes that it takes to say where a piece stands."""
_LEAST, _SHORTEST = 3, 4
_WORD = re.compile(r" ?[^ ]+")
_UNSPACED, _JOINED = ("ja", "zh"), ("ja", "zh", "ko")


def is_taught(one: Mapping[str, object]) -> bool:
    """Whether the words are taken from this entry."""
    return zlib.crc32(str(one["id"]).encode()) % 2 == 0


def often(entries: list[Mapping[str, str]], language: str) -> bytes:
    """The pieces that save the most for their length, the best last: what is near takes less to name."""
    held = Counter[str]()
    for one in entries:
        held.update({piece for text in (one["title"], one["summary"]) for piece in _pieces(text, language)})
    sizes = {piece: len(piece.encode()) for piece, number in held.items() if number >= _LEAST}
    worth = [
        (held[piece] * (size - _COST) / size, piece) for piece, size in sizes.items() if size >= _SHORTEST
    ]
    chosen, room, seen = list[str](), 0, ""
    for _, piece in sorted(worth, reverse=True):
        if piece not in seen:
            seen += piece + "\0"
            chosen.append(piece)
            room += len(piece.encode())
            if room > 2 * _SIZE:
                break
    every = "\0".join(chosen)
    found, room = list[str](), 0
    for piece in chosen:
        room += len(piece.encode()) if every.count(piece) == 1 else 0
        if room > _SIZE:
            break
        found += [piece] if every.count(piece) == 1 else []  # else it stands in a longer one
    return "".join(reversed(found)).encode()


def _pieces(text: str, language: str) -> Iterator[str]:
    text = " ".join(text.split())
    if language in _JOINED:
        for length in range(2, 9 if language in _UNSPACED else 6):
            yield from (text[at : at + length] for at in range(len(text) - length + 1))
    if language not in _UNSPACED:
        words = _WORD.findall(text)
        for number in range(1, 5):
            yield from ("".join(words[at : at + number]) for at in range(len(words) - number + 1))
        yield from (word[:length] for word in words for length in range(4, len(word)))


def main(folder: Path) -> None:
    """Writes a file for each language."""
    lines = _EXAMPLES.read_text(encoding="utf-8").splitlines()
    of: dict[str, list[Mapping[str, str]]] = {}
    for one in map(json.loads, lines):
        if is_taught(one):
            of.setdefault(one["lang"], []).append(one)
    folder.mkdir(parents=True, exist_ok=True)
    for language, entries in of.items():
        (folder / f"{language}.txt").write_bytes(often(entries, language))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
