//! `GET /`: who the caller is, and what answers.

use serde_json::json;

use crate::auth::extract::{Asked, Caller};
use crate::error::ApiError;
use crate::wire::outcome::Payload;
use crate::wire::page::link;

/// The status of the service, as the published schema `SystemStatus`.
pub(crate) async fn get_system_status(
    Caller(caller): Caller,
    asked: Asked,
) -> Result<Payload, ApiError> {
    let mut api_key = json!({
        "accessList": caller.access_list,
        "publicKey": caller.name,
        "roles": caller.roles,
    });
    if let Some(id) = caller.key_id {
        api_key["id"] = json!(id);
    }
    Payload::of(&json!({
        "apiKey": api_key,
        "appName": "MongoDB Atlas",
        "build": env!("CARGO_PKG_VERSION"),
        "links": [link(&asked.api_url, "self")],
        "throttling": false,
    }))
}
