# The image is one static binary on an empty base: no shell, no package manager, no libc.
#
#   docker build -t llave .
#   docker run -d --name llave --read-only -v llave:/data -p 8080:8080 -e LLAVE_PUBLIC_URL=https://llave.example llave
#
# All that is kept is in /data, the keys included. Time zones are embedded in the binary.

FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
# TAGS=nowhatsapp leaves WhatsApp out, and with it what is under the GPL.
ARG TAGS=
RUN CGO_ENABLED=0 go build -tags "$TAGS" -trimpath -ldflags "-s -w" -o /out/llave ./cmd/llave \
 && mkdir -p /out/data

FROM scratch
LABEL org.opencontainers.image.title="Llave" \
      org.opencontainers.image.description="El token de IOMA en un chat" \
      org.opencontainers.image.licenses="GPL-3.0-only"
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /src/LICENSE /src/NOTICE /src/docs/licenses/GPL-3.0.txt /
COPY --from=build /out/llave /llave
# A new volume takes its owner from here.
COPY --from=build --chown=65532:65532 /out/data /data
USER 65532:65532
# The root may be read-only, so what SQLite writes besides its files goes to the volume too.
ENV LLAVE_DATA=/data LLAVE_ADDR=:8080 SQLITE_TMPDIR=/data
WORKDIR /data
VOLUME ["/data"]
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=4s --start-period=15s --retries=3 CMD ["/llave", "health"]
ENTRYPOINT ["/llave"]
