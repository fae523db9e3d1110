//! `POST` and `DELETE /orgs/{orgId}/liveMigrations/linkTokens`

use serde::{Deserialize, Serialize};

use crate::auth::extract::{InOrganization, InWorld, Json};
use crate::error::{ApiError, ErrorCode};
use crate::model::ip_range::IpRange;
use crate::wire::outcome::Payload;

/// The access list of the API key that Atlas makes for the link. It may be left out or empty.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct TargetOrgRequest {
    access_list_ips: Option<Vec<String>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TargetOrg {
    link_token: String,
}

/// Issues a link-token.
pub(crate) async fn create_link_token(
    InOrganization(organization): InOrganization,
    InWorld(world): InWorld,
    Json(request): Json<TargetOrgRequest>,
) -> Result<Payload, ApiError> {
    let entry = |text: String| {
        text.parse::<IpRange>()
            .map_err(|_| ApiError::of(ErrorCode::InvalidIpOrCidr, text))
    };
    let access_list = request
        .access_list_ips
        .into_iter()
        .flatten()
        .map(entry)
        .collect::<Result<_, _>>()?;
    let link_token = world.step(|state, now| {
        state
            .store
            .create_link_token(organization.id, access_list, now, &mut state.random)
    })?;
    Payload::of(&TargetOrg { link_token })
}

/// Revokes every link-token of the organization.
pub(crate) async fn delete_link_tokens(
    InOrganization(organization): InOrganization,
    InWorld(world): InWorld,
) -> Result<Payload, ApiError> {
    world.step(|state, now| state.store.delete_link_tokens(organization.id, now))?;
    Ok(Payload::empty())
}
