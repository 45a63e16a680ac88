# Installs by the same steps as `make setup`, so that what is tested is what runs here.
# A name can come to mean another image. To pin it: `docker buildx imagetools inspect python:3.11-slim` shows its digest;
# then build with `--build-arg PYTHON=python:3.11-slim@sha256:...`, and pin anew for each of its security releases.
ARG PYTHON=python:3.11-slim
FROM ${PYTHON} AS build
RUN apt-get update && apt-get install --yes --no-install-recommends make && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/vigil
COPY Makefile pyproject.toml README.md LICENSE ./
COPY requirements requirements
COPY bot bot
COPY jobs jobs
COPY storage storage
# Compiled here: nothing can be kept where the file system is read-only, and every worker would compile it anew.
RUN make setup && .venv/bin/python -m compileall -q bot jobs storage

FROM ${PYTHON}
RUN useradd --system --uid 10001 --home-dir /data --create-home vigil
COPY --from=build /opt/vigil /opt/vigil
ENV PATH=/opt/vigil/.venv/bin:$PATH PYTHONUNBUFFERED=1
# It writes to /data and /tmp alone: run it with `--read-only --tmpfs /tmp` (docs/operating.md).
USER vigil
# Configuration, database and key live here: mount it, and keep a copy of the key elsewhere.
WORKDIR /data
VOLUME /data
# Of [web], for a reverse proxy, where `listen` says "0.0.0.0:8080"; what [metrics] serves is not for others.
EXPOSE 8080
HEALTHCHECK --interval=5m --timeout=2m --start-period=1m \
    CMD ["vigil", "check", "--alive"]
ENTRYPOINT ["vigil"]
CMD ["run"]
