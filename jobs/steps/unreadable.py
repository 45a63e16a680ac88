"""The one way in which reading a document fails."""


class Unreadable(Exception):
    """The document holds no text to read; `detail` says what it is instead."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail
