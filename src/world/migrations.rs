//! The rules of validations and live migrations: what a destination project sees of the sources, what stands
//! in the way of a migration, and who may occupy what.

use jiff::Timestamp;

use super::random::Random;
use super::store::Store;
use crate::error::{ApiError, ErrorCode};
use crate::model::cluster::{Cluster, Deployment};
use crate::model::id::{GroupId, LiveMigrationId, OrgId, ValidationId};
use crate::model::live_migration::{LiveMigration, MigrationState};
use crate::model::migration_link::LinkStatus;
use crate::model::project::Project;
use crate::model::validation::{Validation, ValidationState};

/// What is to be migrated, as far as the rules look at it. Empty texts count as absent.
pub(crate) struct MigrationRequest {
    pub(crate) cluster_name: String,
    pub(crate) source_group_id: GroupId,
    pub(crate) source_cluster_name: String,
    /// Whether the source's manager supplies the credentials.
    pub(crate) managed_authentication: bool,
    pub(crate) username: Option<String>,
    pub(crate) password: Option<String>,
    pub(crate) ssl: bool,
    pub(crate) ca_certificate_path: Option<String>,
    /// Whether the request says how to shard.
    pub(crate) has_sharding: bool,
    pub(crate) migration_host: String,
}

/// The first thing that stands in the way of a migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Obstacle {
    /// What it is, as a validation tells it.
    pub(crate) message: String,
    /// How creating is refused for it; `None` when the migration is created and fails.
    pub(crate) refusal: Option<ApiError>,
}

impl Obstacle {
    fn refused(error: ApiError) -> Self {
        Self {
            message: error.detail(),
            refusal: Some(error),
        }
    }

    fn invalid(text: &str) -> Self {
        Self {
            refusal: Some(ApiError::of(ErrorCode::ValidationError, text)),
            message: format!("{text}."),
        }
    }

    fn fails(message: String) -> Self {
        Self {
            message,
            refusal: None,
        }
    }
}

impl Store {
    /// The source projects that the Atlas organization sees through its synchronized links.
    pub(crate) fn available_projects(&self, org: OrgId, now: Timestamp) -> Vec<&Project> {
        let linked = |project: &&Project| {
            let link = self.migration_links.get(&project.org_id);
            link.is_some_and(|link| link.target_org_id == org)
                && self.is_synchronized(project.org_id, now)
        };
        let mut all: Vec<_> = self.projects.values().filter(linked).collect();
        all.sort_by(|a, b| a.name.cmp(&b.name));
        all
    }

    /// Whether the link of a source organization is there and works.
    fn is_synchronized(&self, org: OrgId, now: Timestamp) -> bool {
        self.migration_link_status(org, now) == LinkStatus::Synced
    }

    /// Begins a validation of what a migration into this project would meet.
    pub(crate) fn validate(
        &mut self,
        project: &Project,
        request: &MigrationRequest,
        now: Timestamp,
        random: &mut Random,
    ) -> Result<Validation, ApiError> {
        self.expect_project(project)?;
        let obstacle = self.obstacle(project, request, now);
        let validation = Validation {
            id: ValidationId::from(random.bytes()),
            group_id: project.id,
            source_group_id: request.source_group_id,
            state: ValidationState::Pending,
            since: now,
            error_message: obstacle.map(|obstacle| obstacle.message),
        };
        self.validations.insert(validation.id, validation.clone());
        Ok(validation)
    }

    /// A validation of this project.
    pub(crate) fn validation(
        &self,
        project: &Project,
        id: ValidationId,
    ) -> Result<&Validation, ApiError> {
        let found = self
            .validations
            .get(&id)
            .filter(|validation| validation.group_id == project.id);
        found.ok_or_else(|| {
            ApiError::of(
                ErrorCode::ResourceNotFound,
                format!("Live migration validation with id {id}"),
            )
        })
    }

    /// Puts a validation into a state of its machine; `false` when there is no such validation.
    pub(crate) fn drive_validation(
        &mut self,
        id: ValidationId,
        state: ValidationState,
        error_message: Option<String>,
        now: Timestamp,
    ) -> bool {
        let Some(validation) = self.validations.get_mut(&id) else {
            return false;
        };
        validation.state = state;
        validation.since = now;
        validation.error_message = error_message;
        true
    }

    /// Begins a migration into this project.
    ///
    /// What names nothing or is occupied is refused; what only a look at the source would find lets the
    /// migration fail once it starts. A validation, which finds it before, is not asked for.
    pub(crate) fn create_live_migration(
        &mut self,
        project: &Project,
        request: &MigrationRequest,
        now: Timestamp,
        random: &mut Random,
    ) -> Result<LiveMigration, ApiError> {
        self.expect_project(project)?;
        let obstacle = match self.obstacle(project, request, now) {
            Some(Obstacle {
                refusal: Some(error),
                ..
            }) => return Err(error),
            other => other.map(|obstacle| obstacle.message),
        };
        let migration = LiveMigration {
            id: LiveMigrationId::from(random.bytes()),
            group_id: project.id,
            cluster_name: request.cluster_name.clone(),
            source_group_id: request.source_group_id,
            source_cluster_name: request.source_cluster_name.clone(),
            migration_hosts: vec![request.migration_host.clone()],
            state: MigrationState::New,
            since: now,
            obstacle,
        };
        self.live_migrations.insert(migration.id, migration.clone());
        Ok(migration)
    }

    /// A migration into this project.
    pub(crate) fn live_migration(
        &self,
        project: &Project,
        id: LiveMigrationId,
    ) -> Result<&LiveMigration, ApiError> {
        let found = self
            .live_migrations
            .get(&id)
            .filter(|migration| migration.group_id == project.id);
        found.ok_or_else(|| unknown_migration(id))
    }

    /// Asks for the cutover of a migration that is ready for it.
    pub(crate) fn cut_over(
        &mut self,
        project: &Project,
        id: LiveMigrationId,
        now: Timestamp,
    ) -> Result<(), ApiError> {
        let state = self
            .live_migration(project, id)?
            .at(&self.settings, now)
            .state;
        if state != MigrationState::ReadyForCutover {
            let text = format!("live migration {id} is not ready for cutover");
            return Err(ApiError::of(ErrorCode::ValidationError, text));
        }
        self.put_migration(id, MigrationState::CuttingOver, now);
        Ok(())
    }

    /// Puts a migration into a state of its machine. An error tells what occupies its host or its cluster.
    pub(crate) fn drive_migration(
        &mut self,
        id: LiveMigrationId,
        state: MigrationState,
        now: Timestamp,
    ) -> Result<(), ApiError> {
        let migration = self
            .live_migrations
            .get(&id)
            .ok_or_else(|| unknown_migration(id))?;
        if state.is_running() {
            let source = self.source_of(migration);
            if !source.is_some_and(|source| self.is_synchronized(source, now)) {
                return Err(ErrorCode::NoOrganizationLink.into());
            }
            let busy = migration
                .migration_hosts
                .iter()
                .find_map(|host| self.busy_host(migration.source_group_id, host, Some(id), now));
            let cluster =
                self.busy_cluster(migration.group_id, &migration.cluster_name, Some(id), now);
            let busy = busy.map(|text| ApiError::of(ErrorCode::ValidationError, text));
            if let Some(error) = busy.or(cluster) {
                return Err(error);
            }
        }
        self.put_migration(id, state, now);
        Ok(())
    }

    /// Admission saw the project, but an import may have come between.
    fn expect_project(&self, project: &Project) -> Result<(), ApiError> {
        if self.projects.contains_key(&project.id) {
            Ok(())
        } else {
            Err(ApiError::of(ErrorCode::GroupNotFound, project.id))
        }
    }

    fn put_migration(&mut self, id: LiveMigrationId, state: MigrationState, now: Timestamp) {
        if let Some(migration) = self.live_migrations.get_mut(&id) {
            migration.state = state;
            migration.since = now;
            // Whoever puts it to work wants to see it work.
            migration.obstacle = None;
        }
    }

    /// Lets every running migration out of this source organization fail: its source went away.
    pub(super) fn fail_migrations_from(&mut self, source: OrgId, now: Timestamp) {
        let lost: Vec<_> = self
            .running_migrations(now)
            .filter(|running| self.source_of(running) == Some(source))
            .map(|running| running.id)
            .collect();
        for id in lost {
            self.put_migration(id, MigrationState::Failed, now);
        }
    }

    /// The projects of an Atlas organization that migrations run into, as refusals list them.
    pub(super) fn projects_migrated_into(&self, org: OrgId, now: Timestamp) -> Option<String> {
        let into = |running: &&LiveMigration| {
            self.projects
                .get(&running.group_id)
                .is_some_and(|project| project.org_id == org)
        };
        listed(
            self.running_migrations(now)
                .filter(into)
                .map(|running| running.group_id),
        )
    }

    /// The projects of a source organization that migrations run out of, as refusals list them.
    pub(super) fn projects_migrated_from(&self, org: OrgId, now: Timestamp) -> Option<String> {
        let from = |running: &&LiveMigration| self.source_of(running) == Some(org);
        listed(
            self.running_migrations(now)
                .filter(from)
                .map(|running| running.source_group_id),
        )
    }

    fn running_migrations(&self, now: Timestamp) -> impl Iterator<Item = &LiveMigration> {
        self.live_migrations
            .values()
            .filter(move |migration| migration.at(&self.settings, now).state.is_running())
    }

    fn source_of(&self, migration: &LiveMigration) -> Option<OrgId> {
        self.projects
            .get(&migration.source_group_id)
            .map(|project| project.org_id)
    }

    /// What stands in the way of a migration: link, source, destination, host, then what only a look at the
    /// source finds.
    fn obstacle(
        &self,
        project: &Project,
        request: &MigrationRequest,
        now: Timestamp,
    ) -> Option<Obstacle> {
        let linked = self.migration_links.values().any(|link| {
            link.target_org_id == project.org_id && self.is_synchronized(link.org_id, now)
        });
        if !linked {
            return Some(Obstacle::refused(ErrorCode::NoOrganizationLink.into()));
        }
        let source_id = request.source_group_id;
        let available = self.available_projects(project.org_id, now);
        let Some(source) = available.into_iter().find(|source| source.id == source_id) else {
            return Some(Obstacle::refused(ApiError::of(
                ErrorCode::GroupNotFound,
                source_id,
            )));
        };
        let wanted = &request.source_cluster_name;
        let Some(deployment) = source
            .deployments
            .iter()
            .find(|deployment| deployment.name == *wanted)
        else {
            return Some(Obstacle::refused(unknown_cluster(wanted, source.id)));
        };
        let wanted = &request.cluster_name;
        let Some(cluster) = project
            .clusters
            .iter()
            .find(|cluster| cluster.name == *wanted)
        else {
            return Some(Obstacle::refused(unknown_cluster(wanted, project.id)));
        };
        let host = &request.migration_host;
        let unknown = (!source.migration_hosts.contains(host))
            .then(|| format!("no migration host {host} in project {source_id}"));
        let hosted = unknown.or_else(|| self.busy_host(source_id, host, None, now));
        self.busy_cluster(project.id, &cluster.name, None, now)
            .map(Obstacle::refused)
            .or_else(|| hosted.as_deref().map(Obstacle::invalid))
            .or_else(|| look(request, deployment, cluster).map(Obstacle::fails))
    }

    fn busy_cluster(
        &self,
        group: GroupId,
        name: &str,
        but: Option<LiveMigrationId>,
        now: Timestamp,
    ) -> Option<ApiError> {
        let mut others = self
            .running_migrations(now)
            .filter(|running| Some(running.id) != but);
        let busy = others.any(|running| running.group_id == group && running.cluster_name == name);
        busy.then(|| ErrorCode::ClusterHasRunningImport.into())
    }

    /// What a host of a source project carries already.
    fn busy_host(
        &self,
        source: GroupId,
        host: &str,
        but: Option<LiveMigrationId>,
        now: Timestamp,
    ) -> Option<String> {
        let mut others = self
            .running_migrations(now)
            .filter(|running| Some(running.id) != but);
        let carried = |running: &&LiveMigration| {
            running.source_group_id == source
                && running.migration_hosts.iter().any(|busy| busy == host)
        };
        let other = others.find(carried)?;
        Some(format!(
            "migration host {host} already carries live migration {}",
            other.id
        ))
    }
}

fn unknown_cluster(name: &str, group: GroupId) -> ApiError {
    ApiError::new(
        ErrorCode::ClusterNotFound,
        [name.to_owned(), group.to_string()],
    )
}

fn unknown_migration(id: LiveMigrationId) -> ApiError {
    ApiError::of(
        ErrorCode::ResourceNotFound,
        format!("Live migration with id {id}"),
    )
}

fn listed(groups: impl Iterator<Item = GroupId>) -> Option<String> {
    let mut ids: Vec<String> = groups.map(|group| group.to_string()).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        None
    } else {
        Some(ids.join(", "))
    }
}

/// What a look at the source finds: credentials, TLS, sharding, versions.
fn look(request: &MigrationRequest, source: &Deployment, destination: &Cluster) -> Option<String> {
    let (from, to) = (&source.name, &destination.name);
    let credentials = request.username.is_some() && request.password.is_some();
    let any_credentials = request.username.is_some() || request.password.is_some();
    let found = [
        (
            request.managed_authentication && any_credentials,
            format!(
                "Source cluster {from} uses managed authentication: no username and password may be given."
            ),
        ),
        (
            request.managed_authentication && !source.managed,
            format!("Source cluster {from} is not managed: a username and a password are needed."),
        ),
        (
            !request.managed_authentication && !credentials,
            format!("Source cluster {from} needs a username and a password."),
        ),
        (
            source.tls_enabled && !request.ssl,
            format!("Source cluster {from} takes TLS connections only."),
        ),
        (
            !source.tls_enabled && request.ssl,
            format!("Source cluster {from} does not take TLS connections."),
        ),
        (
            request.ca_certificate_path.is_some() && !request.ssl,
            "A CA certificate is of use with TLS only.".to_owned(),
        ),
        (
            source.sharded && !destination.sharded,
            format!("Source cluster {from} is sharded and destination cluster {to} is not."),
        ),
        (
            request.has_sharding && !destination.sharded,
            format!("Destination cluster {to} is not sharded: no sharding may be asked for."),
        ),
        (
            release(&source.mongodb_version) > release(&destination.mongodb_version),
            format!(
                "Source cluster {from} runs MongoDB {}, destination cluster {to} the older {}.",
                source.mongodb_version, destination.mongodb_version
            ),
        ),
        (
            release(&source.mongodb_version) < (6, 0),
            format!(
                "Source cluster {from} runs MongoDB {}; at least 6.0 is needed.",
                source.mongodb_version
            ),
        ),
    ];
    found
        .into_iter()
        .find_map(|(wrong, message)| wrong.then_some(message))
}

/// Major and minor version; 0 for what is no number.
fn release(version: &str) -> (u32, u32) {
    let mut numbers = version.split('.').map(|number| number.parse().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
}
