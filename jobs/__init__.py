"""The verbs, in the order in which an alert comes to be.

    schedule   when each job runs (the only place that knows APScheduler)
    poll       asks the sources, reads what is new, keeps it and queues what rings: one transaction a source
    fetch      the road to the outside: guarded, bounded, polite
    steps      pure reading: parse, extract, classify, link, match
    ring       decides inside the transaction whether a statement becomes an alert, and for whom
    deliver    sends what is queued, and writes down what became of it

A job takes a database and the time, reads, calls steps, commits once, and may safely run twice.
"""
