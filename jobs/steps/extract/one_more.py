"""Finds one more person told of beside a number: "and their driver", or behind it: "a tenth villager"."""

import re


def joined(rest: str, *, english: bool) -> int:
    """Where the one more ends who is joined to a number, in what stands behind it; 0 for nobody."""
    match = (_ENGLISH if english else _ELSEWHERE).match(rest)
    return match.end() if match else 0


def ordinal(line: str, count: int) -> bool:
    """Whether one more is told of by the ordinal that follows a count: "a tenth villager was arrested"."""
    if not 1 < count < len(_ORDINALS[0]) + 2:
        return False
    words = [row[count - 2] for row in _ORDINALS if count - 2 < len(row)]
    return any(re.search(rf"(?<!\w)(?:{word})(?!\w)(?!\s*-?\d)", line, re.IGNORECASE) for word in words)


_ORDINALS = (
    tuple(
        rf"an?\s+{word}\s+(?!(?:day|time|week|month|year|session|report|letter|appeal|country|group|house|"
        rf"bus|boat|ship|vessel|of)\b)[a-z]+"
        for word in (
            *(
                "second",
                "third",
                "fourth",
                "fifth",
                "sixth",
                "seventh",
                "eighth",
                "ninth",
                "tenth",
                "eleventh",
            ),
            *("twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth"),
        )
    ),
    tuple(
        rf"une?\s+{word}\s+(?:personne|homme|femme|militante?|journaliste|détenue?|étudiante?|villageoise?)"
        for word in (
            *(
                "second",
                "troisième",
                "quatrième",
                "cinquième",
                "sixième",
                "septième",
                "huitième",
                "neuvième",
                "dixième",
            ),
        )
    ),
    tuple(
        rf"un[oa]?\s+{word}\s+(?:persona|hombre|mujer|activista|periodista|detenid[oa]|estudiante|"
        rf"comuner[oa])"
        for word in (
            *(
                "segund[oa]",
                "tercer[oa]?",
                "cuart[oa]",
                "quint[oa]",
                "sext[oa]",
                "séptim[oa]",
                "octav[oa]",
                "noven[oa]",
                "décim[oa]",
            ),
        )
    ),
)
"""The second, third, ... of a group, by language."""
_ONE_WORD = (
    r"girl|boy|man|woman|child|infant|baby|priest|monk|nun|teacher|student|journalist|lawyer|doctor|"
    r"teenager|driver|guide|"
    r"interpreter|lecturer|assistant|neighbou?r|nurse|worker|leader|chair(?:man|woman|person)?|wife|husband|"
    r"mother|father|son|daughter|"
    r"brother|sister|companion|colleague|pastor|cameraman|translator|cook|abbot|novice"
)
_ENGLISH = re.compile(
    r"^,?\s+(?:(?:(?!(?:and|who|whose|which|that|is|are|was|were|has|have)\b)[\w’'-]+\s+){0,5}"
    r"(?:and|along with|together with)\s+"
    rf"(?:an?|one|their|his|her|the)\s+(?:[\w’'-]+\s+){{0,3}}?(?:{_ONE_WORD})\b|"
    r"(?:and|along with|together with)\s+(?:(?:Mr|Ms|Mrs|Dr|Father|Pastor|Sister|Brother)\.?\s+)?"
    r"[A-Z][\w-]+(?:\s+[A-Z][\w-]+){1,3}(?=[,.;]?\s*(?:$|are|were|have|who|be|from|in|and)))"
)
"""Beside a number: "eleven teachers and a girl", "the five monks and their driver"."""
_ELSEWHERE = re.compile(
    r"^\s+(?:(?!(?:et|y|e|и|qui|que)\b)[^\W\d_][\w’'-]*\s+){0,4}(?:"
    r"(?:et|ainsi que)\s+(?:leur|une?|son|sa|le|la)\s+(?:chauffeur|guide|interprète|avocate?|mère|père|"
    r"femme|épouse|mari|fils|fille|bébé|"
    r"enfant|enseignante?|journaliste|religieuse|prêtre|étudiante?|homme|collègue)\b|"
    r"(?:y|e|junto con)\s+(?:su|un[ao]?|el|la|o|um|uma)\s+(?:chofer|conductora?|guía|intérprete|abogad[oa]|"
    r"madre|padre|esposa|esposo|hij[oa]|"
    r"bebé|niñ[oa]|maestr[oa]|periodista|sacerdote|estudiante|mujer|hombre|compañer[oa]|motorista|"
    r"advogad[oa])\b|"
    r"и\s+(?:их\s+|один\s+|одна\s+)?(?:водител\w+|переводчи\w+|адвокат\w*|мать|отец|жена|муж|сын|дочь|"
    r"реб[её]нок|учительница|учитель|"
    r"журналист\w*|священник\w*)\b)",
    re.IGNORECASE,
)
