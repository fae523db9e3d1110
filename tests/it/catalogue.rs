//! Every refusal that can happen, provoked over HTTP on both APIs and compared whole, plain and enveloped.

use std::collections::BTreeSet;

use atlas_migration_mock::fidelity_report;
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{
    ATLAS_ORG, LINK_TOKENS, LIVE_MIGRATIONS, MIGRATION_LINK, Mock, Request, SOURCE_ORG,
    migration_request,
};

const UNKNOWN: &str = "111111111111111111111111";

/// Which server a case needs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum World {
    Default,
    /// Both organizations require an IP access list.
    ListRequired,
    /// The member keys may be used from elsewhere only.
    MembersBlocked,
    /// A migration runs.
    Migrating,
    /// The older version of the migration request is past its sunset.
    PastSunset,
}

/// A row of the error table, and a request that meets it.
struct Case {
    row: &'static str,
    world: World,
    /// How often the request must be sent before the one that is refused.
    before: usize,
    request: fn(&Mock) -> Request<'_>,
}

const fn case(row: &'static str, request: fn(&Mock) -> Request<'_>) -> Case {
    Case {
        row,
        world: World::Default,
        before: 0,
        request,
    }
}

fn create(mock: &Mock) -> Request<'_> {
    mock.atlas_owner()
        .request("POST", LINK_TOKENS)
        .header("content-type", "application/json")
        .body("{}")
}

fn link(mock: &Mock) -> Request<'_> {
    let request = mock.source_owner().request("POST", MIGRATION_LINK);
    request
        .header("content-type", "application/json")
        .body(r#"{"linkToken":"unknown"}"#)
}

fn migrate(mock: &Mock, change: fn(&mut Value)) -> Request<'_> {
    let mut body = migration_request();
    change(&mut body);
    let request = mock.atlas_owner().request("POST", LIVE_MIGRATIONS);
    let request = request.header("accept", "application/vnd.atlas.2024-05-30+json");
    request
        .header("content-type", "application/json")
        .body(body.to_string())
}

fn v2(path: &str) -> String {
    format!("/api/atlas/v2{path}")
}

fn public(path: &str) -> String {
    format!("/api/public/v1.0{path}")
}

fn too_large() -> Vec<u8> {
    vec![b' '; 1024 * 1024 + 1]
}

const ATLAS: &[Case] = &[
    case("Unauthenticated", |mock| {
        mock.anonymous().request("POST", LINK_TOKENS)
    }),
    case("ResourceNotFound", |mock| {
        mock.atlas_owner().request("GET", &v2("/nothing"))
    }),
    case("MethodNotAllowed", |mock| {
        mock.atlas_owner().request("PUT", LINK_TOKENS)
    }),
    case("InvalidQueryParameter", |mock| {
        mock.atlas_owner()
            .request("GET", &v2("/orgs?itemsPerPage=0"))
    }),
    case("InvalidVersionDate", |mock| {
        create(mock).header("accept", "application/json")
    }),
    Case {
        world: World::PastSunset,
        ..case("VersionGone", |mock| {
            migrate(mock, |_| ()).header("accept", "application/vnd.atlas.2023-01-01+json")
        })
    },
    case("UnsupportedMediaType", |mock| {
        create(mock).header("content-type", "text/plain")
    }),
    case("InvalidOrgId", |mock| {
        mock.atlas_owner().request("GET", &v2("/orgs/555"))
    }),
    case("OrgNotFound", |mock| {
        mock.atlas_owner()
            .request("GET", &v2(&format!("/orgs/{UNKNOWN}")))
    }),
    case("NotAtlasOrg", |mock| {
        mock.atlas_owner()
            .request("GET", &v2(&format!("/orgs/{SOURCE_ORG}")))
    }),
    case("InvalidGroupId", |mock| {
        mock.atlas_owner().request("GET", &v2("/groups/555"))
    }),
    case("GroupNotFound", |mock| {
        mock.atlas_owner()
            .request("GET", &v2(&format!("/groups/{UNKNOWN}")))
    }),
    case("NotAtlasGroup", |mock| {
        mock.atlas_owner()
            .request("GET", &v2("/groups/6a0d3f2e9b8c7a5d4e1f0b2c"))
    }),
    case("UserUnauthorized", |mock| {
        mock.atlas_member().request("DELETE", LINK_TOKENS)
    }),
    Case {
        world: World::ListRequired,
        ..case("OrgRequiresAccessList", create)
    },
    case("IpNotOnAccessList", |mock| {
        mock.atlas_blocked().request("DELETE", LINK_TOKENS)
    }),
    Case {
        before: 300,
        ..case("RateLimitedBucket", |mock| {
            mock.atlas_owner().request("GET", &v2("/orgs"))
        })
    },
    case("PayloadTooLarge", |mock| create(mock).body(too_large())),
    case("MalformedJson", |mock| create(mock).body("{")),
    case("InvalidJson", |mock| create(mock).body("[]")),
    case("InvalidJsonAttribute", |mock| {
        create(mock).body(r#"{"accessListIps":[1]}"#)
    }),
    case("InvalidAttribute", |mock| {
        create(mock).body(r#"{"other":1}"#)
    }),
    case("InvalidIpOrCidr", |mock| {
        create(mock).body(r#"{"accessListIps":["string"]}"#)
    }),
    case("MissingAttribute", |mock| {
        migrate(mock, |body| body["source"] = json!({}))
    }),
    case("InvalidEnumValue", |mock| {
        migrate(mock, |body| {
            body["destination"]["hostnameSchemaType"] = json!("INTERNAL");
        })
    }),
    case("ValidationError", |mock| {
        migrate(mock, |body| body["migrationHosts"] = json!([]))
    }),
    case("InvalidPathParameter", |mock| {
        mock.atlas_owner()
            .request("GET", &format!("{LIVE_MIGRATIONS}/555"))
    }),
    Case {
        world: World::Migrating,
        ..case("ClusterNotFound", |mock| {
            migrate(mock, |body| body["source"]["clusterName"] = json!("other"))
        })
    },
    Case {
        world: World::Migrating,
        ..case("ClusterHasRunningImport", |mock| migrate(mock, |_| ()))
    },
    Case {
        world: World::Migrating,
        ..case("ActiveMigration", |mock| {
            mock.atlas_owner().request("DELETE", LINK_TOKENS)
        })
    },
    case("NoOrganizationLink", |mock| {
        mock.atlas_owner().request("DELETE", LINK_TOKENS)
    }),
    case("Unexpected", |mock| {
        create(mock).header("prefer", "code=500")
    }),
    case("OAuthNoHeader", |mock| {
        mock.token_request().header("authorization", "")
    }),
    case("OAuthInvalidRequest", |mock| {
        mock.token_request().header("authorization", "Basic x")
    }),
    case("OAuthUnsupportedGrant", |mock| {
        mock.token_request().body("grant_type=password")
    }),
    case("OAuthInvalidClient", |mock| {
        mock.token_request().basic("nobody", "")
    }),
    Case {
        before: 10,
        ..case("OAuthRateLimited", Mock::token_request)
    },
    case("OAuthServerError", |mock| {
        mock.token_request().header("prefer", "code=500")
    }),
];

const CLOUD_MANAGER: &[Case] = &[
    case("Unauthenticated", |mock| {
        mock.anonymous().request("POST", MIGRATION_LINK)
    }),
    case("ResourceNotFound", |mock| {
        mock.source_owner().request("GET", &public("/nothing"))
    }),
    case("MethodNotAllowed", |mock| {
        mock.source_owner().request("PUT", MIGRATION_LINK)
    }),
    case("InvalidQueryParameter", |mock| {
        mock.source_owner()
            .request("GET", &public("/orgs?pageNum=0"))
    }),
    case("UnsupportedMediaType", |mock| {
        link(mock).header("content-type", "text/plain")
    }),
    case("InvalidOrgId", |mock| {
        mock.source_owner().request("GET", &public("/orgs/555"))
    }),
    case("OrgNotFound", |mock| {
        mock.source_owner()
            .request("GET", &public(&format!("/orgs/{UNKNOWN}")))
    }),
    case("ExpectedNonAtlasOrg", |mock| {
        mock.source_owner()
            .request("GET", &public(&format!("/orgs/{ATLAS_ORG}")))
    }),
    case("UserUnauthorized", |mock| {
        mock.source_member().request("DELETE", MIGRATION_LINK)
    }),
    Case {
        world: World::ListRequired,
        ..case("OrgRequiresAccessList", link)
    },
    Case {
        world: World::MembersBlocked,
        ..case("IpNotOnAccessList", |mock| {
            mock.source_member()
                .request("GET", &public(&format!("/orgs/{SOURCE_ORG}")))
        })
    },
    case("PayloadTooLarge", |mock| link(mock).body(too_large())),
    case("MalformedJson", |mock| link(mock).body("{")),
    case("InvalidJson", |mock| link(mock).body("[]")),
    case("InvalidJsonAttribute", |mock| {
        link(mock).body(r#"{"linkToken":[]}"#)
    }),
    case("InvalidAttribute", link),
    case("MissingAttribute", |mock| link(mock).body("{}")),
    Case {
        world: World::Migrating,
        ..case("RunningLiveExport", |mock| {
            mock.source_owner().request("DELETE", MIGRATION_LINK)
        })
    },
    case("NoOrganizationLink", |mock| {
        mock.source_owner().request("DELETE", MIGRATION_LINK)
    }),
    case("Unexpected", |mock| link(mock).header("prefer", "code=500")),
];

async fn server(world: World) -> Mock {
    if world == World::Migrating {
        return Mock::scenario("migrating").await;
    }
    let mock = Mock::with_fixture(|fixture| match world {
        World::Default | World::Migrating | World::PastSunset => {}
        World::ListRequired => {
            for organization in fixture["organizations"].as_array_mut().unwrap() {
                organization["requireIpAccessList"] = json!(true);
            }
        }
        World::MembersBlocked => fixture["apiKeys"][4]["accessList"] = json!(["192.0.2.0/24"]),
    })
    .await;
    if world == World::PastSunset {
        mock.server.freeze("2027-07-01T00:00:00Z".parse().unwrap());
    }
    mock
}

async fn transcript(cases: &[Case]) -> String {
    let mut transcript = String::new();
    for Case {
        row,
        world,
        before,
        request,
    } in cases
    {
        let mock = server(*world).await;
        for _ in 0..*before {
            request(&mock).send().await;
        }
        let plain = request(&mock).send().await;
        let enveloped = request(&mock).query("envelope=true").send().await;
        transcript += &format!(
            "======== {row}\n{plain}\n---- enveloped\n{}\n\n",
            enveloped.body()
        );
        assert_eq!(plain.status, enveloped.status);
        assert_eq!(enveloped.json()["status"], plain.status);
    }
    transcript
}

/// The rows of the error table that the operations of one API can meet, read off the fidelity report.
fn rows(prefix: &[&str]) -> BTreeSet<String> {
    let report = fidelity_report();
    let (operations, _) = report.split_once("### Where").unwrap();
    let sections = operations
        .split("\n### ")
        .filter(|section| prefix.iter().any(|prefix| section.contains(prefix)));
    let rows = sections
        .flat_map(str::lines)
        .filter_map(|line| line.split_once("` (")?.1.split_once(')'));
    rows.map(|(row, _)| row.to_owned())
        .chain(["ResourceNotFound".to_owned()])
        .collect()
}

fn covered(cases: &[Case]) -> BTreeSet<String> {
    cases.iter().map(|case| case.row.to_owned()).collect()
}

#[tokio::test]
async fn every_refusal_of_the_atlas_api() {
    assert_eq!(covered(ATLAS), rows(&[" /api/atlas/v2", " /api/oauth"]));
    assert_snapshot!(transcript(ATLAS).await);
}

#[tokio::test]
async fn every_refusal_of_the_cloud_manager_api() {
    assert_eq!(covered(CLOUD_MANAGER), rows(&[" /api/public/v1.0"]));
    assert_snapshot!(transcript(CLOUD_MANAGER).await);
}
