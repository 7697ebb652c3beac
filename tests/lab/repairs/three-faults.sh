echo '{"mtu": 1400}' > /etc/docker/daemon.json
systemctl restart docker
sed -i '/^ENV GOPROXY/d' Dockerfile
$BUILD .
