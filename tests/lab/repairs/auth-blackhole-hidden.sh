rm .dockerignore
sed -i '/^WORKDIR/i ENV GOPROXY=https://goproxy.cn' Dockerfile
$BUILD --build-arg HTTP_PROXY --build-arg HTTPS_PROXY --build-arg NO_PROXY .
