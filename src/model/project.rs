//! A project, which the wire calls a group.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::cluster::{Cluster, Deployment};
use super::id::{GroupId, OrgId};

/// A project of an organization of either side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Project {
    /// Its identifier.
    pub(crate) id: GroupId,
    /// The organization that owns it.
    pub(crate) org_id: OrgId,
    /// Its display name.
    pub(crate) name: String,
    /// When it was made, in whole seconds on the wire.
    pub(crate) created: Timestamp,
    /// Labels. Default none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) tags: Vec<Tag>,
    /// Atlas side: the clusters that can be destinations. Default none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) clusters: Vec<Cluster>,
    /// Cloud Manager side: the deployments that can be sources. Default none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) deployments: Vec<Deployment>,
    /// Cloud Manager side: hostnames of the agents provisioned for migrations. Default none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) migration_hosts: Vec<String>,
}

/// One label of a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tag {
    /// Its key.
    pub(crate) key: String,
    /// Its value.
    pub(crate) value: String,
}
