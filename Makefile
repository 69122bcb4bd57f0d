# Each target is a thin line over a real tool. `make help` lists them.

ASSIGNMENT ?= ps2-output-shapes
PORT ?= 8000
export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/.make/uv/bin:$(PATH)
unexport PYTHONDONTWRITEBYTECODE  # the tests alone start hundreds of processes

# The groups of pyproject.toml that a target needs; each set is installed once, into one .venv.
BOOK = book keras modern
GRADING = grading
ALL = book keras grading hub cluster modern dev
QUICK = tests/test_imports.py tests/test_links.py tests/course_lib tests/course_bank

.PHONY: all help env book pdf serve measure exercises grade check test lint format bench mnist lock clean distclean
.NOTPARALLEL:

all: book grade  ## Build the book; generate, grade and give feedback on a sample class
	@echo "Book:     _build/html/index.html (make serve opens it)"
	@cd exercises/sample && echo "Feedback:" && ls -d feedback/*/$(ASSIGNMENT)/$(ASSIGNMENT).html | sed 's#^#  exercises/sample/#'

help:  ## List the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## */  make \1\t/' | expand -t 18

env: .make/all .make/node  ## Set up .venv and node_modules whole; the other targets set up what they need

.make/all: GROUPS = $(ALL)
.make/book: GROUPS = $(BOOK)
.make/grading: GROUPS = $(GRADING)
.make/all .make/book .make/grading: requirements.lock pyproject.toml scripts/setup-python.sh
	@scripts/setup-python.sh $(GROUPS)
	@touch $@

.make/node: package-lock.json
	@test -x .venv/bin/npm || scripts/setup-python.sh $(BOOK)
	@echo "Setting up node_modules ..."
	@npm ci --silent --no-audit --no-fund
	@touch $@

book: .make/book .make/node  ## Build the HTML book, warnings as errors
	jupyter-book build . -W -n --keep-going

pdf: book  ## Set the whole book as one PDF, _build/html/convolution-by-hand.pdf
	@scripts/check-system.sh chromium
	python book/paper

serve: book  ## Build the book and open it in the browser
	@echo "http://127.0.0.1:$(PORT) (Ctrl-C stops)"
	@(sleep 1; python -m webbrowser -t http://127.0.0.1:$(PORT)) >/dev/null &
	@python -m http.server $(PORT) --bind 127.0.0.1 --directory _build/html

measure: .make/all .make/lighthouse book  ## Measure every page of the built book: a table, 15 seconds a page
	python book/measure

.make/lighthouse: book/measure/lighthouse/package-lock.json .make/node
	@cd book/measure/lighthouse && npm ci --silent --no-audit --no-fund
	@touch $@

exercises: .make/grading  ## Generate what students receive; what is there already stays as it is
	@cd exercises && ../scripts/release.sh

grade: .make/grading  ## Grade a sample class on ASSIGNMENT and print its grades
	@scripts/check-system.sh bubblewrap
	@cd exercises && course demo $(ASSIGNMENT)

check: .make/all .make/node  ## In a minute: style, imports, links, and the quick tests of engine and bank
	ruff check . && ruff format --check .
	python -m pytest -q -n auto --dist worksteal -m "not keras and not browser and not slow" $(QUICK)

test: env  ## Run every test
	@scripts/check-system.sh bubblewrap chromium
	python -m pytest -n auto --dist loadfile --no-loadscope-reorder

lint: .make/all  ## Check style and formatting
	ruff check . && ruff format --check .

format: .make/all  ## Mend style and formatting
	ruff check --fix . && ruff format .

bench: .make/all  ## Measure course_lib against Keras side by side
	python -m benchmarks

mnist: .make/all  ## Record the full MNIST run of chapter 12 anew, on both engines
	python -m benchmarks.mnist_run

lock: .make/all  ## Resolve requirements.lock and package-lock.json anew
	uv pip compile --universal --generate-hashes --all-extras --python-version 3.11 --upgrade --quiet pyproject.toml -o requirements.lock
	scripts/check-lock.sh
	printf '%s\n' "$(BOOK)" "$(GRADING)" "$(ALL)" | python scripts/installed_sizes.py > .make/sizes
	mv .make/sizes scripts/installed_sizes.tsv
	npm install --package-lock-only

clean:  ## Remove the built book, the sample class and caches; never a real class's work
	rm -rf _build exercises/sample .pytest_cache .ruff_cache .hypothesis

distclean: clean  ## Remove the environment too
	rm -rf .venv node_modules .make
