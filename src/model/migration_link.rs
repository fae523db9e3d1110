//! A migration link: what a source organization keeps once it consumed a link-token.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::id::OrgId;
use super::link_token::TokenHash;

/// The state of the connection between a source organization and its Atlas organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum LinkStatus {
    /// The source pushes its inventory to Atlas.
    Synced,
    /// It does not, or there is no link.
    NotSynced,
}

/// The link of one source organization, stored as what was asked and when. Its status is derived
/// (`world::handshake`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct MigrationLink {
    /// The source organization.
    pub(crate) org_id: OrgId,
    /// The hash of the token that it consumed; a fixture may give the token itself.
    pub(crate) token: TokenHash,
    /// The Atlas organization that issued the token.
    pub(crate) target_org_id: OrgId,
    /// When the token was consumed.
    pub(crate) created_at: Timestamp,
    /// A status that overrides the derived one. Default none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) forced_status: Option<LinkStatus>,
}
