//! Functions, and the crates that make them.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, nearest};
use crate::identifier::Identifier;
use crate::resources::{api_gateway_integration, cloudwatch_log_group, lambda_function};
use crate::service::meaning::{Handler, Handlers, Resolver};
use crate::service::{Function, LOCAL};
use crate::spec::{FunctionTable, Spec, Written};

impl Resolver<'_> {
    pub(crate) fn functions(
        &mut self,
        spec: &Spec,
        handlers: Option<&Handlers>,
    ) -> BTreeMap<String, Function> {
        let mut functions = BTreeMap::new();
        let mut identifiers = BTreeMap::new();
        let added = added_variables(spec);
        let routed: BTreeSet<&str> = spec
            .routes
            .iter()
            .filter_map(|(_, route)| Some(route.function.as_ref()?.get_ref().as_str()))
            .collect();
        // A number out of range is reported where it stands.
        let raised = spec.api.max_timeout_seconds.as_ref();
        let longest = raised
            .and_then(|written| u32::try_from(*written.get_ref()).ok())
            .filter(|seconds| api_gateway_integration::RAISED_TIMEOUT_SECONDS.contains(seconds))
            .unwrap_or(api_gateway_integration::TIMEOUT_SECONDS);
        self.same_but_for_case(spec.functions.iter().map(|(name, _)| name), "functions");
        for (name, table) in &spec.functions {
            let is_name = self.check_name(name, "a function", 64);
            self.collision(
                &mut identifiers,
                Identifier::new(name.get_ref()),
                name,
                "functions",
            );
            if let Some(handlers) = handlers.filter(|_| is_name) {
                self.binary(name, handlers);
            }
            let longest = routed.contains(name.get_ref().as_str()).then_some(longest);
            functions.insert(name.get_ref().clone(), self.function(table, &added, longest));
        }
        let former = spec
            .functions
            .iter()
            .map(|(name, table)| (name, table.formerly.as_ref()));
        self.former_names(former, "function", 64);
        for (package, handler) in handlers.into_iter().flatten() {
            let mut names = handler.binaries.iter().chain([package]);
            if !names.any(|name| functions.contains_key(name)) {
                self.report(
                    Diagnostic::new(
                        0..0,
                        format!(
                            "the crate `{package}` in `{}` has no function in the spec",
                            handler.folder
                        ),
                    )
                    .hint(format!("add `[functions.{package}]`, or delete the crate"))
                    .missing(format!("functions.{package}")),
                );
            }
        }
        functions
    }

    /// A function is built from the binary of its name, whatever the package is called.
    fn binary(&mut self, name: &Written<String>, handlers: &Handlers) {
        let text = name.get_ref();
        if handlers.values().any(|handler| handler.binaries.contains(text)) {
            return;
        }
        let Some(Handler { folder, binaries }) = handlers.get(text) else {
            return self.function_without_crate(name, handlers);
        };
        let binaries: Vec<_> = binaries.iter().map(|binary| format!("`{binary}`")).collect();
        self.report(
            Diagnostic::new(
                name.span(),
                format!("the function `{text}` needs a binary called `{text}`"),
            )
            .label(format!("`{folder}` builds {}", binaries.join(", ")))
            .hint(format!(
                "set `name = \"{text}\"` under `[[bin]]` in `{folder}/Cargo.toml`"
            )),
        );
    }

    fn function_without_crate(&mut self, name: &Written<String>, handlers: &Handlers) {
        let text = name.get_ref();
        let mut diagnostic = Diagnostic::new(
            name.span(),
            format!("the function `{text}` has no crate in `functions/`"),
        );
        let known = handlers.iter().flat_map(|(package, handler)| {
            let binaries = handler.binaries.iter().map(String::as_str);
            binaries.chain([package.as_str()])
        });
        if let Some(near) = nearest(text, known) {
            diagnostic = diagnostic
                .label(format!("did you mean `{near}`?"))
                .meant(format!("functions.{near}"));
        }
        self.report(diagnostic.hint(format!(
            "copy an existing handler to `functions/{text}`, name the package `{text}`, and add it to the \
             members of `functions/Cargo.toml`"
        )));
    }

    /// `longest` is how long API Gateway waits, if a route leads to the function.
    fn timeout(&mut self, table: &FunctionTable, longest: Option<u32>) -> u32 {
        let seconds = self.number(
            "timeout_seconds",
            &table.timeout_seconds,
            10,
            lambda_function::TIMEOUT_SECONDS,
            "seconds",
        );
        if let (Some(written), Some(longest)) = (&table.timeout_seconds, longest)
            && seconds > longest
        {
            self.report(
                Diagnostic::new(
                    written.span(),
                    format!("`timeout_seconds` must be at most {longest} for a function with routes"),
                )
                .label("API Gateway waits no longer")
                .hint(format!(
                    "lower it; if AWS raised \"Maximum integration timeout in milliseconds\" for your account, set \
                     `max_timeout_seconds = {}` in `[api]`",
                    seconds.min(*api_gateway_integration::RAISED_TIMEOUT_SECONDS.end())
                )),
            );
        }
        seconds
    }

    fn function(
        &mut self,
        table: &FunctionTable,
        added: &BTreeMap<String, String>,
        longest: Option<u32>,
    ) -> Function {
        if let Some(description) = &table.description
            && let Err(why) = lambda_function::check_description(description.get_ref())
        {
            self.report(Diagnostic::new(description.span(), "Lambda refuses this description").hint(why));
        }
        let mut environment = BTreeMap::new();
        for (key, (span, value)) in &table.environment {
            if let Err(why) = lambda_function::check_environment_key(key) {
                self.report(
                    Diagnostic::new(
                        span.clone(),
                        format!("`{key}` can't be an environment variable of a function"),
                    )
                    .hint(why),
                );
            }
            environment.insert(key.clone(), value.get_ref().clone());
        }
        let mut variables = added.clone();
        variables.extend(environment.clone());
        let bytes: usize = variables.iter().map(|(key, value)| key.len() + value.len()).sum();
        if bytes > lambda_function::ENVIRONMENT_BYTES {
            let span = table
                .environment
                .values()
                .next()
                .map_or(0..0, |(span, _)| span.clone());
            self.report(
                Diagnostic::new(span, format!("{bytes} bytes of environment variables")).hint(format!(
                    "Lambda takes {} bytes a function; Portcullis adds {}",
                    lambda_function::ENVIRONMENT_BYTES,
                    added
                        .keys()
                        .map(|key| format!("`{key}`"))
                        .collect::<Vec<_>>()
                        .join(", ")
                )),
            );
        }
        let known = cloudwatch_log_group::RETENTION_DAYS;
        let log_retention_days = match &table.log_retention_days {
            None => 14,
            Some(written) => match known
                .into_iter()
                .find(|days| i64::from(*days) == *written.get_ref())
            {
                Some(days) => days,
                None => {
                    let summary = format!("CloudWatch can't keep logs for {} days", written.get_ref());
                    let hint = format!("choose one of {}", known.map(|days| days.to_string()).join(", "));
                    self.report(Diagnostic::new(written.span(), summary).hint(hint));
                    14
                }
            },
        };
        Function {
            formerly: table.formerly.as_ref().map(|name| name.get_ref().clone()),
            description: table
                .description
                .as_ref()
                .map(|text| text.get_ref().clone())
                .unwrap_or_default(),
            memory_mb: self.number(
                "memory_mb",
                &table.memory_mb,
                128,
                lambda_function::MEMORY_MB,
                "MB",
            ),
            timeout_seconds: self.timeout(table, longest),
            log_retention_days,
            environment,
        }
    }

    /// The longest name of an environment decides how long the names of functions may be.
    pub(crate) fn function_name_lengths(&mut self, spec: &Spec, service: &str) {
        let environments = spec
            .environments
            .iter()
            .map(|(name, _)| name.get_ref().as_str())
            .chain([LOCAL]);
        let Some(longest) = environments.max_by_key(|name| name.len()) else {
            return;
        };
        self.function_names_of_environments(spec, service);
        for (name, _) in &spec.functions {
            let full = format!("{service}-{longest}-{}", name.get_ref());
            if full.len() > lambda_function::NAME_LENGTH
                && name.get_ref().len() <= lambda_function::NAME_LENGTH
            {
                self.report(
                    Diagnostic::new(name.span(), format!("`{full}` is too long for AWS"))
                        .label(format!("{} characters with service and environment", full.len()))
                        .hint(format!(
                            "names of functions and of their roles hold {} characters: shorten the name",
                            lambda_function::NAME_LENGTH
                        )),
                );
            }
        }
    }

    /// Environments live in one account: `a` with `b-c` and `a-b` with `c` would be one function there.
    fn function_names_of_environments(&mut self, spec: &Spec, service: &str) {
        let mut seen: BTreeMap<String, &Written<String>> = BTreeMap::new();
        for (environment, _) in &spec.environments {
            for (name, _) in &spec.functions {
                let full = format!("{service}-{}-{}", environment.get_ref(), name.get_ref());
                // IAM's names of roles are unique regardless of case.
                let key = full.to_ascii_lowercase();
                if let Some(other) = seen.get(&key) {
                    // Then the names of the environments, or these two, are reported as differing only in case.
                    if other.get_ref().eq_ignore_ascii_case(name.get_ref()) {
                        continue;
                    }
                    self.report(
                        Diagnostic::new(
                            name.span(),
                            format!("two environments would have a function `{full}` in AWS"),
                        )
                        .label(format!("as `{}` in `{}`", name.get_ref(), environment.get_ref()))
                        .related(other.span(), "as this one in another environment")
                        .hint("rename one of the functions or environments"),
                    );
                } else {
                    seen.insert(key, name);
                }
            }
        }
    }
}

/// The variables that the service module adds to each function, with the longest origin of any environment.
fn added_variables(spec: &Spec) -> BTreeMap<String, String> {
    let mut added = BTreeMap::from([(lambda_function::IGNORE_STAGE_IN_PATH.into(), "true".into())]);
    if let Some(cors) = &spec.api.cors {
        let own = spec
            .environments
            .iter()
            .filter_map(|(_, table)| table.allow_origin.as_ref());
        let longest = own
            .chain(&cors.allow_origin)
            .map(|origin| origin.get_ref().clone())
            .max_by_key(String::len);
        added.insert(
            lambda_function::CORS_ALLOW_ORIGIN.into(),
            longest.unwrap_or_default(),
        );
        if cors
            .allow_credentials
            .as_ref()
            .is_some_and(|written| *written.get_ref())
        {
            added.insert(lambda_function::CORS_ALLOW_CREDENTIALS.into(), "true".into());
        }
    }
    added
}
