# The service's image. Owned by the platform team; ask in #platform before changing the user.
ARG GO_IMAGE=golang:1.27-alpine

# ---- build ---------------------------------------------------------------
FROM ${GO_IMAGE} AS build

ARG VERSION=dev
ENV CGO_ENABLED=0 \
    GOFLAGS=-trimpath

RUN useradd --uid 10001 --create-home builder \
 && mkdir -p /src /out /home/builder/go \
 && chown -R builder /src /out /home/builder
USER builder
ENV GOPATH=/home/builder/go
WORKDIR /src

# The modules first, so that a change of the code keeps them.
COPY --chown=builder go.mod go.sum ./
RUN go mod download

COPY --chown=builder . .
RUN go build \
      -ldflags "-s -w -X main.version=${VERSION}" \
      -o /out/app .

# ---- run -----------------------------------------------------------------
FROM debian:bookworm-slim AS run

LABEL org.opencontainers.image.title="app" \
      org.opencontainers.image.vendor="Example Corp"

RUN useradd --uid 10001 app
COPY --from=build /out/app /usr/local/bin/app

USER app
EXPOSE 8080
ENTRYPOINT ["/usr/local/bin/app"]
