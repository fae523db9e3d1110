//! `GET /orgs`, `GET /orgs/{orgId}`

use serde_json::{Value, json};

use crate::auth::extract::{Asked, Caller, InOrganization, InWorld};
use crate::error::ApiError;
use crate::model::organization::{Organization, Side};
use crate::wire::outcome::Payload;
use crate::wire::page::{Page, begins_with, child_link, link};

/// The Atlas organizations that the caller is a member of; `name` narrows them by what their name begins
/// with.
pub(crate) async fn list_orgs(
    Caller(caller): Caller,
    InWorld(world): InWorld,
    asked: Asked,
) -> Result<Payload, ApiError> {
    let page = Page::of(&asked.query)?;
    let wanted = asked.query.get("name").unwrap_or_default();
    let all = world.step(|state, _| state.store.organizations_of(&caller, Side::Atlas));
    let url = format!("{}/orgs", asked.api_url);
    let named = all
        .iter()
        .filter(|organization| begins_with(&organization.name, wanted));
    let items = named.map(|organization| {
        let own = format!("{url}/{}", organization.id);
        entity(organization, &[link(&own, "self")])
    });
    Ok(page.list(items.collect(), &url, &asked.query))
}

/// One Atlas organization.
pub(crate) async fn get_org(
    InOrganization(organization): InOrganization,
    asked: Asked,
) -> Result<Payload, ApiError> {
    let url = format!("{}/orgs/{}", asked.api_url, organization.id);
    let mut links = vec![link(&url, "self")];
    links.extend(["groups", "teams", "users"].map(|child| child_link(&url, child)));
    Payload::of(&entity(&organization, &links))
}

fn entity(organization: &Organization, links: &[Value]) -> Value {
    json!({
        "id": organization.id,
        "isDeleted": false,
        "links": links,
        "name": organization.name,
        "skipDefaultAlertsSettings": false,
    })
}
