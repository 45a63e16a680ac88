"""Names the treaties, declarations and laws that a text invokes."""

import re
from functools import cache

from jobs.steps.extract.anchors import anchor
from jobs.steps.extract.data import table


@cache
def _patterns() -> tuple[tuple[str, tuple[str, ...], re.Pattern[str]], ...]:
    """Each instrument with words of which one is in every text that names it, and its expression."""
    return tuple(
        (
            row["name"],
            tuple(anchor(pattern) for pattern in row["patterns"]),
            re.compile(rf"(?<!\w)(?:{'|'.join(row['patterns'])})"),
        )
        for row in table("instruments.toml")["instrument"]
    )


def instruments(text: str) -> tuple[str, ...]:
    """The instruments of `instruments.toml` that the text names, in the order of their first mention."""
    lowered = text.lower()
    found = [
        (match.start(), name)
        for name, held, expression in _patterns()
        if [part for part in held if part in lowered] and (match := expression.search(text))
    ]
    return tuple(name for _, name in sorted(found))
