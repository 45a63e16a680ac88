"""Names the treaties, declarations and laws that a text invokes."""

import re
from functools import cache

from jobs.steps.extract.data import table


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (row["name"], re.compile(rf"(?<!\w)(?:{'|'.join(row['patterns'])})"))
        for row in table("instruments.toml")["instrument"]
    )


def instruments(text: str) -> tuple[str, ...]:
    """The instruments of `instruments.toml` that the text names, in the order of their first mention."""
    found = [(match.start(), name) for name, expression in _patterns() if (match := expression.search(text))]
    return tuple(name for _, name in sorted(found))
