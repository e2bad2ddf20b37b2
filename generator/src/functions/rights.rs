//! What the role of a function allows. HCL, access test, surface, picture and READMEs all say it from here.

use crate::functions::Function;
use crate::functions::statement::Statement;
use crate::hcl::{Expression, string, value};
use crate::references::{Reference, Template, Values};
use crate::resources::cloudwatch_log_group;
use crate::resources::iam_role_policy;
use crate::service::Service;
use crate::uses;

/// Something that a role allows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Right {
    /// Names its statement in the role's policy.
    pub(crate) sid: &'static str,
    /// Actions, sorted.
    pub(crate) actions: &'static [&'static str],
    /// What they are allowed on.
    pub(crate) on: On,
    /// It in words, behind "may".
    pub(crate) may: &'static str,
}

/// What a right is for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum On {
    /// The streams of the function's own log group.
    OwnLogs,
    /// Everything: AWS knows no resource that the actions could be limited to.
    Everything,
}

impl On {
    /// Its ARN, of a function by its name in AWS.
    pub(crate) fn arn(self, log_groups_arn: &str, function: &str) -> String {
        match self {
            Self::OwnLogs => cloudwatch_log_group::streams(log_groups_arn, function),
            Self::Everything => "*".into(),
        }
    }

    /// The same in `modules/lambda_function`.
    fn arn_in_module(self) -> Expression {
        match self {
            Self::OwnLogs => cloudwatch_log_group::streams_of(value("var.log_groups_arn"), value("var.name")),
            Self::Everything => string("*"),
        }
    }
}

/// What every function's role allows. It can't create log groups: the one there is has its retention, and a late
/// invocation can't bring a deleted one back.
const LOGS: Right = Right {
    sid: "WriteOwnLogs",
    actions: &["logs:CreateLogStream", "logs:PutLogEvents"],
    on: On::OwnLogs,
    may: "write its own logs",
};

/// What sends traces: <https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html>. X-Ray has no resources for these:
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html>
const TRACES: Right = Right {
    sid: "SendTraces",
    actions: &["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
    on: On::Everything,
    may: "send traces to X-Ray",
};

/// What the role of every function of a service allows.
pub(crate) fn of_all(service: &Service) -> Vec<Right> {
    of_all_if(service.tracing)
}

/// The same of a service with or without traces.
pub(crate) fn of_all_if(tracing: bool) -> Vec<Right> {
    [LOGS].into_iter().chain(tracing.then_some(TRACES)).collect()
}

/// What the role of a function allows, a phrase each, behind "may".
pub(crate) fn phrases(service: &Service, function: &Function) -> Vec<String> {
    // None of the others lets a function do more to other resources.
    let Function {
        formerly: _,
        description: _,
        memory_mb: _,
        timeout_seconds: _,
        log_retention_days: _,
        ephemeral_storage_mb: _,
        reserved_concurrency: _,
        provisioned_concurrency: _,
        layers: _,
        uses,
        may,
        statements: _, // `uses` and `may`
        environment: _,
    } = function;
    let of_all = of_all(service).into_iter().map(|right| right.may.to_owned());
    of_all
        .chain(uses::phrases(uses))
        .chain(may.iter().map(Statement::phrase))
        .collect()
}

/// The same as statements of a function of this name.
pub(crate) fn statements_of_all(rights: &[Right], function: &str, values: &Values) -> Vec<Statement> {
    let name = Reference::FunctionName(function.into()).text(values);
    let Values {
        partition,
        region,
        account,
        ..
    } = values;
    let log_groups_arn = format!("arn:{partition}:logs:{region}:{account}:log-group");
    let statement = |right: &Right| {
        let actions = right.actions.iter().map(ToString::to_string);
        Statement::new(
            actions,
            [Template::of_text(right.on.arn(&log_groups_arn, &name))],
            right.sid,
        )
    };
    rights.iter().map(statement).collect()
}

/// What every role allows, as one phrase: "write its own logs".
pub(crate) fn phrase_of_all(service: &Service) -> String {
    let phrases: Vec<&str> = of_all(service).iter().map(|right| right.may).collect();
    phrases.join(", ")
}

/// The policy of all roles, in `modules/lambda_function`.
pub(crate) fn policy_in_module(service: &Service) -> Expression {
    policy(&of_all(service), On::arn_in_module)
}

/// The policy that every function's role has, by the function's name in AWS.
pub(crate) fn policy_of_all(service: &Service, log_groups_arn: &str, name: &str) -> Expression {
    policy(&of_all(service), |on| string(on.arn(log_groups_arn, name)))
}

fn policy(rights: &[Right], arn: impl Fn(On) -> Expression) -> Expression {
    iam_role_policy::policy(rights.iter().map(|right| iam_role_policy::Statement {
        sid: right.sid,
        actions: right.actions,
        resource: arn(right.on),
    }))
}
