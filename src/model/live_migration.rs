//! A live migration, stored as the state that it was last put into and when.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::id::{GroupId, LiveMigrationId};

/// The states of a migration, finer than those on the wire: three of them show as `WORKING`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum MigrationState {
    /// Scheduled, not started.
    New,
    /// Copying and replicating.
    Working,
    /// Nearly in sync: the cutover window is open.
    ReadyForCutover,
    /// Cutover was asked for and is under way.
    CuttingOver,
    /// Cut over.
    Complete,
    /// Did not finish.
    Failed,
    /// Nobody cut over in the window.
    Expired,
}

impl MigrationState {
    /// Whether a migration in this state occupies its host and its destination cluster.
    pub(crate) fn is_running(self) -> bool {
        !matches!(self, Self::Complete | Self::Failed | Self::Expired)
    }
}

/// A migration of one source deployment into one destination cluster. What it shows is derived from this
/// and the clock (`world::timeline`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct LiveMigration {
    /// Its identifier.
    pub(crate) id: LiveMigrationId,
    /// The destination project.
    pub(crate) group_id: GroupId,
    /// The destination cluster.
    pub(crate) cluster_name: String,
    /// The source project.
    pub(crate) source_group_id: GroupId,
    /// The source deployment.
    pub(crate) source_cluster_name: String,
    /// The host that carries it; the API takes exactly one.
    pub(crate) migration_hosts: Vec<String>,
    /// The state that it was last put into.
    pub(crate) state: MigrationState,
    /// When it was.
    pub(crate) since: Timestamp,
    /// Why it will fail once it starts. Default: it will not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) obstacle: Option<String>,
}
