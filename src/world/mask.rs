//! Secrets leave an exchange here, before the journal keeps it.
//!
//! What cannot be read for certain (a body that is no JSON and no form) is cut off behind the first name of
//! a secret: to show too little is better than to show one.

use std::borrow::Cow;

use serde::de::IgnoredAny;

use super::journal::{Exchange, Message};

/// What stands where a secret was.
pub(crate) const MASKED: &str = "[masked]";

/// The shortest secret that is looked for outside its own place: a shorter one would be found in words.
const WORTH_SEEKING: usize = 8;

/// What the names of secrets end with, in lower case, whatever stands before (`link_token`, `clientSecret`).
const SECRET_ENDINGS: [&str; 7] = [
    "token",
    "password",
    "secret",
    "privatekey",
    "private_key",
    "private-key",
    "authorization",
];

/// An exchange without its secrets.
#[derive(Clone, Debug)]
pub(crate) struct Masked(Exchange);

impl Masked {
    /// Masks the secrets of an exchange in their places, and wherever else in it they appear.
    pub(crate) fn of(mut exchange: Exchange) -> Self {
        let mut masking = Masking::default();
        exchange.path = masking.path(&exchange.path);
        masking.message(&mut exchange.request);
        masking.message(&mut exchange.response);
        let mut masked = Self(exchange);
        masked.hide(masking.found.iter().map(String::as_str));
        // Where much was masked, much room is left, which would be kept for nothing.
        masked.0.texts().for_each(String::shrink_to_fit);
        masked
    }

    /// Masks these texts wherever they appear.
    pub(crate) fn hide<'a>(&mut self, secrets: impl IntoIterator<Item = &'a str>) {
        for secret in secrets
            .into_iter()
            .filter(|text| text.len() >= WORTH_SEEKING)
        {
            for text in self.0.texts() {
                // Most texts are too short to be searched, and the world waits meanwhile.
                if text.len() >= secret.len() && text.contains(secret) {
                    *text = text.replace(secret, MASKED);
                }
            }
        }
    }

    pub(crate) fn into_inner(self) -> Exchange {
        self.0
    }
}

/// The work on one exchange: the secrets found so far.
#[derive(Default)]
struct Masking {
    found: Vec<String>,
}

impl Masking {
    fn take(&mut self, secret: &str) {
        if secret != MASKED {
            self.found.push(secret.to_owned());
        }
    }

    fn message(&mut self, message: &mut Message) {
        for (name, value) in &mut message.headers {
            *value = self.header(name, value);
        }
        let is_form = message.header("content-type").is_some_and(|value| {
            value
                .trim_start()
                .starts_with("application/x-www-form-urlencoded")
        });
        message.body = self.body(&message.body, is_form);
    }

    fn path(&mut self, path: &str) -> String {
        match path.split_once('?') {
            Some((path, query)) => format!("{}?{}", loose(path), self.pairs(query)),
            None => loose(path).into_owned(),
        }
    }

    fn header(&mut self, name: &str, value: &str) -> String {
        match name {
            "authorization" | "proxy-authorization" => self.authorization(value),
            "cookie" | "set-cookie" => MASKED.to_owned(),
            _ if is_secret(name) || name.ends_with("api-key") => {
                self.take(value);
                MASKED.to_owned()
            }
            _ => loose(value).into_owned(),
        }
    }

    /// The scheme and, with Digest, the name of the caller stay.
    fn authorization(&mut self, value: &str) -> String {
        let (scheme, credentials) = value.split_once(' ').unwrap_or_default();
        match scheme.to_ascii_lowercase().as_str() {
            "digest" => match username(credentials) {
                Some(name) => format!("{scheme} username=\"{name}\", {MASKED}"),
                None => format!("{scheme} {MASKED}"),
            },
            "basic" | "bearer" => {
                self.take(credentials.trim());
                format!("{scheme} {MASKED}")
            }
            _ => MASKED.to_owned(),
        }
    }

    fn body(&mut self, body: &str, is_form: bool) -> String {
        if body.trim_start().starts_with(['{', '[', '"']) {
            if serde_json::from_str::<IgnoredAny>(body).is_ok() {
                self.json(body)
            } else {
                cut(body).into_owned()
            }
        } else if is_form {
            self.pairs(body)
        } else {
            cut(body).into_owned()
        }
    }

    /// Valid JSON, which keeps its form but for the values of secrets.
    fn json(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(quote) = rest.find('"') {
            out.push_str(&rest[..quote]);
            let (literal, after) = rest[quote..].split_at(literal_length(&rest[quote..]));
            let Some(value) = after.trim_start().strip_prefix(':') else {
                out.push_str(&loose(literal));
                // What was cut off took the closing quote with it.
                if out.ends_with(MASKED) {
                    out.push('"');
                }
                rest = after;
                continue;
            };
            let value = value.trim_start();
            out.push_str(literal);
            out.push_str(&after[..after.len() - value.len()]);
            rest = value;
            let name: String = serde_json::from_str(literal).unwrap_or_default();
            let (value, after) = value.split_at(value_length(value));
            // That a secret is empty or absent is no secret, and what a reader wants to know.
            if is_secret(&name) && !matches!(value, "null" | "\"\"") {
                if let Ok(secret) = serde_json::from_str::<String>(value) {
                    self.take(&secret);
                    self.take(value.trim_matches('"')); // as it is escaped here
                }
                out.push('"');
                out.push_str(MASKED);
                out.push('"');
                rest = after;
            }
        }
        out.push_str(rest);
        out
    }

    /// A query or a form.
    fn pairs(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(end) = rest.find(['=', '&', '\n']) {
            let (name, after) = rest.split_at(end);
            out.push_str(&rest[..=end]);
            rest = &after[1..];
            if after.starts_with('=') && is_secret(&decoded(name)) {
                let (secret, after) = rest.split_at(rest.find('&').unwrap_or(rest.len()));
                if !secret.is_empty() {
                    self.take(secret);
                    self.take(&decoded(secret));
                    out.push_str(MASKED);
                }
                rest = after;
            }
        }
        out.push_str(rest);
        out
    }
}

/// Whether a name of any spelling names a secret.
fn is_secret(name: &str) -> bool {
    let ends_with = |ending: &&str| {
        let letters = name.bytes().rev().filter(u8::is_ascii_alphanumeric);
        let mut letters = letters.map(|byte| byte.to_ascii_lowercase());
        ending
            .bytes()
            .rev()
            .all(|byte| letters.next() == Some(byte))
    };
    SECRET_ENDINGS.iter().any(ends_with)
}

/// The value of a form, decoded.
fn decoded(text: &str) -> Cow<'_, str> {
    let text = text.as_bytes();
    form_urlencoded::parse(text)
        .next()
        .map_or(Cow::Borrowed(""), |(name, _)| name)
}

/// The name in the parameters of a Digest header.
fn username(parameters: &str) -> Option<&str> {
    let (_, rest) = parameters.split_once("username=\"")?;
    let (name, _) = rest.split_once('"')?;
    (!name.contains('\\')).then_some(name)
}

/// How long the string is that a JSON text begins with, quotes included.
fn literal_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// How long the value is that a JSON text begins with.
fn value_length(text: &str) -> usize {
    let (mut at, mut depth) = (0, 0_usize);
    while let Some(byte) = text.as_bytes().get(at) {
        match byte {
            b'"' => {
                at += literal_length(&text[at..]);
                if depth == 0 {
                    return at;
                }
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth <= 1 => return at + depth,
            b'}' | b']' => depth -= 1,
            b',' if depth == 0 => return at,
            byte if byte.is_ascii_whitespace() && depth == 0 => return at,
            _ => {}
        }
        at += 1;
    }
    text.len()
}

/// Cuts a text off behind the first name of a secret that a value follows.
fn loose(text: &str) -> Cow<'_, str> {
    if !text.contains([':', '=']) {
        return Cow::Borrowed(text); // as most texts are, and no value follows in them
    }
    let assigned = |after: &str| {
        let value = after.trim_start_matches(['"', '\'', '\\', ' ']);
        value
            .starts_with([':', '='])
            .then_some(after.len() - value.len() + 1)
    };
    behind_secret_name(text, assigned)
}

/// Cuts a text off behind the first name of a secret.
fn cut(text: &str) -> Cow<'_, str> {
    behind_secret_name(text, |_| Some(0))
}

/// Masks what stands behind the first name of a secret, if `skip` says how much of that may stay.
fn behind_secret_name(text: &str, skip: impl Fn(&str) -> Option<usize>) -> Cow<'_, str> {
    let lower = text.to_ascii_lowercase();
    let ends = SECRET_ENDINGS.iter().flat_map(|name| {
        let found = lower.match_indices(name);
        found.map(|(at, _)| at + name.len())
    });
    let cuts = ends.filter_map(|end| skip(&text[end..]).map(|kept| end + kept));
    match cuts.min().filter(|cut| *cut < text.len()) {
        Some(cut) => Cow::Owned(format!("{}{MASKED}", &text[..cut])),
        None => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use insta::assert_snapshot;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn body(text: &str, is_form: bool) -> String {
        Masking::default().body(text, is_form)
    }

    #[test]
    fn json_keeps_its_form_but_for_the_secrets() {
        let cases = [
            r#"{"linkToken":"abc","a":[{"private_Key" : "x\"y", "b" : 1}],"status":"SYNCED"}"#,
            r#"{"password":"","secret":null,"client_secret":{"a":["}"]},"token":12,"token_type":"Bearer"}"#,
            r#"{"link\u0054oken":"abc","href":"http://h/?access_token=abc","embedded":"{\"token\":\"abc\"}"}"#,
            r#"[{"token":"abc"},"token"]"#,
            r#"{"detail":"Invalid attribute linkToken specified."}"#,
        ];

        assert_snapshot!(cases.map(|text| body(text, false)).join("\n"), @r#"
        {"linkToken":"[masked]","a":[{"private_Key" : "[masked]", "b" : 1}],"status":"SYNCED"}
        {"password":"","secret":null,"client_secret":"[masked]","token":"[masked]","token_type":"Bearer"}
        {"link\u0054oken":"[masked]","href":"http://h/?access_token=[masked]","embedded":"{\"token\":[masked]"}
        [{"token":"[masked]"},"token"]
        {"detail":"Invalid attribute linkToken specified."}
        "#);
    }

    #[test]
    fn what_is_no_json_and_no_form_is_cut_off_behind_the_name_of_a_secret() {
        let cases = [
            (r#"{"a":1,"linkToken":"abc""#, false),
            ("{'token': 'abc'}", false),
            ("<password>abc</password>", false),
            ("a=1", false),
            (
                "grant_type=x&client%5Fsecret=a%20b&token=&Password=x=y",
                true,
            ),
            (r#"{"linkToken":"abc"}"#, true),
        ];

        assert_snapshot!(cases.map(|(text, is_form)| body(text, is_form)).join("\n"), @r#"
        {"a":1,"linkToken[masked]
        {'token[masked]
        <password[masked]
        a=1
        grant_type=x&client%5Fsecret=[masked]&token=&Password=[masked]
        {"linkToken":"[masked]"}
        "#);
    }

    #[test]
    fn headers_keep_the_scheme_and_the_name_of_the_caller() {
        let cases = [
            (
                "authorization",
                r#"Digest username="atlasown", realm="r", response="0123""#,
            ),
            ("authorization", r#"Digest realm="r", response="0123""#),
            ("authorization", "Basic YTpi"),
            ("authorization", "bearer abc.def"),
            ("authorization", "abc"),
            ("authorization", "Own abc"),
            ("x-api-key", "abc"),
            ("x-auth-token", "abc"),
            ("cookie", "a=b"),
            ("referer", "http://h/?access_token=abc"),
            ("accept", "application/json"),
        ];
        let lines = cases.map(|(name, value)| Masking::default().header(name, value));

        assert_snapshot!(lines.join("\n"), @r#"
        Digest username="atlasown", [masked]
        Digest [masked]
        Basic [masked]
        bearer [masked]
        [masked]
        [masked]
        [masked]
        [masked]
        [masked]
        http://h/?access_token=[masked]
        application/json
        "#);
        assert_snapshot!(Masking::default().path("/a?b=c&token=x&secret=y"), @"/a?b=c&token=[masked]&secret=[masked]");
    }

    /// Where a client may put a secret, right or wrong.
    fn place(secret: &str, place: usize) -> Exchange {
        let json = serde_json::to_string(secret).unwrap();
        let form: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        let (mut path, mut body, mut answer) = ("/a".to_owned(), String::new(), String::new());
        let mut headers = vec![("accept".to_owned(), "*/*".to_owned())];
        let mut header = |name: &str, value: String| headers.push((name.to_owned(), value));
        match place {
            0 => body = format!(r#"{{"linkToken":{json}}}"#),
            1 => body = format!(r#"{{"a":[0,{{"b":{{"password" : {json} }}}}]}}"#),
            2 => answer = json!({ "x": { "access_token": secret }, "y": secret }).to_string(),
            3 => body = format!(r#"{{"privateKey":{json}"#),
            4 => path = format!("/a?b=1&token={form}&c=2"),
            5 => header(
                "authorization",
                format!("Bearer {}", STANDARD.encode(secret)),
            ),
            6 => header(
                "authorization",
                format!("Basic {}", STANDARD.encode(secret)),
            ),
            7 => header("x-secret", secret.to_owned()),
            8 => body = format!("client_secret: {secret}"),
            9 => body = json!({ "inner": json!({ "secret": secret }).to_string() }).to_string(),
            _ => {
                header(
                    "content-type",
                    "application/x-www-form-urlencoded".to_owned(),
                );
                body = format!("grant_type=x&client_secret={form}&d=1");
            }
        }
        Exchange {
            path,
            request: Message { headers, body },
            response: Message {
                headers: Vec::new(),
                body: answer,
            },
            ..Exchange::example()
        }
    }

    proptest! {
        #[test]
        fn a_secret_is_kept_nowhere(text in "[ -~]{1,30}", where_it_is in 0_usize..11) {
            // The end makes it differ from all that is no secret, the quote and backslash make it escaped.
            let secret = format!("{text}\\\"S3cr3t-{text}");
            let kept = Masked::of(place(&secret, where_it_is)).into_inner();
            let shown = serde_json::to_string(&kept).unwrap() + &format!("{kept:?}");

            prop_assert!(!shown.contains("S3cr3t"), "{shown}");
            prop_assert!(!shown.contains(&STANDARD.encode(&secret)), "{shown}");
            prop_assert!(shown.contains(MASKED), "{shown}");
        }

        #[test]
        fn nothing_panics_and_masking_twice_changes_nothing(text in "\\PC*|[{\"}:,token=&\\\\\\[\\] ]*", is_form: bool) {
            let once = body(&text, is_form);

            prop_assert_eq!(body(&once, is_form), once.clone());
            let _ = Masking::default().path(&text);
        }
    }
}
