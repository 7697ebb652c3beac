"""Everything that reads bytes from outside, each as a function of bytes.

A target returns where the parser returned, or raised what its docstring documents; any other
exception is a fault. Hypothesis and atheris drive the same ones.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Mapping
from contextlib import suppress

from tests.fuzz.printed import PRINTED
from wizard.apply.merge.block import merge_block, without_blocks
from wizard.apply.merge.dockerfile import merge_dockerfile, without_dockerfile_block
from wizard.apply.merge.json_keys import merge_json
from wizard.apply.merge.refused import CannotMerge
from wizard.apply.merge.toml_keys import merge_toml
from wizard.detect.catalogue import parse_catalogue
from wizard.detect.docker_json import parse_json_object
from wizard.detect.in_build.log import read_log, why_no_answer
from wizard.detect.in_build.request import InBuild, MirrorAsked, Target
from wizard.detect.mirrors.certificate import describe
from wizard.detect.mirrors.http1 import Channel, Reply
from wizard.detect.mirrors.verdict import ProbeError, check_info, from_status
from wizard.detect.registries_answers import check_registry, golang_tags, is_manifest
from wizard.detect.registries_named import hub_locations, usable_url
from wizard.detect.registries_token import token_host, token_in
from wizard.detect.ssh import parse_known_hosts, parse_ssh_config
from wizard.diagnose.redact import safe_line
from wizard.diagnose.stream import diagnose_stream
from wizard.export.tree import info_text
from wizard.facts.mirrors import Canary
from wizard.redactor import Redactor, environment_secrets
from wizard.render.types import DockerfileBlock
from wizard.rules.addresses import means_this_machine
from wizard.rules.credentials import holds_credentials, mask_credentials
from wizard.rules.dirhash import BadModuleZip, hash_zip
from wizard.rules.dockerfile import DockerfileError, parse_dockerfile
from wizard.rules.dockerfile_steps import stages_to_serve
from wizard.rules.dockerignore import DockerignoreError, hidden_by, parse_dockerignore
from wizard.rules.dotenv import parse_environment_file, parse_etc_environment, parse_go_env
from wizard.rules.git_config import parse_git_config
from wizard.rules.golang_image import minor_of_image, minor_of_line
from wizard.rules.gomod import GoModError, parse_gomod, parse_gowork
from wizard.rules.goproxy import GoProxyError, parse_goproxy, parse_gosumdb
from wizard.rules.gosum import parse_gosum
from wizard.rules.image_reference import parse_image_reference
from wizard.rules.modpath import ModulePathError, check_path, escape_version
from wizard.rules.modules_txt import parse_modules_txt
from wizard.rules.netrc import netrc_secrets, parse_netrc
from wizard.rules.noproxy import parse_no_proxy
from wizard.rules.patterns import match_prefix_patterns, pattern_problem
from wizard.rules.proxy_url import parse_proxy_url
from wizard.rules.remote_url import parse_remote
from wizard.rules.systemd_unit import parse_unit_environment
from wizard.untrusted import clean, clean_line, escape_hidden

Reading = Callable[[bytes], None]

_BLOCK = DockerfileBlock(
    stage=None,
    lines=("ENV GOFLAGS=-mod=mod",),
    build_mounts=("--mount=type=cache,target=/go/pkg/mod",),
    prelude=("export A=1",),
    drop_syntax=True,
)
_PROBE = InBuild(
    base_image="golang:1.27",
    mirrors=(
        MirrorAsked(
            url="https://mirror.corp.example",
            target=Target(host="mirror.corp.example", port=443),
            tls=True,
            through=None,
        ),
    ),
)
_CANARY = Canary(path="rsc.io/quote", version="v1.5.2", zip_hash="", mod_hash="", source="")


def _text(*readers: Callable[[str], object], may: tuple[type[Exception], ...] = ()) -> Reading:
    """Return a target that gives the text to each reader; `may`: what they document."""

    def read(data: bytes) -> None:
        text = data.decode("utf-8", "replace")
        for reader in readers:
            with suppress(*may):
                reader(text)

    return read


def _done(_: object) -> None:
    """Forget what a reader returned."""


def _whole_in(line: str) -> None:
    assert clean_line(line).count("\n") == 0
    clean(line)
    escape_hidden(line)


def _redact(text: str) -> None:
    redactor = Redactor()
    redactor.add(environment_secrets({"HTTPS_PROXY": text, "A_TOKEN": text}))
    redactor.redact(text)
    mask_credentials(text)
    holds_credentials(text)
    safe_line(text, 600)


def _merged(merge: Callable[[str], str]) -> Callable[[str], None]:
    """Return a reader that merges, and merges again: the second time changes nothing."""

    def twice(text: str) -> None:
        once = merge(text)
        assert merge(once) == once

    return twice


_KEYS = {"mtu": 1400, "proxies": {"default": {"httpProxy": "http://p:1"}}, "bip": None}


class _Deaf(asyncio.Transport):
    """A connection to which anything can be written."""

    def write(self, data: object) -> None:
        pass

    def abort(self) -> None:
        pass


def _answer(data: bytes) -> None:
    """Read the bytes as what a mirror sends, in two pieces, and judge it."""

    async def ask() -> None:
        channel = Channel()
        channel.connection_made(_Deaf())
        asked = asyncio.ensure_future(channel.ask(b"", tunnel=data[:1] == b"t"))
        await asyncio.sleep(0)
        channel.data_received(data[: len(data) // 2])
        channel.data_received(data[len(data) // 2 :])
        channel.eof_received()
        with suppress(ConnectionError):
            _judge(await asked)

    with asyncio.Runner() as runner:
        runner.run(ask())


def _judge(reply: Reply) -> None:
    with suppress(ProbeError):
        check_info(reply, _CANARY, "mirror")
    with suppress(ProbeError):
        check_registry(reply, "registry")
    from_status(reply, "mirror")
    is_manifest(reply)
    golang_tags(reply)
    token_host(reply)
    token_in(reply)


def _zip(data: bytes) -> None:
    with suppress(BadModuleZip):
        hash_zip(data, "rsc.io/quote", "v1.5.2", max_unpacked=1 << 20)
    with suppress(BadModuleZip):
        hash_zip(b"PK\x03\x04" + data, "rsc.io/quote", "v1.5.2", max_unpacked=1 << 20)


def _dockerfile(text: str) -> None:
    file = parse_dockerfile(text)
    stages_to_serve(file)


TARGETS: Mapping[str, Reading] = {
    "go.mod": _text(parse_gomod, may=(GoModError,)),
    "go.work": _text(parse_gowork, may=(GoModError,)),
    "go.sum": _text(parse_gosum),
    "vendor/modules.txt": _text(parse_modules_txt),
    "module path": _text(check_path, escape_version, may=(ModulePathError,)),
    "GOPROXY": _text(parse_goproxy, may=(GoProxyError,)),
    "GOSUMDB": _text(parse_gosumdb),
    "GOPRIVATE": _text(pattern_problem, lambda text: match_prefix_patterns(text, "a.example/b")),
    "NO_PROXY": _text(lambda text: parse_no_proxy(text).covers("a.example", "443")),
    "proxy URL": _text(parse_proxy_url),
    "env files": _text(parse_etc_environment, parse_environment_file, parse_go_env),
    "systemd unit": _text(parse_unit_environment),
    "git config": _text(parse_git_config),
    "git remote": _text(parse_remote, usable_url),
    "netrc": _text(parse_netrc, lambda text: list(netrc_secrets(text))),
    "ssh": _text(parse_ssh_config, parse_known_hosts),
    "Dockerfile": _text(_dockerfile, may=(DockerfileError,)),
    ".dockerignore": _text(
        lambda text: hidden_by(parse_dockerignore(text), "go.sum"), may=(DockerignoreError,)
    ),
    "address": _text(means_this_machine),
    "image reference": _text(parse_image_reference, minor_of_image, minor_of_line),
    "JSON": lambda data: _done(parse_json_object(data)),
    "catalogue": _text(parse_catalogue),
    "registries.conf": _text(hub_locations),
    "HTTP answer": _answer,
    "certificate": lambda data: _done(describe(data)),
    "module zip": _zip,
    "module .info": lambda data: _done(info_text(data, "v1.5.2")),
    "probe's log": _text(lambda text: read_log(text, _PROBE), why_no_answer),
    "build log": lambda data: _done(diagnose_stream(io.BytesIO(data))),
    "shown text": _text(_whole_in, _redact),
    "merge JSON": _text(_merged(lambda text: merge_json(text, _KEYS)), may=(CannotMerge,)),
    "merge TOML": _text(
        _merged(lambda text: merge_toml(text, "answers", {"mtu": 1400})), may=(CannotMerge,)
    ),
    "merge block": _text(
        _merged(lambda text: merge_block(text, ("!go.sum",))), without_blocks, may=(CannotMerge,)
    ),
    "merge Dockerfile": _text(
        _merged(lambda text: merge_dockerfile(text, _BLOCK)[0]),
        without_dockerfile_block,
        may=(CannotMerge,),
    ),
    **PRINTED,
}
