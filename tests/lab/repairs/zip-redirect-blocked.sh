sed -i '/^WORKDIR/i ENV GOPROXY=https://goproxy.cn' Dockerfile
$BUILD .
