"""Flag > environment > project > user > preset > detected, for every set of places that answer."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.plan.facts_builder import facts
from tests.preset.documents import SOURCE, preset
from wizard.answers import collect_answers
from wizard.facts import PresetFacts, known
from wizard.plan import decide
from wizard.plan.types import Origin
from wizard.requested import collect_requested
from wizard.system import System

ORDER = tuple(Origin)[:-1]
"""All places where somebody answers, the strongest first."""


def _places(folder: Path, values: Mapping[Origin, int]) -> tuple[System, tuple[str, ...], str]:
    """Write each answer of `mtu` where its place is; return the machine, the flags, the preset."""
    for origin, path in ((Origin.PROJECT, "p/gomod-wizard.toml"),
                         (Origin.USER, "home/.config/gomod-wizard/config.toml")):  # fmt: skip
        (folder / path).parent.mkdir(parents=True)
        if origin in values:
            (folder / path).write_text(
                f"[answers]\nmtu = {values[origin]}\n[targets]\nnamespace = 'n{values[origin]}'\n"
            )
    env = {}
    if Origin.ENVIRONMENT in values:
        value = values[Origin.ENVIRONMENT]
        env = {"GOMOD_WIZARD_SET_MTU": str(value), "GOMOD_WIZARD_OPTION_NAMESPACE": f"n{value}"}
    machine = System(env=env, home=folder / "home", uid=1000, root=folder / "root")
    flags = (f"mtu={values[Origin.FLAG]}",) if Origin.FLAG in values else ()
    said = ""
    if Origin.PRESET in values:
        value = values[Origin.PRESET]
        said = f"[answers]\nmtu = {value}\n[targets]\nnamespace = 'n{value}'\n"
    return machine, flags, said


@given(st.dictionaries(st.sampled_from(ORDER), st.integers(1280, 9216)))
def test_the_strongest_place_wins_and_names_all_that_it_overrides(
    values: Mapping[Origin, int],
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        machine, flags, said = _places(folder, values)
        spoken = preset(said)
        answers = collect_answers(machine, folder / "p", sets=flags, preset=spoken)
        options = collect_requested(
            machine,
            folder / "p",
            options=[one.replace("mtu=", "namespace=n") for one in flags],
            preset=spoken,
        ).options
    given_ = [origin for origin in ORDER if origin in values]
    seen = replace(
        facts(), preset=PresetFacts(document=known(spoken, SOURCE), self_test=known((), ""))
    )
    decided = decide(seen, answers).mtu
    assert decided.origin is (given_[0] if given_ else Origin.DETECTED)
    assert [(one.origin, one.text) for one in decided.overrides] == [
        (origin, str(values[origin])) for origin in given_[1:]
    ]
    if given_:
        assert decided.value == values[given_[0]]
        assert decided.source
        assert options["namespace"].text == f"n{values[given_[0]]}"
    if given_ == [Origin.PRESET]:
        assert decided.source == f"{SOURCE}:5"
        assert "preset of Example Corp" in str(decided.because)
    above = answers.get("mtu")
    for origin in given_:
        assert above is not None
        assert (above.origin, above.text) == (origin, str(values[origin]))
        above = above.underneath
    assert above is None
