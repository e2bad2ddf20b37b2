# Each target calls portcullis once. ENV names the environment. The default is `local`, the emulated AWS on this
# machine. Every other environment is in AWS.
ENV ?= local

# Variables are text. make expands no `$(…)` in them, and recipes read them from the environment, in quotes.
# So make never runs a part of a branch's name or of a pipeline's input.
$(foreach name,ENV FIRST PLAN PLAN_JSON PLANS BASE MARKDOWN YOUR_EMAIL,$(if $(filter undefined,$(origin $(name))),,\
  $(eval override $(name) := $$(value $(name)))$(eval export $(name))))

# Tools from `make setup` come first.
export PATH := $(CURDIR)/.portcullis/tools/bin:$(PATH)

PORTCULLIS ?= portcullis

.DEFAULT_GOAL := help
.PHONY: help apply dev down login plan review destroy outputs environments build generate check lint invitation logs clean \
  setup test

help: ## print this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|'
	@echo
	@echo '  ENV=dev runs a command in AWS. YOUR_EMAIL=you@example.com names the first user.'
	@echo '  PLAN=FILE saves a plan, and apply then applies exactly this plan.'
	@echo '  PLAN_JSON=FILE saves it as JSON, and PLANS=FILE reviews it.'

apply: ## build, generate and apply (in local, also start everything)
	@$(PORTCULLIS) apply --env "$$ENV" $${PLAN:+--plan "$$PLAN"}

dev: ## apply whenever you save a function or the spec, and print requests (local only)
	@$(PORTCULLIS) dev --env "$$ENV"

down: ## stop the API and the emulated AWS, faster than destroy (local only)
	@$(PORTCULLIS) down

login: ## sign in and print the token (FIRST=yes for the first time)
	@$(PORTCULLIS) login --env "$$ENV" $${FIRST:+--first}

plan: ## show what apply would change
	@$(PORTCULLIS) plan --env "$$ENV" $${PLAN:+--out "$$PLAN"} $${PLAN_JSON:+--json-out "$$PLAN_JSON"}

review: ## review what changes since BASE or the main branch expose or delete
	@set -f; for plan in $$PLANS; do set -- "$$@" --plan "$$plan"; done; \
	$(PORTCULLIS) review $${BASE:+--base "$$BASE"} "$$@" $${MARKDOWN:+--markdown}

destroy: ## delete everything (in local, also stop every process)
	@$(PORTCULLIS) destroy --env "$$ENV"

outputs: ## print addresses and ids as JSON
	@$(PORTCULLIS) outputs --env "$$ENV"

environments: ## print the environments in AWS as JSON
	@$(PORTCULLIS) environments --json

build: ## build the functions and zip them
	@$(PORTCULLIS) build --env "$$ENV"

generate: ## write terraform/ from portcullis.toml
	@$(PORTCULLIS) generate

check: ## check spec, generated files and tools (PLAN=FILE compares a plan in JSON with the spec)
	@$(PORTCULLIS) check $${PLAN:+--plan "$$PLAN" --env "$$ENV"}

lint: lint-functions ## check formatting and lints

.PHONY: lint-functions
lint-functions:
	@cargo fmt --all --check --manifest-path functions/Cargo.toml
	@cargo clippy --locked --manifest-path functions/Cargo.toml --all-features --all-targets -- -D warnings

invitation: ## print the last mail from Cognito, with its password or code (local only)
	@$(PORTCULLIS) invitation --env "$$ENV"

logs: ## print the functions' logs
	@$(PORTCULLIS) logs --env "$$ENV"

clean: ## delete build output
	@$(PORTCULLIS) clean

# A pipeline runs this first. Add a line that installs Portcullis into .portcullis/tools/bin.
setup: ## install missing tools on a new machine, such as a pipeline's
	@scripts/setup.sh
	@$(PORTCULLIS) --version

test: test-functions ## run the tests

.PHONY: test-functions
test-functions:
	@cargo test --locked --quiet --manifest-path functions/Cargo.toml --all-features
