"""What the formats are made of: random text alone would hardly get past the first line."""

from __future__ import annotations

WORDS: tuple[str, ...] = (
    # go.mod, go.sum, modules.txt
    "module a.example/b\n", "go 1.25\n", "require (\n", ")\n", "replace ", " => ", "v1.0.0",
    "// indirect", "use ./x\n", "<<<<<<< HEAD\n", "h1:", "/go.mod ", "## explicit\n", "# ",
    # URLs and lists
    "https://", "user:pass@", "http://[::1]:80", "?token=x", "%41", "%zz", "@", ",", "|", "direct",
    "off", "*.corp", "10.0.0.0/8", "[", "]", "{", "}", "\\", "sha256:", "xn--",
    # units, netrc, git, ssh
    "[Service]\n", "Environment=", '"A=b c"', "EnvironmentFile=-/x\n", "%%", "machine ", "login ",
    "password ", "macdef x\n", "default ", '[url "', '"]\n', "insteadOf = ", "Host ", "Match ",
    # Dockerfile
    "FROM golang:1.25 AS build\n", "RUN go mod download\n", "RUN --mount=type=cache ", "<<EOF\n",
    "EOF\n", "# syntax=docker/dockerfile:1\n", "# escape=`\n", "ENV GOPROXY=x\n", "COPY . .\n",
    "ONBUILD ", "ARG A=${B:-c}\n", "USER ", "SHELL [\"a\"]\n",
    "# >>> gomod-wizard", "# <<< gomod-wizard",
    # JSON, TOML
    '{"proxies": ', '"mtu": 1400', "[[", "[answers]\n", "[[mirror]]\n", "[[canary]]\n", "url = ",
    "mtu = ", "1e999", "9" * 5000, "[" * 2000, "{\"a\":" * 2000, "null", "true",
    "a = " + "9" * 5000 + "\n", "a = " + "[" * 2000, "shipped = ", '"""', "'''",
    'schema = "gomod-wizard/preset/1"\norganisation = "a"\nversion = 1\n', "[[rule]]\n",
    "decision = 'mtu'\nforbidden = ['none']\nbecause = 'x'\n",
    "[addresses]\ndocker = ['10.0.0.0/8']\n",
    "untrusted comment: x\n", "-----BEGIN SSH SIGNATURE-----\n", "git+ssh://git@a.example/b#v1:c",
    'source = "https://a.example/p.toml"\n', "unsigned = true\n",
    # HTTP, PEM, DER, zip
    "HTTP/1.1 200 OK\r\n", "Content-Length: ", "Transfer-Encoding: chunked\r\n", "\r\n\r\n",
    "ffffffffffffffffff\r\n", "Content-Encoding: gzip\r\n", '{"Version":"v1.5.2"}', "PK\x01\x02",
    'WWW-Authenticate: Bearer realm="https://a/b"\r\n', "<title>", "\x30\x82", "\x06\x03\x55\x04",
    # go-import pages, GOAUTH, go's trace, answers
    '<meta name="go-import" content="', "a.example/b git https://a.example/b", '">', "<body>",
    "</head>",
    "<![", "<!--", "&#x", "Authorization: Basic eA==\n\n", "https://a.example/\n\n",
    "http://[\n\n\n", "http://[", "https://[::1",
    "# get https://a.example/b/@v/v1.0.0.zip", ": 200 OK (1.234s)\n",
    "go: downloading a.example/b v1.0.0\n",
    "0.5s # cd /x; git fetch\n", '{"Path":"a.example/b","Version":"v1.0.0"}\n', "goproxy=", "mtu=",
    "git:off,",
    "public:", "private:", "/usr/bin/x --token=y; ", "file:///etc", "10.0.0.0/8:24",
    "id=netrc,src=",
    # what programs print: ip, ifconfig, netstat, git config, files of /etc

    '[{"ifname":"eth0","mtu":1500,"flags":["UP"],"addr_info":[{"local":"10.0.0.1","prefixlen":24}]}]',
    '[{"dst":"default","gateway":"10.0.0.1","dev":"eth0","table":"main"}]',
    "en0: flags=8863<UP,BROADCAST> mtu 1500\n", "\tinet 10.0.0.2 netmask 0xffffff00\n",
    "Internet:\n", "default 10.0.0.1 UGSc en0\n", "Internet6:\n", "fe80::%en0/64 link#4 UCI en0\n",
    "nameserver 10.0.0.53\n", "search corp.example a.\n", "10.0.0.9 git.corp.example\n",
    "file:/home/u/.gitconfig\0http.proxy\nhttp://p:1\0", '"GOVERSION":"go1.27.1"',
    '"GOFLAGS":"-mod=mod"',
    "eth0\t00000000\t0100000A\t0003\t0\t0\t100\t00000000\t0\t0\t0\n",
    '"Endpoints":{"docker":{"Host":"',
    '"default":{"httpProxy":"', '"http-proxy":"', '"bip":"', '"default-address-pools":[{"base":"',
    '"dns":["',
    '{"schema":"gomod-wizard/networks/1","networks":[{"name":"","at":"","decisions":[],'
    '"answers":{},"fingerprint":[]}]}',
    '{"schema":"gomod-wizard/draft/1","project":"/nonexistent/gomod-wizard","at":"2026-08-23T10:15:00+00:00",'
    '"step":"proxy","answers":{"mtu":"1400","gosumdb":[]}}',
    # logs
    '{"logs":[{"vertex":"x","data":"', '"completed":"', "web_1  | ", "::error::",
    "Step #0 - \"b\": ",
    "#5 [2/3] RUN go mod download\n", "#5 0.3 ", "ERROR: ", "x509: certificate signed by unknown",
    "dial tcp: lookup a.example: no such host\n", "@gomod-probe ", "mirror 0 0 1 2 ",
    "tcp a 443 0\n",
    '{"vertexes":[{"digest":"x","error":', '{"stream":"', "level=error msg=\"", "\x1b[31m", "\r",
    # characters
    " ", "\n", "\t", "=", '"', "'", "#", ";", "$", "`", "\0", "\ufeff", "\u202e", "\ud7ff", "\x85",
    "\u2028", "é", "七",
)  # fmt: skip
