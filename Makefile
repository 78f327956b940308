# Everything starts here: `make demo` and `make test` set up what they need and then do it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# Python compiles what is imported, once; pip would compile everything, one file after the other.
INSTALL := $(PIP) install --no-compile

.PHONY: demo test check lock clean

demo: $(VENV)/.runtime  ## run the embedded sample quarter and say where its site is
	$(BIN)/digest demo

test: $(VENV)/.dev  ## all tests; those that need a browser are skipped, loudly, without one
	$(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder --max-worker-restart 0

check: $(VENV)/.dev  ## format, lint and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

lock: $(VENV)/.dev  ## work out anew which versions are installed
	$(PIP) install uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade \
		--no-strip-extras --no-header pyproject.toml requirements/build.in -o requirements/runtime.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade \
		--no-strip-extras --no-header --extra dev -c requirements/runtime.lock pyproject.toml requirements/build.in \
		-o requirements/dev.lock

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	@echo "setting up $(VENV) (once; a few minutes)"
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements/runtime.lock pyproject.toml | $(VENV)/bin/python
	$(INSTALL) --require-hashes -r requirements/runtime.lock
	$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements/dev.lock $(VENV)/.runtime
	$(INSTALL) --require-hashes -r requirements/dev.lock
	@touch $@

clean:
	rm -rf $(VENV) build *.egg-info
