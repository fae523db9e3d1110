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
    ) -> Result<String, ApiError> {
        self.expect_organization(org_id)?;
        let token = random.base64::<TOKEN_BYTES>();
        let hash = TokenHash::of(&token);
        self.insert_link_token(LinkToken {
            token: hash,
            org_id,
            access_list_ips,
            created_at: now,
            expires_at: None,
        });
        Ok(token)
    }

    /// Revokes every link-token of the organization.
    ///
    /// The links made with them stay with their source organizations, which Atlas cannot reach, and show
    /// `NOT_SYNCED` from then on.
    pub(crate) fn delete_link_tokens(
        &mut self,
        org_id: OrgId,
        now: Timestamp,
    ) -> Result<(), ApiError> {
        if !self.tokens_of.contains_key(&org_id) {
            return Err(ErrorCode::NoOrganizationLink.into());
        }
        if let Some(projects) = self.projects_migrated_into(org_id, now) {
            return Err(ApiError::of(ErrorCode::ActiveMigration, projects));
        }
        for token in self.tokens_of.remove(&org_id).unwrap_or_default() {
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
        self.expect_organization(org_id)?;
        let hash = TokenHash::of(token);
        let refused = || ApiError::of(ErrorCode::InvalidAttribute, "linkToken");
        let issued = self
            .link_tokens
            .get(&hash)
            .filter(|issued| issued.is_valid(now))
            .ok_or_else(refused)?;
        let target_org_id = issued.org_id;
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
            if self.migration_links.contains_key(&org_id) {
                self.refuse_while_exporting(org_id, now)?;
            }
            let link = MigrationLink {
                org_id,
                token: hash,
                target_org_id,
                created_at: now,
                forced_status: None,
            };
            self.migration_links.insert(org_id, link);
        }
        Ok(self.migration_link_status(org_id, now))
    }

    /// Removes the link of a source organization; the Atlas side keeps its token.
    pub(crate) fn delete_migration_link(
        &mut self,
        org_id: OrgId,
        now: Timestamp,
    ) -> Result<(), ApiError> {
        if !self.migration_links.contains_key(&org_id) {
            return Err(ErrorCode::NoOrganizationLink.into());
        }
        self.refuse_while_exporting(org_id, now)?;
        self.migration_links.remove(&org_id);
        Ok(())
    }

    /// Admission saw the organization, but an import may have come between.
    fn expect_organization(&self, org_id: OrgId) -> Result<(), ApiError> {
        if self.organizations.contains_key(&org_id) {
            Ok(())
        } else {
            Err(ApiError::of(ErrorCode::OrgNotFound, org_id))
        }
    }

    /// A link that a running migration needs can be neither removed nor replaced.
    fn refuse_while_exporting(&self, org_id: OrgId, now: Timestamp) -> Result<(), ApiError> {
        match self.projects_migrated_from(org_id, now) {
            Some(projects) => Err(ApiError::of(ErrorCode::RunningLiveExport, projects)),
            None => Ok(()),
        }
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
        if held && self.synchronized_at(link).is_some_and(|at| at <= now) {
            LinkStatus::Synced
        } else {
            LinkStatus::NotSynced
        }
    }

    /// When the first synchronization of a link ends.
    pub(super) fn synchronized_at(&self, link: &MigrationLink) -> Option<Timestamp> {
        let takes = Duration::from_secs(self.settings.link_sync_seconds);
        link.created_at.checked_add(takes).ok()
    }

    /// Forces the status of an existing link, or with `None` returns it to the rules. `false` when the
    /// organization has no link. Migrations that run out of an organization which is no longer synchronized
    /// fail.
    pub(crate) fn force_link_status(
        &mut self,
        org_id: OrgId,
        status: Option<LinkStatus>,
        now: Timestamp,
    ) -> bool {
        let Some(link) = self.migration_links.get_mut(&org_id) else {
            return false;
        };
        link.forced_status = status;
        if self.migration_link_status(org_id, now) == LinkStatus::NotSynced {
            self.fail_migrations_from(org_id, now);
        }
        true
    }
}
