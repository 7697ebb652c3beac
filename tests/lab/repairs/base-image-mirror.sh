echo '{"registry-mirrors": ["https://registry.corp.example"]}' > /etc/docker/daemon.json
systemctl restart docker
$BUILD .
