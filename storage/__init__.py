"""The nouns and their memory.

    words, records, queries   values: what there is to know about a source, an entry, a statement ...
    tables                    where each of them is kept
    database                  the engine, and Work: one transaction with one repository a noun
    additions                 what one transaction adds: written together, numbered beforehand
    sources ... notices       the repositories: a noun's questions and changes, each a short method
    terms, search             the archive's index, the same words on SQLite and PostgreSQL
    vault                     the key outside the database: ciphers addresses, finds them by keyed hash
    migrations                how one version's tables become the next's (Alembic)

To add a noun: a record, a table, a repository, an attribute of Work, a migration.
"""
