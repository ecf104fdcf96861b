# `make demo` flies the hop; `make test` checks everything. Both set up .venv first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MISSION ?= configs/missions/xzy1-hop.toml
SPEED ?= 1
SEED ?= 1
SERIAL ?= 0

.PHONY: demo test lint types contracts unit tests flights bench mutation landings rehearsals witnesses diagrams lock clean peers

$(VENV)/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Landfall needs Python 3.11 or newer; set PYTHON=/path/to/it")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

# Compiled kernels lie beside the sources; without this the first flight would wait for them.
$(VENV)/.prepared: $(VENV)/.installed $(wildcard firmware_sim/*.py firmware_sim/*/*.py)
	@echo "compiling the simulator, once: about a minute"
	@$(BIN)/firmware-sim prepare
	@touch $@

demo: $(VENV)/.prepared
	@$(BIN)/gcs demo $(MISSION) --speed $(SPEED) --seed $(SEED) $(if $(filter 1,$(SERIAL)),--serial)

test:
	@$(MAKE) -j2 lint types contracts unit

lint: $(VENV)/.installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/.installed
	$(BIN)/mypy

contracts: $(VENV)/.installed
	$(BIN)/lint-imports

# With `make -j2`, as in `make test`, tests and flights run beside each other.
unit: tests flights

# A file stays with one worker, so that what it flies once for all its tests is flown once. There
# is a worker more than cores, for some tests wait; all of them make way for the flights.
WORKERS = $(shell echo $$(($$(getconf _NPROCESSORS_ONLN) + 1)))
tests: $(VENV)/.prepared peers
	nice -n 19 $(BIN)/python -m pytest -n $(WORKERS) --maxprocesses 5 \
	  --dist loadfile --no-loadscope-reorder --ignore tests/flights

# Whole flights run in real time, two at a time and in four processes each, and mostly wait.
flights: $(VENV)/.prepared peers
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder tests/flights

# Some tests want what pip does not bring: Mosquitto and Chromium. CI installs them; elsewhere
# those tests are skipped where they are not installed.
peers:
	@if [ "$(CI)" = true ]; then for found in mosquitto chromium; do \
	  PATH="$$PATH:/usr/sbin" command -v $$found >/dev/null \
	  || (apt-get update -q && apt-get install -q -y --no-install-recommends $$found) >/dev/null 2>&1 \
	  || echo "$$found could not be installed: its tests will be skipped"; done; fi

# JSBSim is the peer of one benchmark and of nothing else.
bench: $(VENV)/.prepared
	@$(BIN)/python -c "import jsbsim" 2>/dev/null || $(BIN)/python -m pip install --quiet "jsbsim>=1.2"
	@for bench in tests/benchmarks/bench_*.py; do $(BIN)/python $$bench || exit 1; done

# Every mutant of what decides and commands, then of every limit, comparison and row of the
# missions. MODULES="gcs/decision/limits.py ..." runs these alone.
mutation: $(VENV)/.prepared
	@$(BIN)/python -c "import mutmut" 2>/dev/null || $(BIN)/python -m pip install --quiet "mutmut==3.8.1"
	@status=0; $(BIN)/python -m tests.helpers.mutation $(MODULES) || status=1; \
	  $(BIN)/python -m pytest -q tests/decision/test_criterion_mutations.py || status=1; exit $$status

# Every rehearsal that ships, the long ones too, which the tests leave out.
rehearsals: $(VENV)/.prepared
	@for file in configs/rehearsals/*.toml; do $(BIN)/hil rehearse $$file || exit 1; done

# 200 seeds of each mission on all cores, each in a wind of its own up to the limits.
landings: $(VENV)/.prepared
	@for mission in xzy1-hop xzy1-booster xzy1-cargo falcon9-like; do \
	  echo "$$mission"; $(BIN)/firmware-sim campaign configs/missions/$$mission.toml --seeds 0:200 --winds-to "12 m/s" || exit 1; done

# After an intended change of criteria or missions: what the mutation tests compare with.
witnesses: $(VENV)/.installed
	$(BIN)/python -m tests.helpers.contract.records

# After an intended change of a transition table: the pictures in the README.
diagrams: $(VENV)/.installed
	$(BIN)/python -m gcs.diagrams README.md

lock:
	rm -rf build/lock && $(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip install --quiet ".[dev]" "setuptools>=77"
	(echo '# Pinned by `make lock`; Python 3.11 or newer.'; \
	  build/lock/bin/python -m pip freeze --all --exclude landfall --exclude pip | sort -f) > requirements.lock

clean:
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .hypothesis
