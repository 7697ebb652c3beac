"""The rules of Go and Docker, restated as pure functions: no I/O, no opinion."""
