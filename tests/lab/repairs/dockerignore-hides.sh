rm .dockerignore
$BUILD .
