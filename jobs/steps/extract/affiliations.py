"""Tells persons in a list of signatories by the office, work or body that stands behind their name."""

import re

from jobs.steps.extract.namelists import HONOURED, is_organisation, is_personal

OFFICE = re.compile(
    r"(?:Executive|Secretary|Director|President|Chair|Co-?ordinator|Spokes|Head|Professor|Chief|Deputy|"
    r"Member|Founder|"
    r"Representative|Dean|Editor|Treasurer|Vice|Director|Coordinador|Présidente?|Directeur|Directrice|"
    r"Portavoz)"
)
JUNIOR = re.compile(
    r",\s+((?:Jr|Sr|Esq)\b\.?|Ph\.?\s?D\.?(?!\s+\w)|S\.?J\.?(?=\W|$)|O\.?P\.?(?=\W|$)|II+(?=\W|$))"
)
"""What stands behind a comma and belongs to the name before it."""


TOLD_AFTER = re.compile(r"(?<=[^\W\d_]{3})\.\s+(?=[A-ZÀ-ÞА-ЯЁ])")
"""Before the sentence that tells how many more have signed."""


def of_persons(names: list[str]) -> bool:
    """Whether the names of a row are persons': none is a body's, and some show it by title or affiliation."""
    heads = [re.split(r"[,(（]", name)[0].strip() for name in names]
    if any(is_organisation(head) or not (is_personal(head) or HONOURED.match(head)) for head in heads):
        return False
    shown = sum(bool(HONOURED.match(name)) or affiliated(name) for name in names)
    return shown > 1 and shown * 5 >= len(names)


def affiliated(text: str) -> bool:
    """Whether an entry is a person's name with work or a body behind: "Maria Lund, Uppsala University"."""
    head, mark, behind = re.sub(r"\s*[(（]|\s[–—-]\s", ", ", text, count=1).partition(",")
    if not mark or is_organisation(head) or not is_personal(head.strip()):
        return False
    body = re.split(r"[,(（]", behind)[0]
    told = WORK.search(behind) or OFFICE.match(behind.strip()) or _ELECTED.search(head)
    return bool(told) or behind.strip()[:1].islower() or is_organisation(body)


_ELECTED = re.compile(r"\s(?:MPs?|MEP|MLA|MSP|MdB|KC|QC)$")
"""What stands behind the name of a member of a parliament, or of counsel."""
WORK = re.compile(
    r"\b(?:univers\w+|colleg\w+|professor\w*|profesor\w*|professeure?|researcher|scholar|lawyer|attorney|"
    r"advocate|barrister|writer|author|"
    r"candidate|lecturer|fellow|instructor|"
    r"journalist|editor|historian|poet|novelist|economist|sociologist|independent|student|doctor|physician|"
    r"bishop|former|retired|member of|"
    r"avocate?|écrivaine?|journaliste|chercheu\w+|historien\w*|députée?|romanci\w+|médecin|abogad[oa]|"
    r"escritora?|periodista|investigador\w*|"
    r"médic[oa]|sacerdote|diputad[oa]|адвокат|журналист\w*|правозащитни\w+|писател\w+|профессор|юрист|"
    r"депутат|историк)\b",
    re.IGNORECASE,
)
