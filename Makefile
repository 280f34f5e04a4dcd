# Two commands do everything on a machine with Python 3.11 or newer and make: `make demo` and `make test`.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test lint format lock words clean

demo: .venv/ready
	@$(BIN)/linbang demo

test: .venv/ready-for-tests
	@$(BIN)/python -m tests.everything

lint: .venv/ready-for-tests
	@$(BIN)/python -m tests.everything --only-checks

format: .venv/ready-for-tests
	$(BIN)/ruff format . && $(BIN)/ruff check --fix .

# The words of the application: adds new ones to the Chinese catalogue, to be translated there.
words: .venv/ready-for-tests
	cd webui && ../$(BIN)/pybabel -q extract -F translations/babel.cfg -k lazy --no-location --sort-output --omit-header -o ../.venv/words.pot .
	$(BIN)/pybabel -q update -i .venv/words.pot -l zh --no-fuzzy-matching --ignore-pot-creation-date --ignore-obsolete -w 120 -o webui/translations/zh.po

# Pins what pyproject.toml allows, without addresses of any index.
lock: .venv/ready-for-tests
	$(BIN)/uv pip compile -q pyproject.toml --universal --generate-hashes --no-header --no-annotate --no-emit-index-url -o requirements.lock
	$(BIN)/uv pip compile -q pyproject.toml --extra fleet --universal --generate-hashes --no-header --no-annotate --no-emit-index-url -o requirements-fleet.lock
	$(BIN)/uv pip compile -q pyproject.toml --extra test --universal --generate-hashes --no-header --no-annotate --no-emit-index-url -o requirements-test.lock

clean:
	rm -rf .venv build dist *.egg-info webui/static/dist webui/frontend/node_modules

.venv/bin/pip:
	$(PYTHON) -c 'import sys; sys.exit("Linbang needs Python 3.11 or newer") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv

.venv/ready: .venv/bin/pip requirements.lock pyproject.toml hatch_build.py $(shell find webui/frontend -name node_modules -prune -o -type f -print)
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install -q --disable-pip-version-check --no-deps -e .
	@touch $@

.venv/ready-for-tests: .venv/ready requirements-test.lock
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-test.lock
	@touch $@
