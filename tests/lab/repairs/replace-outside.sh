sed -i '/^COPY go.mod/i COPY --from=shared . /shared' Dockerfile
$BUILD --build-context shared=../shared .
