"""A small company on loopback, on which the whole wizard can be played without risk.

Everything lies in one temporary folder that a keeper process removes, however the demo ends; the
process refuses every connection but those to the servers it started itself.
"""
