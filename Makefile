# Plain verbs. `make` alone lists them.
VENV    := .venv
BIN     := $(VENV)/bin
PYTHON  ?= $(shell command -v python3.11 || command -v python3)
PIP     := $(BIN)/pip install --quiet --disable-pip-version-check
READY   := $(VENV)/.ready
SAMPLE  := data/raw/sample_survey.csv

.PHONY: help setup report test test-all coverage fuzz docs showcase evaluate lab lint lock clean

help:  ## List what can be done
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup: $(READY)  ## Make the environment in .venv (once; about 3 minutes, 2 GB of disk)

$(READY): requirements.lock pyproject.toml
	@echo "[1/4] environment in $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "feedback-nlp needs python 3.11 or newer: call make with PYTHON=/path/to/python3.11"; exit 2; }
	@$(PYTHON) -m venv $(VENV)
	@echo "[2/4] PyTorch, the largest package (200 MB, half a minute where the CPU build is at hand)"
	@sed -n '/^torch==/,/[^\\]$$/p' requirements.lock > $(VENV)/torch.lock
	@$(BIN)/pip download --quiet --disable-pip-version-check --no-deps --dest $(VENV)/torch \
	  "$$(grep -oE '^torch==[0-9.]+' requirements.lock)"
	@$(PIP) --no-deps --require-hashes --no-index --find-links $(VENV)/torch -r $(VENV)/torch.lock
	@rm -rf $(VENV)/torch
	@echo "[3/4] everything else, each package pinned and checked by hash (about two minutes)"
	@$(PIP) --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -c 'import torch' 2>/dev/null || $(PIP) "$$(grep -oE '^torch==[0-9.]+' requirements.lock)"
	@echo "[4/4] feedback-nlp itself"
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $(READY)

report: $(READY)  ## Run the bundled sample survey to a PDF in reports/
	$(BIN)/feedback-nlp report $(SAMPLE)

test: $(READY)  ## Run the tests
	$(BIN)/python -m pytest

test-all: $(READY)  ## Run the tests, the slow ones too
	$(BIN)/python -m pytest -m "slow or not slow"

coverage: $(READY)  ## Measure which lines the tests reach (about 20 minutes)
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

fuzz: $(READY)  ## Try thousands of made-up surveys, and damaged bytes of every format
	FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-2000} $(BIN)/python -m pytest tests/test_fuzz.py -o timeout=0

lab: $(READY)  ## Open JupyterLab on the notebooks, on a finished run of the sample
	$(BIN)/feedback-nlp run $(SAMPLE)
	$(BIN)/jupyter lab --notebook-dir=notebooks

showcase: $(READY)  ## Make the gallery, the examples and the README's picture anew, from the sample
	$(BIN)/feedback-nlp run $(SAMPLE)
	$(BIN)/python -m feedback_nlp.report.showcase data/processed/sample_survey docs

docs: $(READY)  ## Build the documentation into site/
	$(BIN)/mkdocs build --strict

evaluate: $(READY)  ## Measure every quality figure anew into docs/evaluation.md (an hour)
	$(BIN)/feedback-nlp evaluate

lint: $(READY)  ## Check format, style and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

lock: $(READY)  ## Pin every package again, after pyproject.toml changed
	.ci/lock

clean:  ## Remove the environment, runs and reports
	rm -rf $(VENV) data/processed/*/ reports/*/
