"""Korean as it is written: words without their particles, and compounds cut into words."""

from collections.abc import Callable, Iterator

_WORD = 3
"""Syllables of the longest Korean word that is not looked into."""
_PARTICLES = (
    *(
        "으로부터",
        "에서는",
        "에게서",
        "이라는",
        "으로서",
        "에서",
        "에게",
        "으로",
        "까지",
        "부터",
        "라는",
        "이나",
    ),
    *("처럼", "보다", "들은", "들이", "들을", "들의", "은", "는", "이", "가", "을", "를", "의", "에", "로"),
    *("와", "과", "도", "만", "들", "나"),
)


def bare_words(run: str) -> Iterator[str]:
    """A Korean word without the particle at its end."""
    for particle in _PARTICLES:
        if run.endswith(particle) and len(run) - len(particle) >= 2:
            yield run[: -len(particle)]
            return


def cut(run: str, held: Callable[[str], int]) -> list[str]:
    """The words of a compound: cut where two syllables stand side by side least often.

    `held` tells of two syllables how many statements hold them.
    """
    if len(run) <= _WORD:
        return [run]
    at = min(range(2, len(run) - 1), key=lambda place: (held(run[place - 1 : place + 1]), place))
    return [*cut(run[:at], held), *cut(run[at:], held)]
