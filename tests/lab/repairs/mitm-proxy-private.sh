sed -i -e 's,^RUN go mod download,RUN --mount=type=secret\,id=ca\,target=/etc/ssl/certs/example-corp.pem --mount=type=secret\,id=netrc\,target=/root/.netrc go mod download,' \
    -e '/^WORKDIR/i ENV GOPRIVATE=git.corp.example' Dockerfile
$BUILD --build-arg HTTP_PROXY --build-arg HTTPS_PROXY --build-arg NO_PROXY \
    --secret id=netrc,src=$HOME/.netrc \
    --secret id=ca,src=/usr/local/share/ca-certificates/example-corp.crt .
