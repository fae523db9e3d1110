//! API keys and service accounts: who may call, and with what rights.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::id::{ApiKeyId, GroupId, OrgId};
use super::ip_range::IpRange;
use super::link_token::TokenHash;
use super::organization::Organization;

/// One role, with the role names of the Atlas API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "roleName",
    rename_all = "SCREAMING_SNAKE_CASE",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub(crate) enum Role {
    /// Everything in an organization and in its projects.
    OrgOwner {
        /// The organization.
        org_id: OrgId,
    },
    /// May see the organization.
    OrgMember {
        /// The organization.
        org_id: OrgId,
    },
    /// Everything in a project.
    GroupOwner {
        /// The project.
        group_id: GroupId,
    },
    /// May see a project.
    GroupReadOnly {
        /// The project.
        group_id: GroupId,
    },
}

/// An API key: HTTP Digest with its public key as user and its private key as password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ApiKey {
    /// Its identifier. Default: made by the world's generator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<ApiKeyId>,
    /// The public key, eight characters in the real service.
    pub(crate) public_key: String,
    /// The private key, UUID-like in the real service. Default: made by the world's generator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) private_key: Option<String>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) desc: String,
    /// What it may do.
    pub(crate) roles: Vec<Role>,
    /// The addresses that it may be used from. Default empty: from everywhere, unless the organization
    /// requires an access list.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) access_list: Vec<IpRange>,
}

/// A service account: OAuth 2.0 client credentials.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ServiceAccount {
    /// The client id, `mdb_sa_id_` and 24 hexadecimal digits in the real service.
    pub(crate) client_id: String,
    /// The client secret, which begins with `mdb_sa_sk_` in the real service. Default: made by the world's
    /// generator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) secret: Option<String>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) name: String,
    /// What it may do.
    pub(crate) roles: Vec<Role>,
    /// The addresses that its tokens may be used from. Default empty, as for API keys.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) access_list: Vec<IpRange>,
}

/// A bearer token that a service account was given and that was not revoked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AccessToken {
    /// Its hash; a fixture may give the token itself.
    pub(crate) token: TokenHash,
    /// The service account.
    pub(crate) client_id: String,
    /// When it stops working.
    pub(crate) expires_at: Timestamp,
}

/// A credential as somebody needs it who wants to call: what to send, and what it opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// How to send it.
    pub kind: CredentialKind,
    /// The public key, or the client id.
    pub id: String,
    /// The private key, or the client secret.
    pub secret: String,
    /// What the fixture says of it.
    pub description: String,
    /// The organizations that it owns.
    pub owns: Vec<Organization>,
    /// Whether an IP access list restricts its use.
    pub restricted: bool,
}

/// How a credential is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CredentialKind {
    /// HTTP Digest.
    ApiKey,
    /// OAuth 2.0 client credentials.
    ServiceAccount,
}
