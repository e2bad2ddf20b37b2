//! A group of a user pool: what its keys mean, and what they mean in AWS.

use serde::Serialize;

use crate::hcl::Block;
use crate::resources::cognito_user_group;
use crate::user_pool::keys::GroupTable;

/// A group of the user pool.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Group {
    /// Text about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl Group {
    /// The group that the keys mean.
    pub(crate) fn of(table: &GroupTable) -> Self {
        let GroupTable { span: _, description } = table;
        Self {
            description: description.value.clone(),
        }
    }

    /// Its resource.
    pub(crate) fn block(&self, name: &str) -> Block {
        let Self { description } = self;
        cognito_user_group::resource_block(name, description.as_deref())
    }
}
