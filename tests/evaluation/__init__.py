"""How well Vigil understands, on the labelled texts in tests/data: `make eval`.

`entries` (feed entries), `cases` (groups of entries) and `documents` (long texts) each judge with the
program's own code and score against the labels; `figures` gives the bounds within which a figure of so
few examples lies. `weigh` fits the weights to the development half; the test half is only ever scored.
"""
