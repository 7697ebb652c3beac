FROM golang:1.27-bookworm
RUN git config --global url."ssh://git@git.corp.example/".insteadOf https://git.corp.example/
ENV GOPRIVATE=git.corp.example
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=ssh go mod download
COPY . .
RUN go build -o /usr/local/bin/app .
CMD ["app"]
