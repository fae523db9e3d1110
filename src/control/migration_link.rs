//! `PATCH /__mock/v1/organizations/{orgId}/migrationLink`

use serde::Deserialize;
use serde_json::json;

use super::{Body, Id, Target};
use crate::model::id::OrgId;
use crate::model::migration_link::LinkStatus;
use crate::wire::outcome::{Payload, Problem};

/// `SYNCED` or `NOT_SYNCED` until further notice, or `null` to return to the rules.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StatusRequest {
    #[serde(deserialize_with = "Option::deserialize")]
    status: Option<LinkStatus>,
}

/// Forces the status of a link, and answers with what it shows now.
pub(crate) async fn set_status(
    Target(world): Target,
    Id(org_id): Id<OrgId>,
    Body(request): Body<StatusRequest>,
) -> Result<Payload, Problem> {
    let status = world.step(|state, now| {
        let forced = state.store.force_link_status(org_id, request.status, now);
        forced.then(|| state.store.migration_link_status(org_id, now))
    });
    let missing = || Problem::new(404, format!("Organization {org_id} has no migration link."));
    Ok(Payload::entity(
        json!({ "status": status.ok_or_else(missing)? }),
    ))
}
