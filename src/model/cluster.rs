//! Where data goes to and where it comes from.

use serde::{Deserialize, Serialize};

use super::id::ClusterId;

/// A destination: a cluster of an Atlas project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Cluster {
    /// Its name, unique in its project.
    pub(crate) name: String,
    /// Whether it is sharded. Default `false`: a replica set.
    #[serde(default)]
    pub(crate) sharded: bool,
    /// The version of `MongoDB` that it runs, such as `8.0.4`.
    #[serde(rename = "mongoDBVersion")]
    pub(crate) mongodb_version: String,
}

/// A source: a deployment of a Cloud Manager or Ops Manager project, with the fields of the published
/// schema `AvailableClustersDeployment`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Deployment {
    /// The version of the agent that monitors it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) agent_version: Option<String>,
    /// Its identifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cluster_id: Option<ClusterId>,
    /// How much data it holds, in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) db_size_bytes: Option<u64>,
    /// The feature compatibility version, such as `7.0`.
    pub(crate) feature_compatibility_version: String,
    /// Whether Cloud Manager or Ops Manager manages it.
    pub(crate) managed: bool,
    /// The version of `MongoDB` that it runs, such as `7.0.14`.
    #[serde(rename = "mongoDBVersion")]
    pub(crate) mongodb_version: String,
    /// Its name, unique in its project.
    pub(crate) name: String,
    /// The size of its oplog, in megabytes.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        rename = "oplogSizeMB"
    )]
    pub(crate) oplog_size_mb: Option<u32>,
    /// Whether it is sharded.
    pub(crate) sharded: bool,
    /// How many shards it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) shards_size: Option<u32>,
    /// Whether it takes TLS connections only.
    pub(crate) tls_enabled: bool,
}
