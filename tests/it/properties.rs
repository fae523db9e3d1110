//! Whatever a client sends, the server answers in its own form, never with a 5xx, and lives on.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::support::{LINK_TOKENS, MIGRATION_LINK, Mock};

/// Runs one request for each generated input against one server.
#[expect(
    clippy::needless_pass_by_value,
    reason = "a strategy is written where it is used"
)]
fn against_server<S: Strategy>(strategy: S, ask: impl AsyncFn(&Mock, S::Value) -> u16) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mock = runtime.block_on(Mock::with(atlas_migration_mock::Config {
        rate_limits: false,
        ..atlas_migration_mock::Config::default()
    }));
    let config = Config {
        cases: 64,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new(config)
        .run(&strategy, |input| {
            let status = runtime.block_on(ask(&mock, input));
            prop_assert!(status < 500, "{status}");
            Ok(())
        })
        .unwrap();
}

/// Text that a header can carry.
const HEADER: &str = "[ -~\u{80}-\u{ff}]{0,80}";

#[test]
fn authorization_headers() {
    against_server(
        format!("(Digest |Bearer |Basic |){HEADER}").as_str(),
        async |mock, header: String| {
            let request = mock.anonymous().request("GET", "/api/atlas/v2/orgs");
            request
                .header("authorization", header.trim())
                .once()
                .await
                .status
        },
    );
}

#[test]
fn accept_and_content_types() {
    against_server(
        (HEADER, HEADER),
        async |mock, (accept, content): (String, String)| {
            let request = mock.atlas_owner().request("POST", LINK_TOKENS).body("{}");
            request
                .header("accept", accept.trim())
                .header("content-type", content.trim())
                .send()
                .await
                .status
        },
    );
}

#[test]
fn queries() {
    against_server("[a-zA-Z0-9=&%+.]{0,60}", async |mock, query: String| {
        let query = format!("/api/atlas/v2/orgs?{query}");
        mock.atlas_owner().get(&query).await.status
    });
}

#[test]
fn paths() {
    against_server("[a-zA-Z0-9%/._-]{0,60}", async |mock, path: String| {
        mock.atlas_owner()
            .get(&format!("/api/atlas/v2/orgs/x{path}"))
            .await
            .status
    });
}

#[test]
fn bodies() {
    against_server(
        prop::collection::vec(any::<u8>(), 0..200),
        async |mock, body: Vec<u8>| {
            let request = mock
                .source_owner()
                .request("POST", MIGRATION_LINK)
                .header("content-type", "application/json");
            request.body(body).send().await.status
        },
    );
}

#[test]
fn imported_states() {
    against_server(
        r#"\{("organizations"|"projects"|"linkTokens"):[\[\]{}"0-9a-z,:]{0,40}\}"#,
        async |mock, body: String| {
            mock.anonymous()
                .request("PUT", "/__mock/v1/state")
                .body(body)
                .once()
                .await
                .status
        },
    );
}
