$BUILD --build-arg NO_PROXY=localhost,127.0.0.1,.corp.example .
