"""The secrets that a job needs for a plan, and what each is called in each store.

| store | name |
|---|---|
| the platform's own | the variable's: GOMOD_NETRC; in Jenkins gomod-netrc |
| Vault | field `netrc` of `<secret_path>` below the KV version 2 engine `secret` |
| AWS | `<secret_path>/netrc` |
| GCP, Azure | `<secret-path>-netrc`: their names know no slash |
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from wizard.plan.types import Plan
from wizard.render.targets.ci.elsewhere import handed_over, lacks_authority, secret_proxies
from wizard.render.targets.options import Options

VAULT_ENGINE = "secret"


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One secret, or file that differs by place."""

    key: str
    """`netrc`, `ssh_key` …: its field in a store."""
    what: str
    """English, for a comment."""
    file: bool
    """It has lines, so a file holds it best."""

    @property
    def variable(self) -> str:
        """The variable of the job."""
        return f"GOMOD_{self.key.upper()}"

    @property
    def dashed(self) -> str:
        """The name for where an underscore is not usual."""
        return self.key.replace("_", "-")

    def name(self, options: Options, own: str) -> str:
        """Return its name in the store of `options`; `own`: in the platform's."""
        path = options["secret_path"]
        match options["secret_store"]:
            case "platform":
                return own
            case "vault":
                return f"{path}, field {self.key}"
            case "aws":
                return f"{path}/{self.key}"
            case _:
                return f"{re.sub('[^A-Za-z0-9]+', '-', path).strip('-')}-{self.dashed}"


_NETRC = Need(key="netrc", what="logins for private modules, as ~/.netrc has them", file=True)
_SSH_KEY = Need(key="ssh_key", what="a private key without a passphrase", file=True)
_KNOWN_HOSTS = Need(key="known_hosts", what="the public keys of the SSH hosts", file=True)
_CA = Need(key="ca", what="the authorities to trust (PEM; public)", file=True)
_USER = Need(key="registry_user", what="the user that pushes", file=False)
_PASSWORD = Need(key="registry_password", what="that user's token", file=False)


def needs(plan: Plan, options: Options) -> tuple[Need, ...]:
    """Return what must be handed to the job; a login of the platform's own registry is not."""
    found: list[Need] = []
    if handed_over(plan) == "secrets":
        if any(one.id == "netrc" for one in plan.secrets.value):
            found.append(_NETRC)
        if plan.ssh.value:
            found += [_SSH_KEY, _KNOWN_HOSTS]
        if lacks_authority(plan):
            found.append(_CA)
    found += [
        Need(
            key=name.lower(),
            what=f"the proxy for {name.partition('_')[0].lower()}, a URL with its login",
            file=False,
        )
        for name in secret_proxies(plan)
    ]
    if options["image"]:
        found += [_USER, _PASSWORD]
    return tuple(found)


def place(options: Options, own: str) -> str:
    """Return where the secrets are, for a sentence; `own`: the platform's store."""
    return {
        "platform": own,
        "vault": f"in Vault's KV engine (version 2) `{VAULT_ENGINE}`",
        "aws": "in AWS Secrets Manager",
        "gcp": "in GCP Secret Manager",
        "azure": "in Azure Key Vault",
    }[options["secret_store"]]


def table(needed: tuple[Need, ...], names: list[str]) -> list[str]:
    """Return a comment line for each: the name where it lives, and what it is."""
    width = max(map(len, names), default=0)
    return [f"  {name:<{width}}  {one.what}" for name, one in zip(names, needed, strict=True)]
