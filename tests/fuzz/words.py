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
    # HTTP, PEM, DER, zip
    "HTTP/1.1 200 OK\r\n", "Content-Length: ", "Transfer-Encoding: chunked\r\n", "\r\n\r\n",
    "ffffffffffffffffff\r\n", "Content-Encoding: gzip\r\n", '{"Version":"v1.5.2"}', "PK\x01\x02",
    'WWW-Authenticate: Bearer realm="https://a/b"\r\n', "<title>", "\x30\x82", "\x06\x03\x55\x04",
    # logs
    "#5 [2/3] RUN go mod download\n", "#5 0.3 ", "ERROR: ", "x509: certificate signed by unknown",
    "dial tcp: lookup a.example: no such host\n", "@gomod-probe ", "mirror 0 0 1 2 ",
    "tcp a 443 0\n",
    '{"vertexes":[{"digest":"x","error":', '{"stream":"', "level=error msg=\"", "\x1b[31m", "\r",
    # characters
    " ", "\n", "\t", "=", '"', "'", "#", ";", "$", "`", "\0", "\ufeff", "\u202e", "\ud7ff", "\x85",
    "\u2028", "é", "七",
)  # fmt: skip
