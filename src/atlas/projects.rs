//! `GET /groups`, `GET /groups/{groupId}`, `GET /orgs/{orgId}/groups`

use serde_json::{Value, json};

use crate::auth::extract::{Asked, Caller, InOrganization, InProject, InWorld};
use crate::error::ApiError;
use crate::model::organization::Side;
use crate::model::project::Project;
use crate::wire::outcome::Payload;
use crate::wire::page::{Page, begins_with, child_link, link};

/// The Atlas projects that the caller may see.
pub(crate) async fn list_groups(
    Caller(caller): Caller,
    InWorld(world): InWorld,
    asked: Asked,
) -> Result<Payload, ApiError> {
    let page = Page::of(&asked.query)?;
    let all = world.step(|state, _| state.store.projects_of(&caller, Side::Atlas, None));
    Ok(list(
        page,
        &all,
        &format!("{}/groups", asked.api_url),
        &asked,
    ))
}

/// The projects of one Atlas organization; `name` narrows them by what their name begins with.
pub(crate) async fn get_org_groups(
    InOrganization(organization): InOrganization,
    Caller(caller): Caller,
    InWorld(world): InWorld,
    asked: Asked,
) -> Result<Payload, ApiError> {
    let page = Page::of(&asked.query)?;
    let wanted = asked.query.get("name").unwrap_or_default();
    let mut all = world.step(|state, _| {
        state
            .store
            .projects_of(&caller, Side::Atlas, Some(organization.id))
    });
    all.retain(|project| begins_with(&project.name, wanted));
    Ok(list(
        page,
        &all,
        &format!("{}/orgs/{}/groups", asked.api_url, organization.id),
        &asked,
    ))
}

/// One Atlas project.
pub(crate) async fn get_group(
    InProject(project): InProject,
    asked: Asked,
) -> Result<Payload, ApiError> {
    let url = project_url(&project, &asked);
    let mut links = vec![link(&url, "self")];
    let children = [
        "containers",
        "clusters",
        "databaseUsers",
        "peers",
        "processes",
        "whitelist",
    ];
    links.extend(children.map(|child| child_link(&url, child)));
    Payload::of(&entity(&project, &links))
}

fn list(page: Page, all: &[Project], url: &str, asked: &Asked) -> Payload {
    let items = all.iter().map(|project| {
        let own = project_url(project, asked);
        entity(project, &[link(&own, "self")])
    });
    page.list(items.collect(), url, &asked.query)
}

fn project_url(project: &Project, asked: &Asked) -> String {
    format!("{}/groups/{}", asked.api_url, project.id)
}

fn entity(project: &Project, links: &[Value]) -> Value {
    json!({
        "clusterCount": project.clusters.len(),
        "created": project.created.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "id": project.id,
        "links": links,
        "name": project.name,
        "orgId": project.org_id,
        "tags": project.tags,
        "withDefaultAlertsSettings": true,
    })
}
