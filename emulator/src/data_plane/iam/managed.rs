//! Policies of AWS's own that functions' roles often have. A state holds their ARNs alone.
//!
//! <https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html>, as of 2026-11.

/// Returns the document of a policy of AWS's, in any partition.
pub fn document(arn: &str) -> Option<&'static str> {
    let (_, path) = arn.split_once(":iam::aws:policy/")?;
    Some(match path {
        "service-role/AWSLambdaBasicExecutionRole" => {
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Resource":"*","Action":[
                "logs:CreateLogGroup","logs:CreateLogStream","logs:PutLogEvents"]}]}"#
        }
        "service-role/AWSLambdaVPCAccessExecutionRole" => {
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Resource":"*","Action":[
                "logs:CreateLogGroup","logs:CreateLogStream","logs:PutLogEvents","ec2:CreateNetworkInterface",
                "ec2:DescribeNetworkInterfaces","ec2:DescribeSubnets","ec2:DeleteNetworkInterface",
                "ec2:AssignPrivateIpAddresses","ec2:UnassignPrivateIpAddresses"]}]}"#
        }
        "service-role/AWSLambdaSQSQueueExecutionRole" => {
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Resource":"*","Action":[
                "sqs:ReceiveMessage","sqs:DeleteMessage","sqs:GetQueueAttributes",
                "logs:CreateLogGroup","logs:CreateLogStream","logs:PutLogEvents"]}]}"#
        }
        "service-role/AWSLambdaDynamoDBExecutionRole" => {
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Resource":"*","Action":[
                "dynamodb:DescribeStream","dynamodb:GetRecords","dynamodb:GetShardIterator","dynamodb:ListStreams",
                "logs:CreateLogGroup","logs:CreateLogStream","logs:PutLogEvents"]}]}"#
        }
        "AWSXRayDaemonWriteAccess" => {
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Resource":"*","Action":[
                "xray:PutTraceSegments","xray:PutTelemetryRecords","xray:GetSamplingRules",
                "xray:GetSamplingTargets","xray:GetSamplingStatisticSummaries"]}]}"#
        }
        "AdministratorAccess" => {
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Resource":"*","Action":"*"}]}"#
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use portcullis_terraform_json::policy::Document;

    use super::*;

    #[test]
    fn policies_of_aws_are_policies() {
        for name in [
            "service-role/AWSLambdaBasicExecutionRole",
            "service-role/AWSLambdaVPCAccessExecutionRole",
            "service-role/AWSLambdaSQSQueueExecutionRole",
            "service-role/AWSLambdaDynamoDBExecutionRole",
            "AWSXRayDaemonWriteAccess",
            "AdministratorAccess",
        ] {
            let document = document(&format!("arn:aws-cn:iam::aws:policy/{name}")).unwrap();
            assert_eq!(Document::parse(document).unwrap().statements.len(), 1, "{name}");
        }
        assert_eq!(document("arn:aws:iam::aws:policy/Other"), None);
        assert_eq!(
            document("arn:aws:iam::123456789012:policy/AdministratorAccess"),
            None
        );
    }
}
