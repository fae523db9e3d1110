//! `GET`, `POST /__mock/v1/worlds`, `GET`, `DELETE /__mock/v1/worlds/{name}`, `GET /__mock/v1/info`

use std::collections::HashMap;

use axum::extract::State;
use axum::http::request::Parts;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Body, Segment};
use crate::auth::peer::Peer;
use crate::auth::state::AppState;
use crate::model::credential::{Credential, CredentialKind};
use crate::wire::outcome::{Payload, Problem};
use crate::wire::truth::Truth;
use crate::world::World;
use crate::world::fixture::Fixture;

/// What a new world is made from. Everything may be left out.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct WorldRequest {
    /// Its name. Default: a random one.
    name: Option<String>,
    /// The name of a compiled-in fixture, or a fixture itself. Default: the server's own.
    fixture: Option<Value>,
    /// The seed of everything random in it. Default: another one each time.
    seed: Option<u64>,
}

/// The worlds, by name.
pub(crate) async fn list(State(app): State<AppState>) -> Payload {
    let worlds: Vec<Value> = app.worlds.all().iter().map(|world| counts(world)).collect();
    Payload::entity(json!(worlds))
}

/// One world, with its credentials.
pub(crate) async fn read(
    State(app): State<AppState>,
    Segment(name): Segment,
) -> Result<Payload, Problem> {
    let world = app.worlds.named(&name)?;
    Ok(Payload::entity(shown(&world, &HashMap::new())))
}

/// Makes a world, and answers its credentials: each says which one of the fixture it stands for.
pub(crate) async fn create(
    State(app): State<AppState>,
    Body(request): Body<WorldRequest>,
) -> Result<Payload, Problem> {
    let fixture = match request.fixture {
        None => app.worlds.default().origin().clone(),
        Some(Value::String(name)) => Fixture::named(&name)
            .ok_or_else(|| Problem::new(400, format!("There is no fixture {name:?}.")))?,
        Some(inline) => Fixture::parse(&inline.to_string())
            .map_err(|error| Problem::new(400, error.to_string()))?,
    };
    let (world, stands_for) = app.worlds.create(request.name, fixture, request.seed)?;
    Ok(Payload::entity(shown(&world, &stands_for)))
}

/// Drops a world.
pub(crate) async fn remove(
    State(app): State<AppState>,
    Segment(name): Segment,
) -> Result<Payload, Problem> {
    app.worlds.remove(&name)?;
    Ok(Payload::empty())
}

/// What answers here.
pub(crate) async fn info(State(app): State<AppState>, parts: Parts) -> Payload {
    let origin = Peer::of(&parts, &app.trusted_proxies).origin;
    let truth = match app.truth {
        Truth::Recorded => "recorded",
        Truth::Documented => "documented",
    };
    Payload::entity(json!({
        "admin": format!("{origin}/__mock"),
        "fixtures": Fixture::names().collect::<Vec<_>>(),
        "truth": truth,
        "url": origin,
        "version": env!("CARGO_PKG_VERSION"),
        "worlds": app.worlds.all().iter().map(|world| world.name().to_owned()).collect::<Vec<_>>(),
    }))
}

fn counts(world: &World) -> Value {
    world.step(|state, now| {
        let store = &state.store;
        json!({
            "linkTokens": store.link_tokens.len(),
            "liveMigrations": store.live_migrations.len(),
            "migrationLinks": store.migration_links.len(),
            "name": world.name(),
            "now": now,
            "organizations": store.organizations.len(),
        })
    })
}

fn shown(world: &World, stands_for: &HashMap<String, String>) -> Value {
    let mut shown = counts(world);
    let credentials = world.step(|state, _| state.store.credentials());
    let described = credentials.iter().map(|credential| {
        let stands_for = stands_for.get(&credential.id).cloned();
        describe(credential, stands_for)
    });
    shown["credentials"] = described.collect();
    shown
}

fn describe(credential: &Credential, stands_for: Option<String>) -> Value {
    let kind = match credential.kind {
        CredentialKind::ApiKey => "apiKey",
        CredentialKind::ServiceAccount => "serviceAccount",
    };
    let mut described = json!({
        "description": credential.description,
        "id": credential.id,
        "kind": kind,
        "owns": credential.owns.iter().map(|organization| organization.id).collect::<Vec<_>>(),
        "secret": credential.secret,
    });
    if let Some(stands_for) = stands_for {
        described["standsFor"] = json!(stands_for);
    }
    described
}
