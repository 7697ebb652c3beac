sed -i 's,^RUN go mod download,RUN --mount=type=bind\,from=modules\,target=/modules GOPROXY=file:///modules go mod download,' Dockerfile
$BUILD --build-context modules=$HOME/go/pkg/mod/cache/download .
