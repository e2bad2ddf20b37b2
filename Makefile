# Each target is one call of portcullis. ENV names the environment: `local`, the emulated AWS of this machine, is the
# default; any other one goes to AWS.
ENV ?= local

# What is said to make is text: no `$(…)` in it is expanded, and a recipe reads it from its environment, in quotes.
# So nothing of a branch's name or of a pipeline's input is ever run.
$(foreach name,ENV PLAN PLAN_JSON PLANS BASE MARKDOWN YOUR_EMAIL,$(if $(filter undefined,$(origin $(name))),,\
  $(eval override $(name) := $$(value $(name)))$(eval export $(name))))

# What `make setup` installs goes first.
export PATH := $(CURDIR)/.portcullis/tools/bin:$(PATH)

# In a project of your own: PORTCULLIS = portcullis, and a line in `setup` that installs it into .portcullis/tools/bin.
# Cargo is quiet but for the first time, when it compiles for minutes.
QUIET := $(if $(wildcard target/release/portcullis),--quiet)
PORTCULLIS ?= cargo run $(QUIET) --release --locked --package portcullis --

.DEFAULT_GOAL := help
.PHONY: help apply watch plan review destroy outputs environments build generate check lint invitation logs clean \
  setup test test-fast bench

help: ## what there is to do
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|'
	@echo
	@echo '  ENV=dev takes a command to AWS; YOUR_EMAIL=you@example.com names the first user.'
	@echo '  PLAN=FILE keeps a plan (PLAN_JSON=FILE also as JSON, for PLANS=FILE of a review), and applies exactly that.'

apply: ## build, generate and apply; locally also start everything
	@$(PORTCULLIS) apply --env "$$ENV" $${PLAN:+--plan "$$PLAN"}

watch: ## apply, and again whenever a function or the spec is saved (local only)
	@$(PORTCULLIS) apply --watch --env "$$ENV"

plan: ## show what apply would change
	@$(PORTCULLIS) plan --env "$$ENV" $${PLAN:+--out "$$PLAN"} $${PLAN_JSON:+--json-out "$$PLAN_JSON"}

review: ## tell what becomes reachable, by whom, and what would be lost since BASE, else since the main branch
	@set -f; for plan in $$PLANS; do set -- "$$@" --plan "$$plan"; done; \
	$(PORTCULLIS) review $${BASE:+--base "$$BASE"} "$$@" $${MARKDOWN:+--markdown}

destroy: ## delete everything; locally also stop every process
	@$(PORTCULLIS) destroy --env "$$ENV"

outputs: ## print addresses and ids as JSON
	@$(PORTCULLIS) outputs --env "$$ENV"

environments: ## print the environments in AWS as JSON
	@$(PORTCULLIS) environments --json

build: ## build the functions and zip them
	@$(PORTCULLIS) build --env "$$ENV"

generate: ## make terraform/ from portcullis.toml
	@$(PORTCULLIS) generate

check: ## check spec, generated tree and tools; PLAN=FILE: also that the plan, in JSON, is what the spec says
	@$(PORTCULLIS) check $${PLAN:+--plan "$$PLAN" --env "$$ENV"}

lint: ## check formatting, lints and documentation
	@scripts/lint.sh

invitation: ## print the last mail of Cognito, with its password or code (local only)
	@$(PORTCULLIS) invitation --env "$$ENV"

logs: ## print the functions' logs
	@$(PORTCULLIS) logs --env "$$ENV"

clean: ## delete what was built
	@$(PORTCULLIS) clean

setup: ## install what a fresh machine lacks, such as one of a pipeline
	@scripts/setup.sh
	@$(PORTCULLIS) --version

test: ## everything, end to end
	@scripts/test.sh

test-fast: ## what needs no Terraform and no network
	@scripts/test.sh --fast

bench: ## how much load the data plane bears; takes half an hour
	@scripts/bench.sh
