//! A digest client that can be wrong on purpose.

use md5::{Digest, Md5};

/// The answer to a challenge.
#[derive(Clone)]
pub(crate) struct Answer {
    pub(crate) realm: String,
    pub(crate) nonce: String,
    pub(crate) method: String,
    pub(crate) uri: String,
    pub(crate) nc: String,
    pub(crate) cnonce: String,
    /// Without a quality of protection the old rule of RFC 2069 holds.
    pub(crate) qop: Option<&'static str>,
}

impl Answer {
    pub(crate) fn new(nonce: &str, method: &str, uri: &str) -> Self {
        Self {
            realm: "MMS Public API".to_owned(),
            nonce: nonce.to_owned(),
            method: method.to_owned(),
            uri: uri.to_owned(),
            nc: "00000001".to_owned(),
            cnonce: "0a4f113b".to_owned(),
            qop: Some("auth"),
        }
    }

    pub(crate) fn response(&self, user: &str, password: &str) -> String {
        let ha1 = md5(&format!("{user}:{}:{password}", self.realm));
        let ha2 = md5(&format!("{}:{}", self.method, self.uri));
        match self.qop {
            Some(qop) => md5(&format!(
                "{ha1}:{}:{}:{}:{qop}:{ha2}",
                self.nonce, self.nc, self.cnonce
            )),
            None => md5(&format!("{ha1}:{}:{ha2}", self.nonce)),
        }
    }

    /// The header as the Go clients write it.
    pub(crate) fn header(&self, user: &str, password: &str) -> String {
        let Self {
            realm,
            nonce,
            uri,
            nc,
            cnonce,
            ..
        } = self;
        let response = self.response(user, password);
        let user = user.replace('\\', "\\\\").replace('"', "\\\"");
        let protection = self
            .qop
            .map(|qop| format!(", qop={qop}, nc={nc}, cnonce=\"{cnonce}\""))
            .unwrap_or_default();
        format!(
            r#"Digest username="{user}", realm="{realm}", nonce="{nonce}", uri="{uri}", response="{response}", algorithm="MD5"{protection}"#
        )
    }
}

fn md5(text: &str) -> String {
    const_hex::encode(Md5::digest(text.as_bytes()))
}
