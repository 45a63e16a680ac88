"""Finds a plain piece of an expression that every match of it holds: a cheap test before a dear search."""

_ANY = frozenset(".^$")
_REPEATED = frozenset("?*{")


def anchor(expression: str) -> str:
    """The longest piece, in lower case, that stands in each match; "" where there is none.

    Groups and classes of characters are passed over, so that what is left is certain.
    """
    runs: list[str] = [""]
    depth, at = 0, 0
    while at < len(expression):
        char = expression[at]
        if char == "\\":
            escaped = expression[at + 1 : at + 2]
            if depth == 0:
                runs[-1:] = [runs[-1], ""] if escaped.isalnum() else [runs[-1] + escaped]
            at += 2
            continue
        if char == "[":
            at = _class_end(expression, at)
            runs += [""] if depth == 0 else []
            continue
        if char in "()":
            depth += 1 if char == "(" else -1
            runs += [""]
        elif depth == 0:
            if char == "|":
                return ""
            if char in _REPEATED:
                runs[-1:] = [runs[-1][:-1], ""]
                at = expression.index("}", at) if char == "{" else at
            elif char in _ANY or char == "+":
                runs += [""]
            else:
                runs[-1] += char
        at += 1
    return max(runs, key=len).lower()


def _class_end(expression: str, at: int) -> int:
    """Past the class of characters that opens at `at`."""
    at += 2 if expression[at + 1 : at + 2] == "^" else 1
    at += expression[at : at + 1] == "]"
    while at < len(expression) and expression[at] != "]":
        at += 2 if expression[at] == "\\" else 1
    return at + 1
