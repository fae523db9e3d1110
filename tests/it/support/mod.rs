//! The harness: a server with a fixed seed and a frozen clock, and callers who speak to it.

pub(crate) mod digest;

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use atlas_migration_mock::{Config, Fixture, MockServer, Truth};
use reqwest::Method;
use serde_json::Value;

pub(crate) const ATLAS_ORG: &str = "4888442a3354817a7320eb61";
/// The live migration that the scenarios have.
pub(crate) const MIGRATION: &str =
    "/api/atlas/v2/groups/32b6e34b3d91647abb20e7b8/liveMigrations/7e68e12770616e75e6df43d0";
pub(crate) const LIVE_MIGRATIONS: &str =
    "/api/atlas/v2/groups/32b6e34b3d91647abb20e7b8/liveMigrations";
pub(crate) const ATLAS_PROJECT: &str = "32b6e34b3d91647abb20e7b8";
pub(crate) const SOURCE_ORG: &str = "5f1e0c9a7b3d4e2f8a6b1c0d";
pub(crate) const LINK_TOKENS: &str =
    "/api/atlas/v2/orgs/4888442a3354817a7320eb61/liveMigrations/linkTokens";
pub(crate) const MIGRATION_LINK: &str =
    "/api/public/v1.0/orgs/5f1e0c9a7b3d4e2f8a6b1c0d/liveExport/migrationLink";
pub(crate) const SECOND_MIGRATION_LINK: &str =
    "/api/public/v1.0/orgs/5f1e0c9a7b3d4e2f8a6b1c0e/liveExport/migrationLink";
pub(crate) const CLIENT: (&str, &str) = (
    "mdb_sa_id_000000000000000000000001",
    "mdb_sa_sk_for-tests-only",
);
pub(crate) const V2: &str = "application/vnd.atlas.2023-01-01+json";
/// The time of the recorded conversation, at which every test begins.
pub(crate) const START: &str = "2026-08-10T03:03:05Z";

/// A right request for a migration, in the newer version; a test changes what it is about.
pub(crate) fn migration_request() -> Value {
    serde_json::json!({
        "destination": { "clusterName": "destination", "groupId": ATLAS_PROJECT, "hostnameSchemaType": "PUBLIC" },
        "source": {
            "clusterName": "source", "groupId": "6a0d3f2e9b8c7a5d4e1f0b2c",
            "managedAuthentication": true, "ssl": false,
        },
        "migrationHosts": ["vm001.example.com"],
        "dropDestinationData": true,
    })
}

/// A server under test.
pub(crate) struct Mock {
    pub(crate) server: MockServer,
    http: reqwest::Client,
}

impl Mock {
    pub(crate) async fn start() -> Self {
        Self::with(Config::default()).await
    }

    pub(crate) async fn documented() -> Self {
        Self::with(Config {
            truth: Truth::Documented,
            ..Config::default()
        })
        .await
    }

    /// A server whose fixture is the default one after a change.
    pub(crate) async fn with_fixture(change: impl FnOnce(&mut Value)) -> Self {
        let mut fixture =
            serde_json::from_str(include_str!("../../../fixtures/default.json")).unwrap();
        change(&mut fixture);
        let fixture = Fixture::parse(&fixture.to_string()).unwrap();
        Self::with(Config {
            fixture,
            ..Config::default()
        })
        .await
    }

    /// A server in one of the compiled-in worlds.
    pub(crate) async fn scenario(name: &str) -> Self {
        let fixture = Fixture::named(name).unwrap();
        Self::with(Config {
            fixture,
            ..Config::default()
        })
        .await
    }

    /// The same without rate limits, for tests that ask a lot.
    pub(crate) async fn unlimited_scenario(name: &str) -> Self {
        let fixture = Fixture::named(name).unwrap();
        Self::with(Config {
            fixture,
            rate_limits: false,
            ..Config::default()
        })
        .await
    }

    /// The default world, its source organization linked by a fresh token.
    pub(crate) async fn linked() -> Self {
        let mock = Self::start().await;
        let token = mock.link_token().await;
        let reply = mock.source_owner().link(MIGRATION_LINK, &token).await;
        assert_eq!(reply.status, 201, "{reply}");
        mock
    }

    /// A request to the control API.
    pub(crate) async fn control(&self, method: &str, path: &str, body: &str) -> Reply {
        let request = self
            .anonymous()
            .request(method, &format!("/__mock/v1{path}"));
        request.body(body).send().await
    }

    pub(crate) async fn with(config: Config) -> Self {
        let server = MockServer::start_with(Config {
            seed: Some(1),
            ..config
        })
        .await
        .unwrap();
        server.freeze(START.parse().unwrap());
        Self {
            server,
            http: reqwest::Client::new(),
        }
    }

    pub(crate) fn advance(&self, seconds: u64) {
        self.server.advance(Duration::from_secs(seconds));
    }

    pub(crate) fn anonymous(&self) -> Caller<'_> {
        Caller {
            mock: self,
            credentials: Credentials::None,
        }
    }

    pub(crate) fn key(&self, public: &str, private: &str) -> Caller<'_> {
        Caller {
            mock: self,
            credentials: Credentials::Key(public.to_owned(), private.to_owned()),
        }
    }

    pub(crate) fn bearer(&self, token: &str) -> Caller<'_> {
        Caller {
            mock: self,
            credentials: Credentials::Bearer(token.to_owned()),
        }
    }

    pub(crate) fn atlas_owner(&self) -> Caller<'_> {
        self.key("atlasown", "00000000-0000-4000-8000-000000000001")
    }

    pub(crate) fn atlas_member(&self) -> Caller<'_> {
        self.key("atlasmem", "00000000-0000-4000-8000-000000000002")
    }

    pub(crate) fn atlas_blocked(&self) -> Caller<'_> {
        self.key("atlasblk", "00000000-0000-4000-8000-000000000003")
    }

    pub(crate) fn source_owner(&self) -> Caller<'_> {
        self.key("cloudown", "00000000-0000-4000-8000-000000000011")
    }

    pub(crate) fn source_member(&self) -> Caller<'_> {
        self.key("cloudmem", "00000000-0000-4000-8000-000000000012")
    }

    pub(crate) fn second_source(&self) -> Caller<'_> {
        self.key("cloudtwo", "00000000-0000-4000-8000-000000000021")
    }

    /// A fresh link-token of the Atlas organization.
    pub(crate) async fn link_token(&self) -> String {
        let reply = self.atlas_owner().post(LINK_TOKENS, "{}").await;
        reply.json()["linkToken"].as_str().unwrap().to_owned()
    }

    /// A fresh bearer token of the service account.
    pub(crate) async fn access_token(&self) -> String {
        let reply = self.token_request().send().await;
        reply.json()["access_token"].as_str().unwrap().to_owned()
    }

    /// A right request for a bearer token, to be changed.
    pub(crate) fn token_request(&self) -> Request<'_> {
        let request = self.anonymous().request("POST", "/api/oauth/token");
        request
            .basic(CLIENT.0, CLIENT.1)
            .header("content-type", "application/x-www-form-urlencoded")
            .body("grant_type=client_credentials")
    }
}

#[derive(Clone)]
enum Credentials {
    None,
    Key(String, String),
    Bearer(String),
}

/// Who calls, and whom.
#[derive(Clone)]
pub(crate) struct Caller<'a> {
    mock: &'a Mock,
    credentials: Credentials,
}

impl<'a> Caller<'a> {
    /// A request with what the API wants of every client: a version on v2 paths.
    pub(crate) fn request(&self, method: &str, path: &str) -> Request<'a> {
        let mut headers = BTreeMap::new();
        if path.starts_with("/api/atlas/v2") {
            headers.insert("accept".to_owned(), V2.to_owned());
        }
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        Request {
            caller: self.clone(),
            method,
            path: path.to_owned(),
            headers,
            body: Vec::new(),
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.request("GET", path).send().await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.request("DELETE", path).send().await
    }

    pub(crate) async fn post(&self, path: &str, body: &str) -> Reply {
        self.request("POST", path)
            .header("content-type", "application/json")
            .body(body)
            .send()
            .await
    }

    /// A request about a migration, in the newer version.
    pub(crate) async fn migrate(&self, path: &str, body: &Value) -> Reply {
        let request = self
            .request("POST", path)
            .header("accept", "application/vnd.atlas.2024-05-30+json");
        let request = request.header("content-type", "application/json");
        request.body(body.to_string()).send().await
    }

    /// Links with a token.
    pub(crate) async fn link(&self, path: &str, token: &str) -> Reply {
        self.post(path, &serde_json::json!({ "linkToken": token }).to_string())
            .await
    }
}

/// A request that is not sent yet.
#[derive(Clone)]
pub(crate) struct Request<'a> {
    caller: Caller<'a>,
    method: Method,
    path: String,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

impl Request<'_> {
    /// Sets a header; an empty value removes it.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        if value.is_empty() {
            self.headers.remove(name);
        } else {
            self.headers.insert(name.to_owned(), value.to_owned());
        }
        self
    }

    pub(crate) fn basic(self, id: &str, secret: &str) -> Self {
        use base64::Engine;
        let encoded = base64::engine::general_purpose::STANDARD.encode(format!("{id}:{secret}"));
        self.header("authorization", &format!("Basic {encoded}"))
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Adds parameters to the query.
    pub(crate) fn query(mut self, parameters: &str) -> Self {
        if !parameters.is_empty() {
            let separator = if self.path.contains('?') { '&' } else { '?' };
            self.path = format!("{}{separator}{parameters}", self.path);
        }
        self
    }

    /// Sends the request; with a key it answers the challenge, as clients do.
    pub(crate) async fn send(self) -> Reply {
        match self.caller.credentials.clone() {
            Credentials::None => self.once().await,
            Credentials::Bearer(token) => {
                self.header("authorization", &format!("Bearer {token}"))
                    .once()
                    .await
            }
            Credentials::Key(public, private) => {
                let challenge = self.clone().once().await;
                assert_eq!(challenge.status, 401, "{challenge}");
                let nonce = challenge.nonce();
                let answer = digest::Answer::new(&nonce, self.method.as_str(), &self.path);
                let header = answer.header(&public, &private);
                self.header("authorization", &header).once().await
            }
        }
    }

    /// Sends the request as it is.
    pub(crate) async fn once(self) -> Reply {
        let mock = self.caller.mock;
        let mut request = mock
            .http
            .request(self.method, format!("{}{}", mock.server.url(), self.path));
        for (name, value) in &self.headers {
            request = request.header(name, value.as_bytes());
        }
        if !self.body.is_empty() {
            request = request.body(self.body);
        }
        let response = request.send().await.unwrap();
        let headers = response.headers().iter().map(|(name, value)| {
            (
                name.to_string(),
                value
                    .to_str()
                    .unwrap()
                    .replace(mock.server.url(), "http://mock"),
            )
        });
        Reply {
            status: response.status().as_u16(),
            headers: headers.collect(),
            bytes: response.bytes().await.unwrap().to_vec(),
            url: mock.server.url().to_owned(),
        }
    }
}

/// An answer.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) bytes: Vec<u8>,
    url: String,
}

impl Reply {
    pub(crate) fn body(&self) -> String {
        String::from_utf8(self.bytes.clone())
            .unwrap()
            .replace(&self.url, "http://mock")
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|error| panic!("{error}: {self}"))
    }

    /// The body, or `null` when there is none.
    pub(crate) fn json_or_null(&self) -> Value {
        if self.bytes.is_empty() {
            Value::Null
        } else {
            self.json()
        }
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// Status and body in one line, for tables.
    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.status, self.body())
            .trim_end()
            .to_owned()
    }

    /// The nonce of a challenge.
    pub(crate) fn nonce(&self) -> String {
        let challenge = self.header("www-authenticate");
        let (_, rest) = challenge
            .split_once("nonce=\"")
            .unwrap_or_else(|| panic!("no challenge: {self}"));
        rest.split('"').next().unwrap().to_owned()
    }
}

impl fmt::Display for Reply {
    /// The whole answer, headers in alphabetical order.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{}", self.status)?;
        for (name, value) in &self.headers {
            writeln!(out, "{name}: {value}")?;
        }
        write!(out, "\n{}", self.body())
    }
}
