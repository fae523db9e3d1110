//! The rules of the handshake: an Atlas organization issues link-tokens, a source organization consumes one.
//!
//! Plain functions of the store, the request and the time. Where the sources are silent the rules follow
//! the project's decisions, which `docs/fidelity.md` marks as inferred.

use std::time::Duration;

use jiff::Timestamp;

use super::random::Random;
use super::store::Store;
use crate::error::{ApiError, ErrorCode};
use crate::model::id::OrgId;
use crate::model::ip_range::IpRange;
use crate::model::link_token::{LinkToken, TokenHash};
use crate::model::migration_link::{LinkStatus, MigrationLink};

/// So many random bytes make a token of 192 characters, the recorded length.
const TOKEN_BYTES: usize = 144;

impl Store {
    /// Issues a link-token: always a new one, whatever the organization has already.
    pub(crate) fn create_link_token(
        &mut self,
        org_id: OrgId,
        access_list_ips: Vec<IpRange>,
        now: Timestamp,
        random: &mut Random,
    ) -> String {
        let token = random.base64::<TOKEN_BYTES>();
        let hash = TokenHash::of(&token);
        self.insert_link_token(LinkToken {
            token: hash,
            org_id,
            access_list_ips,
            created_at: now,
            expires_at: None,
        });
        token
    }

    /// Revokes every link-token of the organization.
    ///
    /// The links made with them stay with their source organizations, which Atlas cannot reach, and show
    /// `NOT_SYNCED` from then on.
    pub(crate) fn delete_link_tokens(&mut self, org_id: OrgId) -> Result<(), ApiError> {
        let tokens = self
            .tokens_of
            .remove(&org_id)
            .ok_or(ErrorCode::NoOrganizationLink)?;
        for token in tokens {
            self.link_tokens.remove(&token);
        }
        Ok(())
    }

    /// Links a source organization by a token.
    ///
    /// The token must be valid, and no other source organization may use it: one token for each, says the
    /// documentation. The same token again changes nothing; another one replaces the link.
    pub(crate) fn create_migration_link(
        &mut self,
        org_id: OrgId,
        token: &str,
        now: Timestamp,
    ) -> Result<LinkStatus, ApiError> {
        let hash = TokenHash::of(token);
        let refused = || ApiError::of(ErrorCode::InvalidAttribute, "linkToken");
        let issued = self
            .link_tokens
            .get(&hash)
            .filter(|issued| issued.is_valid(now))
            .ok_or_else(refused)?;
        let in_use = self
            .migration_links
            .values()
            .any(|link| link.token == hash && link.org_id != org_id);
        if in_use {
            return Err(refused());
        }
        let same = self
            .migration_links
            .get(&org_id)
            .is_some_and(|link| link.token == hash);
        if !same {
            let link = MigrationLink {
                org_id,
                token: hash,
                target_org_id: issued.org_id,
                created_at: now,
                forced_status: None,
            };
            self.migration_links.insert(org_id, link);
        }
        Ok(self.migration_link_status(org_id, now))
    }

    /// Removes the link of a source organization; the Atlas side keeps its token.
    pub(crate) fn delete_migration_link(&mut self, org_id: OrgId) -> Result<(), ApiError> {
        self.migration_links
            .remove(&org_id)
            .map(|_| ())
            .ok_or(ErrorCode::NoOrganizationLink.into())
    }

    /// The status of the link of a source organization: `SYNCED` from the end of the first synchronization
    /// for as long as the Atlas side holds the token, unless a status is forced.
    pub(crate) fn migration_link_status(&self, org_id: OrgId, now: Timestamp) -> LinkStatus {
        let Some(link) = self.migration_links.get(&org_id) else {
            return LinkStatus::NotSynced;
        };
        if let Some(forced) = link.forced_status {
            return forced;
        }
        let held = self
            .link_tokens
            .get(&link.token)
            .is_some_and(|token| token.is_valid(now));
        let synchronized = link
            .created_at
            .checked_add(Duration::from_secs(self.settings.link_sync_seconds));
        if held && synchronized.is_ok_and(|at| at <= now) {
            LinkStatus::Synced
        } else {
            LinkStatus::NotSynced
        }
    }

    /// Forces the status of an existing link, or with `None` returns it to the rules. `false` when the
    /// organization has no link.
    pub(crate) fn force_link_status(&mut self, org_id: OrgId, status: Option<LinkStatus>) -> bool {
        let link = self.migration_links.get_mut(&org_id);
        link.map(|link| link.forced_status = status).is_some()
    }
}
