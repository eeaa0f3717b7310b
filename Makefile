# The same words on a laptop, before a commit and in .ci/run.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

VENV ?= .venv
PYTHON ?= python3
WORKERS ?= 2
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
NOTEBOOKS := $(wildcard notebooks/*.ipynb)
# Written so that these lines do not match themselves.
HOSTS := p[y]pi\.org|p[y]thonhosted\.org|registry\.n[p]mjs|d[e]b\.debian\.org|archive\.u[b]untu\.com|registry\.y[a]rnpkg|conda\.an[a]conda

.PHONY: help env report test check fix bench verdicts notebooks lock

help: ## list these words
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /make \1\t/' | expand -t 18

env: $(STAMP) ## make the environment in .venv from requirements.lock

report: $(STAMP) ## write the demonstration's reports and print their paths
	@$(BIN)/python -m barometri.report

test: $(STAMP) ## run the tests, without the slow ones
	@$(BIN)/python -m pytest -m "not slow" -n $(WORKERS) --dist loadscope

check: $(STAMP) ## lint, format, types, layers, notebooks without output, no package index named
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy barometri tests $(wildcard benchmarks/*.py)
	@$(BIN)/lint-imports --no-logo
	@$(if $(NOTEBOOKS),$(BIN)/nbstripout --verify --keep-id $(NOTEBOOKS),:)
	@if git grep -nIE '$(HOSTS)'; then echo "The lines above name a package index: take the address out."; exit 1; fi

fix: $(STAMP) ## mend what lint and format can mend
	@$(BIN)/ruff check --fix || true
	@$(BIN)/ruff format
	@$(if $(NOTEBOOKS),$(BIN)/nbstripout --keep-id $(NOTEBOOKS),:)

bench: $(STAMP) ## time the package against its floor and its peers, and count coverage and error rates
	@$(BIN)/python -m benchmarks.speed
	@$(BIN)/python -m benchmarks.coverage

verdicts: $(STAMP) ## count how often claims get the verdict their stated truth implies (hours; can be stopped)
	@$(BIN)/python -m benchmarks.verdicts --output docs/verdicts.md

notebooks: $(STAMP) ## run every notebook from top to bottom, changing none
	@$(if $(NOTEBOOKS),$(BIN)/jupyter execute $(NOTEBOOKS),:)

lock: ## choose versions anew within pyproject.toml (needs uv)
	@uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --fork-strategy fewest \
		--generate-hashes --no-header --no-emit-index-url --no-emit-find-links --upgrade --quiet \
		--output-file requirements.lock
	@{ echo '# Versions and hashes for pip and uv alike; made by "make lock" from pyproject.toml.'; \
		cat requirements.lock; } > requirements.new && mv requirements.new requirements.lock

# The package itself is put on the path by one .pth line: an editable install would need a build step that
# pip refuses beside hashes.
$(STAMP): requirements.lock
	@echo "Making $(VENV) from requirements.lock (once; about a minute with pip)" >&2
	@if uv --version >/dev/null 2>&1; then \
		[ -x $(BIN)/python ] || uv venv --quiet --python '>=3.11' $(VENV); \
		uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock; \
	else \
		$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
			{ echo "barometri needs Python 3.11 or newer; name one: make PYTHON=python3.12"; exit 1; }; \
		$(PYTHON) -c 'import ensurepip' 2>/dev/null || \
			{ echo "Python has no ensurepip. Run: apt-get install python3-venv"; exit 1; }; \
		[ -x $(BIN)/pip ] || $(PYTHON) -m venv $(VENV); \
		$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock; \
	fi
	@$(BIN)/python -c 'import pathlib, sysconfig; pathlib.Path(sysconfig.get_path("purelib"), "barometri.pth").write_text(str(pathlib.Path.cwd()) + "\n", encoding="utf-8")'
	@touch $(STAMP)
