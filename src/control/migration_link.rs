//! `PATCH /__mock/v1/organizations/{orgId}/migrationLink`

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::json;

use crate::auth::state::AppState;
use crate::model::id::OrgId;
use crate::model::migration_link::LinkStatus;
use crate::wire::outcome::{Payload, Problem};

/// `SYNCED` or `NOT_SYNCED` until further notice, or `null` to return to the rules.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StatusRequest {
    #[serde(deserialize_with = "Option::deserialize")]
    status: Option<LinkStatus>,
}

/// Forces the status of a link, and answers with what it shows now.
pub(crate) async fn set_status(
    State(app): State<AppState>,
    Path(org_id): Path<String>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Payload, Problem> {
    let org_id: OrgId = org_id.parse().map_err(|_| {
        Problem::new(
            400,
            format!("{org_id:?} is not 24 lowercase hexadecimal digits."),
        )
    })?;
    let body =
        body.map_err(|rejection| Problem::new(rejection.status().as_u16(), rejection.body_text()))?;
    let request: StatusRequest = serde_json::from_slice(&body).map_err(|error| {
        Problem::new(
            400,
            format!(r#"Expected {{"status": "SYNCED"}}, "NOT_SYNCED" or null: {error}."#),
        )
    })?;
    let status = app.world.step(|state, now| {
        let forced = state.store.force_link_status(org_id, request.status);
        forced.then(|| state.store.migration_link_status(org_id, now))
    });
    let status = status.ok_or_else(|| {
        Problem::new(404, format!("Organization {org_id} has no migration link."))
    })?;
    Ok(Payload {
        body: Some(json!({ "status": status })),
        is_list: false,
    })
}
