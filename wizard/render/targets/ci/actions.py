"""GitHub's actions that a job uses, each pinned to the commit of a release.

The commits are those under which public workflows pin these releases; a tag could be moved.
"""

from __future__ import annotations

from wizard.render.yaml_text import Commented

CHECKOUT = Commented(
    "actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683", "v4.2.2", beside=True
)
VAULT = Commented(
    "hashicorp/vault-action@4c06c5ccf5c0761b6029f56cfb1dcf5565918a3b", "v3.4.0", beside=True
)
AWS_LOGIN = Commented(
    "aws-actions/configure-aws-credentials@e3dd6a429d7300a6a4c196c26e071d42e0343502",
    "v4.0.2",
    beside=True,
)
AWS_SECRETS = Commented(
    "aws-actions/aws-secretsmanager-get-secrets@a9a7eb4e2f2871d30dc5b892576fde60a2ecc802",
    "v2.0.10",
    beside=True,
)
GCP_LOGIN = Commented(
    "google-github-actions/auth@7c6bc770dae815cd3e89ee6cdf493a5fab2cc093", "v3.0.0", beside=True
)
GCP_SECRETS = Commented(
    "google-github-actions/get-secretmanager-secrets@bc9c54b29fdffb8a47776820a7d26e77b379d262",
    "v3.0.0",
    beside=True,
)
AZURE_LOGIN = Commented(
    "azure/login@a457da9ea143d694b1b9c7c869ebb04ebe844ef5", "v2.3.0", beside=True
)
