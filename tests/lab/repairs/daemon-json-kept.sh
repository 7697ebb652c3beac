sed -i 's/"debug" : false,/"debug" : false, "mtu": 1400,/' /etc/docker/daemon.json
systemctl restart docker
$BUILD --build-arg HTTP_PROXY --build-arg HTTPS_PROXY --build-arg NO_PROXY .
