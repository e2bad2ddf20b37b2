//! From the keys of buckets to the resolved types.

use std::collections::BTreeMap;

use crate::buckets::Bucket;
use crate::diagnostic::{Diagnostic, Span};
use crate::reach::reachable_by::ReachableBy;
use crate::resources::s3_bucket;
use crate::service::LOCAL;
use crate::service::meaning::{Case, Resolver, longest_environment};
use crate::spec::{BucketTable, Placed, Spec};
use crate::uses::declared::Declared;
use crate::uses::{Datum, Kind};

/// The buckets of a spec as functions use them.
pub(crate) fn declared(buckets: &[(Placed<String>, BucketTable)]) -> Vec<Declared<'_>> {
    let declared = buckets.iter().map(|(name, table)| Declared {
        datum: Datum::new(Kind::Buckets, &name.value),
        parts: Some("/*"),
        lacks: &[],
        reachable_by: &table.reachable_by,
        kms_key: table.kms_key.value.as_deref(),
    });
    declared.collect()
}

/// As long as every account.
const ACCOUNT: &str = "123456789012";

impl Resolver<'_> {
    pub(crate) fn buckets(
        &mut self,
        spec: &Spec,
        buckets: &[(Placed<String>, BucketTable)],
    ) -> BTreeMap<String, Bucket> {
        if let Some((first, _)) = buckets.first() {
            self.names_around_buckets(spec, first);
        }
        let names: Vec<_> = buckets.iter().map(|(name, _)| (name, "")).collect();
        self.names_of_environments(spec, &names, "bucket", Case::Matters);
        let mut resolved = BTreeMap::new();
        for (name, table) in buckets {
            self.bucket_name_length(spec, name);
            resolved.insert(name.value.clone(), self.bucket(spec, table));
        }
        resolved
    }

    pub(crate) fn bucket(&mut self, spec: &Spec, table: &BucketTable) -> Bucket {
        let BucketTable {
            span: _,
            versioning,
            expire_days,
            expire_old_versions_days,
            cors,
            reachable_by,
            kms_key,
        } = table;
        if let (Some(place), None) = (&cors.span, &spec.api.cors) {
            self.report(
                Diagnostic::new(place.clone(), "`cors` of a bucket needs `cors` in `[api]`")
                    .label("whose origin may send these")
                    .help("add `cors = { allow_origin = \"https://app.example.com\" }` to `[api]`"),
            );
        }
        let methods = cors.value.iter().flatten();
        let mut methods: Vec<_> = methods.map(|method| method.value).collect();
        methods.sort_unstable();
        methods.dedup();
        Bucket {
            versioning: versioning.value,
            expire_days: expire_days.value,
            expire_old_versions_days: expire_old_versions_days.value,
            cors: methods,
            reachable_by: ReachableBy::of(reachable_by),
            kms_key: kms_key.value.clone(),
        }
    }

    /// Reports a service or an environment whose name can't be part of a bucket's.
    fn names_around_buckets(&mut self, spec: &Spec, bucket: &Placed<String>) {
        let mut report = |name: &str, span: Span, what: &str| {
            let must_be = s3_bucket::PART_OF_NAME.must_be;
            self.report(
                Diagnostic::new(
                    span,
                    format!("the name of {what} with buckets must be {must_be}, not `{name}`"),
                )
                .related(bucket.span.clone(), "its name in AWS begins with it")
                .help("rename it, or delete the buckets"),
            );
        };
        let environments = spec.environments.iter();
        for (name, _) in environments.filter(|(name, _)| !(s3_bucket::PART_OF_NAME.check)(&name.value)) {
            report(&name.value, name.span.clone(), "an environment");
        }
        let Some((name, span)) = spec.service.name.placed() else {
            return;
        };
        if !(s3_bucket::PART_OF_NAME.check)(name) {
            report(name, span, "a service");
        } else if let Some(prefix) = s3_bucket::RESERVED_PREFIXES
            .into_iter()
            .find(|prefix| format!("{name}-").starts_with(prefix))
        {
            self.report(
                Diagnostic::new(
                    span,
                    format!(
                        "the name of a service with buckets must not begin with `{prefix}`, which S3 reserves"
                    ),
                )
                .related(bucket.span.clone(), "its name in AWS begins with it")
                .help("rename it, or delete the buckets"),
            );
        }
    }

    /// Reports a name that is too long in an environment.
    fn bucket_name_length(&mut self, spec: &Spec, bucket: &Placed<String>) {
        let service = spec.service.name.value.as_deref().unwrap_or_default();
        let environment = longest_environment(spec);
        let name = [service, environment, &bucket.value].join("-");
        let length = name.len() + "-".len() + ACCOUNT.len();
        let most = *s3_bucket::NAME_LENGTH.end();
        if length <= most || !(s3_bucket::PART_OF_NAME.check)(&bucket.value) {
            return;
        }
        let environment = spec
            .environments
            .iter()
            .find(|(name, _)| name.value == environment);
        let mut report = Diagnostic::new(
            bucket.span.clone(),
            format!("the bucket's name `{name}-<account>` must be at most {most} characters, not {length}"),
        )
        .help(format!("shorten one of its parts by {}", length - most));
        if let Some((name, _)) = environment.filter(|(name, _)| name.value != LOCAL) {
            report = report.related(name.span.clone(), "in this environment");
        }
        self.report(report);
    }
}
