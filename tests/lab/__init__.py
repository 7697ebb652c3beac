"""A whole company on one machine: the broken networks that `gomod-wizard` must repair.

`README.md` beside this file says how to run it, how to write a network, and in which order to read
the modules.
"""
