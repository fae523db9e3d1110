//! The rules of bearer tokens: a service account asks for one, uses it for an hour, may revoke it.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::json;

use super::random::Random;
use super::store::Store;
use crate::model::credential::AccessToken;
use crate::model::link_token::TokenHash;

/// How long a bearer token works.
pub(crate) const LIFETIME: Duration = Duration::from_hours(1);

impl Store {
    /// Gives a service account a new bearer token; the older ones stay valid.
    ///
    /// The token has the form of the documented one, a JSON Web Token signed with ES512, whose claims a
    /// client may read. Its signature is random: nothing but this store can check it, as nobody but the
    /// real service can check a real one.
    pub(crate) fn grant_access_token(
        &mut self,
        client_id: &str,
        now: Timestamp,
        random: &mut Random,
    ) -> String {
        let expires_at = now.checked_add(LIFETIME).unwrap_or(Timestamp::MAX);
        let header = json!({ "alg": "ES512", "typ": "JWT" });
        let claims = json!({
            "exp": expires_at.as_second(), "iat": now.as_second(), "jti": random.uuid().to_string(), "sub": client_id,
        });
        let encode = |part: &serde_json::Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let token = format!(
            "{}.{}.{}",
            encode(&header),
            encode(&claims),
            random.base64_url::<132>()
        );
        // Now and then is enough: purging whenever the number has doubled costs little altogether.
        if self.access_tokens.len().is_power_of_two() {
            self.access_tokens.retain(|_, kept| now < kept.expires_at);
        }
        let kept = AccessToken {
            token: TokenHash::of(&token),
            client_id: client_id.to_owned(),
            expires_at,
        };
        self.access_tokens.insert(kept.token, kept);
        token
    }

    /// The service account that a bearer token stands for, while it works.
    pub(crate) fn client_of(&self, token: &str, now: Timestamp) -> Option<&str> {
        let kept = self
            .access_tokens
            .get(&TokenHash::of(token))
            .filter(|kept| now < kept.expires_at)?;
        Some(&kept.client_id)
    }

    /// Makes a bearer token of this service account useless. Any other text changes nothing (RFC 7009).
    pub(crate) fn revoke_access_token(&mut self, client_id: &str, token: &str) {
        let hash = TokenHash::of(token);
        if self
            .access_tokens
            .get(&hash)
            .is_some_and(|kept| kept.client_id == client_id)
        {
            self.access_tokens.remove(&hash);
        }
    }
}
