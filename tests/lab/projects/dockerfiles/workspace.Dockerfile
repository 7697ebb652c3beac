FROM golang:1.27-bookworm
WORKDIR /src
COPY go.work ./
RUN go mod download
COPY . .
RUN go build -o /usr/local/bin/app ./app
CMD ["app"]
