//! Every answer has the form that the published description gives its operation, in both truths.

use atlas_migration_mock::{Config, Fixture, Truth};
use serde_json::{Value, json};

use crate::support::{
    LINK_TOKENS, LIVE_MIGRATIONS, MIGRATION, MIGRATION_LINK, Mock, Reply, migration_request,
};

/// The published schemas, re-typed from section A.1.1 of the wire facts; nothing beyond them is allowed.
fn schema(name: &str) -> Value {
    let mut schemas: Value = serde_json::from_str(include_str!("schemas.json")).unwrap();
    schemas["$ref"] = json!(format!("#/$defs/{name}"));
    schemas
}

fn assert_valid(reply: &Reply, name: &str) {
    let name = if reply.status < 300 { name } else { "ApiError" };
    let validator = jsonschema::validator_for(&schema(name)).unwrap();
    let body = reply.json();
    let faults: Vec<String> = validator
        .iter_errors(&body)
        .map(|fault| fault.to_string())
        .collect();
    assert!(faults.is_empty(), "{name}: {faults:?} in {reply}");
}

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
        let mock = Mock::with(Config {
            truth,
            fixture,
            ..Config::default()
        })
        .await;
        let (owner, member, source) =
            (mock.atlas_owner(), mock.atlas_member(), mock.source_owner());
        let orgs = "/api/atlas/v2/orgs";
        assert_valid(&owner.get(orgs).await, "PaginatedOrganizations");
        assert_valid(
            &owner.get(&format!("{orgs}/4888442a3354817a7320eb61")).await,
            "AtlasOrganization",
        );
        assert_valid(&owner.get("/api/atlas/v2/groups").await, "PaginatedGroups");
        assert_valid(
            &owner
                .get("/api/atlas/v2/groups/32b6e34b3d91647abb20e7b8")
                .await,
            "Group",
        );
        let available = format!("{orgs}/4888442a3354817a7320eb61/liveMigrations/availableProjects");
        assert_valid(&owner.get(&available).await, "LiveImportAvailableProjects");
        assert_valid(&owner.post(LINK_TOKENS, "{}").await, "TargetOrg");
        assert_valid(
            &source.get(&format!("{MIGRATION_LINK}/status")).await,
            "MigrationLinkStatus",
        );
        assert_valid(
            &source.link(MIGRATION_LINK, "unknown").await,
            "MigrationLinkStatus",
        );
        assert_valid(&owner.get(MIGRATION).await, "LiveMigrationResponse");
        for path in [
            LIVE_MIGRATIONS.to_owned(),
            format!("{LIVE_MIGRATIONS}/validate"),
        ] {
            let name = if path.ends_with("validate") {
                "LiveImportValidation"
            } else {
                "LiveMigrationResponse"
            };
            assert_valid(&owner.migrate(&path, &migration_request()).await, name);
            assert_valid(&member.migrate(&path, &migration_request()).await, name);
            assert_valid(&owner.migrate(&path, &json!({})).await, name);
        }
        let validation = format!("{LIVE_MIGRATIONS}/validate/507f1f77bcf86cd799439011");
        for _ in 0..4 {
            assert_valid(&owner.get(MIGRATION).await, "LiveMigrationResponse");
            assert_valid(&owner.get(&validation).await, "LiveImportValidation");
            mock.control("POST", "/clock", r#"{"next":true}"#).await;
        }
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
