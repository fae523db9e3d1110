//! The router, made from the operation table, and what stands around every request.

use std::any::Any;
use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use http_body_util::BodyExt;
use tower::{Layer, Service};
use tower_http::catch_panic::CatchPanicLayer;

use crate::auth::admission::{Route, admit};
use crate::auth::authentication::authenticate;
use crate::auth::extract::MAX_BODY;
use crate::auth::state::AppState;
use crate::control::MAX_STATE;
use crate::error::{ApiError, ErrorCode, Hint};
use crate::operation::{Access, Method, OPERATIONS, Operation, OperationId};
use crate::recording::Recording;
use crate::wire::outcome::{Outcome, Problem};
use crate::wire::presentation::{self, Answering, Asked, Exchange, Timing};
use crate::world::World;
use crate::world::clock::real_now;
use crate::{atlas, cloud_manager, control};

/// The finished service.
pub(crate) fn service(
    app: &AppState,
) -> impl Service<Request, Response = Response, Error = Infallible, Future: Send>
+ Clone
+ Send
+ Sync
+ 'static {
    // Around the router, not in it: the router adds headers of its own to what its layers answer.
    from_fn_with_state(app.clone(), present).layer(router(app))
}

fn router(app: &AppState) -> Router {
    let mut router = control::routes(app);
    for operation in OPERATIONS {
        for (base, path) in operation.paths() {
            let admission = from_fn_with_state((app.clone(), Route { operation, base }), admit);
            let endpoint = endpoint(operation.id, filter(operation.method));
            router = router.route(&path, endpoint.layer(admission));
        }
    }
    router
        .method_not_allowed_fallback(method_not_allowed)
        .fallback(not_found)
        .layer((catch_panic(), DefaultBodyLimit::max(MAX_BODY)))
        .with_state(app.clone())
}

/// A panic is a fault of ours; the client hears of it in the form of the API.
fn catch_panic() -> CatchPanicLayer<fn(Box<dyn Any + Send>) -> Response> {
    CatchPanicLayer::custom(|_| ApiError::from(ErrorCode::Unexpected).into_response())
}

/// The handler of each operation.
fn endpoint(id: OperationId, method: MethodFilter) -> MethodRouter<AppState> {
    use OperationId as Id;
    match id {
        Id::CreateLinkToken => on(method, atlas::link_tokens::create_link_token),
        Id::DeleteLinkTokens => on(method, atlas::link_tokens::delete_link_tokens),
        Id::ListAvailableProjects => on(method, atlas::available_projects::list_available_projects),
        Id::ValidateLiveMigrations => on(method, atlas::validations::validate_live_migrations),
        Id::GetMigrationValidateStatus => {
            on(method, atlas::validations::get_migration_validate_status)
        }
        Id::CreateGroupLiveMigration => {
            on(method, atlas::live_migrations::create_group_live_migration)
        }
        Id::GetGroupLiveMigration => on(method, atlas::live_migrations::get_group_live_migration),
        Id::CutoverMigration => on(method, atlas::live_migrations::cutover_migration),
        Id::GetSystemStatus => on(method, atlas::system_status::get_system_status),
        Id::ListOrgs => on(method, atlas::organizations::list_orgs),
        Id::GetOrg => on(method, atlas::organizations::get_org),
        Id::GetOrgGroups => on(method, atlas::projects::get_org_groups),
        Id::ListGroups => on(method, atlas::projects::list_groups),
        Id::GetGroup => on(method, atlas::projects::get_group),
        Id::RequestToken => on(method, atlas::oauth::request_token),
        Id::RevokeToken => on(method, atlas::oauth::revoke_token),
        Id::SendTelemetry => on(method, atlas::telemetry::send_telemetry),
        Id::CreateMigrationLink => on(method, cloud_manager::migration_link::create_migration_link),
        Id::DeleteMigrationLink => on(method, cloud_manager::migration_link::delete_migration_link),
        Id::GetMigrationLinkStatus => on(
            method,
            cloud_manager::migration_link::get_migration_link_status,
        ),
        Id::ListCloudManagerOrgs => on(method, cloud_manager::organizations::list_orgs),
        Id::GetCloudManagerOrg => on(method, cloud_manager::organizations::get_org),
        Id::ListCloudManagerGroups => on(method, cloud_manager::projects::list_groups),
    }
}

fn filter(method: Method) -> MethodFilter {
    match method {
        Method::Get => MethodFilter::GET,
        Method::Post => MethodFilter::POST,
        Method::Put => MethodFilter::PUT,
        Method::Delete => MethodFilter::DELETE,
    }
}

/// Takes a request off the wire whole before anything answers it.
///
/// An answer that is written while the body is still on its way ends the connection, and clients that send
/// head and body apart would lose the answer, the challenge of every first request among them. Of a body
/// that is too large only so much is kept as shows it. The second value is the body once more.
async fn buffered(request: Request, answering: Answering) -> Result<(Request, Bytes), ApiError> {
    let (parts, mut body) = request.into_parts();
    let keep = 1 + match answering {
        Answering::Control => MAX_STATE,
        _ => MAX_BODY,
    };
    let (mut kept, mut taken) = (Vec::new(), 0);
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| ErrorCode::MalformedJson)?.into_data() else {
            continue;
        };
        kept.extend_from_slice(&data[..data.len().min(keep - kept.len())]);
        taken += data.len();
        if taken > MAX_STATE {
            break;
        }
    }
    let kept = Bytes::from(kept);
    let request = Request::from_parts(parts, Body::from(kept.clone()));
    Ok((request, kept))
}

/// Writes the answer, and a line about it.
async fn present(State(app): State<AppState>, request: Request, next: Next) -> Response {
    let began = real_now();
    let asked = Asked::of(&request);
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let answering = Answering::of_path(&path);
    let mut recording = Recording::of(&request);
    let mut response = match buffered(request, answering).await {
        Ok((request, body)) => {
            recording.body = body;
            next.run(request).await
        }
        Err(_) if answering == Answering::Control => {
            Problem::new(400, "The body broke off.").into_response()
        }
        Err(error) => error.into_response(),
    };
    let exchange = response.extensions_mut().remove::<Exchange>();
    let exchange = exchange.unwrap_or_else(|| Exchange::new(answering));
    // Only what axum itself refuses would carry no outcome, and no such refusal is known to get here.
    let escaped = || Outcome::Refused(ErrorCode::Unexpected.into());
    let outcome = response.extensions_mut().remove().unwrap_or_else(escaped);
    let world = response.extensions_mut().remove::<Arc<World>>();
    let world = world.as_ref().unwrap_or(app.worlds.default());
    let timing = Timing {
        began: world.at(began),
        now: world.now(),
    };
    let mut written = presentation::write(&outcome, &exchange, &asked, app.truth, timing);
    let status = written.status().as_u16();
    if exchange.service != Answering::Control {
        let operation = exchange.operation.map(|operation| operation.name);
        let refused = match &outcome {
            Outcome::Refused(error) => Some(error.code),
            _ => None,
        };
        if let Some(operation) = exchange.operation {
            world.step(|state, _| state.coverage.count(operation.id, refused));
        }
        let code = refused.map(|code| app.truth.refusal(code).row().code);
        let duration_ms = timing.milliseconds();
        let fault = exchange.fault;
        tracing::info!(
            world = world.name(),
            operation,
            status,
            code,
            fault.id = fault,
            duration_ms,
            "{method} {path}"
        );
        recording.finish(
            world,
            timing.began,
            operation,
            code,
            duration_ms,
            &mut written,
        );
    }
    written
}

/// A path that nothing owns. Below `/api` a caller must say who it is before it learns so.
async fn not_found(State(app): State<AppState>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let path = parts.uri.path();
    if Answering::of_path(path) == Answering::Control {
        return Problem::new(
            404,
            format!("The control API has no {} {path}.", parts.method),
        )
        .into_response();
    }
    match authenticate(&app, &parts) {
        Err(challenge) if path.starts_with("/api/") => challenge.into_response(),
        _ => ApiError::of(ErrorCode::ResourceNotFound, path).into_response(),
    }
}

/// A path that has other methods.
async fn method_not_allowed(
    State(app): State<AppState>,
    pattern: MatchedPath,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    let path = parts.uri.path();
    let here: Vec<_> = OPERATIONS
        .iter()
        .filter(|operation| {
            operation
                .paths()
                .any(|(_, known)| known == pattern.as_str())
        })
        .collect();
    let Some(first) = here.first() else {
        let detail = format!("{path} does not take {}.", parts.method);
        return Problem::new(405, detail).into_response();
    };
    let open = here
        .iter()
        .any(|operation| operation.access == Access::Open);
    let mut response = match authenticate(&app, &parts) {
        Err(challenge) if !open => challenge.into_response(),
        _ => {
            let parameters = [parts.method.to_string(), path.to_owned()];
            let error = ApiError::new(ErrorCode::MethodNotAllowed, parameters);
            error.with_hint(Hint::Allow(methods(&here))).into_response()
        }
    };
    let exchange = Exchange::new(first.api.into());
    response.extensions_mut().insert(exchange);
    response
}

/// The methods of operations, as `Allow` lists them.
fn methods(operations: &[&Operation]) -> String {
    let methods = operations.iter().map(|operation| match operation.method {
        Method::Get => "GET,HEAD".to_owned(),
        method => method.to_string(),
    });
    methods.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tower::ServiceExt;

    use super::*;
    use crate::config::Config;

    #[tokio::test]
    async fn a_panic_is_answered_in_the_form_of_the_api() {
        let app = AppState::new(Config::default());
        let broken = Router::new()
            .route(
                "/api/broken",
                get(|| async { panic!("on purpose") as Response }),
            )
            .layer(catch_panic());
        let service = from_fn_with_state(app, present).layer(broken);
        let request = Request::get("/api/broken?envelope=true").body(Body::empty());

        let response = service.oneshot(request.unwrap()).await.unwrap();

        assert_eq!(response.status(), 500);
        assert_eq!(response.headers()["x-error-code"], "UNEXPECTED_ERROR");
        let body = axum::body::to_bytes(response.into_body(), 1000)
            .await
            .unwrap();
        let expected = r#"{"content":{"detail":"Unexpected error.","error":500,"errorCode":"UNEXPECTED_ERROR","parameters":[],"reason":"Internal Server Error"},"status":500}"#;
        assert_eq!(body, expected);
    }
}
