"""The step about the Docker engine: addresses, MTU, resolvers, and what may go wrong with them."""

from __future__ import annotations

from screens.address_map import AddressMap
from screens.addresses import taken
from screens.evidence import LOOKING, PAIR, reason_of
from screens.grid import Cell, Grid, Tone
from screens.state import State
from screens.step import Section, StepScreen
from wizard.facts import Fact
from wizard.facts.docker import JsonConfig
from wizard.flow import Step
from wizard.text import Text, msg


def engine(state: State) -> Grid:
    """The Docker client, the engine behind it, and their files."""
    facts = state.area("docker")
    rows: list[tuple[Cell, ...]] = []
    if facts is None:
        return Grid(columns=PAIR, rows=(), empty=LOOKING)
    if (found := facts.engine.value) is not None:
        flavour = msg(
            "{version}, {flavour}, context {context}",
            version=found.version,
            flavour=str(found.flavour),
            context=found.context,
        )
        rows.append((Cell(msg("Engine")), Cell(flavour)))
    else:
        rows.append((Cell(msg("Engine")), Cell(reason_of(facts.engine), Tone.WARN)))
    if (client := facts.client.value) is not None:
        builder: Text = (
            msg("legacy builder: {why}", why=client.why_legacy)
            if client.legacy_builder
            else msg("BuildKit (buildx {version})", version=client.buildx or "?")
        )
        rows.append((Cell(msg("Builder")), Cell(builder)))
    else:
        rows.append((Cell(msg("Client")), Cell(reason_of(facts.client), Tone.WARN)))
    unwritten = facts.engine.value is None  # as `plan.inputs` decides it
    rows.append((Cell(msg("daemon.json")), _config(facts.daemon_json, unwritten=unwritten)))
    rows.append((Cell(msg("config.json")), _config(facts.client_config)))
    return Grid(columns=PAIR, rows=tuple(rows))


def _config(fact: Fact[JsonConfig], *, unwritten: bool = False) -> Cell:
    config = fact.value
    if config is None:
        return Cell(reason_of(fact), Tone.MUTED)
    if config.problem is not None:
        place = f":{config.problem.line}" if config.problem.line is not None else ""
        return Cell(
            msg(
                "✗ {path}{place} cannot be read: {why}",
                path=config.path,
                place=place,
                why=str(config.problem.message),
            ),
            Tone.BAD,
        )
    if not config.exists and unwritten:
        words = msg("not there, and not written while no engine answers that would read it")
        return Cell(words, Tone.MUTED)
    if not config.exists:
        return Cell(msg("{path} (not there yet)", path=config.path), Tone.MUTED)
    return Cell(config.path)


def address_map(state: State) -> AddressMap:
    """Return the picture of who uses which addresses, to scale."""
    spans = taken(state)
    if isinstance(spans, tuple):
        return AddressMap(spans=spans)
    return AddressMap(spans=(), empty=spans)


class DockerScreen(StepScreen):
    """How the engine's network must look so that it fits this host's."""

    step = Step.DOCKER
    evidence_first = 1
    heading = msg("The engine's network: Docker")
    why = msg(
        "Docker's networks must not overlap this host's routes, their packets must fit the "
        "smallest link, and containers need a resolver."
    )
    help_text = msg(
        "The address map draws what is taken, each block of addresses to its own scale: routes of "
        "this host (a VPN's too), Docker's networks, the pools that new ones come from, and what "
        "the plan puts in their place. Where X stands, two use the same addresses, and a "
        "container's packets go astray.\n\n"
        "bip is the address of the default bridge, the pools are where new networks come from. "
        "MTU is the size of packets: larger than the VPN's, and big answers vanish.\n\n"
        "What is left as it is, is not written. daemon.json is merged: keys of yours that this "
        "program does not know stay as they are. A change takes effect when Docker restarts; you "
        "are asked first."
    )

    def evidence(self, state: State) -> tuple[Section, ...]:
        return (
            (msg("Address map"), address_map(state)),
            (msg("Docker here"), engine(state)),
        )
