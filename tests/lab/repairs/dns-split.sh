echo '{"dns": ["10.50.0.53"]}' > /etc/docker/daemon.json
systemctl restart docker
sed -i -e "s,^RUN go mod download,RUN --mount=type=secret\\,id=netrc\\,target=/root/.netrc go mod download," \
    -e "/^WORKDIR/i ENV GOPRIVATE=git.corp.example" Dockerfile
$BUILD --secret id=netrc,src=$HOME/.netrc .
