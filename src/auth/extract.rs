//! What a handler may ask for. Each comes out of admission: no check, no id.

use std::str::FromStr;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, FailedToBufferBody};
use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::admission::{Admitted, Scope};
use super::state::AppState;
use crate::error::{ApiError, ErrorCode};
use crate::model::organization::Organization;
use crate::model::project::Project;
use crate::model::version::VersionDate;
use crate::wire::json;
use crate::wire::media_type::MediaType;
use crate::wire::query::Query;
use crate::world::World;
use crate::world::store::Principal;

/// The largest request body, in bytes.
pub(crate) const MAX_BODY: usize = 1024 * 1024;

fn admitted(parts: &Parts) -> Result<&Admitted, ApiError> {
    parts
        .extensions
        .get::<Admitted>()
        .ok_or(ErrorCode::Unexpected.into())
}

/// The world that the credentials belong to.
pub(crate) struct InWorld(pub(crate) Arc<World>);

impl FromRequestParts<AppState> for InWorld {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, ApiError> {
        let caller = admitted(parts)?.caller.as_ref();
        let caller = caller.ok_or(ErrorCode::Unexpected)?;
        Ok(Self(caller.world.clone()))
    }
}

/// The organization in the path, which the caller may touch.
pub(crate) struct InOrganization(pub(crate) Organization);

impl FromRequestParts<AppState> for InOrganization {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, ApiError> {
        match &admitted(parts)?.scope {
            Scope::Organization(organization) => Ok(Self(organization.clone())),
            _ => Err(ErrorCode::Unexpected.into()),
        }
    }
}

/// The project in the path, which the caller may touch.
pub(crate) struct InProject(pub(crate) Project);

impl FromRequestParts<AppState> for InProject {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, ApiError> {
        match &admitted(parts)?.scope {
            Scope::Project(project) => Ok(Self(project.clone())),
            _ => Err(ErrorCode::Unexpected.into()),
        }
    }
}

/// Who calls.
pub(crate) struct Caller(pub(crate) Arc<Principal>);

impl FromRequestParts<AppState> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, ApiError> {
        let caller = admitted(parts)?.caller.as_ref();
        let caller = caller.ok_or(ErrorCode::Unexpected)?;
        Ok(Self(caller.principal.clone()))
    }
}

/// The query string, and the address of the API as the client knows it: what lists and links need.
pub(crate) struct Asked {
    pub(crate) query: Query,
    pub(crate) api_url: String,
}

impl FromRequestParts<AppState> for Asked {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, ApiError> {
        let admitted = admitted(parts)?;
        Ok(Self {
            query: admitted.query.clone(),
            api_url: admitted.api_url.clone(),
        })
    }
}

/// A JSON body.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<AppState> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &AppState) -> Result<Self, ApiError> {
        json::from_slice(&read(request, app).await?).map(Self)
    }
}

/// A JSON body as it came, with the version whose schema it has.
pub(crate) struct Versioned {
    pub(crate) bytes: Bytes,
    pub(crate) version: VersionDate,
}

impl FromRequest<AppState> for Versioned {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &AppState) -> Result<Self, ApiError> {
        let admitted = request.extensions().get::<Admitted>();
        let version = admitted.ok_or(ErrorCode::Unexpected)?.body_version;
        let bytes = read(request, app).await?;
        Ok(Self { bytes, version })
    }
}

/// The identifier that ends the path, behind the project's.
pub(crate) struct PathId<T>(pub(crate) T);

impl<T: FromStr + Send> FromRequestParts<AppState> for PathId<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        let params = RawPathParams::from_request_parts(parts, app)
            .await
            .map_err(|_| ErrorCode::Unexpected)?;
        let (name, text) = params.iter().last().ok_or(ErrorCode::Unexpected)?;
        let wrong = |_| ApiError::of(ErrorCode::InvalidPathParameter, name);
        text.parse().map(Self).map_err(wrong)
    }
}

/// A form body; a body of another type is an empty form.
pub(crate) struct Form(pub(crate) Query);

impl FromRequest<AppState> for Form {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &AppState) -> Result<Self, ApiError> {
        let media_type = request
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .map(MediaType::parse);
        let body = read(request, app).await;
        let body = body.map_err(|_| ErrorCode::OAuthInvalidRequest)?;
        let text = std::str::from_utf8(&body)
            .ok()
            .filter(|_| media_type == Some(MediaType::Form));
        Ok(Self(Query::parse(text.unwrap_or_default())))
    }
}

async fn read(request: Request, app: &AppState) -> Result<Bytes, ApiError> {
    Bytes::from_request(request, app)
        .await
        .map_err(|rejection| match rejection {
            BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_)) => {
                ApiError::new(ErrorCode::PayloadTooLarge, [MAX_BODY as u64])
            }
            _ => ErrorCode::MalformedJson.into(),
        })
}
