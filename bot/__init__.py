"""The voices: what speaks to people and what people type.

__main__, cli    the command line
config, logs     what an operator sets; what an operator reads
app              wires database, poller, transports and deliverers
transports       console and Telegram: Request in, Message out
commands         transport-neutral answers: Request -> Reply, one visible table
render           pure drawing: alert -> Message -> markup
speech, locales  every sentence in the person's language
demo             the sample sites and the tour
"""
