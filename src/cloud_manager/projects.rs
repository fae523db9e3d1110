//! `GET /groups`

use serde_json::{Value, json};

use crate::auth::extract::{Asked, Caller, InWorld};
use crate::error::ApiError;
use crate::model::organization::Side;
use crate::model::project::Project;
use crate::wire::outcome::Payload;
use crate::wire::page::{Page, link};

/// The source projects that the caller may see.
pub(crate) async fn list_groups(
    Caller(caller): Caller,
    InWorld(world): InWorld,
    asked: Asked,
) -> Result<Payload, ApiError> {
    let page = Page::of(&asked.query)?;
    let all = world.step(|state, _| state.store.projects_of(&caller, Side::CloudManager, None));
    let url = format!("{}/groups", asked.api_url);
    let items = all.iter().map(|project| entity(project, &url));
    Ok(page.list(items.collect(), &url, &asked.query))
}

fn entity(project: &Project, url: &str) -> Value {
    let shards = project
        .deployments
        .iter()
        .map(|deployment| u64::from(deployment.shards_size.unwrap_or(0)))
        .sum::<u64>();
    json!({
        "activeAgentCount": project.migration_hosts.len(),
        "id": project.id,
        "links": [link(&format!("{url}/{}", project.id), "self")],
        "name": project.name,
        "orgId": project.org_id,
        "publicApiEnabled": true,
        "replicaSetCount": project.deployments.iter().filter(|deployment| !deployment.sharded).count(),
        "shardCount": shards,
        "tags": project.tags.iter().map(|tag| &tag.key).collect::<Vec<_>>(),
    })
}
