//! Admission: the way of a request up to its handler, in the order in which a wrong one is refused.
//!
//! Authentication, query flags, version and media type, scope (the id, whether it exists, its side, the
//! role, the address), rate limit, preference, faults. Source of the order: section F of the project's wire
//! facts.

use std::sync::Arc;

use axum::body::HttpBody;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{RawPathParams, Request, State};
use axum::http::header::{ACCEPT, CONTENT_TYPE, HeaderMap};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::authentication::{Authenticated, authenticate};
use super::client_credentials::Client;
use super::fault::Plan;
use super::peer::Peer;
use super::state::AppState;
use super::{access_list, fault, preference, rate_limit};
use crate::error::{ApiError, ErrorCode};
use crate::model::id::{GroupId, OrgId};
use crate::model::organization::{Organization, Side};
use crate::model::project::Project;
use crate::model::version::VersionDate;
use crate::operation::{Access, Api, Base, Body, Operation, RateClass};
use crate::wire::media_type::{MediaType, accepted_versions, resolve};
use crate::wire::presentation::Exchange;
use crate::wire::query::Query;
use crate::world::World;
use crate::world::store::Principal;

/// An operation at one of its paths.
#[derive(Clone, Copy)]
pub(crate) struct Route {
    pub(crate) operation: &'static Operation,
    pub(crate) base: Base,
}

/// A request that may reach its handler, with what was found out about it on the way.
#[derive(Clone)]
pub(crate) struct Admitted {
    pub(crate) caller: Option<Authenticated>,
    pub(crate) scope: Scope,
    pub(crate) query: Query,
    /// The address of the API as the client knows it, for links: scheme, host and base.
    pub(crate) api_url: String,
    /// The version whose schema the body has.
    pub(crate) body_version: VersionDate,
}

/// What the path names and the caller may touch.
#[derive(Clone)]
pub(crate) enum Scope {
    Nothing,
    Organization(Organization),
    Project(Project),
}

/// Lets a request through to its handler, or answers for it; either way the answer carries what became
/// known of the request.
pub(crate) async fn admit(
    State((app, route)): State<(AppState, Route)>,
    params: Result<RawPathParams, RawPathParamsRejection>,
    request: Request,
    next: Next,
) -> Response {
    let mut exchange = Exchange::new(route.operation.api.into());
    exchange.operation = Some(route.operation);
    exchange.base = Some(route.base);
    let (mut parts, body) = request.into_parts();
    let id = match params {
        Ok(params) => params.iter().next().map(|(_, id)| id.to_owned()),
        // Percent signs that make no text: the id is what stands in the path.
        Err(_) => raw_id(route, parts.uri.path()).map(ToOwned::to_owned),
    };
    let has_body = !body.is_end_stream();
    let mut world = None;
    let known = (&mut exchange, &mut world);
    let mut response = match check(&app, route, &parts, has_body, id.as_deref(), known) {
        Ok((admitted, plan)) => {
            parts.extensions.insert(admitted);
            let handled = next.run(Request::from_parts(parts, body));
            plan.around(handled, &mut exchange).await
        }
        Err(error) => error.into_response(),
    };
    response.extensions_mut().insert(exchange);
    if let Some(world) = world {
        response.extensions_mut().insert::<Arc<World>>(world);
    }
    response
}

fn raw_id(Route { operation, base }: Route, path: &str) -> Option<&str> {
    let before = operation
        .path
        .split('/')
        .position(|segment| segment.starts_with('{'))?;
    path.strip_prefix(base.prefix())?.split('/').nth(before)
}

fn check(
    app: &AppState,
    route: Route,
    parts: &axum::http::request::Parts,
    has_body: bool,
    id: Option<&str>,
    (exchange, world): (&mut Exchange, &mut Option<Arc<World>>),
) -> Result<(Admitted, Plan), ApiError> {
    let Route { operation, base } = route;
    let caller = match operation.access {
        Access::Open => None,
        _ => Some(authenticate(app, parts)?),
    };
    *world = caller.as_ref().map(|caller| caller.world.clone());
    let query = Query::parse(parts.uri.query().unwrap_or_default());
    for flag in ["envelope", "pretty"] {
        query.flag(flag, false).map_err(|error| match base {
            Base::OAuth => ErrorCode::OAuthInvalidRequest.into(),
            _ => error,
        })?;
    }
    let served = version(app, operation, base, &parts.headers)?;
    exchange.version = Some(served);
    let body_version = body_version(app, route, &parts.headers, has_body, served)?;

    let peer = Peer::of(parts, &app.trusted_proxies);
    let scope = match &caller {
        None => Scope::Nothing,
        Some(caller) => scope(operation, caller, &peer, id.unwrap_or_default())?,
    };
    let path = parts.uri.path();
    if let (Some(class), Some(caller)) = (operation.rate, &caller) {
        let (rate, refused) = rate_limit::take(
            app,
            &caller.world,
            class,
            subject(class, &scope, &caller.principal),
        );
        exchange.rate = Some(rate);
        if let Some(seconds) = refused {
            return Err(rate_limit::bucket_limit(class, path, seconds));
        }
    }
    if let Some(status) = preference::preferred_status(&parts.headers)
        && let Some(error) = preference::refusal(app, operation, path, &peer, status)
    {
        exchange.applied_preference = Some(format!("code={status}"));
        return Err(error);
    }
    // The token endpoint finds the world by the client that asks; one that proves nothing is in none.
    let client = || Client::of(parts, app).ok().map(|client| client.world);
    let plan = world.clone().or_else(client).map(|world| {
        let id = id.unwrap_or(path);
        fault::plan(app, &world, operation, path, id, &peer)
    });
    let api_url = format!("{}{}", peer.origin, base.prefix());
    let admitted = Admitted {
        caller,
        scope,
        query,
        api_url,
        body_version,
    };
    Ok((admitted, plan.unwrap_or_default()))
}

/// The version of the resource that answers.
fn version(
    app: &AppState,
    operation: &Operation,
    base: Base,
    headers: &HeaderMap,
) -> Result<VersionDate, ApiError> {
    let oldest = operation
        .dates()
        .next()
        .ok_or(ErrorCode::InvalidVersionDate)?;
    if base != Base::AtlasV2 {
        return Ok(oldest);
    }
    let accepted = headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let mut served = accepted.flat_map(accepted_versions).filter_map(|asked| {
        Some((
            asked,
            resolve(asked, operation.dates(), app.strict_versions)?,
        ))
    });
    let (asked, resolved) = served.next().ok_or(ErrorCode::InvalidVersionDate)?;
    if asked.is_newer_than_published() {
        tracing::warn!(operation = operation.name, %asked, served = %resolved, "version newer than any known");
    }
    Ok(resolved)
}

/// The version whose schema the body has: the one that its own type names, else the one that is served.
///
/// Refuses a body of a type that the operation does not read. A request without a body may say what it likes.
fn body_version(
    app: &AppState,
    Route { operation, base }: Route,
    headers: &HeaderMap,
    has_body: bool,
    served: VersionDate,
) -> Result<VersionDate, ApiError> {
    if operation.body != Body::Json || !has_body {
        return Ok(served);
    }
    let text = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let named = match MediaType::parse(text) {
        MediaType::Json => Some(served),
        MediaType::Dated(date) if base == Base::AtlasV2 => {
            resolve(date, operation.dates(), app.strict_versions)
        }
        _ => None,
    };
    let shown = if text.is_empty() { "(none)" } else { text };
    named.ok_or_else(|| ApiError::of(ErrorCode::UnsupportedMediaType, shown))
}

/// What the path names, if the caller may touch it from where it calls.
fn scope(
    operation: &Operation,
    Authenticated {
        world,
        principal: caller,
    }: &Authenticated,
    peer: &Peer,
    id: &str,
) -> Result<Scope, ApiError> {
    let (scope, organization, permitted) = match operation.access {
        Access::Open | Access::Caller => (Scope::Nothing, None, true),
        Access::OrgMember | Access::OrgOwner => {
            let organization = organization(world, operation.api, id)?;
            let permitted = match operation.access {
                Access::OrgOwner => caller.owns(organization.id),
                _ => caller.is_member(organization.id),
            };
            (
                Scope::Organization(organization.clone()),
                Some(organization),
                permitted,
            )
        }
        Access::GroupReadOnly | Access::GroupOrgMember | Access::GroupOrgOwner => {
            let (project, organization) = project(world, id)?;
            let permitted = match operation.access {
                Access::GroupOrgOwner => caller.owns(organization.id),
                Access::GroupOrgMember => caller.is_member(organization.id),
                _ => caller.sees(&project),
            };
            (Scope::Project(project), Some(organization), permitted)
        }
    };
    if !permitted {
        return Err(ErrorCode::UserUnauthorized.into());
    }
    access_list::check(caller, organization.as_ref(), peer.address)?;
    Ok(scope)
}

fn organization(world: &World, api: Api, id: &str) -> Result<Organization, ApiError> {
    let org_id: OrgId = id
        .parse()
        .map_err(|_| ApiError::of(ErrorCode::InvalidOrgId, id))?;
    let found = world.step(|state, _| state.store.organizations.get(&org_id).cloned());
    let organization = found.ok_or_else(|| ApiError::of(ErrorCode::OrgNotFound, org_id))?;
    match (api, organization.side) {
        (Api::Atlas, Side::CloudManager) => Err(ApiError::of(ErrorCode::NotAtlasOrg, org_id)),
        (Api::CloudManager, Side::Atlas) => {
            Err(ApiError::of(ErrorCode::ExpectedNonAtlasOrg, org_id))
        }
        _ => Ok(organization),
    }
}

fn project(world: &World, id: &str) -> Result<(Project, Organization), ApiError> {
    let group_id: GroupId = id
        .parse()
        .map_err(|_| ApiError::of(ErrorCode::InvalidGroupId, id))?;
    let found = world.step(|state, _| {
        let project = state.store.projects.get(&group_id)?;
        let organization = state.store.organizations.get(&project.org_id)?;
        Some((project.clone(), organization.clone()))
    });
    let (project, organization) =
        found.ok_or_else(|| ApiError::of(ErrorCode::GroupNotFound, group_id))?;
    match organization.side {
        Side::Atlas => Ok((project, organization)),
        Side::CloudManager => Err(ApiError::of(ErrorCode::NotAtlasGroup, group_id)),
    }
}

/// Whose bucket a request draws from.
fn subject(class: RateClass, scope: &Scope, caller: &Principal) -> String {
    match (class, scope) {
        (
            RateClass::CloudMigration | RateClass::Organization,
            Scope::Organization(organization),
        ) => organization.id.to_string(),
        (RateClass::Project, Scope::Project(project)) => project.id.to_string(),
        _ => caller.name.clone(),
    }
}
