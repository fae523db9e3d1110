//! A validation, stored as the state that it was last put into and when.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::id::{GroupId, ValidationId};

/// The states of a validation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum ValidationState {
    /// Under way.
    Pending,
    /// Nothing stands in the way of the migration.
    Success,
    /// Something does.
    Failed,
}

/// The validation of a migration that was not created yet. What it shows is derived from this and the
/// clock (`world::timeline`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Validation {
    /// Its identifier.
    pub(crate) id: ValidationId,
    /// The destination project.
    pub(crate) group_id: GroupId,
    /// The source project.
    pub(crate) source_group_id: GroupId,
    /// The state that it was last put into.
    pub(crate) state: ValidationState,
    /// When it was.
    pub(crate) since: Timestamp,
    /// What stands in the way: while pending, what it will find. Default nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) error_message: Option<String>,
}
