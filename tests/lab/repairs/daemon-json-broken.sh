$BUILD --build-arg HTTP_PROXY --build-arg HTTPS_PROXY --build-arg NO_PROXY .
