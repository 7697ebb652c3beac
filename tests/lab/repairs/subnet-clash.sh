echo '{"bip": "192.168.77.1/24"}' > /etc/docker/daemon.json
systemctl restart docker
$BUILD .
