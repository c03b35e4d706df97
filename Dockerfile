# One image for every service of Airflow. What is in it is decided by requirements-cluster.lock, by hash.
ARG IMAGE_PREFIX=

FROM ${IMAGE_PREFIX}python:3.12-slim AS build
# A mirror, if there is one. No credentials in it: whoever has the build's cache can read it.
ARG PIP_INDEX_URL
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
WORKDIR /source
COPY requirements-cluster.lock ./
# Wheels only: the slim image has no compiler, and no package shall run code of its own here. The lock is complete, so
# pip has nothing to resolve (it stumbles over hashes of extras when it tries); `pip check` says whether that is true.
RUN /opt/venv/bin/pip install --quiet --require-hashes --only-binary :all: --no-deps -r requirements-cluster.lock
COPY pyproject.toml README.md LICENSE ./
COPY ingest ingest
COPY sql sql
COPY dags dags
RUN /opt/venv/bin/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir /wheels . \
    && /opt/venv/bin/pip install --quiet --no-deps --no-index /wheels/*.whl \
    && /opt/venv/bin/pip check

FROM ${IMAGE_PREFIX}python:3.12-slim
RUN useradd --uid 50000 --home-dir /opt/airflow --create-home --shell /usr/sbin/nologin airflow \
    && install -d -o airflow -g airflow /opt/airflow/logs
COPY --from=build /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    AIRFLOW_HOME=/opt/airflow \
    AIRFLOW__CORE__DAGS_FOLDER=/opt/venv/lib/python3.12/site-packages/ingest/dags \
    ESSAYS_HOME=/opt/airflow/essays
USER airflow
WORKDIR /opt/airflow
CMD ["airflow", "version"]
