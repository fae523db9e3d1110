//! Every answer has the form that the published description gives its operation, in both truths.

use atlas_migration_mock::{Config, Fixture, Truth};
use serde_json::{Value, json};

use crate::support::{
    LINK_TOKENS, LIVE_MIGRATIONS, MIGRATION, MIGRATION_LINK, Mock, Reply, migration_request,
};

const ORGS: &str = "/api/atlas/v2/orgs";

/// The published schemas, re-typed from section A.1.1 of the wire facts; nothing beyond them is allowed.
fn schema(name: &str) -> Value {
    let mut schemas: Value = serde_json::from_str(include_str!("schemas.json")).unwrap();
    schemas["$ref"] = json!(format!("#/$defs/{name}"));
    schemas
}

/// Checks an answer of this status against the schema of its operation; `ApiError` for a refusal.
fn assert_valid(reply: &Reply, status: u16, name: &str) {
    assert_eq!(reply.status, status, "{reply}");
    let validator = jsonschema::validator_for(&schema(name)).unwrap();
    let body = reply.json();
    let faults: Vec<String> = validator
        .iter_errors(&body)
        .map(|fault| fault.to_string())
        .collect();
    assert!(faults.is_empty(), "{name}: {faults:?} in {reply}");
}

/// Every operation in every scenario, refused and served.
async fn walk(truth: Truth) {
    for scenario in [
        "default",
        "linked",
        "migrating",
        "ready_for_cutover",
        "expired",
        "failing_validation",
    ] {
        let fixture = Fixture::named(scenario).unwrap();
        let config = Config {
            truth,
            fixture,
            ..Config::default()
        };
        let mock = Mock::with(config).await;
        let documented = truth == Truth::Documented;
        helpers(&mock).await;
        handshake(&mock, documented).await;
        migrations(&mock, scenario, documented).await;
    }
}

async fn helpers(mock: &Mock) {
    let owner = mock.atlas_owner();
    let org = format!("{ORGS}/4888442a3354817a7320eb61");
    let group = "/api/atlas/v2/groups/32b6e34b3d91647abb20e7b8";
    assert_valid(&owner.get(ORGS).await, 200, "PaginatedOrganizations");
    assert_valid(&owner.get(&org).await, 200, "AtlasOrganization");
    assert_valid(
        &owner.get(&format!("{org}/groups")).await,
        200,
        "PaginatedGroups",
    );
    assert_valid(
        &owner.get("/api/atlas/v2/groups").await,
        200,
        "PaginatedGroups",
    );
    assert_valid(&owner.get(group).await, 200, "Group");
    let available = format!("{org}/liveMigrations/availableProjects");
    assert_valid(
        &owner.get(&available).await,
        200,
        "LiveImportAvailableProjects",
    );
}

async fn handshake(mock: &Mock, documented: bool) {
    let (owner, source) = (mock.atlas_owner(), mock.source_owner());
    let created = if documented { 200 } else { 201 };
    assert_valid(&owner.post(LINK_TOKENS, "{}").await, created, "TargetOrg");
    let status = source.get(&format!("{MIGRATION_LINK}/status")).await;
    assert_valid(&status, 200, "MigrationLinkStatus");
    assert_valid(
        &source.link(MIGRATION_LINK, "unknown").await,
        400,
        "ApiError",
    );
}

async fn migrations(mock: &Mock, scenario: &str, documented: bool) {
    let (owner, member) = (mock.atlas_owner(), mock.atlas_member());
    let validate = format!("{LIVE_MIGRATIONS}/validate");
    let begun = owner.migrate(&validate, &migration_request()).await;
    assert_valid(&begun, 200, "LiveImportValidation");
    let refused = if documented { 403 } else { 401 };
    let by_member = member.migrate(&validate, &migration_request()).await;
    assert_valid(&by_member, refused, "ApiError");
    let empty = owner.migrate(LIVE_MIGRATIONS, &json!({})).await;
    assert_valid(&empty, 400, "ApiError");
    let (status, name) = match scenario {
        "default" => (404, "ApiError"),
        "migrating" | "ready_for_cutover" => (409, "ApiError"),
        _ => (201, "LiveMigrationResponse"),
    };
    let created = owner.migrate(LIVE_MIGRATIONS, &migration_request()).await;
    assert_valid(&created, status, name);
    let validation = format!("{validate}/{}", begun.json()["_id"].as_str().unwrap());
    for _ in 0..4 {
        if status == 409 || scenario == "expired" {
            assert_valid(&owner.get(MIGRATION).await, 200, "LiveMigrationResponse");
        }
        assert_valid(&owner.get(&validation).await, 200, "LiveImportValidation");
        mock.control("POST", "/clock", r#"{"next":true}"#).await;
    }
}

#[tokio::test]
async fn every_answer_has_its_published_form() {
    walk(Truth::Recorded).await;
}

#[tokio::test]
async fn every_answer_has_its_published_form_in_documented_truth_too() {
    walk(Truth::Documented).await;
}
