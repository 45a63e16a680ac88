"""Pure reading, in flow order: values in, values out, no clock, no network, no database.

    clean, decode, stamps   bytes and markup become plain text; dates as pages print them
    parse, pages            a feed or a list page becomes entries
    read                    a linked page, PDF or text becomes a document
    extract                 a document becomes a statement: who asks whom for what
    classify                kind, urgency, severity, certainty, each with its reasons
    understand              the two together
    link                    which case a statement belongs to
    match                   which routes want an alert

`lexicon` holds the words and names of every language as data that an NGO can extend.
"""
