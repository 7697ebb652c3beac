rm $HOME/.docker/config.json
sed -i '/^ENV GOPROXY/d' Dockerfile
$BUILD .
