"""Reads a document: what it is called, who speaks to whom, what is asked, who signed, who is in danger.

`split` cuts a page of several titled items into one document each; `extract` reads one document in this
order: blocks, dates, issuers, context, demands, addressees, signatories, persons, identifiers, instruments.
Kind and alert are left to `jobs.steps.classify`.
"""

from jobs.steps.extract.reading import extract, extract_asked
from jobs.steps.extract.split import split

__all__ = ["extract", "extract_asked", "split"]
