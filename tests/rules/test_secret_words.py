"""Secrets in lines that are no URLs: Dockerfiles, shells, logs, configuration."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from wizard.rules.secret_words import holds_secret, mask_words, secrets_in_text

TEMPLATES = Path(__file__).parents[2] / "templates"
SECRET = "Zq7-hunter2"
BASIC = base64.b64encode(f"bob:{SECRET}".encode()).decode()

LINES = [
    f"RUN printf 'machine git.corp.example\\nlogin bob\\npassword {SECRET}\\n' > ~/.netrc",
    f'RUN echo "machine git.corp.example login bob password {SECRET}" > /root/.netrc && go build',
    f"password {SECRET}",
    f"RUN echo '//registry.example/:_authToken={SECRET}' > .npmrc",
    f"RUN npm config set _auth={SECRET}",
    f"RUN curl -u bob:{SECRET} https://nexus.corp.example/x",
    f"RUN curl --user 'bob:{SECRET}' https://nexus.corp.example/x",
    f"RUN curl --proxy-user=bob:{SECRET} https://nexus.corp.example/x",
    f"RUN export GITHUB_TOKEN={SECRET} && go mod download",
    f'RUN export GITHUB_TOKEN="{SECRET}"; go mod download',
    f"ENV NPM_TOKEN={SECRET}",
    f"ENV NPM_TOKEN {SECRET}",
    f"ARG DEPLOY_PASSWORD={SECRET}",
    f"ENV A=1 MY_API_KEY='{SECRET}' B=2",
    f"RUN git config --global url.https://{SECRET}@git.corp.example/.insteadOf https://git/",
    f"RUN git config --global url.https://bob:a/{SECRET}@git.corp.example/.insteadOf https://git/",
    f'RUN curl --header "Authorization: Bearer {SECRET}" https://x',
    f"RUN curl -H 'Authorization: Basic {BASIC}' https://x",
    f"RUN curl -H 'PRIVATE-TOKEN: {SECRET}' https://x",
    f"RUN curl -H 'X-JFrog-Art-Api-Key: {SECRET}' https://x",
    f"RUN wget --http-password={SECRET} https://x",
    f"RUN helper --token {SECRET} && go mod download",
    f"RUN sshpass -p {SECRET} ssh host",
    f"RUN docker login -u bob -p {SECRET} registry.corp.example",
    f"RUN curl 'https://s3.example/x?X-Amz-Credential=a&X-Amz-Signature={SECRET}'",
    f'  "auth": "{SECRET}",',
    f'  "registrytoken" : "{SECRET}"',
    f"https_proxy=http://bob:{SECRET}@proxy:3128",
]


@pytest.mark.parametrize("line", LINES)
def test_a_secret_is_masked_and_the_rest_of_the_line_stays(line: str) -> None:
    shown = mask_words(line)
    assert SECRET not in shown
    assert BASIC not in shown
    assert "***" in shown
    assert shown[:4] == line[:4] or line.startswith(("pass", "https"))
    assert mask_words(shown) == shown


@pytest.mark.parametrize(
    "line", ["RUN git config --global url.ssh://git@github.com/.insteadOf https://github.com/",
             "# the token: see the wiki"]
)  # fmt: skip
def test_a_name_alone_and_a_comment_hold_no_secret(line: str) -> None:
    assert not holds_secret(line)


@pytest.mark.parametrize(
    "line",
    [
        "      id-token: write",
        "            secretName: gomod-netrc",
        "string(credentialsId: 'gomod-netrc', variable: 'GOMOD_NETRC')",
        "usernamePassword(usernameVariable: 'GOMOD_USER', passwordVariable: 'GOMOD_PASSWORD')",
    ],
)
def test_a_permission_and_a_reference_of_a_ci_file_are_shown(line: str) -> None:
    assert mask_words(line) == line


@pytest.mark.parametrize(
    "line", [*LINES[:-4], "# see https://bob:Zq7-hunter2@h", "ENV NPM_TOKEN=correcthorse"]
)
def test_a_line_is_known_to_hold_a_secret(line: str) -> None:
    assert holds_secret(line)


@pytest.mark.parametrize("line", LINES)
def test_a_secret_of_a_line_is_known_by_its_value(line: str) -> None:
    assert any(SECRET in secret.reveal() for secret in secrets_in_text(f"FROM scratch\n{line}\n"))


@pytest.mark.parametrize(
    "line",
    [
        "RUN --mount=type=secret,id=netrc go mod download",
        "RUN --mount=type=secret,id=token,env=GITHUB_TOKEN go mod download",
        "RUN TOKEN=$(cat /run/secrets/token) go mod download",
        'RUN curl -H "Authorization: Bearer ${TOKEN}" https://x',
        "RUN curl -u $USER:$PASSWORD https://x",
        "ARG GITHUB_TOKEN",
        "ENV TOKEN_FILE=/run/secrets/token",
        "RUN echo //registry/:_authToken=${NPM_TOKEN}",
        "RUN --mount=type=secret,id=netrc,target=/root/.netrc,required=true go mod download",
        "COPY --from=build /src/token.go /src/auth/password.go ./",
        "password: not found",
        "USER 1000:1000",
        "RUN chown -R app:app /src",
        "go: example.com/token@v1.0.0: no such host",
        "export HTTPS_PROXY=http://proxy.corp.example:3128",
        "GOAUTH=netrc",
        "# What differs comes in as optional secrets: `gomod-wizard build-command`.",
    ],
)
def test_a_reference_to_a_secret_is_none(line: str) -> None:
    assert mask_words(line) == line
    assert not holds_secret(line)
    assert not list(secrets_in_text(line))


def test_each_line_of_a_private_key_is_known() -> None:
    text = "RUN <<E\n-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaA1\nAAAAB3Nza2\n-----END"
    assert {secret.reveal() for secret in secrets_in_text(text)} >= {"b3BlbnNzaA1", "AAAAB3Nza2"}


def test_the_password_in_a_basic_login_is_known_decoded() -> None:
    found = {s.reveal() for s in secrets_in_text(f"Authorization: Basic {BASIC}")}
    assert found >= {BASIC, SECRET}


@pytest.mark.parametrize(
    "piece",
    ["token", "TOKEN=", "--token ", '"auth', "password ", "machine a ", "-u a:", "docker login "],
)
def test_a_long_line_is_masked_in_time_that_grows_with_its_length(piece: str) -> None:
    from time import process_time

    def spent(length: int) -> float:
        text = piece * (length // len(piece))
        started = process_time()
        mask_words(text)
        return process_time() - started

    short = min(spent(12_500) for _ in range(3))
    assert min(spent(200_000) for _ in range(3)) < 100 * short + 0.1


@pytest.mark.parametrize(
    "path", sorted(filter(Path.is_file, TEMPLATES.rglob("*"))), ids=lambda path: path.name
)
def test_no_line_of_our_own_templates_is_taken_for_a_secret(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert [mask_words(line) for line in text.splitlines()] == text.splitlines()
