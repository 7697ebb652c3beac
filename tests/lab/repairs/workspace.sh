sed -i -e 's,^COPY go.work ./,COPY . .,' -e '/^WORKDIR/i ENV GOPROXY=https://goproxy.cn' Dockerfile
$BUILD .
