"""What a command says where there is no Go project to work on."""

from __future__ import annotations

from wizard.errors import UsageError
from wizard.facts import Facts, ProjectFacts, State
from wizard.text import Text, msg


def require_project(facts: Facts, otherwise: Text = "") -> None:
    """Raise UsageError where the folder holds no Go project; `otherwise` names another way."""
    require_modules(facts.project, otherwise)


def require_modules(project: ProjectFacts, otherwise: Text = "") -> None:
    """Raise UsageError as `require_project`, where only the project was looked at."""
    modules = project.modules
    if modules.or_else(()) or project.workspace.value is not None:
        return
    if modules.state is State.UNKNOWN:
        raise UsageError(
            msg("the project cannot be read: {why}", why=modules.reason),
            where=modules.source,
            hint=msg("mend that line"),
        )
    raise UsageError(
        msg("there is no Go project here: {why}", why=modules.reason or msg("no go.mod")),
        where=modules.source,
        hint=msg(
            "name the folder that holds go.mod by --project{otherwise}",
            otherwise=f"; {otherwise}" if str(otherwise) else "",
        ),
    )
