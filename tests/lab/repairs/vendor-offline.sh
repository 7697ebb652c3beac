sed -i '/^RUN go mod download/d' Dockerfile
$BUILD .
