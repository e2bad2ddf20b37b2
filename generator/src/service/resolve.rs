//! From the spec as written to the service it means, with every mistake on the way.
//!
//! The limits that are checked here are the resources' own and stand in their files.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use crate::diagnostic::{Diagnostic, Diagnostics, Span, nearest};
use crate::identifier::Identifier;
use crate::resources::{
    api_gateway_authorizer, api_gateway_stage, cloudwatch_log_group, cognito_user_pool,
    cognito_user_pool_client, lambda_function,
};
use crate::service::{
    Api, Architecture, Auth, Client, Cors, Environment, Function, LOCAL, Method, PasswordPolicy, Route,
    RoutePath, S3State, Service, UserPool,
};
use crate::spec::{ApiTable, CorsTable, EnvironmentTable, FunctionTable, Spec, UserPoolTable, Written};

/// What the spec means. `handlers` are the packages of the functions workspace that have a binary, by name, each
/// with its folder.
///
/// None where anything is wrong; then `diagnostics` says what.
pub fn resolve(
    spec: &Spec,
    handlers: &BTreeMap<String, String>,
    diagnostics: &mut Diagnostics,
) -> Option<Service> {
    let mut resolver = Resolver { diagnostics };
    let service = resolver.service(spec, handlers);
    resolver.diagnostics.is_empty().then_some(service)
}

struct Resolver<'a> {
    diagnostics: &'a mut Diagnostics,
}

impl Resolver<'_> {
    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    fn service(&mut self, spec: &Spec, handlers: &BTreeMap<String, String>) -> Service {
        let name = self.service_name(spec);
        let functions = self.functions(spec, handlers);
        let mut environments = BTreeMap::new();
        let service_tags = self.tags(&spec.service.tags);
        let cors = spec.api.cors.as_ref();
        environments.insert(
            LOCAL.into(),
            self.environment(spec, &name, LOCAL, None, &service_tags),
        );
        for (environment, table) in &spec.environments {
            let key = environment.get_ref();
            self.environment_name(environment);
            environments.insert(
                key.clone(),
                self.environment(spec, &name, key, Some(table), &service_tags),
            );
        }
        self.function_name_lengths(spec, &name);
        Service {
            architecture: self.architecture(spec),
            user_pool: self.user_pool(&spec.user_pool, &name),
            api: self.api(&spec.api, &name, cors),
            routes: self.routes(spec),
            name,
            functions,
            environments,
        }
    }

    fn service_name(&mut self, spec: &Spec) -> String {
        let Some(name) = &spec.service.name else {
            return String::new();
        };
        self.check_name(name, "a service", 32);
        name.get_ref().clone()
    }

    /// Names that become parts of names in AWS and folders on disk.
    fn check_name(&mut self, name: &Written<String>, what: &str, longest: usize) {
        let text = name.get_ref();
        let starts = text.starts_with(|c: char| c.is_ascii_alphabetic());
        let holds = text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        if !starts || !holds || text.len() > longest {
            self.report(
                Diagnostic::new(name.span(), format!("`{text}` can't be the name of {what}")).hint(format!(
                    "a name begins with a letter and holds letters, digits, `-` and `_`, at most {longest}: \
                     it becomes part of names in AWS"
                )),
            );
        }
    }

    fn environment_name(&mut self, name: &Written<String>) {
        if name.get_ref() == LOCAL {
            self.report(
                Diagnostic::new(name.span(), "an environment can't be called `local`")
                    .label("built in")
                    .hint("`local` is the emulated AWS of this machine and needs no table; give this one another name"),
            );
            return;
        }
        self.check_name(name, "an environment", 32);
    }

    fn architecture(&mut self, spec: &Spec) -> Architecture {
        let Some(written) = &spec.service.architecture else {
            return Architecture::X86_64;
        };
        Architecture::parse(written.get_ref()).unwrap_or_else(|| {
            self.report(
                Diagnostic::new(
                    written.span(),
                    format!("`{}` is not an architecture of Lambda", written.get_ref()),
                )
                .hint("write `x86_64` or `arm64`"),
            );
            Architecture::X86_64
        })
    }

    fn tags(&mut self, tags: &BTreeMap<String, (Span, Written<String>)>) -> BTreeMap<String, String> {
        let mut resolved = BTreeMap::new();
        for (key, (span, value)) in tags {
            if ["Service", "Environment"].contains(&key.as_str()) {
                self.report(
                    Diagnostic::new(span.clone(), format!("the tag `{key}` is set by Portcullis"))
                        .hint("choose another key; every resource carries `Service` and `Environment`"),
                );
            } else if let Err(why) = check_tag(key, value.get_ref()) {
                self.report(Diagnostic::new(span.clone(), format!("AWS refuses the tag `{key}`")).label(why));
            }
            resolved.insert(key.clone(), value.get_ref().clone());
        }
        resolved
    }

    fn environment(
        &mut self,
        spec: &Spec,
        service: &str,
        name: &str,
        table: Option<&EnvironmentTable>,
        service_tags: &BTreeMap<String, String>,
    ) -> Environment {
        let default = EnvironmentTable::default();
        let own = table.unwrap_or(&default);
        let region = own.region.as_ref().or(spec.service.region.as_ref());
        // The service's own region is checked once, with `local`.
        if let Some(region) = own
            .region
            .as_ref()
            .or(table.is_none().then_some(region).flatten())
        {
            self.region(region);
        }
        if let Some(account) = &own.account
            && (account.get_ref().len() != 12 || !account.get_ref().bytes().all(|b| b.is_ascii_digit()))
        {
            self.report(
                Diagnostic::new(account.span(), "an AWS account has twelve digits")
                    .hint("`aws sts get-caller-identity` prints yours"),
            );
        }
        let api_origin = spec.api.cors.as_ref().and_then(|cors| cors.allow_origin.as_ref());
        if let Some(origin) = &own.allow_origin {
            match &spec.api.cors {
                Some(cors) => self.origin(origin, cors),
                None => self.report(
                    Diagnostic::new(
                        origin.span(),
                        "`allow_origin` overrides nothing: the API has no `cors`",
                    )
                    .hint("add `cors = { allow_origin = \"…\" }` to `[api]`"),
                ),
            }
        }
        if let Some(email) = &own.first_user {
            self.email(email);
        }
        let mut tags = service_tags.clone();
        tags.extend(self.tags(&own.tags));
        tags.insert("Service".into(), service.into());
        tags.insert("Environment".into(), name.into());
        if tags.len() > 50 {
            let span = own.tags.values().next().map_or(0..0, |(span, _)| span.clone());
            self.report(Diagnostic::new(
                span,
                format!("{} tags; AWS allows 50 a resource", tags.len()),
            ));
        }
        let value = |written: Option<&Written<String>>| written.map(|written| written.get_ref().clone());
        Environment {
            region: value(region).unwrap_or_default(),
            account: value(own.account.as_ref()),
            allow_origin: value(own.allow_origin.as_ref().or(api_origin)).unwrap_or_else(|| "*".into()),
            first_user: value(own.first_user.as_ref()),
            tags,
            state: own.state.as_ref().map(|state| S3State {
                bucket: value(state.bucket.as_ref()).unwrap_or_default(),
                region: value(state.region.as_ref()).unwrap_or_default(),
                key: value(state.key.as_ref())
                    .unwrap_or_else(|| format!("{service}/{name}/terraform.tfstate")),
            }),
        }
    }

    /// The shape of a region's name; which exist changes too often to list.
    fn region(&mut self, region: &Written<String>) {
        let parts: Vec<_> = region.get_ref().split('-').collect();
        let word = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase());
        let valid = parts.len() >= 3
            && parts[..parts.len() - 1].iter().all(|part| word(part))
            && parts
                .last()
                .is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
        if !valid {
            self.report(
                Diagnostic::new(
                    region.span(),
                    format!("`{}` is not an AWS region", region.get_ref()),
                )
                .hint("write it as in `us-east-1` or `eu-central-1`"),
            );
        }
    }

    fn email(&mut self, email: &Written<String>) {
        if !is_email(email.get_ref()) {
            self.report(
                Diagnostic::new(
                    email.span(),
                    format!("`{}` is not an e-mail address", email.get_ref()),
                )
                .hint("Cognito sends the invitation there: write it as in `you@example.com`"),
            );
        }
    }

    fn user_pool(&mut self, table: &UserPoolTable, service: &str) -> UserPool {
        for way in table.sign_in_with.iter().flat_map(|ways| ways.get_ref()) {
            if way.get_ref() != "email" {
                self.report(
                    Diagnostic::new(
                        way.span(),
                        format!("users can't sign in with `{}`", way.get_ref()),
                    )
                    .hint("write `sign_in_with = [\"email\"]`: the e-mail address is the user name"),
                );
            }
        }
        if let Some(ways) = &table.sign_in_with
            && ways.get_ref().is_empty()
        {
            self.report(
                Diagnostic::new(ways.span(), "nothing to sign in with")
                    .hint("write `sign_in_with = [\"email\"]`"),
            );
        }
        let name = self.display_name(&table.name, service, "a user pool", cognito_user_pool::check_name);
        let password = &table.password;
        let flag =
            |written: &Option<Written<bool>>, default| written.as_ref().map_or(default, |w| *w.get_ref());
        UserPool {
            name,
            self_sign_up: flag(&table.self_sign_up, false),
            password: PasswordPolicy {
                minimum_length: self.number(
                    &password.minimum_length,
                    8,
                    cognito_user_pool::MINIMUM_LENGTH,
                    "characters",
                ),
                lowercase: flag(&password.lowercase, false),
                uppercase: flag(&password.uppercase, false),
                numbers: flag(&password.numbers, false),
                symbols: flag(&password.symbols, false),
                temporary_password_validity_days: self.number(
                    &password.temporary_password_validity_days,
                    7,
                    cognito_user_pool::TEMPORARY_PASSWORD_VALIDITY_DAYS,
                    "days",
                ),
            },
            clients: self.clients(table),
        }
    }

    fn clients(&mut self, table: &UserPoolTable) -> BTreeMap<String, Client> {
        let mut clients = BTreeMap::new();
        let mut identifiers = BTreeMap::new();
        for (name, client) in &table.clients {
            self.check_name(name, "a client", 64);
            self.collision(&mut identifiers, Identifier::new(name.get_ref()), name, "clients");
            let mut flows = BTreeSet::new();
            match &client.auth_flows {
                None => self.report(
                    Diagnostic::new(
                        name.span(),
                        format!("the client `{}` has no `auth_flows`", name.get_ref()),
                    )
                    .hint("add `auth_flows = [\"user_srp\", \"refresh_token\"]`"),
                ),
                Some(written) => {
                    for flow in written.get_ref() {
                        match cognito_user_pool_client::explicit_auth_flow(flow.get_ref()) {
                            Some(known) => _ = flows.insert(known),
                            None => self.unknown(
                                flow,
                                "flow of Cognito",
                                cognito_user_pool_client::AUTH_FLOWS.iter().map(|(name, _)| *name),
                            ),
                        }
                    }
                }
            }
            clients.insert(
                name.get_ref().clone(),
                Client {
                    explicit_auth_flows: flows.into_iter().collect(),
                },
            );
        }
        clients
    }

    /// Reports a word that is none of the known ones.
    fn unknown<'k>(
        &mut self,
        word: &Written<String>,
        what: &str,
        known: impl Iterator<Item = &'k str> + Clone,
    ) {
        let mut diagnostic = Diagnostic::new(word.span(), format!("`{}` is no {what}", word.get_ref()));
        if let Some(near) = nearest(word.get_ref(), known.clone()) {
            diagnostic = diagnostic.label(format!("did you mean `{near}`?"));
        }
        self.report(diagnostic.hint(format!("known: {}", known.collect::<Vec<_>>().join(", "))));
    }

    /// Two names of the spec that would be the same in Terraform.
    fn collision(
        &mut self,
        seen: &mut BTreeMap<Identifier, (Span, String)>,
        identifier: Identifier,
        written: &Written<String>,
        what: &str,
    ) {
        if let Some((span, other)) = seen.get(&identifier) {
            self.report(
                Diagnostic::new(
                    written.span(),
                    format!(
                        "the {what} `{other}` and `{}` would both be `{identifier}` in Terraform",
                        written.get_ref()
                    ),
                )
                .related(span.clone(), "the other one")
                .hint("rename one of them"),
            );
        } else {
            seen.insert(identifier, (written.span(), written.get_ref().clone()));
        }
    }

    fn api(&mut self, table: &ApiTable, service: &str, cors: Option<&CorsTable>) -> Api {
        let stage = match &table.stage {
            Some(stage) => {
                if let Err(why) = api_gateway_stage::check_name(stage.get_ref()) {
                    self.report(
                        Diagnostic::new(
                            stage.span(),
                            format!("`{}` can't be the name of a stage", stage.get_ref()),
                        )
                        .hint(why),
                    );
                }
                stage.get_ref().clone()
            }
            None => "v1".into(),
        };
        Api {
            name: self.display_name(&table.name, service, "an API", check_api_name),
            stage,
            authorizer_ttl_seconds: self.number(
                &table.authorizer_ttl_seconds,
                300,
                api_gateway_authorizer::TTL_SECONDS,
                "seconds",
            ),
            cors: cors.map(|cors| self.cors(cors)),
        }
    }

    fn display_name(
        &mut self,
        written: &Option<Written<String>>,
        default: &str,
        what: &str,
        check: fn(&str) -> Result<(), &'static str>,
    ) -> String {
        let Some(name) = written else {
            return default.into();
        };
        if let Err(why) = check(name.get_ref()) {
            self.report(
                Diagnostic::new(
                    name.span(),
                    format!("`{}` can't be the name of {what}", name.get_ref()),
                )
                .hint(why),
            );
        }
        name.get_ref().clone()
    }

    fn cors(&mut self, table: &CorsTable) -> Cors {
        if let Some(origin) = &table.allow_origin {
            self.origin(origin, table);
        }
        let credentials = table
            .allow_credentials
            .as_ref()
            .is_some_and(|written| *written.get_ref());
        let mut allow_methods = Vec::new();
        for method in table.allow_methods.iter().flat_map(|methods| methods.get_ref()) {
            let text = method.get_ref().as_str();
            if text != "*" && (text == "ANY" || (Method::parse(text).is_none() && text != "OPTIONS")) {
                self.report(
                    Diagnostic::new(
                        method.span(),
                        format!("`{text}` is not a method that a preflight can allow"),
                    )
                    .hint("write methods in upper case, or `\"*\"` for those of each path"),
                );
            }
            allow_methods.push(text.to_string());
        }
        let mut allow_headers = Vec::new();
        match &table.allow_headers {
            None => allow_headers.push("Content-Type".to_string()),
            Some(headers) => {
                for header in headers.get_ref() {
                    let text = header.get_ref().as_str();
                    if !is_token(text) {
                        self.report(
                            Diagnostic::new(header.span(), format!("`{text}` is not the name of a header"))
                                .hint("letters, digits and `-`"),
                        );
                    } else if text == "*" && credentials {
                        self.report(
                            Diagnostic::new(header.span(), "with credentials, `*` is not a wildcard")
                                .label("browsers read it as the header `*`")
                                .hint("name the headers, or leave `allow_credentials` out"),
                        );
                    }
                    allow_headers.push(text.to_string());
                }
            }
        }
        if !allow_headers
            .iter()
            .any(|header| header.eq_ignore_ascii_case("authorization"))
        {
            allow_headers.push("Authorization".into());
        }
        let every = allow_methods.is_empty() || allow_methods.iter().any(|method| method == "*");
        Cors {
            allow_methods: (!every).then_some(allow_methods),
            allow_headers,
            allow_credentials: credentials,
            max_age_seconds: table
                .max_age_seconds
                .is_some()
                .then(|| self.number(&table.max_age_seconds, 0, 0..=86_400, "seconds")),
        }
    }

    /// One origin or `*`: a gateway response and a mock answer with one static value.
    fn origin(&mut self, origin: &Written<String>, cors: &CorsTable) {
        let text = origin.get_ref().as_str();
        if text == "*" {
            if let Some(credentials) = cors
                .allow_credentials
                .as_ref()
                .filter(|written| *written.get_ref())
            {
                self.report(
                    Diagnostic::new(
                        origin.span(),
                        "browsers refuse credentials with a wildcard origin",
                    )
                    .related(credentials.span(), "credentials are asked for here")
                    .hint("name the one origin, or leave `allow_credentials` out"),
                );
            }
            return;
        }
        if text.contains([',', ' ']) {
            self.report(
                Diagnostic::new(origin.span(), "`allow_origin` holds one origin")
                    .label("several")
                    .hint("a gateway response and a mock answer with one static value: name one origin or `\"*\"`; where each environment has its own, set `allow_origin` there"),
            );
            return;
        }
        let host = text
            .strip_prefix("https://")
            .or_else(|| text.strip_prefix("http://"));
        let valid = host.is_some_and(|host| {
            !host.is_empty()
                && host.bytes().all(|b| {
                    b.is_ascii_lowercase()
                        || b.is_ascii_digit()
                        || matches!(b, b'.' | b'-' | b':' | b'[' | b']')
                })
        });
        if !valid {
            self.report(
                Diagnostic::new(origin.span(), format!("`{text}` is not an origin"))
                    .hint("an origin is scheme, host in lower case and port, without a path: `https://app.example.com`"),
            );
        }
    }

    fn functions(&mut self, spec: &Spec, handlers: &BTreeMap<String, String>) -> BTreeMap<String, Function> {
        let mut functions = BTreeMap::new();
        let mut identifiers = BTreeMap::new();
        for (name, table) in &spec.functions {
            self.check_name(name, "a function", 64);
            self.collision(
                &mut identifiers,
                Identifier::new(name.get_ref()),
                name,
                "functions",
            );
            if !handlers.contains_key(name.get_ref()) {
                self.function_without_crate(name, handlers);
            }
            functions.insert(name.get_ref().clone(), self.function(table));
        }
        for (package, folder) in handlers {
            if !functions.contains_key(package) {
                self.report(
                    Diagnostic::new(
                        0..0,
                        format!("the crate `{package}` in `{folder}` has no function in the spec"),
                    )
                    .hint(format!("add `[functions.{package}]`, or delete the crate")),
                );
            }
        }
        functions
    }

    fn function_without_crate(&mut self, name: &Written<String>, handlers: &BTreeMap<String, String>) {
        let text = name.get_ref();
        let mut diagnostic = Diagnostic::new(
            name.span(),
            format!("the function `{text}` has no crate in `functions/`"),
        );
        if let Some(near) = nearest(text, handlers.keys().map(String::as_str)) {
            diagnostic = diagnostic.label(format!("did you mean `{near}`?"));
        }
        self.report(diagnostic.hint(format!(
            "copy an existing handler to `functions/{text}`, name the package `{text}`, and add it to the \
             members of `functions/Cargo.toml`"
        )));
    }

    fn function(&mut self, table: &FunctionTable) -> Function {
        if let Some(description) = &table.description
            && let Err(why) = lambda_function::check_description(description.get_ref())
        {
            self.report(Diagnostic::new(description.span(), "Lambda refuses this description").label(why));
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
        let bytes: usize = environment
            .iter()
            .map(|(key, value)| key.len() + value.len())
            .sum();
        if bytes > lambda_function::ENVIRONMENT_BYTES {
            let span = table
                .environment
                .values()
                .next()
                .map_or(0..0, |(span, _)| span.clone());
            self.report(
                Diagnostic::new(span, format!("{bytes} bytes of environment variables")).hint(format!(
                    "Lambda takes {} bytes a function",
                    lambda_function::ENVIRONMENT_BYTES
                )),
            );
        }
        let log_retention_days = self.number(&table.log_retention_days, 14, 1..=3653, "days");
        if let Some(days) = &table.log_retention_days
            && !cloudwatch_log_group::RETENTION_DAYS.contains(&log_retention_days)
        {
            let known = cloudwatch_log_group::RETENTION_DAYS
                .map(|days| days.to_string())
                .join(", ");
            self.report(
                Diagnostic::new(
                    days.span(),
                    format!("CloudWatch can't keep logs for {} days", days.get_ref()),
                )
                .hint(format!("choose one of {known}")),
            );
        }
        Function {
            description: table
                .description
                .as_ref()
                .map(|text| text.get_ref().clone())
                .unwrap_or_default(),
            memory_mb: self.number(&table.memory_mb, 128, lambda_function::MEMORY_MB, "MB"),
            timeout_seconds: self.number(
                &table.timeout_seconds,
                10,
                lambda_function::TIMEOUT_SECONDS,
                "seconds, because API Gateway waits no longer",
            ),
            log_retention_days,
            environment,
        }
    }

    /// The longest name of an environment decides how long the names of functions may be.
    fn function_name_lengths(&mut self, spec: &Spec, service: &str) {
        let environments = spec
            .environments
            .iter()
            .map(|(name, _)| name.get_ref().as_str())
            .chain([LOCAL]);
        let Some(longest) = environments.max_by_key(|name| name.len()) else {
            return;
        };
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

    fn routes(&mut self, spec: &Spec) -> BTreeMap<(RoutePath, Method), Route> {
        let mut routes: BTreeMap<(RoutePath, Method), Route> = BTreeMap::new();
        let mut places: BTreeMap<(RoutePath, Method), Span> = BTreeMap::new();
        let mut identifiers = BTreeMap::new();
        let mut variables: BTreeMap<(RoutePath, String), Span> = BTreeMap::new();
        let known: BTreeSet<&str> = spec
            .functions
            .iter()
            .map(|(name, _)| name.get_ref().as_str())
            .collect();
        for (key, table) in &spec.routes {
            if let Some(function) = &table.function
                && !known.contains(function.get_ref().as_str())
            {
                self.unknown_function(function, &known);
            }
            let auth = match table.auth.as_ref().map(|auth| (auth, auth.get_ref().as_str())) {
                None | Some((_, "user_pool")) => Auth::UserPool,
                Some((_, "none")) => Auth::None,
                Some((written, _)) => {
                    self.unknown(written, "way to guard a route", ["none", "user_pool"].into_iter());
                    Auth::UserPool
                }
            };
            let Some((method, path)) = self.route_key(key) else {
                continue;
            };
            self.variable_siblings(&mut variables, &path, key);
            self.resource_collisions(&mut identifiers, &path, key);
            let id = (path, method);
            if let Some(span) = places.get(&id) {
                self.report(
                    Diagnostic::new(key.span(), format!("the route `{}` stands twice", key.get_ref()))
                        .related(span.clone(), "first here"),
                );
                continue;
            }
            places.insert(id.clone(), key.span());
            let function = table
                .function
                .as_ref()
                .map(|name| name.get_ref().clone())
                .unwrap_or_default();
            routes.insert(id, Route { function, auth });
        }
        if spec.routes.is_empty() {
            self.report(
                Diagnostic::new(0..0, "the service has no route")
                    .hint("add `\"GET /\" = { function = \"…\" }` under `[routes]`"),
            );
        }
        routes
    }

    fn unknown_function(&mut self, function: &Written<String>, known: &BTreeSet<&str>) {
        let mut diagnostic = Diagnostic::new(
            function.span(),
            format!("there is no function `{}`", function.get_ref()),
        );
        if let Some(near) = nearest(function.get_ref(), known.iter().copied()) {
            diagnostic = diagnostic.label(format!("did you mean `{near}`?"));
        }
        self.report(diagnostic.hint(format!(
            "add `[functions.{}]`, or name another",
            function.get_ref()
        )));
    }

    fn route_key(&mut self, key: &Written<String>) -> Option<(Method, RoutePath)> {
        let text = key.get_ref();
        let Some((method_text, path_text)) = text.split_once(' ') else {
            self.report(
                Diagnostic::new(key.span(), format!("`{text}` is not a route"))
                    .hint("a route is a method and a path: `\"GET /open\"`"),
            );
            return None;
        };
        let method = Method::parse(method_text);
        if method.is_none() {
            let diagnostic =
                Diagnostic::new(key.span(), format!("`{method_text}` is not a method of a route"));
            self.report(if method_text == "OPTIONS" {
                diagnostic.hint("the preflight answers `OPTIONS` on every path; `cors` in `[api]` says how")
            } else if Method::parse(&method_text.to_uppercase()).is_some() {
                diagnostic.hint(format!("write `{}`", method_text.to_uppercase()))
            } else {
                diagnostic.hint(format!("known: {}", Method::ALL.map(Method::as_str).join(", ")))
            });
        }
        match RoutePath::parse(path_text.trim_start()) {
            Ok(path) => method.map(|method| (method, path)),
            Err((summary, hint)) => {
                self.report(Diagnostic::new(key.span(), summary).hint(hint));
                None
            }
        }
    }

    /// A resource may have one variable child, `{id}` or `{proxy+}`: API Gateway answers a second one with "A
    /// sibling of this resource already has a variable path part -- only one is allowed".
    fn variable_siblings(
        &mut self,
        seen: &mut BTreeMap<(RoutePath, String), Span>,
        path: &RoutePath,
        key: &Written<String>,
    ) {
        for resource in path.resources() {
            let (Some(segment), Some(parent)) = (resource.segments().last(), resource.parent()) else {
                continue;
            };
            if resource.shape().last() != Some(&None) {
                continue;
            }
            let text = segment.to_string();
            let other = seen
                .iter()
                .find(|((other_parent, other_text), _)| {
                    other_parent.shape() == parent.shape() && *other_text != text
                })
                .map(|((_, other_text), span)| (other_text.clone(), span.clone()));
            if let Some((other_text, span)) = other {
                self.report(
                    Diagnostic::new(
                        key.span(),
                        format!("`{text}` and `{other_text}` are both variable parts under `{parent}`"),
                    )
                    .related(span, "the other one")
                    .hint(format!(
                        "API Gateway allows one: write `{other_text}` here too, or change the path"
                    )),
                );
                return;
            }
            seen.insert((parent, text), key.span());
        }
    }

    /// Different paths that would be one name in Terraform, such as `/a/b` and `/a_b`.
    fn resource_collisions(
        &mut self,
        seen: &mut BTreeMap<Identifier, (RoutePath, Span)>,
        path: &RoutePath,
        key: &Written<String>,
    ) {
        let root = RoutePath::parse("/").ok();
        for resource in path.resources().chain(root) {
            let identifier = resource.identifier();
            match seen.get(&identifier) {
                Some((other, _)) if other.shape() == resource.shape() => {}
                Some((other, span)) => {
                    self.report(
                        Diagnostic::new(
                            key.span(),
                            format!("the paths `{other}` and `{resource}` would both be `{identifier}` in Terraform"),
                        )
                        .related(span.clone(), "the other one")
                        .hint("change one of the paths"),
                    );
                    return;
                }
                None => {
                    seen.insert(identifier, (resource, key.span()));
                }
            }
        }
    }

    /// A number of the spec within its limits, or the default.
    fn number(
        &mut self,
        written: &Option<Written<i64>>,
        default: u32,
        limits: RangeInclusive<u32>,
        unit: &str,
    ) -> u32 {
        let Some(written) = written else { return default };
        match u32::try_from(*written.get_ref())
            .ok()
            .filter(|value| limits.contains(value))
        {
            Some(value) => value,
            None => {
                self.report(
                    Diagnostic::new(written.span(), format!("{} is out of range", written.get_ref()))
                        .hint(format!("{} to {} {unit}", limits.start(), limits.end())),
                );
                default
            }
        }
    }
}

/// API Gateway: <https://docs.aws.amazon.com/apigateway/latest/api/API_CreateRestApi.html>
fn check_api_name(name: &str) -> Result<(), &'static str> {
    if name.trim().is_empty() || name.chars().count() > 1024 {
        return Err("1 to 1024 characters");
    }
    Ok(())
}

/// <https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html>
fn check_tag(key: &str, value: &str) -> Result<(), &'static str> {
    let valid = |text: &str| {
        text.chars()
            .all(|c| c.is_alphanumeric() || matches!(c, ' ' | '_' | '.' | ':' | '/' | '=' | '+' | '-' | '@'))
    };
    if key.is_empty() || key.chars().count() > 128 || key.to_ascii_lowercase().starts_with("aws:") {
        return Err("a key has 1 to 128 characters and does not begin with `aws:`");
    }
    if value.chars().count() > 256 {
        return Err("a value has at most 256 characters");
    }
    if !valid(key) || !valid(value) {
        return Err("letters, digits, spaces and `_ . : / = + - @`");
    }
    Ok(())
}

/// Whether Cognito would take a text for an e-mail address: something on both sides of one `@`, a dot in the
/// domain, nothing that would need quoting.
pub fn is_email(text: &str) -> bool {
    let valid = |part: &str| {
        !part.is_empty()
            && part.chars().all(|c| {
                c.is_ascii_graphic() && !matches!(c, '@' | '"' | '\\' | ',' | ';' | '<' | '>' | '(' | ')')
            })
    };
    text.len() <= 254
        && text.split_once('@').is_some_and(|(user, domain)| {
            valid(user)
                && valid(domain)
                && domain.contains('.')
                && !domain.starts_with('.')
                && !domain.ends_with('.')
        })
}

/// A header's name: <https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2>
fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c))
}
