"""Which answers a repair revisits, and the files that they are taken out of."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath

from tests.plan.facts_builder import dockerfile_facts, facts, project_facts
from wizard.diagnose import diagnose_lines
from wizard.plan.types import Answer, Origin
from wizard.render.types import Artifact, Scope, TomlKeys
from wizard.verify.repair import widenings, with_answers_removed, without_own_base_image

PROJECT = PurePosixPath("/home/dev/app")
PROFILE = f"{PROJECT}/gomod-wizard.toml"
REFUSED = diagnose_lines(
    [
        "#9 [deps 4/4] RUN go mod download",
        "#9 0.512 go: rsc.io/quote@v1.5.2: reading https://m.example/rsc.io/quote/@v/v1.5.2.mod:"
        " 403 Forbidden",
        "#9 ERROR: process did not complete successfully: exit code: 1",
    ]
)


def answer(text: str, origin: Origin = Origin.PROJECT, source: str = f"{PROFILE}:2") -> Answer:
    return Answer(text=text, origin=origin, source=source)


def test_what_drifted_is_mended_first_then_the_diagnosed_then_the_networks_answers() -> None:
    answers = {"goproxy": answer("https://m.example"), "mtu": answer("1500"),
               "goprivate": answer("git.corp.example")}  # fmt: skip
    assert list(widenings(answers, REFUSED)) == [(), ("goproxy",), ("goproxy", "mtu")]


def test_where_nobody_answered_only_what_drifted_can_be_mended() -> None:
    assert list(widenings({}, REFUSED)) == [()]


def profile(**keys: object) -> Artifact:
    return Artifact(
        name="gomod-wizard.toml", scope=Scope.PROJECT, path="gomod-wizard.toml",
        content=TomlKeys(table="answers", keys=keys), standalone="",
    )  # fmt: skip


def test_the_profile_keeps_the_other_answers() -> None:
    (after,) = with_answers_removed((profile(dns="10.0.0.53"),), {"mtu": answer("1500")}, PROJECT)
    assert isinstance(after.content, TomlKeys)
    assert after.content.keys == {"mtu": None, "dns": "10.0.0.53"}


def test_a_profile_that_has_no_other_answer_loses_the_one() -> None:
    (after,) = with_answers_removed((), {"mtu": answer("1500")}, PROJECT)
    assert (after.path, after.scope) == ("gomod-wizard.toml", Scope.PROJECT)
    assert isinstance(after.content, TomlKeys)
    assert after.content.keys == {"mtu": None}


def test_the_users_own_file_is_edited_in_its_own_place() -> None:
    own = answer("1500", Origin.USER, "/home/dev/.config/gomod-wizard/config.toml:7")
    (after,) = with_answers_removed((), {"mtu": own}, PROJECT)
    assert (after.path, after.scope) == (
        "/home/dev/.config/gomod-wizard/config.toml", Scope.USER,
    )  # fmt: skip


def test_an_answer_of_a_flag_stands_in_no_file() -> None:
    assert with_answers_removed((), {"mtu": answer("1500", Origin.FLAG, "--set")}, PROJECT) == ()


def test_the_base_image_of_a_file_that_this_program_wrote_is_nobodys_wish() -> None:
    written = dockerfile_facts(base_image="golang:1.99", managed=True)
    for whole, kept in ((True, None), (False, "golang:1.99")):
        known = facts(project=project_facts(dockerfile=replace(written, whole=whole)))
        file = without_own_base_image(known).project.dockerfile.value
        assert file is not None
        assert file.base_image == kept
