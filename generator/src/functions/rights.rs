//! The rights of a function's role. HCL, access test, surface, picture and READMEs all take them from here.

use portcullis_foreign_text::printable::code;

use crate::asynchronous::rights as asynchronous;
use crate::events::rights as events;
use crate::functions::role_of::RoleOf;
use crate::functions::statement::Statement;
use crate::functions::{Access, Function, role_of, secrets, settings};
use crate::hcl::{Block, Expression, argument, block, call, commented, reference, string, value};
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
    /// The resources of the right.
    pub(crate) on: On,
    /// It in words, behind "may".
    pub(crate) may: &'static str,
}

/// The resources of a right.
#[derive(Debug, Clone, Copy)]
pub(crate) enum On {
    /// The streams of the function's log group.
    Logs,
    /// Everything: AWS knows no resource that the actions could be limited to.
    Everything,
    /// A `Deny` for the function's own code, even if another statement allows the actions.
    NothingForOwnCode,
}

impl On {
    /// Its ARN, of a function by the name of its log group.
    fn arn(self, log_groups_arn: &str, log_group: &str) -> String {
        match self {
            Self::Logs => cloudwatch_log_group::streams(log_groups_arn, log_group),
            Self::Everything | Self::NothingForOwnCode => "*".into(),
        }
    }

    /// The same in `modules/lambda_function`. Some functions may write to existing log groups.
    fn arn_in_module(self, some_exist: bool) -> Expression {
        match self {
            Self::Logs if some_exist => cloudwatch_log_group::streams_of_either(),
            Self::Logs => {
                cloudwatch_log_group::streams_of_own(value("var.log_groups_arn"), value("var.name"))
            }
            Self::Everything | Self::NothingForOwnCode => string("*"),
        }
    }
}

/// The right that every function's role has. It can't create log groups. The generated group has its retention, and a
/// late invocation can't recreate a deleted one.
const LOGS: Right = Right {
    sid: "WriteOwnLogs",
    actions: &["logs:CreateLogStream", "logs:PutLogEvents"],
    on: On::Logs,
    may: "write its own logs",
};

/// The right to send traces: <https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html>. X-Ray has no resources
/// for these: <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html>
pub(crate) const TRACES: Right = Right {
    sid: "SendTraces",
    actions: &["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
    on: On::Everything,
    may: "send traces to X-Ray",
};

/// The rights that Lambda needs in the role of a function in a VPC:
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions>. EC2 describes
/// interfaces and subnets on `*` alone, and a new interface has no ARN yet.
pub(crate) const NETWORK: [Right; 2] = [
    Right {
        sid: "JoinNetwork",
        actions: &NETWORK_ACTIONS,
        on: On::Everything,
        may: "let Lambda connect it to its VPC",
    },
    // The key is in a request if a function's code makes it, and not if Lambda itself does:
    // <https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html>
    Right {
        sid: "LeaveNetworkToLambda",
        actions: &NETWORK_ACTIONS,
        on: On::NothingForOwnCode,
        may: "",
    },
];

const NETWORK_ACTIONS: [&str; 6] = [
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
];

/// The condition of a statement that is for calls of a function's own code.
pub(crate) fn own_code() -> serde_json::Value {
    serde_json::json!({"Null": {"lambda:SourceFunctionArn": "false"}})
}

impl Right {
    /// Returns whether its statement is a `Deny`.
    pub(crate) fn denies(&self) -> bool {
        matches!(self.on, On::NothingForOwnCode)
    }
}

/// Returns the rights that the role of every function of a service has.
pub(crate) fn of_all(service: &Service) -> Vec<Right> {
    of_all_if(service.tracing)
}

/// The same of a service with or without traces.
pub(crate) fn of_all_if(tracing: bool) -> Vec<Right> {
    [LOGS].into_iter().chain(tracing.then_some(TRACES)).collect()
}

/// Returns the rights of a function's role, a phrase each, behind "may".
pub(crate) fn phrases(service: &Service, function: &Function) -> Vec<String> {
    let Access {
        network,
        log_group,
        layers: _, // code, not a right
        on,
        on_failure,
        uses,
        role,
        may,
        statements: _, // of all these
        secrets,
    } = function.access();
    if let Some(role) = role {
        return vec![role_of::phrase(role)];
    }
    let network = network.iter().flat_map(|_| NETWORK);
    let rights = of_all(service).into_iter().chain(network);
    let rights = rights.map(|right| match (right.on, log_group) {
        (On::Logs, Some(group)) => format!("write to the existing log group {}", code(group)),
        _ => right.may.to_owned(),
    });
    let rights = rights.filter(|phrase| !phrase.is_empty());
    rights
        .chain(uses::phrases(uses))
        .chain(secrets::phrases(secrets))
        .chain(may.iter().map(Statement::phrase))
        .chain(events::phrases(on))
        .chain(asynchronous::phrases(on_failure))
        .collect()
}

/// The same as statements of a function of this name, which may write to an existing log group.
pub(crate) fn statements_of_all(
    rights: &[Right],
    function: &str,
    log_group: Option<&str>,
    values: &Values,
) -> Vec<Statement> {
    let name = Reference::FunctionName(function.into()).text(values);
    let log_group = log_group.map_or_else(|| cloudwatch_log_group::own(&name), str::to_owned);
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
            [Template::of_text(right.on.arn(&log_groups_arn, &log_group))],
            right.sid,
        )
    };
    rights.iter().map(statement).collect()
}

/// Returns the rights that all roles of the module have, as one phrase: "write its own logs".
pub(crate) fn phrase_of_all(service: &Service) -> String {
    let network = settings::SUBNET_IDS
        .is_used(service, RoleOf::Portcullis)
        .then_some(NETWORK);
    let rights = of_all(service).into_iter().chain(network.into_iter().flatten());
    let phrases: Vec<&str> = rights
        .map(|right| right.may)
        .filter(|phrase| !phrase.is_empty())
        .collect();
    phrases.join(", ")
}

/// The policy of all roles, in `modules/lambda_function`.
pub(crate) fn policy_in_module(service: &Service) -> Expression {
    let some_exist = settings::LOG_GROUP.is_used(service, RoleOf::Portcullis);
    let statements = |rights: &[Right]| statements(rights, |on| on.arn_in_module(some_exist));
    let of_all = statements(&of_all(service));
    if !settings::SUBNET_IDS.is_used(service, RoleOf::Portcullis) {
        return iam_role_policy::policy(of_all);
    }
    let network = reference(format!("local.{NETWORK_STATEMENTS}"));
    iam_role_policy::document_of(call("concat", [iam_role_policy::list(of_all), network]))
}

/// The name of the statements of a function in a VPC.
const NETWORK_STATEMENTS: &str = "network_statements";

/// Returns the references of the policy in `modules/lambda_function`, if a function is in a VPC.
pub(crate) fn network_in_module(service: &Service) -> Option<Block> {
    let network = statements(&NETWORK, |on| on.arn_in_module(false));
    let network = iam_role_policy::list_if(network, "length(var.subnet_ids) > 0");
    let network = argument(NETWORK_STATEMENTS, network);
    let comment =
        "Lambda connects a function with subnets to them. The function's own code can't use these actions.";
    let locals = block("locals", []).attribute(commented(network, comment));
    settings::SUBNET_IDS
        .is_used(service, RoleOf::Portcullis)
        .then(|| locals.build())
}

/// Returns the rights of a function's role beside `may`.
pub(crate) fn of(service: &Service, function: &Function) -> Vec<Right> {
    let network = function.network.iter().flat_map(|_| NETWORK);
    of_all(service).into_iter().chain(network).collect()
}

/// The policy of these rights, by the name of the function's log group.
pub(crate) fn policy_of(rights: &[Right], log_groups_arn: &str, log_group: &str) -> Expression {
    iam_role_policy::policy(statements(rights, |on| string(on.arn(log_groups_arn, log_group))))
}

fn statements(rights: &[Right], arn: impl Fn(On) -> Expression) -> Vec<iam_role_policy::Statement<'static>> {
    let statement = |right: &Right| iam_role_policy::Statement {
        sid: right.sid,
        actions: right.actions,
        resource: arn(right.on),
        denies_own_code: right.denies(),
    };
    rights.iter().map(statement).collect()
}
