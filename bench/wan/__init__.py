"""An emulated network for the bench: mirrors at chosen round trips, in namespaces of their own.

Two network namespaces, the client's and the servers', with a TUN device in each; `forwarder.c`
carries packets between them, each late by half its site's round trip. Name look-up, TCP, TLS and
HTTP so cost their true round trips, and jitter, loss and black holes behave as on a real way.
Needs root, gcc and ip. Nothing touches the machine's own network; everything ends with the bench.
"""
