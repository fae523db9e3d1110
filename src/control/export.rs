//! Exchanges in the forms of other tools: HAR 1.2, and commands for curl.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::wire::presentation::reason;
use crate::wire::query::Query;
use crate::world::journal::{Entry, Exchange, Message};
use crate::world::mask::MASKED;

/// An HTTP archive. Members that begin with an underscore are ours, as the format allows.
pub(super) fn har(entries: &[Arc<Entry>], dropped: u64) -> Value {
    let creator = json!({ "name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION") });
    let entries: Vec<_> = entries.iter().map(|entry| har_entry(entry)).collect();
    let comment = format!("{dropped} older exchanges made room for these.");
    json!({ "log": { "version": "1.2", "creator": creator, "comment": comment, "entries": entries } })
}

fn har_entry(Entry { sequence, exchange }: &Entry) -> Value {
    let query = exchange.path.split_once('?').map_or("", |(_, query)| query);
    let query = Query::parse(query);
    let pairs = query
        .pairs()
        .map(|(name, value)| json!({ "name": name, "value": value }));
    let mut request = json!({
        "method": exchange.method,
        "url": url(exchange),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": har_headers(&exchange.request),
        "queryString": pairs.collect::<Vec<_>>(),
        "headersSize": -1,
        "bodySize": exchange.request.body.len(),
    });
    if !exchange.request.body.is_empty() {
        let media_type = exchange.request.header("content-type").unwrap_or_default();
        let body = &exchange.request.body;
        request["postData"] = json!({ "mimeType": media_type, "text": body });
    }
    let answer = &exchange.response;
    let content = json!({
        "size": answer.body.len(),
        "mimeType": answer.header("content-type").unwrap_or_default(),
        "text": answer.body,
    });
    json!({
        "startedDateTime": exchange.time,
        "time": exchange.duration_ms,
        "request": request,
        "response": {
            "status": exchange.status,
            "statusText": reason(exchange.status),
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": har_headers(answer),
            "content": content,
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": -1,
        },
        "cache": {},
        "timings": { "send": 0, "wait": exchange.duration_ms, "receive": 0 },
        "_sequence": sequence,
        "_operation": exchange.operation,
        "_errorCode": exchange.error_code,
    })
}

fn har_headers(message: &Message) -> Vec<Value> {
    let headers = message.headers.iter();
    headers
        .map(|(name, value)| json!({ "name": name, "value": value }))
        .collect()
}

/// Where the request went, as the client named it.
fn url(exchange: &Exchange) -> String {
    let host = exchange.request.header("host").unwrap_or("localhost");
    format!("http://{host}{}", exchange.path)
}

/// What curl sends by itself, or what holds for the one connection only.
const LEFT_TO_CURL: [&str; 8] = [
    "accept-encoding",
    "authorization",
    "connection",
    "content-length",
    "expect",
    "host",
    "transfer-encoding",
    "user-agent",
];

/// A command for a POSIX shell that repeats the request. Each masked secret is a variable named after it.
pub(super) fn curl(exchange: &Exchange) -> String {
    let mut words = vec![match exchange.method.as_str() {
        "GET" => "curl -i".to_owned(),
        "HEAD" => "curl -I".to_owned(),
        // A method may hold quotes.
        method if method.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
            format!("curl -i -X {method}")
        }
        method => format!("curl -i -X {}", quoted(method)),
    }];
    let authorization = exchange.request.header("authorization");
    words.extend(authorization.and_then(credentials));
    let headers = exchange.request.headers.iter();
    for (name, value) in headers.filter(|(name, _)| !LEFT_TO_CURL.contains(&name.as_str())) {
        words.push(format!("-H {}", quoted(&format!("{name}: {value}"))));
    }
    if !exchange.request.body.is_empty() {
        words.push(format!("--data-raw {}", quoted(&exchange.request.body)));
    }
    words.push(quoted(&url(exchange)));
    words.join(" ")
}

fn credentials(authorization: &str) -> Option<String> {
    let (scheme, rest) = authorization.split_once(' ')?;
    match scheme.to_ascii_lowercase().as_str() {
        "digest" => {
            let name = quoted(&format!("{}:", rest.split('"').nth(1).unwrap_or_default()));
            Some(format!("--digest -u {name}\"$PRIVATE_KEY\""))
        }
        "basic" => Some("-u \"$CLIENT_ID:$CLIENT_SECRET\"".to_owned()),
        "bearer" => Some("-H \"Authorization: Bearer $ACCESS_TOKEN\"".to_owned()),
        _ => None,
    }
}

/// A word for a shell, which takes nothing in it for a command. Where a secret was stands its variable.
fn quoted(text: &str) -> String {
    let escaped = |piece: &str| piece.replace('\'', r"'\''").replace('\0', "");
    let mut pieces = text.split(MASKED);
    let mut before = pieces.next().unwrap_or_default();
    let mut word = format!("'{}", escaped(before));
    for piece in pieces {
        word.extend(["'\"$", &variable(before), "\"'", &escaped(piece)]);
        before = piece;
    }
    word + "'"
}

/// The name of the variable for a secret: that of the attribute before it, as `LINK_TOKEN` for `linkToken`.
fn variable(before: &str) -> String {
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-');
    let trimmed = before.trim_end_matches(|letter| !is_name(letter));
    let last = trimmed.rsplit(|letter| !is_name(letter)).next();
    let mut name = String::new();
    let mut lower_before = false;
    for letter in last.unwrap_or_default().chars() {
        if letter.is_ascii_uppercase() && lower_before {
            name.push('_');
        }
        lower_before = letter.is_ascii_lowercase();
        name.push(if letter == '-' {
            '_'
        } else {
            letter.to_ascii_uppercase()
        });
    }
    if name.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
        name
    } else {
        "SECRET".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_is_named_after_the_attribute() {
        let cases = [
            r#"{"a":1,"linkToken":""#,
            "a=b&client_secret=",
            r#"{"private-key" : ""#,
            "ä: ",
            "",
            "9",
        ];

        let names = cases.map(variable).join(" ");

        insta::assert_snapshot!(names, @"LINK_TOKEN CLIENT_SECRET PRIVATE_KEY SECRET SECRET SECRET");
    }

    #[test]
    fn no_text_breaks_out_of_its_quotes() {
        let word = quoted("it's $(x) `y` \"z\" token=[masked]'; w");

        insta::assert_snapshot!(word, @r#"'it'\''s $(x) `y` "z" token='"$TOKEN"''\''; w'"#);
    }
}
