"""The tables, one a noun.

    program   what the program keeps of itself
    watch     what is watched, and what was published there
    archive   what was said
    people    who is told
    log       what is told, and to whom
    desk      what admins do

One `metadata` holds them all: whoever takes it from here has it whole.
"""

from storage.columns import metadata
from storage.tables import archive, desk, log, people, program, watch

__all__ = ["archive", "desk", "log", "metadata", "people", "program", "watch"]
