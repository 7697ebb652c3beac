"""A fleet of machines: an Ansible role that runs this program's own apply and undo on each.

Only what people answered is sent to the machines; all else is found out on each of them. The role's
text is the same for every plan, the plan's part stands in the inventory and in group_vars.

A text that Ansible would take for a template of its own is tagged `!unsafe`, and no other is: the
engine (core 2.19, `_internal/_yaml/_constructor.py`) forgets the quotes of a tagged text, and then
reads `""` as nothing and `"1.30"` as a number. What it takes for a template: a text with one of
Jinja's opening marks, or with its header (`_internal/_templating/_jinja_bits.py`).
https://docs.ansible.com/ansible/latest/playbook_guide/playbooks_advanced_syntax.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import wizard
from wizard.plan.types import Plan
from wizard.render.artifact_template import filled
from wizard.render.profile import shared_answers
from wizard.render.targets.options import Options
from wizard.render.targets.types import Target
from wizard.render.types import Artifact, Scope, Whole
from wizard.render.yaml_text import document, scalar
from wizard.text import msg

FOLDER = "deploy/ansible"
GROUP = "gomod_wizard"
_ROLE = f"roles/{GROUP}"
_HEADER = "#jinja2:"
_MARKS = ("{{", "{%", "{#")

_TEXTS: Mapping[str, str] = {
    "ansible.cfg": "ansible.cfg",
    "site.yml": "site.yml",
    "undo.yml": "undo.yml",
    "README.md": "README.md",
    f"{_ROLE}/defaults/main.yml": "defaults.yml",
    f"{_ROLE}/vars/main.yml": "vars.yml",
    f"{_ROLE}/meta/main.yml": "meta.yml",
    f"{_ROLE}/meta/argument_specs.yml": "argument_specs.yml",
    f"{_ROLE}/tasks/main.yml": "tasks-main.yml",
    f"{_ROLE}/tasks/install.yml": "tasks-install.yml",
    f"{_ROLE}/tasks/present.yml": "tasks-present.yml",
    f"{_ROLE}/tasks/as_root.yml": "tasks-as_root.yml",
    f"{_ROLE}/tasks/absent.yml": "tasks-absent.yml",
    f"{_ROLE}/tasks/undo.yml": "tasks-undo.yml",
    f"{_ROLE}/tasks/purge.yml": "tasks-purge.yml",
    f"{_ROLE}/library/gomod_wizard.py": "module.py",
}
"""Where each text of `templates/ansible/` goes."""


def _ansible(plan: Plan, options: Options) -> tuple[Artifact, ...]:
    """Return a playbook folder: the inventory, the plan's answers, and the role."""
    answers = shared_answers(plan)
    texts = {
        "inventory.yml": _inventory(options["hosts"]),
        f"group_vars/{GROUP}.yml": _group_vars(answers),
        **{path: _text(name) for path, name in _TEXTS.items()},
    }
    return tuple(
        Artifact(
            name=f"{FOLDER}/{path}",
            scope=Scope.PROJECT,
            path=f"{FOLDER}/{path}",
            content=Whole(text=text),
            standalone=text,
            because=(msg("an existing engine sets up a fleet of machines alike"),),
            decisions=tuple(answers) if path.startswith("group_vars") else (),
        )
        for path, text in texts.items()
    )


def _text(name: str) -> str:
    return filled(f"ansible/{name}.tmpl", version=wizard.__version__)


def _inventory(hosts: str) -> str:
    named: Mapping[str, None] = dict.fromkeys(hosts.split(",") if hosts else ())
    return document(
        {GROUP: {"hosts": named}},
        "Written by gomod-wizard. The machines: --option hosts=one.example,two.example.",
    )


def _group_vars(answers: Mapping[str, object]) -> str:
    """Return the variables of the group."""
    return "\n".join(
        (
            "---",
            "# Written by gomod-wizard: what was answered, on every machine alike; no secret.",
            "# yamllint disable rule:line-length",
            f"gomod_wizard_version: {scalar(wizard.__version__)}",
            *_answers(answers),
            "",
        )
    )


def _answers(answers: Mapping[str, object]) -> Iterator[str]:
    if not answers:
        yield "gomod_wizard_answers: {}"
        return
    yield "gomod_wizard_answers:"
    for key, value in answers.items():
        yield f"  {key}: {_value(value)}"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    text = str(value)
    is_template = text.startswith(_HEADER) or any(mark in text for mark in _MARKS)
    return f"!unsafe {scalar(text)}" if is_template else scalar(text)


TARGETS: tuple[Target, ...] = (
    Target(
        name="ansible",
        summary=msg("a role for Ansible: a fleet of machines, set up alike and taken back"),
        render=_ansible,
    ),
)
