# One static program and nothing else. Whatever BUILDER is, it needs cargo and a C linker for glibc.
ARG BUILDER=docker.io/library/rust:1.95-slim-bookworm

FROM ${BUILDER} AS build
WORKDIR /build
# glibc linked in: no target to install. The flag goes with an explicit target, here the builder's own,
# because without one it would reach build scripts and procedural macros too, which cannot be static.
ENV RUSTFLAGS="-C target-feature=+crt-static" CARGO_BUILD_TARGET=host-tuple
# Dependencies alone, below a stand-in for the sources: this layer is kept until they change.
COPY Cargo.toml Cargo.lock ./
RUN mkdir src \
 && touch src/lib.rs \
 && echo 'fn main() {}' > src/main.rs \
 && cargo build --release --locked
COPY fixtures fixtures
COPY src src
# cargo goes by time stamps, and the sources may be older than the stand-in was.
RUN touch src/lib.rs src/main.rs \
 && cargo build --release --locked \
 && cp target/*/release/atlas-migration-mock /atlas-migration-mock

FROM scratch
# Owned by root and open to all: whatever uid runs it can, and cannot change it.
COPY --from=build /atlas-migration-mock /bin/atlas-migration-mock
USER 65534:65534
# Inside a container the loopback address would be out of everyone's reach.
# Outside it, so would a control API for callers on the same machine only.
ENV ATLAS_MOCK_HOST=0.0.0.0 ATLAS_MOCK_CONTROL=open
EXPOSE 27090
STOPSIGNAL SIGTERM
# Asks on ATLAS_MOCK_PORT, as the server does. The first look comes after 100 ms (start-interval: Docker 25
# or newer; a builder that refuses the flag can do without). The start period costs a fast start nothing.
HEALTHCHECK --interval=10s --timeout=2s --start-period=10s --start-interval=100ms --retries=3 \
  CMD ["/bin/atlas-migration-mock", "health"]
ENTRYPOINT ["/bin/atlas-migration-mock"]

# Last, as it changes most. Who publishes adds source, revision and created with --label.
ARG VERSION=dev
LABEL org.opencontainers.image.title="atlas-migration-mock" \
      org.opencontainers.image.description="Emulates the Atlas Administration API and the Cloud Manager / Ops Manager API of a MongoDB push live migration, linked to each other, for tests and local development." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}"
