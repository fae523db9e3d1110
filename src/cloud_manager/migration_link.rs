//! `POST` and `DELETE /orgs/{orgId}/liveExport/migrationLink`, `GET …/migrationLink/status`

use serde::{Deserialize, Serialize};

use crate::auth::extract::{InOrganization, InWorld, Json};
use crate::error::{ApiError, ErrorCode};
use crate::model::migration_link::LinkStatus;
use crate::wire::outcome::Payload;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct MigrationLinkRequest {
    link_token: String,
}

#[derive(Serialize)]
struct MigrationLinkStatus {
    status: LinkStatus,
}

/// Links the organization with the Atlas organization that issued the token.
pub(crate) async fn create_migration_link(
    InOrganization(organization): InOrganization,
    InWorld(world): InWorld,
    Json(request): Json<MigrationLinkRequest>,
) -> Result<Payload, ApiError> {
    if request.link_token.is_empty() {
        return Err(ApiError::of(ErrorCode::MissingAttribute, "linkToken"));
    }
    let status = world.step(|state, now| {
        state
            .store
            .create_migration_link(organization.id, &request.link_token, now)
    })?;
    Payload::of(&MigrationLinkStatus { status })
}

/// Removes the link.
pub(crate) async fn delete_migration_link(
    InOrganization(organization): InOrganization,
    InWorld(world): InWorld,
) -> Result<Payload, ApiError> {
    world.step(|state, now| state.store.delete_migration_link(organization.id, now))?;
    Ok(Payload::empty())
}

/// The status of the link; without a link `NOT_SYNCED`.
pub(crate) async fn get_migration_link_status(
    InOrganization(organization): InOrganization,
    InWorld(world): InWorld,
) -> Result<Payload, ApiError> {
    let status = world.step(|state, now| state.store.migration_link_status(organization.id, now));
    Payload::of(&MigrationLinkStatus { status })
}
