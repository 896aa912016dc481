# Two commands do all set-up on a fresh machine: `make demo` and `make test`. Both are quick when nothing changed.
# Packages are those of requirements/, each checked against its hash; nothing else is fetched, also not to build with.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
LOCKED := $(INSTALL) --require-hashes
BINARY := $(LOCKED) --only-binary :all: --requirement requirements/build.txt

.PHONY: demo test lock audit release clean

demo: $(VENV)/.demo
	$(BIN)/mdr build device_example

test: $(VENV)/.test
	$(BIN)/python tools/check.py

lock: $(VENV)/.maintain
	$(BIN)/python tools/lock.py

audit: $(VENV)/.maintain
	$(BIN)/python tools/audit.py

release: $(VENV)/.test
	$(BIN)/python -m build --no-isolation --outdir dist
	$(BIN)/python tools/sbom.py dist

# A new lock begins with an empty environment, so that it holds the locked set and nothing of an older one.
$(VENV)/.made: $(wildcard requirements/*.txt)
	$(PYTHON) -m venv --clear $(VENV)
	touch $@

$(VENV)/.demo: $(VENV)/.made pyproject.toml
	$(BINARY) --requirement requirements/run.txt
	$(INSTALL) --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.test: $(VENV)/.made pyproject.toml
	$(BINARY)
	$(LOCKED) --only-binary :all: --no-binary reuse --no-build-isolation --requirement requirements/dev.txt
	$(INSTALL) --no-deps --no-build-isolation --editable .
	touch $@ $(VENV)/.demo

$(VENV)/.maintain: $(VENV)/.test
	$(LOCKED) --only-binary :all: --requirement requirements/maintain.txt
	touch $@

clean:
	rm -rf $(VENV) .cache build dist device_example/build
