"""The same project after the network moved: which network this is, what was decided on it, and
which of that no longer holds.
"""
