//! The spec of a new service: that of the demo or of an example, with another name, region and user pool. Its comments
//! stay.

use toml_edit::{DocumentMut, Item, Table, Value};

use super::choices::{Choices, Pool, Start};
use super::editors::SCHEMA;

/// Returns the spec. `text` is that of the demo or of an example, whose first line names the schema in this repository.
pub fn of(text: &str, choices: &Choices) -> String {
    let (_, text) = text.split_once('\n').unwrap_or_default();
    let mut spec: DocumentMut = text.parse().expect("the specs of this repository are TOML");
    set(&mut spec["service"]["name"], &choices.name);
    set(&mut spec["service"]["region"], &choices.region);
    if let Start::Demo(pool) = &choices.start {
        of_its_own(&mut spec);
        set_pool(&mut spec, pool);
        set(
            &mut spec["environments"]["dev"]["state"]["region"],
            &choices.region,
        );
    }
    format!("#:schema {SCHEMA}\n{spec}")
}

/// Removes what only the demo wants: fixed names, which derive from the service's name otherwise, and short passwords.
fn of_its_own(spec: &mut DocumentMut) {
    for (table, key) in [("user_pool", "name"), ("user_pool", "password"), ("api", "name")] {
        table_of(&mut spec[table]).remove(key);
    }
}

fn set_pool(spec: &mut DocumentMut, pool: &Pool) {
    if *pool == Pool::New {
        return;
    }
    table_of(&mut spec["environments"]["dev"]).remove("first_user");
    let users = table_of(&mut spec["user_pool"]);
    if let Pool::Existing(arn) = pool {
        users.clear();
        users.insert("existing", arn.into());
        return;
    }
    spec.remove("user_pool");
    table_of(&mut spec["functions"]).remove("authenticated");
    let routes = table_of(&mut spec["routes"]);
    routes.remove("GET /");
    routes
        .decor_mut()
        .set_prefix("\n# Without a user pool, every route must say who may call it.\n");
}

fn table_of(item: &mut Item) -> &mut Table {
    item.as_table_mut().expect("the demo has this table")
}

/// Replaces a value and keeps its place in the line.
fn set(item: &mut Item, text: &str) {
    let value = item
        .as_value_mut()
        .expect("the specs of this repository have this key");
    let decor = value.decor().clone();
    *value = Value::from(text);
    *value.decor_mut() = decor;
}

#[cfg(test)]
mod tests {
    use super::super::choices::Pipeline;
    use super::super::embedded::DEMO;
    use super::*;

    fn spec(pool: Pool) -> String {
        let choices = Choices {
            name: "catalogue".into(),
            region: "eu-central-1".into(),
            start: Start::Demo(pool),
            pipeline: Pipeline::None,
        };
        of(DEMO.spec, &choices)
    }

    /// The lines that a new spec has instead of the demo's.
    fn changes(spec: &str) -> String {
        let diff = similar::TextDiff::from_lines(DEMO.spec, spec);
        let changes = diff.iter_all_changes();
        let changed = changes.filter(|change| change.tag() != similar::ChangeTag::Equal);
        changed
            .map(|change| format!("{}{change}", change.tag()))
            .collect()
    }

    #[test]
    fn a_spec_is_the_demos_but_for_its_names() {
        assert_eq!(
            changes(&spec(Pool::New)),
            "-#:schema docs/reference/portcullis.schema.json\n\
             +#:schema portcullis.schema.json\n\
             -name   = \"hello\"\n\
             -region = \"us-east-1\"\n\
             +name   = \"catalogue\"\n\
             +region = \"eu-central-1\"\n\
             -name         = \"TestingUsers\"\n\
             -password     = { minimum_length = 6, lowercase = true, uppercase = true }\n\
             -name  = \"ServiceApi\"\n\
             -state      = { bucket = \"my-terraform-state\", region = \"us-east-1\" }\n\
             +state      = { bucket = \"my-terraform-state\", region = \"eu-central-1\" }\n"
        );
    }

    #[test]
    fn a_spec_without_a_pool_has_only_the_public_function() {
        let spec = spec(Pool::None);
        let end = spec.split_once("[functions.open]").unwrap().1;
        assert_eq!(
            end,
            "\ndescription = \"Answers anyone\"\n\n\
             # Without a user pool, every route must say who may call it.\n\
             [routes]\n\
             \"GET /open\" = { function = \"open\", auth = \"none\" }\n\n\
             [environments.dev]\n\
             state      = { bucket = \"my-terraform-state\", region = \"eu-central-1\" }\n"
        );
        assert!(!spec.contains("[user_pool"), "{spec}");
    }

    #[test]
    fn a_spec_with_an_existing_pool_names_it_alone() {
        let arn = "arn:aws:cognito-idp:eu-central-1:111111111111:userpool/eu-central-1_AbCdEf123";
        let spec = spec(Pool::Existing(arn.into()));
        let pool = format!("\n[user_pool]\nexisting = \"{arn}\"\n\n[api]\n");
        assert!(spec.contains(&pool), "{spec}");
    }
}
