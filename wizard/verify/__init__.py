"""The proof: the user's own `go` and the user's own builder download every module, cold.

Nothing that an earlier run left may help: the host gets an empty module cache, the build empty
cache mounts and no layer of the stage that downloads. No cache of the user's is emptied for it.
"""
