"""What a person may ask, the same on every transport: Request -> answer -> Reply.

answer finds the command in `table.COMMANDS`; its handler reads the words, asks the archive or
changes what the recipient gets, and draws a Reply. A line in the table is a new command.
"""
