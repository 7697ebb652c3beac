sed -i -e 's,^RUN go mod download,RUN --mount=type=ssh --mount=type=secret\,id=netrc\,target=/root/.netrc --mount=type=secret\,id=known_hosts\,target=/root/.ssh/known_hosts --mount=type=secret\,id=gitconfig\,target=/root/.gitconfig go mod download,' \
    -e '/^WORKDIR/i ENV GOPRIVATE=git.corp.example' Dockerfile
$BUILD --ssh default --secret id=netrc,src=$HOME/.netrc \
    --secret id=known_hosts,src=$HOME/.ssh/known_hosts --secret id=gitconfig,src=$HOME/.gitconfig .
