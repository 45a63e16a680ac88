# Every target sets up what it needs. `make demo` and `make test` are the two commands of the README.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime
DEV := $(VENV)/.dev
# The peer that `make bench` measures against wants other versions of what we use.
PEER := .venv-peer
# Measuring what tests cover takes a fifth of their time.
COVER ?= yes
# Whether a few tests that failed among all the others are run once more, by themselves (decision 69).
AGAIN ?=
# Where `make test` follows upon `make demo` (.ci/run), what it needs may be installed beside the demo.
AHEAD ?=
# What is compiled once is kept beside the source: every worker and every program of the tests needs it.
unexport PYTHONDONTWRITEBYTECODE
# Fitting weights and making the table of towns want more than the program does.
FIT := .venv-fit
# A real Matrix homeserver for the tests, whose licence and needs are not ours.
SYNAPSE := .venv-synapse
CODE := bot jobs storage tests benchmarks

.DEFAULT_GOAL := help
.PHONY: help setup demo demo-played test test-cluster check tests-compiled eval weigh corpora judge bench format lock sbom audit fuzz clean

help: ## what can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort

setup: $(RUNTIME) ## the virtual environment with the console script vigil

demo: demo-played $(if $(AHEAD),$(DEV) $(SYNAPSE)/.done) ## the main job on sample sources: no network, no token

demo-played: $(RUNTIME)
	@$(BIN)/vigil demo

test: $(DEV) $(SYNAPSE)/.done check tests-compiled ## every test, after the checks; then how much of each package they cover (COVER= leaves that out)
	@# Flow tests mostly wait for the real program: three workers a core keep it busy.
	$(BIN)/pytest -n $$(( 3 * $$(getconf _NPROCESSORS_ONLN) )) --dist worksteal $(if $(COVER),--cov --cov-report=) $(if $(AGAIN),|| $(BIN)/python -m tests.again $$?)
	@$(if $(COVER),,exit 0;) for package in storage jobs bot; do printf '%s, lines and branches covered in %%: ' $$package; \
	    $(BIN)/coverage report --include="$$package/*" --format=total --precision=1 || exit 1; done
	@$(if $(COVER),,exit 0;) for package in storage jobs; do \
	    $(BIN)/coverage report --include="$$package/*" --fail-under=95 > /dev/null || \
	    { echo "less than 95 % of $$package is covered: coverage report -m --include='$$package/*'"; exit 1; }; done

test-cluster: $(DEV) ## several nodes on a real PostgreSQL: killed, stopped, cut off (minutes)
	$(BIN)/pytest -m cluster tests/flow tests/jobs

check: $(DEV) ## style, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Once, beside the checks, and not by each worker of the tests at the same time:.
# A file that cannot be read is told of by the tests themselves.
tests-compiled: $(DEV)
	@$(BIN)/pytest --collect-only > /dev/null 2>&1 || true

eval: $(DEV) ## how well it understands: labelled texts, per language, with bounds (EVAL="--half dev -v" for more)
	@$(BIN)/python -m tests.evaluation $(EVAL)

weigh: $(DEV) $(FIT)/.done ## fit what words and features weigh to the labelled development half
	$(BIN)/python -m tests.evaluation.weigh --python $(FIT)/bin/python

corpora: $(DEV) ## other people's feeds through the real poller, with a table of what became of them
	$(BIN)/pytest -q tests/corpora

judge: $(DEV) $(SYNAPSE)/.done ## let the crypto of today's Matrix clients verify the bot (wants npm)
	npm install --silent --no-save --no-package-lock --prefix .node @matrix-org/matrix-sdk-crypto-wasm@18.9.0
	$(BIN)/python -m tests.judges.matrix .node
	$(BIN)/python -m tests.judges.conversation .node

bench: $(RUNTIME) $(PEER)/.done ## speed, each figure a ratio to a named peer in the same run
	$(BIN)/python -m benchmarks --peer $(PEER)/bin/python

format: $(DEV) ## set the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: ## pin requirements anew, with hashes (needs uv)
	for name in runtime dev bench fit synapse; do uv pip compile --quiet --generate-hashes --no-header --no-emit-index-url \
	    --no-emit-find-links --no-annotate --no-strip-extras --python-version 3.11 --universal \
	    requirements/$$name.in --output-file requirements/$$name.txt; done

sbom: $(DEV) ## list what the program stands on (CycloneDX), out of the pinned requirements: after each `make lock`
	$(BIN)/python -m tests.parts

audit: $(DEV) ## ask the registry whether what is pinned is still there, with these hashes, and not taken back
	$(BIN)/python -m tests.audit

fuzz: $(DEV) ## throw what nobody would write at all that reads, for half an hour
	$(BIN)/python -m tests.fuzz --minutes 30

clean: ## remove what was made
	rm -rf .node $(VENV) $(PEER) $(FIT) $(SYNAPSE) build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info
	find $(CODE) -name __pycache__ -prune -exec rm -r {} +

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(RUNTIME): requirements/runtime.txt pyproject.toml | $(VENV)/bin/python
	@echo "Installing what Vigil needs, once; that takes a minute or two."
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/runtime.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV): requirements/dev.txt $(RUNTIME)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/dev.txt
	@touch $@

$(PEER)/.done: requirements/bench.txt
	$(PYTHON) -m venv $(PEER)
	$(PEER)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/bench.txt
	@touch $@

$(FIT)/.done: requirements/fit.txt
	$(PYTHON) -m venv $(FIT)
	$(FIT)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/fit.txt
	@touch $@

$(SYNAPSE)/.done: requirements/synapse.txt
	$(PYTHON) -m venv $(SYNAPSE)
	$(SYNAPSE)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/synapse.txt
	@touch $@
