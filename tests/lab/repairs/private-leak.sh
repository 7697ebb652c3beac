sed -i -e "s,^RUN go mod download,RUN --mount=type=secret\\,id=netrc\\,target=/root/.netrc go mod download," \
    -e "/^WORKDIR/i ENV GOPRIVATE=git.corp.example" Dockerfile
$BUILD --secret id=netrc,src=$HOME/.netrc .
