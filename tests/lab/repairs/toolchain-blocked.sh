sed -i '/^WORKDIR/i ENV GOPROXY=https://goproxy.cn GOTOOLCHAIN=auto' Dockerfile
$BUILD .
