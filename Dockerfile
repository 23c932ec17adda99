# algolia-exporter as an image: one program, one volume, no root.
#
#   docker build -t algolia-exporter .
#   docker run --read-only -p 127.0.0.1:9914:9914 -v algolia-history:/data \
#       -e ALGOLIA_APPLICATION_ID -e ALGOLIA_USAGE_API_KEY algolia-exporter

FROM swift:6.3-bookworm AS builder

RUN apt-get update \
    && apt-get install -y --no-install-recommends libsqlite3-dev libsnappy-dev zlib1g-dev \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /source

# The dependencies by themselves: this layer stays while only sources change.
COPY Package.* ./
RUN swift package resolve

# All of it: the package is only valid with the folders of all its targets.
COPY . .
# git and its folder are not in the image.
ARG REVISION=unknown
ARG CREATED=unknown
RUN scripts/swift build -c release --product algolia-exporter \
    && strip -o /algolia-exporter .build/release/algolia-exporter

FROM debian:bookworm-slim

# The binary carries its libraries. tzdata is for reports.time_zone; everything else is UTC.
# Group 0 is the group of a user id that the image does not know, such as that of OpenShift or `docker run --user 12345`.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates tzdata \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 exporter \
    && useradd --uid 10001 --gid exporter --home-dir /data --no-create-home \
        --shell /usr/sbin/nologin exporter \
    && install -d -o exporter -g root -m 0770 /data

COPY --from=builder /algolia-exporter /usr/local/bin/algolia-exporter
COPY --from=builder /source/LICENSE /usr/share/doc/algolia-exporter/copyright

# Last, so that a new revision changes no other layer.
ARG VERSION=unknown
ARG REVISION=unknown
ARG CREATED=unknown
LABEL org.opencontainers.image.title="algolia-exporter" \
      org.opencontainers.image.description="Keeps Algolia's usage history in SQLite and serves it to Prometheus" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.created="$CREATED"

# By number, so that Kubernetes can see that it is not root.
USER 10001:10001
VOLUME /data
EXPOSE 9914

# The default path is data/history.db, which from here is /data/history.db:
# `backfill`, `check` and `db info` find the history without a flag.
WORKDIR /

STOPSIGNAL SIGTERM

# Address and TLS are those that the running exporter was started with.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 \
    CMD ["/usr/local/bin/algolia-exporter", "health"]

ENTRYPOINT ["/usr/local/bin/algolia-exporter"]
CMD ["serve", "--web.listen-address=0.0.0.0:9914", "--storage.path=/data/history.db"]
