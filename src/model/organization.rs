//! An organization of either side.

use serde::{Deserialize, Serialize};

use super::id::OrgId;

/// Which of the two APIs an organization belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Side {
    /// A destination: it issues link-tokens.
    Atlas,
    /// A source, in Cloud Manager or Ops Manager: it consumes one.
    CloudManager,
}

/// An organization: the owner of projects, of link-tokens (Atlas) or of a migration link (Cloud Manager).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Organization {
    /// Its identifier.
    pub id: OrgId,
    /// Its display name.
    pub name: String,
    /// The API that it belongs to.
    pub side: Side,
    /// Whether a credential without an IP access list is refused. Default `false`.
    #[serde(default)]
    pub require_ip_access_list: bool,
}
