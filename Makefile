# Each target is a thin line over a real tool. `make help` lists them.

ASSIGNMENT ?= ps2-output-shapes
PORT ?= 8000
export PATH := $(CURDIR)/.venv/bin:$(PATH)

.PHONY: all help env book serve exercises grade test lint format bench mnist lock clean distclean

all: book grade  ## Build the book; generate, grade and give feedback on a sample class
	@echo "Book:     _build/html/index.html (make serve opens it)"
	@echo "Feedback: exercises/sample/feedback/sample-*/$(ASSIGNMENT)/$(ASSIGNMENT).html"

help:  ## List the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## */  make \1\t/' | expand -t 18

env: .make/python .make/node  ## Set up .venv and node_modules from the lock files

.make/python: requirements.lock pyproject.toml scripts/setup-python.sh
	@scripts/setup-python.sh

.make/node: package-lock.json .make/python
	@echo "Setting up node_modules ..."
	@npm ci --silent --no-audit --no-fund
	@touch $@

book: env  ## Build the HTML book, warnings as errors
	jupyter-book build . -W -n --keep-going

serve: book  ## Build the book and open it in the browser
	@echo "http://127.0.0.1:$(PORT) (Ctrl-C stops)"
	@(sleep 1; python -m webbrowser -t http://127.0.0.1:$(PORT)) >/dev/null &
	@python -m http.server $(PORT) --bind 127.0.0.1 --directory _build/html

exercises: env  ## Generate what students receive, for every assignment
	@cd exercises && for each in source/*/; do nbgrader generate_assignment "$$(basename $$each)" --force || exit 1; done

grade: env  ## Grade a sample class on ASSIGNMENT and print its grades
	@scripts/check-system.sh bubblewrap
	@if command -v bwrap >/dev/null; then cd exercises && course demo $(ASSIGNMENT); fi

test: env  ## Run every test
	@scripts/check-system.sh bubblewrap chromium
	python -m pytest -n auto --dist loadfile

lint: env  ## Check style and formatting
	ruff check . && ruff format --check .

format: env  ## Mend style and formatting
	ruff check --fix . && ruff format .

bench: env  ## Measure course_lib against Keras side by side
	python -m benchmarks

mnist: env  ## Record the full MNIST run of chapter 12 anew, on both engines
	python -m benchmarks.mnist_run

lock: .make/python  ## Resolve requirements.lock and package-lock.json anew
	uv pip compile --universal --generate-hashes --all-extras --python-version 3.11 --upgrade --quiet pyproject.toml -o requirements.lock
	npm install --package-lock-only

clean:  ## Remove the built book, the sample class and caches; never a real class's work
	rm -rf _build exercises/sample .pytest_cache .ruff_cache .hypothesis

distclean: clean  ## Remove the environment too
	rm -rf .venv node_modules .make
