sed -i 1d Dockerfile
$BUILD .
