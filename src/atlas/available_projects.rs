//! `GET /orgs/{orgId}/liveMigrations/availableProjects`

use serde_json::{Value, json};

use crate::auth::extract::{InOrganization, InWorld};
use crate::error::ApiError;
use crate::model::project::Project;
use crate::wire::outcome::Payload;

/// The source projects that can be migrated: a bare array, without `results` and `links`.
pub(crate) async fn list_available_projects(
    InOrganization(organization): InOrganization,
    InWorld(world): InWorld,
) -> Result<Payload, ApiError> {
    let projects: Vec<Value> = world.step(|state, now| {
        let available = state.store.available_projects(organization.id, now);
        available.into_iter().map(entity).collect()
    });
    Payload::of(&projects)
}

fn entity(project: &Project) -> Value {
    json!({
        "deployments": project.deployments,
        "migrationHosts": project.migration_hosts,
        "name": project.name,
        "projectId": project.id,
    })
}
