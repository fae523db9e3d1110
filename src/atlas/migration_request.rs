//! What a client asks to be migrated, in both versions of the request: `LiveMigrationRequest` and
//! `LiveMigrationRequest20240530`.
//!
//! Official clients send empty texts for what they leave out, so an empty text is an absent one.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::auth::extract::Versioned;
use crate::error::{ApiError, ErrorCode};
use crate::model::id::GroupId;
use crate::model::project::Project;
use crate::operation::SINCE_20240530;
use crate::wire::json;
use crate::world::migrations::MigrationRequest;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct LiveMigrationRequest {
    destination: Destination,
    #[serde(rename = "dropEnabled")]
    _drop_enabled: bool,
    migration_hosts: Vec<String>,
    sharding: Option<ShardingRequest>,
    source: Source,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct LiveMigrationRequest20240530 {
    destination: Destination,
    #[serde(rename = "dropDestinationData")]
    _drop_destination_data: Option<bool>,
    migration_hosts: Vec<String>,
    sharding: Option<ShardingRequest>,
    source: Source,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Destination {
    cluster_name: String,
    group_id: GroupId,
    #[serde(
        rename = "hostnameSchemaType",
        default,
        deserialize_with = "empty_as_absent"
    )]
    _hostname_schema_type: Option<HostnameSchemaType>,
    #[serde(rename = "privateLinkId")]
    _private_link_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum HostnameSchemaType {
    Public,
    PrivateLink,
    VpcPeering,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Source {
    ca_certificate_path: Option<String>,
    cluster_name: String,
    group_id: GroupId,
    managed_authentication: bool,
    password: Option<String>,
    ssl: bool,
    username: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ShardingRequest {
    #[serde(rename = "createSupportingIndexes")]
    _create_supporting_indexes: bool,
    sharding_entries: Vec<ShardEntry>,
}

#[derive(PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ShardEntry {
    collection: String,
    database: String,
    shard_collection: ShardKeys,
}

#[derive(PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct ShardKeys {
    key: Vec<BTreeMap<String, Option<Value>>>,
}

impl ShardingRequest {
    fn check(&self) -> Result<(), ApiError> {
        let entries = &self.sharding_entries;
        let twice = |(index, entry)| entries[..index].contains(entry);
        if entries.iter().enumerate().any(twice) {
            let text = "shardingEntries must not have equal items";
            return Err(ApiError::of(ErrorCode::ValidationError, text));
        }
        Ok(())
    }
}

/// Reads `""` as if the attribute were not there.
fn empty_as_absent<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    use serde::de::IntoDeserializer;
    match Option::<String>::deserialize(deserializer)? {
        Some(text) if !text.is_empty() => T::deserialize(text.into_deserializer()).map(Some),
        _ => Ok(None),
    }
}

/// Reads the request of the version that its body has; it must be about the project in the path.
pub(super) fn parse(body: &Versioned, project: &Project) -> Result<MigrationRequest, ApiError> {
    let (destination, migration_hosts, sharding, source) = if body.version < SINCE_20240530 {
        let request: LiveMigrationRequest = json::from_slice(&body.bytes)?;
        (
            request.destination,
            request.migration_hosts,
            request.sharding,
            request.source,
        )
    } else {
        let request: LiveMigrationRequest20240530 = json::from_slice(&body.bytes)?;
        (
            request.destination,
            request.migration_hosts,
            request.sharding,
            request.source,
        )
    };
    let [migration_host] = <[String; 1]>::try_from(migration_hosts).map_err(|_| {
        ApiError::of(
            ErrorCode::ValidationError,
            "migrationHosts must have exactly one item",
        )
    })?;
    for (name, text) in [
        ("clusterName", &destination.cluster_name),
        ("clusterName", &source.cluster_name),
        ("migrationHosts", &migration_host),
    ] {
        if text.is_empty() {
            return Err(ApiError::of(ErrorCode::MissingAttribute, name));
        }
    }
    sharding.as_ref().map_or(Ok(()), ShardingRequest::check)?;
    if destination.group_id != project.id {
        return Err(ApiError::of(
            ErrorCode::InvalidAttribute,
            "destination.groupId",
        ));
    }
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    Ok(MigrationRequest {
        cluster_name: destination.cluster_name,
        source_group_id: source.group_id,
        source_cluster_name: source.cluster_name,
        managed_authentication: source.managed_authentication,
        username: given(source.username),
        password: given(source.password),
        ssl: source.ssl,
        ca_certificate_path: given(source.ca_certificate_path),
        has_sharding: sharding.is_some(),
        migration_host,
    })
}
