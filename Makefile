# make lab: open the laboratory.  make test: the test suite.  make check: everything that the gate runs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: lab test check rest slow display lint types contracts examples bench screenshots datasheets clean

lab: $(READY)
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ] || [ "$$(uname)" = Darwin ]; then $(BIN)/vlab gui; \
	else echo "there is no display here, so the demonstration runs instead"; $(BIN)/vlab demo demo; fi

test: $(READY)
	@$(BIN)/python -m pytest -q -m "not slow" -n auto --dist worksteal

check: test rest

rest: lint types contracts slow display examples

slow: $(READY)
	@$(BIN)/python -m pytest -q -m slow -n auto --dist worksteal

# the tests that drive the window by keys and mouse once more, on a screen of their own
HANDS := benches commands experiment_panel faults focus_wheel help knob layouts main_window optical_table run_queue \
  scan_plot undo

display: $(READY)
	@$(BIN)/python -m gui.system_libraries --xvfb
	@if command -v xvfb-run >/dev/null; then \
	  VLAB_TEST_DISPLAY=1 QT_QPA_PLATFORM=xcb xvfb-run -a -s "-screen 0 1600x1000x24" \
	  $(BIN)/python -m pytest -q $(HANDS:%=tests/gui/test_%.py) -m "not slow"; \
	else echo "there is no xvfb-run here, so the window's tests on a real screen are left out"; fi

lint: $(READY)
	@$(BIN)/ruff check .

types: $(READY)
	@$(BIN)/mypy

contracts: $(READY)
	@$(BIN)/lint-imports

examples: $(READY)
	@for script in examples/*.py; do echo "$$script"; $(BIN)/python "$$script" --check || exit 1; done

screenshots: $(READY)
	@QT_QPA_PLATFORM=offscreen $(BIN)/python -m gui.screenshots docs/screenshots

datasheets: $(READY)
	@$(BIN)/python -m instruments.datasheet_pages docs/datasheets

bench: $(READY)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check '.[bench]' || echo "not all peers can be had here"
	@$(BIN)/python -m benchmarks $(if $(JSON),--json $(JSON))

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else \
	  "vlab needs Python 3.11 to 3.13, and $(PYTHON) is %d.%d; say for example: make lab PYTHON=python3.12" % v)'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing vlab and what it needs into $(VENV) (some minutes, first time only)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[gui,test,check]'
	@$(BIN)/python -m gui.system_libraries
	@touch $@

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
