//! Targets of rules and schedules, and their input.

use std::collections::BTreeMap;

use portcullis_terraform_json::events::{EventTarget, Schedule};
use portcullis_terraform_json::index::Part;
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::arn::Arn;
use super::times::in_seconds;
use crate::data_plane::iam::Roles;

/// A target of a rule or a schedule.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// Its ARN.
    pub arn: Arn,
    /// Its input.
    pub input: Input,
    /// True if a role allows it, and not the function's permissions.
    pub by_role: bool,
}

/// The input of a target.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// The event.
    Event,
    /// This JSON.
    Fixed(String),
    /// This part of the event.
    Path(String),
    /// A text of parts of the event.
    Template {
        /// The parts by name.
        paths: BTreeMap<String, String>,
        /// The text.
        template: String,
    },
}

/// The services whose targets get events.
const SERVICES: [&str; 3] = ["lambda", "sqs", "sns"];

fn known(arn: &str) -> Result<Arn, String> {
    match Arn::parse(arn) {
        Some(arn) if SERVICES.contains(&arn.service.as_str()) => Ok(arn),
        _ => Err(format!(
            "the target `{arn}` gets no events, because only functions, queues and topics do"
        )),
    }
}

impl Target {
    /// The target of a rule. An error says what is not emulated.
    pub fn of_rule(part: &Part<EventTarget>) -> Result<Self, String> {
        let transformer = part.input_transformer.first();
        let input = match (&part.input, &part.input_path, transformer) {
            (Some(input), ..) => Input::Fixed(input.clone()),
            (None, Some(path), _) if path != "$" => Input::Path(path.clone()),
            (None, _, Some(transformer)) => Input::Template {
                paths: transformer.input_paths.clone(),
                template: transformer.input_template.clone(),
            },
            _ => Input::Event,
        };
        Ok(Self {
            arn: known(&part.arn)?,
            input,
            by_role: false,
        })
    }

    /// The target of a schedule. An error says what is not emulated.
    pub fn of_schedule(part: &Part<Schedule>) -> Result<Self, String> {
        let input = part.target.input.clone();
        Ok(Self {
            arn: known(&part.target.arn)?,
            input: input.map_or(Input::Event, Input::Fixed),
            by_role: true,
        })
    }

    /// Fails if the role of a schedule does not allow it.
    /// Source: <https://docs.aws.amazon.com/scheduler/latest/UserGuide/setting-up.html#setting-up-execution-role>.
    pub fn allowed_by(&self, role: &str, roles: &Roles) -> Result<(), String> {
        let action = match self.arn.service.as_str() {
            "lambda" => "lambda:InvokeFunction",
            "sqs" => "sqs:SendMessage",
            _ => "sns:Publish",
        };
        match roles.allow(role, action, &self.arn.text) {
            true => Ok(()),
            false => Err(format!(
                "it invokes nothing: the role `{role}` does not allow `{action}` on `{}`",
                self.arn.text
            )),
        }
    }

    /// Returns the target's input for an event.
    pub fn payload(&self, event: &Value) -> String {
        match &self.input {
            Input::Event => event.to_string(),
            Input::Fixed(input) => input.clone(),
            Input::Path(path) => at(event, path).cloned().unwrap_or_default().to_string(),
            Input::Template { paths, template } => filled(template, paths, event),
        }
    }

    /// Returns the target's input at a time of the schedule.
    pub fn scheduled(&self, schedule: &Arn, time: OffsetDateTime) -> String {
        let id = uuid::Uuid::new_v4().to_string();
        if !self.by_role {
            return self.payload(&scheduled_event(schedule, &id, time));
        }
        match &self.input {
            // <https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html>
            Input::Fixed(input) => input
                .replace("<aws.scheduler.schedule-arn>", &schedule.text)
                .replace("<aws.scheduler.scheduled-time>", &in_seconds(time))
                .replace("<aws.scheduler.execution-id>", &id)
                .replace("<aws.scheduler.attempt-number>", "1"),
            // The scheduler's own event has its detail as text.
            // <https://docs.aws.amazon.com/lambda/latest/dg/with-eventbridge-scheduler.html>
            _ => {
                let mut event = scheduled_event(schedule, &id, time);
                event["source"] = json!("aws.scheduler");
                event["detail"] = json!("{}");
                event.to_string()
            }
        }
    }
}

/// The event of a rule with a schedule.
/// Source: <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html>.
fn scheduled_event(rule: &Arn, id: &str, time: OffsetDateTime) -> Value {
    json!({
        "version": "0",
        "id": id,
        "detail-type": "Scheduled Event",
        "source": if rule.service == "scheduler" { "aws.scheduler" } else { "aws.events" },
        "account": rule.account,
        "time": in_seconds(time),
        "region": rule.region,
        "resources": [rule.text],
        "detail": {},
    })
}

/// A part of an event by its path, such as `$.detail.state` or `$.resources[0]`.
fn at<'a>(event: &'a Value, path: &str) -> Option<&'a Value> {
    let path = path.strip_prefix('$')?;
    let mut found = event;
    for step in path.split('.').filter(|step| !step.is_empty()) {
        let (name, places) = step
            .split_once('[')
            .map_or((step, ""), |(name, places)| (name, places));
        if !name.is_empty() {
            found = found.get(name)?;
        }
        for place in places.split('[').filter(|place| !place.is_empty()) {
            found = found.get(place.strip_suffix(']')?.parse::<usize>().ok()?)?;
        }
    }
    Some(found)
}

/// The text of a template. In a text in quotes, a part stands without its own.
/// Source: <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html>.
fn filled(template: &str, paths: &BTreeMap<String, String>, event: &Value) -> String {
    let mut text = String::new();
    let mut rest = template;
    let mut in_quotes = false;
    while let Some(place) = rest.find(['<', '"']) {
        text.push_str(&rest[..place]);
        rest = &rest[place..];
        if let Some(behind) = rest.strip_prefix('"') {
            in_quotes = !in_quotes;
            text.push('"');
            rest = behind;
            continue;
        }
        let named = rest[1..].split_once('>').and_then(|(name, behind)| {
            let value = match name {
                "aws.events.event" | "aws.events.event.json" => event.clone(),
                name => at(event, paths.get(name)?).cloned().unwrap_or_default(),
            };
            Some((value, behind))
        });
        match named {
            Some((value, behind)) => {
                let shown = match (&value, in_quotes) {
                    (Value::String(inner), true) => json!(inner).to_string().trim_matches('"').to_owned(),
                    (Value::Null, true) => String::new(),
                    (value, true) => value.to_string().replace('"', "\\\""),
                    (value, false) => value.to_string(),
                };
                text.push_str(&shown);
                rest = behind;
            }
            None => {
                text.push('<');
                rest = &rest[1..];
            }
        }
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn target(input: Input) -> Target {
        Target {
            arn: Arn::parse("arn:aws:lambda:us-east-1:1:function:orders").unwrap(),
            input,
            by_role: false,
        }
    }

    #[test]
    fn a_target_gets_the_event_or_what_its_input_makes_of_it() {
        let event = json!({"resources": ["a", "b"], "detail": {"state": "run\"ning", "n": 1}});
        let paths = [
            ("s", "$.detail.state"),
            ("n", "$.detail.n"),
            ("r", "$.resources[1]"),
            ("none", "$.x"),
        ];
        let paths = paths.map(|(name, path)| (name.to_owned(), path.to_owned()));
        let template = |template: &str| Input::Template {
            paths: paths.clone().into(),
            template: template.to_owned(),
        };
        for (input, expected) in [
            (Input::Fixed("{\"a\":1}".into()), "{\"a\":1}"),
            (Input::Path("$.detail.n".into()), "1"),
            (Input::Path("$.resources[0]".into()), "\"a\""),
            (
                template(r#"{"a": <n>, "b": <s>, "c": <r>}"#),
                r#"{"a": 1, "b": "run\"ning", "c": "b"}"#,
            ),
            (
                template(r#""The state is <s>, not <none>""#),
                r#""The state is run\"ning, not ""#,
            ),
            (template("\"<unknown>\""), "\"<unknown>\""),
        ] {
            assert_eq!(target(input.clone()).payload(&event), expected, "{input:?}");
        }
    }

    #[test]
    fn a_scheduled_event_is_the_one_of_awss_page() {
        let rule = Arn::parse("arn:aws:events:us-east-1:123456789012:rule/my-schedule").unwrap();
        let time = datetime!(2016-12-30 18:44:49 UTC);
        let mut event: Value = serde_json::from_str(&target(Input::Event).scheduled(&rule, time)).unwrap();
        assert_eq!(event["id"].as_str().unwrap().len(), 36);
        event["id"] = json!("53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa");
        let documented = json!({
            "version": "0", "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa", "detail-type": "Scheduled Event",
            "source": "aws.events", "account": "123456789012", "time": "2016-12-30T18:44:49Z", "region": "us-east-1",
            "resources": ["arn:aws:events:us-east-1:123456789012:rule/my-schedule"], "detail": {},
        });
        assert_eq!(event, documented);
    }

    #[test]
    fn the_scheduler_fills_its_own_words_in() {
        let schedule = Arn::parse("arn:aws:scheduler:us-east-1:1:schedule/default/nightly").unwrap();
        let time = datetime!(2026-11-27 18:00:00 UTC);
        let with = |input| Target {
            by_role: true,
            ..target(input)
        };
        let input = r#"{"at": "<aws.scheduler.scheduled-time>", "of": "<aws.scheduler.schedule-arn>"}"#;
        assert_eq!(
            with(Input::Fixed(input.into())).scheduled(&schedule, time),
            r#"{"at": "2026-11-27T18:00:00Z", "of": "arn:aws:scheduler:us-east-1:1:schedule/default/nightly"}"#
        );
        let event: Value = serde_json::from_str(&with(Input::Event).scheduled(&schedule, time)).unwrap();
        assert_eq!(
            (&event["source"], &event["detail"]),
            (&json!("aws.scheduler"), &json!("{}"))
        );
    }
}
