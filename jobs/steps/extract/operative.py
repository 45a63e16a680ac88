"""Knows the verbs with which the operative paragraphs of a resolution begin."""

import re

OPERATIVE = (
    r"(?:(?:Also|Further|Strongly|Once again|Again)\s+)?(?i:Calls|Urges|Requests|Decides|Condemns|"
    r"Expresses|Deplores|Welcomes|Encourages|Invites|Stresses|Reaffirms|Reiterates|Demands|Recommends|"
    r"Instructs|Emphasi[sz]es|Notes|Considers)\s"
)
"""A regular expression: "Calls upon ...", "Also expresses ..."."""
_BEGINS = re.compile(OPERATIVE)


def is_operative(text: str) -> bool:
    """Whether a paragraph, its number left out, is one."""
    return _BEGINS.match(text) is not None
