//! From the keys of an environment to the resolved type, with the keys of the service that it overrides.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Span};
use crate::environments::data::{Differing, Here};
use crate::environments::{Environment, LOCAL, S3State};
use crate::resources::iam_role;
use crate::resources::kms_key::KEY_ARN;
use crate::service::meaning::{Everywhere, Resolver};
use crate::spec::field::Keys;
use crate::spec::{EnvironmentTable, Given, Placed, Spec, StateTable, UserPoolTable};
use crate::text_rule::REGION;
use crate::throttling::Throttle;
use crate::user_pool::{ExistingUserPool, OWN_POOL};

/// AWS's limit of tags of a resource.
const MOST_TAGS: usize = 50;

impl Resolver<'_> {
    pub(crate) fn environments(
        &mut self,
        spec: &Spec,
        tables: &[(Placed<String>, EnvironmentTable)],
        service: &str,
        service_tags: &BTreeMap<String, String>,
        everywhere: &Everywhere,
    ) -> BTreeMap<String, Environment> {
        let local = EnvironmentTable::absent();
        let local = self.environment(spec, service, LOCAL, &local, service_tags, everywhere);
        let mut environments = BTreeMap::from([(LOCAL.into(), local)]);
        for (name, table) in tables {
            if name.value.eq_ignore_ascii_case(LOCAL) {
                self.report(
                    Diagnostic::new(
                        name.span.clone(),
                        format!("the name of an environment must not be `{}`", name.value),
                    )
                    .label("built in")
                    .help(
                        "choose another name: `local` is the emulated AWS of this machine and needs no table",
                    ),
                );
            }
            let environment = self.environment(spec, service, &name.value, table, service_tags, everywhere);
            environments.insert(name.value.clone(), environment);
        }
        self.same_but_for_case(tables.iter().map(|(name, _)| name), "environment");
        self.shared_states(tables, &environments);
        environments
    }

    fn environment(
        &mut self,
        spec: &Spec,
        service: &str,
        name: &str,
        table: &EnvironmentTable,
        service_tags: &BTreeMap<String, String>,
        everywhere: &Everywhere,
    ) -> Environment {
        let EnvironmentTable {
            span: _,
            region,
            account,
            allow_origin,
            access_log_retention_days,
            first_user,
            existing_user_pool: _,   // read with that of the service
            permissions_boundary: _, // read with that of the service
            variables_kms_key: _,    // read with that of the service
            logs_kms_key: _,         // read with that of the service
            deletion_protection,
            throttle,
            tags: own_tags,
            functions: own_functions,
            tables: _,  // `data_of_environment`
            buckets: _, // `data_of_environment`
            queues: _,  // `data_of_environment`
            topics: _,  // `data_of_environment`
            usage_plans,
            state,
        } = table;
        if let Some(span) = &allow_origin.span {
            match &spec.api.cors {
                Some(cors) => self.credentials(allow_origin, &cors.allow_credentials),
                None => self.report(
                    Diagnostic::new(span.clone(), "`allow_origin` needs `cors` in `[api]`")
                        .label("it overrides nothing")
                        .help("add `cors = { allow_origin = \"…\" }` to `[api]`"),
                ),
            }
        }
        self.first_user(spec, first_user);
        let mut tags = service_tags.clone();
        tags.extend(self.tags(own_tags, &spec.service.tags));
        tags.insert("Service".into(), service.into());
        tags.insert("Environment".into(), name.into());
        if tags.len() > MOST_TAGS {
            let span = own_tags.values().next().map_or(0..0, |(span, _)| span.clone());
            self.report(
                Diagnostic::new(
                    span,
                    format!(
                        "the tags of `{name}` must be at most {MOST_TAGS}, not {}",
                        tags.len()
                    ),
                )
                .help("delete some: AWS takes 50 on a resource, and Portcullis sets two"),
            );
        }
        let or = |own: &Given<String>, other: Option<&Given<String>>| {
            let other = other.and_then(|other| other.value.as_ref());
            own.value.as_ref().or(other).cloned()
        };
        let cors = spec.api.cors.as_ref();
        let region = or(region, Some(&spec.service.region)).unwrap_or_default();
        let here = Here {
            environment: name,
            region: &region,
        };
        let Differing {
            tables,
            buckets,
            queues,
            topics,
        } = self.data_of_environment(spec, here, table, everywhere);
        self.existing_roles(spec, name, table, &region);
        self.layers_here(spec, table, here);
        let place = format!("environments.{name}");
        Environment {
            name: name.into(),
            existing_user_pool: self.existing_user_pool(spec, name, table, &region),
            permissions_boundary: self.permissions_boundary(spec, name, table),
            variables_kms_key: self.kms_key(
                name,
                "variables_kms_key",
                &place,
                [&table.variables_kms_key, &spec.service.variables_kms_key],
                &region,
            ),
            logs_kms_key: self.kms_key(
                name,
                "logs_kms_key",
                &place,
                [&table.logs_kms_key, &spec.service.logs_kms_key],
                &region,
            ),
            region,
            account: account.value.clone(),
            access_log_retention_days: self.access_log_retention_days(spec, access_log_retention_days),
            allow_origin: or(allow_origin, cors.map(|cors| &cors.allow_origin)).unwrap_or_else(|| "*".into()),
            first_user: first_user.value.clone(),
            deletion_protection: name != LOCAL && deletion_protection.value,
            throttle: throttle.as_ref().map(Throttle::of),
            tags,
            functions: self.functions_of_environment(spec, name, own_functions, &everywhere.functions),
            tables,
            buckets,
            queues,
            topics,
            usage_plans: self.usage_plans_of_environment(spec, name, usage_plans, &everywhere.usage_plans),
            state: state.as_ref().map(|state| s3_state(state, service, name)),
        }
    }

    /// Reports a first user if none can be invited.
    fn first_user(&mut self, spec: &Spec, first_user: &Given<String>) {
        let Some(span) = first_user.span.clone() else {
            return;
        };
        match &spec.user_pool {
            None => self.report(
                Diagnostic::new(span, "`first_user` needs `[user_pool]`")
                    .label("there is no pool to invite into")
                    .help(format!("delete it, or add {OWN_POOL}"))
                    .missing("user_pool"),
            ),
            Some(UserPoolTable { existing, .. }) => {
                if let Some(pool) = &existing.span {
                    self.report(
                        Diagnostic::new(
                            span,
                            "`first_user` must not be set with `existing` in `[user_pool]`",
                        )
                        .related(pool.clone(), "the existing pool")
                        .help("delete it: Portcullis invites no user into an existing pool"),
                    );
                }
            }
        }
    }

    /// The existing pool of an environment: its own, or that of the service. An authorizer and its pool are in one region:
    /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html>
    fn existing_user_pool(
        &mut self,
        spec: &Spec,
        name: &str,
        table: &EnvironmentTable,
        region: &str,
    ) -> Option<String> {
        let own = &table.existing_user_pool;
        let of_service = spec.user_pool.as_ref().map(|pool| &pool.existing);
        let Some(of_service) = of_service.filter(|existing| existing.is_written()) else {
            if let Some(span) = own.span.clone() {
                self.report(
                    Diagnostic::new(span, "`existing_user_pool` needs `existing` in `[user_pool]`")
                        .label("it overrides nothing")
                        .help(
                            "add `existing = \"arn:…\"` to `[user_pool]`: the pool of the other environments",
                        )
                        .missing("user_pool.existing"),
                );
            }
            return None;
        };
        if name == LOCAL {
            return None;
        }
        let (key, given) = if own.is_written() {
            ("existing_user_pool", own)
        } else {
            ("existing", of_service)
        };
        let (arn, span) = given.placed()?;
        let pool = ExistingUserPool::of(arn)?;
        if pool.region != region && (REGION.check)(region) {
            let written = table.region.span.clone().or(spec.service.region.span.clone());
            let diagnostic = Diagnostic::new(
                span,
                format!(
                    "`{key}` must be in `{region}`, the region of `{name}`, not in `{}`",
                    pool.region
                ),
            )
            .help(if own.is_written() {
                "name a pool of that region, or change `region`".to_string()
            } else {
                format!("add `existing_user_pool = \"arn:…\"` with a pool of `{region}` to `[environments.{name}]`")
            });
            self.report(match written {
                Some(place) => diagnostic.related(place, "the region"),
                None => diagnostic,
            });
        }
        Some(arn.clone())
    }

    /// The policy that limits the roles of an environment's functions: its own, or that of the service. A role and its
    /// boundary are in one account:
    /// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePermissionsBoundary.html>
    fn permissions_boundary(&mut self, spec: &Spec, name: &str, table: &EnvironmentTable) -> Option<String> {
        let own = &table.permissions_boundary;
        let of_service = &spec.service.permissions_boundary;
        let (arn, span) = own.placed().or(of_service.placed()).filter(|_| name != LOCAL)?;
        let of = iam_role::account_of_policy(arn);
        if let (Some(of), Some((account, place))) = (of, table.account.placed())
            && of != account
        {
            let summary = format!(
                "`permissions_boundary` must be in `{account}`, the account of `{name}`, not in `{of}`"
            );
            self.report(Diagnostic::new(span, summary).related(place, "the account").help(
                if own.is_written() {
                    "name a policy of that account".to_string()
                } else {
                    format!("add `permissions_boundary = \"arn:…\"` with a policy of that account to `[environments.{name}]`")
                },
            ));
        }
        Some(arn.clone())
    }

    /// The KMS key of something in an environment: the environment's own, or the one of every environment. `table` may set
    /// it. Functions, logs, data and their keys are in one region: <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html>,
    /// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html>
    pub(crate) fn kms_key(
        &mut self,
        environment: &str,
        key: &str,
        table: &str,
        [own, of_service]: [&Given<String>; 2],
        region: &str,
    ) -> Option<String> {
        let (arn, span) = own
            .placed()
            .or(of_service.placed())
            .filter(|_| environment != LOCAL)?;
        let of = arn.split(':').nth(3).unwrap_or_default();
        if of != region && (KEY_ARN.check)(arn) && (REGION.check)(region) {
            let summary =
                format!("`{key}` must be in `{region}`, the region of `{environment}`, not in `{of}`");
            self.report(Diagnostic::new(span, summary).help(match own.is_written() {
                true => "name a key of that region".to_string(),
                false => {
                    format!("add `{key} = \"arn:…\"` with a key of that region to `[{table}]`")
                }
            }));
        }
        Some(arn.clone())
    }

    /// Reports two environments with one state: each `apply` would delete what the other made.
    fn shared_states(
        &mut self,
        tables: &[(Placed<String>, EnvironmentTable)],
        environments: &BTreeMap<String, Environment>,
    ) {
        let mut seen: BTreeMap<(&str, &str), Span> = BTreeMap::new();
        for (name, table) in tables {
            let written = table.state.as_ref().and_then(|state| {
                let bucket = state.bucket.placed()?.1;
                Some(state.key.span.clone().unwrap_or(bucket))
            });
            let resolved = environments
                .get(&name.value)
                .and_then(|found| found.state.as_ref());
            let (Some(span), Some(state)) = (written, resolved) else {
                continue;
            };
            if let Some(other) = seen.get(&(state.bucket.as_str(), state.key.as_str())) {
                self.report(
                    Diagnostic::new(
                        span,
                        format!("duplicate state `{}` in `{}`", state.key, state.bucket),
                    )
                    .label("two environments would share it")
                    .related(other.clone(), "the other one")
                    .help("give each a `key` of its own: each would delete what the other made"),
                );
            } else {
                seen.insert((&state.bucket, &state.key), span);
            }
        }
    }
}

fn s3_state(table: &StateTable, service: &str, environment: &str) -> S3State {
    let StateTable {
        span: _,
        bucket,
        region,
        key,
    } = table;
    let default = || format!("{service}/{environment}/terraform.tfstate");
    S3State {
        bucket: bucket.value.clone().unwrap_or_default(),
        region: region.value.clone().unwrap_or_default(),
        key: key.value.clone().unwrap_or_else(default),
    }
}
