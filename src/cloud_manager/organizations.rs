//! `GET /orgs`, `GET /orgs/{orgId}`

use serde_json::{Value, json};

use crate::auth::extract::{Asked, Caller, InOrganization, InWorld};
use crate::error::ApiError;
use crate::model::organization::{Organization, Side};
use crate::wire::outcome::Payload;
use crate::wire::page::{Page, link};

/// The source organizations that the caller is a member of.
pub(crate) async fn list_orgs(
    Caller(caller): Caller,
    InWorld(world): InWorld,
    asked: Asked,
) -> Result<Payload, ApiError> {
    let page = Page::of(&asked.query)?;
    let all = world.step(|state, _| state.store.organizations_of(&caller, Side::CloudManager));
    let items = all.iter().map(|organization| entity(organization, &asked));
    Ok(page.list(
        items.collect(),
        &format!("{}/orgs", asked.api_url),
        &asked.query,
    ))
}

/// One source organization.
pub(crate) async fn get_org(
    InOrganization(organization): InOrganization,
    asked: Asked,
) -> Result<Payload, ApiError> {
    Payload::of(&entity(&organization, &asked))
}

fn entity(organization: &Organization, asked: &Asked) -> Value {
    let url = format!("{}/orgs/{}", asked.api_url, organization.id);
    json!({ "id": organization.id, "isDeleted": false, "links": [link(&url, "self")], "name": organization.name })
}
