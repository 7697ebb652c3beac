"""A whole company on one machine: the broken networks that `gomod-wizard` must repair.

Read `README.md` beside this file first. The modules, bottom up, one idea each:

    store         where the lab keeps its things, and its one lock
    shell         run a command, with a limit, and say what it printed
    trees         the operating systems of the machines (debootstrap), kept between runs
    images        the base images that Dockerfiles name
    links         network namespaces, addresses, routes, firewalls
    machine       one machine: a namespace, an operating system, its processes
    engine        a real dockerd on a machine
    authorities   certificate authorities
    modules       the Go modules of the public internet, and their checksums
    names         who resolves which name
    web           the HTTPS servers: mirrors with their behaviours
    ...
"""
