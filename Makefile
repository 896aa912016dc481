# Two commands do all set-up on a fresh machine: `make demo` and `make test`. Both are quick when nothing changed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test clean

demo: $(VENV)/.demo
	$(BIN)/mdr build device_example

test: $(VENV)/.test
	$(BIN)/python tools/check.py

$(VENV)/.made: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/.demo: $(VENV)/.made
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(VENV)/.test: $(VENV)/.made
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@ $(VENV)/.demo

clean:
	rm -rf $(VENV) .cache build dist device_example/build
