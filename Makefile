# The words that a new user needs: `make demo` and `make test`. Each does all the set-up by itself.
PYTHON := .venv/bin/python
.DEFAULT_GOAL := help

.PHONY: help setup demo test lint docs mutants faults fuzz sbom deb install-test clean

help:
	@echo "make demo    everything on this machine: broker, central, simulated devices, kiosk, the bench page"
	@echo "make test    the whole test suite and the static checks"
	@echo "make lint    the static checks alone"
	@echo "make docs    writes the generated pages again"
	@echo "make mutants plants known bugs one after the other and demands that the tests find each (about five minutes)"
	@echo "make faults  what can go wrong, row by row (docs/faults.md); ROW=P03 for one"
	@echo "make fuzz    throws bytes at every parser that meets bytes from outside; T=60 for a minute each"
	@echo "make sbom    what the product is made of, as CycloneDX, in build/sbom.cdx.json"
	@echo "make deb     the Debian package, in build/deb (about two minutes)"
	@echo "make install-test  installs it on a bare Debian in a container that boots, upgrades, breaks and removes it; root"
	@echo "make setup   what the others call: Debian packages, .venv, Python packages, fonts"

setup:
	@.ci/setup test

demo:
	@.ci/setup demo
	@.venv/bin/kiosk demo

lint: setup
	@.ci/lint

test: setup
	@.ci/tests

docs: setup
	@$(PYTHON) -m docs.generate

faults: setup
	@$(PYTHON) -m tests.faults $(ROW)

fuzz: setup
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt atheris
	@$(PYTHON) -m tests.fuzz --seconds $(or $(T),10)

sbom: setup
	@mkdir -p build
	@$(PYTHON) -m docs.sbom >build/sbom.cdx.json
	@echo "build/sbom.cdx.json"

deb: setup
	@deb/build

install-test: deb
	@deb/rehearse build/deb/library-kiosk_*.deb

mutants: setup
	@$(PYTHON) -m tests.mutants

clean:
	rm -rf .venv build run *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
