# Pamoja's commands. `make demo` and `make test` need Python 3.11+ (with venv) and make, nothing else.

PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
PYTEST_ARGS ?=
WORKERS ?= auto

# A set-up is good for one lock file, one pyproject.toml and one folder; anything else makes it again.
fingerprint = $(shell (cat $(1) pyproject.toml; echo "$(CURDIR)") | cksum | tr ' ' '-')
DEMO_READY := $(VENV)/.ready-demo-$(call fingerprint,requirements-demo.txt)
DEV_READY := $(VENV)/.ready-dev-$(call fingerprint,requirements-dev.txt)
# The development lock holds everything the demo's does, at the same versions.
DEMO_NEEDS := $(if $(wildcard $(DEV_READY)),$(DEV_READY),$(DEMO_READY))

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1
export PIP_ROOT_USER_ACTION := ignore
export PYTHONUTF8 := 1

.PHONY: help demo test test-system screenshots system-packages check soak bench lock clean

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "  %-18s %s\n", $$1, $$2}'

demo: $(DEMO_NEEDS)  ## the whole service with made-up mothers, on http://127.0.0.1:8000 (PORT=... for another)
	@exec $(BIN)/pamoja demo --port $(PORT)

test: $(DEV_READY)  ## every test that needs no system package
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadscope $(PYTEST_ARGS)

test-system: $(DEV_READY) system-packages  ## the tests that need a browser or other system packages (Debian, as root)
	@$(BIN)/python -m pytest -m system -n 2 --dist loadscope $(PYTEST_ARGS)

screenshots: $(DEV_READY) system-packages  ## the documents' pictures, taken of the demo's made-up people (some minutes)
	@PAMOJA_SCREENSHOTS=docs/images $(BIN)/python -m pytest -m system tests/system/test_screenshots.py $(PYTEST_ARGS)

check: $(DEV_READY)  ## static checks: style, types, house rules, content, schema
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/pamoja lint
	@$(BIN)/pamoja translate --check
	@$(BIN)/python -m migrations.check

soak: $(DEV_READY)  ## the long tests: simulated months, crashes, many workers
	@$(BIN)/python -m pytest -m soak $(PYTEST_ARGS)

bench: $(DEV_READY)  ## measure against other libraries, side by side in one run
	@$(BIN)/python -m bench

lock:  ## refresh the lock files (needs uv)
	@command -v uv >/dev/null || { echo "make lock needs uv: python3 -m pip install uv" >&2; exit 1; }
	@uv pip compile $(LOCK_FLAGS) --extra build --extra demo --extra test --extra check --extra bench --extra system \
		-o requirements-dev.txt
	@uv pip compile $(LOCK_FLAGS) --extra build --extra demo -c requirements-dev.txt -o requirements-demo.txt
	@uv pip compile $(LOCK_FLAGS) --extra build -c requirements-dev.txt -o requirements.txt
LOCK_FLAGS := --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	$(if $(UPGRADE),--upgrade) pyproject.toml

clean:  ## remove the virtual environment and caches; the demo's data stays
	@rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

system-packages:
	@set -e; missing=; \
	for pair in chromium:chromium chromedriver:chromium-driver msgfmt:gettext docker-compose:docker-compose ip:iproute2; do \
		PATH="$$PATH:/usr/sbin:/sbin" command -v "$${pair%%:*}" >/dev/null || missing="$$missing $${pair#*:}"; \
	done; \
	[ -z "$$missing" ] && exit 0; \
	command -v apt-get >/dev/null || { echo "Install these first:$$missing" >&2; exit 1; }; \
	[ "$$(id -u)" = 0 ] || { echo "make test-system installs$$missing: run it as root, or install them first." >&2; exit 1; }; \
	echo "Installing$$missing…"; \
	export DEBIAN_FRONTEND=noninteractive; \
	apt-get update -qq </dev/null; \
	apt-get install -y -qq --no-install-recommends -o Dpkg::Use-Pty=0 $$missing </dev/null >/dev/null

# One recipe for both: a virtual environment by the standard library, then exactly what the lock file names.
# Each is listed with its hash, the tool that builds Pamoja itself included, so nothing unpinned is fetched.
define set_up
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "Pamoja needs Python 3.11 or newer: install it, or name one with PYTHON=/path/to/python3." >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
		{ echo "Python's venv module is missing: install it (Debian: apt-get install python3-venv)." >&2; exit 1; }
	@echo "Setting up Pamoja $(2) (once, about a minute)…"
	@rm -f $(VENV)/.ready-$(3)-*
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@echo "  1 of 2  downloading and installing the libraries…"
	@$(BIN)/python -m pip install --quiet --require-hashes --only-binary :all: -r $(1)
	@echo "  2 of 2  installing Pamoja itself…"
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@
	@echo "Ready."
endef

$(DEMO_READY):
	$(call set_up,requirements-demo.txt,for the demo,demo)

$(DEV_READY):
	$(call set_up,requirements-dev.txt,with its test tools,dev)
