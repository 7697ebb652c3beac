echo '{}' > /etc/docker/daemon.json
systemctl restart docker
$BUILD .
