"""Hosts that serve public Go modules: they are private only where something says so."""

from __future__ import annotations

from urllib.parse import urlsplit

_PUBLIC = frozenset(
    {
        "4d63.com", "bazil.org", "bitbucket.org", "buf.build", "cel.dev", "cloud.google.com",
        "code.cloudfoundry.org", "codeberg.org", "connectrpc.com", "contrib.go.opencensus.io",
        "cuelabs.dev", "cuelang.org", "dario.cat", "deps.dev", "dmitri.shuralyov.com",
        "emperror.dev", "entgo.io", "filippo.io", "firebase.google.com", "fyne.io", "gioui.org",
        "git.apache.org", "git.sr.ht", "gitee.com", "gitea.com", "github.com", "gitlab.com",
        "go-simpler.org", "go.bug.st", "go.chromium.org", "go.dedis.ch", "go.etcd.io",
        "go.mongodb.org", "go.mozilla.org", "go.opencensus.io", "go.opentelemetry.io",
        "go.starlark.net", "go.step.sm", "go.temporal.io", "go.uber.org", "go.yaml.in",
        "go4.org", "gocloud.dev", "golang.org", "gonum.org", "google.golang.org", "gopkg.in",
        "gorm.io", "gotest.tools", "helm.sh", "honnef.co", "howett.net", "inet.af", "istio.io",
        "k8s.io", "knative.dev", "layeh.com", "lukechampine.com", "maunium.net", "modernc.org",
        "moul.io", "mvdan.cc", "nhooyr.io", "olympos.io", "oras.land", "periph.io",
        "pgregory.net", "pkg.go.dev", "proxy.golang.org", "rsc.io", "sigs.k8s.io", "sigsum.org",
        "software.sslmate.com", "storj.io", "sum.golang.org", "tailscale.com", "tags.cncf.io",
        "tlog.app", "tinygo.org", "upspin.io", "vitess.io", "www.velocidex.com", "xorm.io",
        "zombiezen.com",
    }
)  # fmt: skip
"""Code hosts and import-path domains of open source, as they stand in public go.sum files."""

SHARED = frozenset(
    {"github.com", "gitlab.com", "bitbucket.org", "gitee.com", "codeberg.org", "git.sr.ht"}
)
"""Code hosts where anybody has an account: private there is an owner, never the host."""


GO_MIRROR = "https://proxy.golang.org"
"""What Go asks where nobody set GOPROXY."""

_PUBLIC_MIRRORS = frozenset(
    {
        "proxy.golang.org", "goproxy.cn", "goproxy.io", "mirrors.aliyun.com",
        "mirrors.cloud.tencent.com", "mirrors.huaweicloud.com", "goproxy.bj.bcebos.com",
    }
)  # fmt: skip
"""Module mirrors for everybody: those of `assets/mirrors.toml`."""


def is_public_mirror(url: str) -> bool:
    """Whether a module mirror is known to serve everybody; no URL that cannot be read is."""
    try:
        host = urlsplit(url).hostname
    except ValueError:  # a bracket without its other one
        return False
    return (host or "").lower().rstrip(".") in _PUBLIC_MIRRORS


def is_public_host(host: str) -> bool:
    """Whether `host` is known to serve public modules, itself or as a name below one."""
    labels = host.lower().rstrip(".").split(".")
    return any(".".join(labels[start:]) in _PUBLIC for start in range(len(labels)))
