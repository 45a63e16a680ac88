"""lemon24/reader as a peer: run with the python of its own environment, told what to do line by line.

"new PATH" begins anew; "add ADDRESS" adds a feed; "update" updates all feeds that are there, as its
documentation shows, and answers with the seconds and processor seconds that it took, and with the
number of entries then held.
"""

import logging
import sys
import time

import feedparser_sgmllib
from reader import Reader, make_reader

# It carries a feedparser of its own, which knows this module by the name that it had before.
sys.modules["sgmllib"] = feedparser_sgmllib


def main() -> None:
    """Until there are no more lines."""
    logging.getLogger("reader").setLevel(logging.CRITICAL)
    reader: Reader | None = None
    for line in sys.stdin:
        word, _, rest = line.strip().partition(" ")
        if word == "new":
            if reader is not None:
                reader.close()
            reader = make_reader(rest)
        assert reader is not None
        if word == "add":
            reader.add_feed(rest)
        if word == "update":
            start, spent = time.perf_counter(), time.process_time()
            reader.update_feeds(workers=20, scheduled=False)
            seconds, spent = time.perf_counter() - start, time.process_time() - spent
            print(seconds, spent, reader.get_entry_counts().total, flush=True)


if __name__ == "__main__":
    main()
