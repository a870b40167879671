# Pamoja as an unprivileged user, with exactly the libraries that requirements.txt names.
FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv /opt/pamoja
WORKDIR /src
COPY requirements.txt ./
RUN /opt/pamoja/bin/pip install --quiet --require-hashes --only-binary :all: -r requirements.txt
COPY . .
RUN /opt/pamoja/bin/pip install --quiet --no-deps --no-build-isolation . \
    && /opt/pamoja/bin/python -m compileall -q /opt/pamoja/lib

FROM python:3.11-slim-bookworm
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin pamoja
COPY --from=build /opt/pamoja /opt/pamoja
ENV PATH=/opt/pamoja/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PYTHONUTF8=1
WORKDIR /tmp
USER pamoja
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 CMD ["python", "-c", \
    "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["pamoja"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
