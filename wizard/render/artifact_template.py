"""Templates hold text, Python holds logic: `@@{name}` is the only thing they know."""

from __future__ import annotations

from string import Template

from wizard.resources import template


class ArtifactTemplate(Template):
    """`@@{name}`: `$` belongs to the shell and the Dockerfile, one `@` to image digests."""

    delimiter = "@@"


def filled(name: str, /, **values: str) -> str:
    """Return `templates/<name>` with `values` put in; a value is never read as a template.

    Raises KeyError for a place without a value: a mistake of the programmer.
    """
    return ArtifactTemplate(template(name)).substitute(values).rstrip("\n") + "\n"
