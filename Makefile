# make demo: set everything up, paint a picture on real pretrained weights, and name it.
# make test: set everything up and run the whole test suite.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready

.PHONY: demo test lint types check setup clean

demo: $(READY)
	$(BIN)/impasto samples demo --only rocket,swirl --overwrite
	$(BIN)/impasto stylize demo/rocket.png demo/swirl.png -o demo/rocket_swirl.png --size 512 --overwrite

test: $(READY)
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses logical --dist worksteal

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

check: lint types test

setup: $(READY)

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev,benchmarks,explore]'
	touch $@

clean:
	rm -rf $(VENV) demo build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
