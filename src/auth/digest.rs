//! HTTP Digest, server side: pure functions of a header and a secret (RFC 7616 with MD5, and RFC 2069).
//!
//! The `uri` is hashed as sent and not compared with the request line, and `algorithm` is not looked at:
//! so does the server whose challenge the real one matches byte for byte.

use md5::{Digest as _, Md5};
use subtle::ConstantTimeEq;

/// What an `Authorization: Digest …` header says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Authorization {
    pub(crate) username: String,
    pub(crate) realm: String,
    pub(crate) nonce: String,
    uri: String,
    response: [u8; 16],
    /// Present with `qop=auth`, absent without a quality of protection.
    protection: Option<Protection>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Protection {
    qop: String,
    cnonce: String,
    nc_text: String,
    nc: u32,
}

impl Authorization {
    /// Reads the parameters after the word `Digest`. `None` when they are malformed, incomplete or ask for
    /// a protection other than `auth`.
    pub(crate) fn parse(parameters: &str) -> Option<Self> {
        let parameters = Parameters::parse(parameters)?;
        let protection = match parameters.get("qop") {
            None | Some("") => None,
            Some(qop) if qop.eq_ignore_ascii_case("auth") => {
                let nc_text = parameters.get("nc")?;
                let hex =
                    !nc_text.is_empty() && nc_text.bytes().all(|byte| byte.is_ascii_hexdigit());
                Some(Protection {
                    qop: qop.to_owned(),
                    cnonce: parameters.get("cnonce")?.to_owned(),
                    nc_text: nc_text.to_owned(),
                    nc: u32::from_str_radix(nc_text, 16).ok().filter(|_| hex)?,
                })
            }
            Some(_) => return None,
        };
        let response = parameters.get("response")?;
        let prefixed = response.starts_with("0x"); // the decoder would let it through
        Some(Self {
            username: parameters.get("username")?.to_owned(),
            realm: parameters.get("realm")?.to_owned(),
            nonce: parameters.get("nonce")?.to_owned(),
            uri: parameters.get("uri")?.to_owned(),
            response: const_hex::decode_to_array(response)
                .ok()
                .filter(|_| !prefixed)?,
            protection,
        })
    }

    /// The nonce count, if the client sends one.
    pub(crate) fn nonce_count(&self) -> Option<u32> {
        self.protection.as_ref().map(|protection| protection.nc)
    }

    /// Whether the response proves knowledge of the password, in a time that does not depend on how much
    /// of it is right.
    pub(crate) fn proves(&self, password: &str, method: &str) -> bool {
        let ha1 = md5_hex(&[&self.username, &self.realm, password]);
        let ha2 = md5_hex(&[method, &self.uri]);
        let expected = match &self.protection {
            None => md5(&[&ha1, &self.nonce, &ha2]),
            Some(Protection {
                qop,
                cnonce,
                nc_text,
                ..
            }) => md5(&[&ha1, &self.nonce, nc_text, cnonce, qop, &ha2]),
        };
        expected.ct_eq(&self.response).into()
    }
}

/// MD5 over the parts, joined by colons.
fn md5(parts: &[&str]) -> [u8; 16] {
    let mut hasher = Md5::new();
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            hasher.update(b":");
        }
        hasher.update(part.as_bytes());
    }
    hasher.finalize().into()
}

fn md5_hex(parts: &[&str]) -> String {
    const_hex::encode(md5(parts))
}

/// `name=value` pairs, quoted or not, in any order, separated by commas.
struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// `None` for anything else, and for a name that comes twice.
    fn parse(text: &str) -> Option<Self> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        // Lists may have empty elements (RFC 9110).
        let separators = [',', ' ', '\t', '\n'];
        let mut rest = text.trim_start_matches(separators);
        while !rest.is_empty() {
            let (name, after) = rest.split_once('=')?;
            let name = name.trim().to_ascii_lowercase();
            let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.*'!".contains(&byte);
            if name.is_empty()
                || !name.bytes().all(is_token)
                || pairs.iter().any(|(known, _)| *known == name)
            {
                return None;
            }
            let (value, after) = value(after.trim_start())?;
            pairs.push((name, value));
            let after = after.trim_start();
            rest = match after.strip_prefix(',') {
                Some(next) => next.trim_start_matches(separators),
                None if after.is_empty() => after,
                None => return None,
            };
        }
        Some(Self(pairs))
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

/// The value at the beginning of the text, and what follows it.
fn value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(',').unwrap_or(text.len());
        return Some((text[..end].trim_end().to_owned(), &text[end..]));
    };
    let mut value = String::new();
    let mut letters = quoted.char_indices();
    while let Some((index, letter)) = letters.next() {
        match letter {
            '"' => return Some((value, &quoted[index + 1..])),
            '\\' => value.push(letters.next()?.1),
            _ => value.push(letter),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    // The worked example of RFC 7616, section 3.9.1.
    const RFC_7616: &str = r#"username="Mufasa", realm="http-auth@example.org", uri="/dir/index.html", algorithm=MD5,
        nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", nc=00000001, cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
        qop=auth, response="8ca523f5e9506fed4657c9700eebdbec", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS""#;

    #[test]
    fn the_example_of_the_rfc_is_right() {
        let authorization = Authorization::parse(RFC_7616).unwrap();

        assert!(authorization.proves("Circle of Life", "GET"));
        assert!(!authorization.proves("Circle of Life", "POST"));
        assert!(!authorization.proves("circle of life", "GET"));
        assert_eq!(authorization.nonce_count(), Some(1));
    }

    #[test]
    fn without_a_protection_the_old_rule_holds() {
        let authorization = Authorization {
            username: "a".into(),
            realm: "r".into(),
            nonce: "n".into(),
            uri: "/".into(),
            response: md5(&[
                &md5_hex(&["a", "r", "secret"]),
                "n",
                &md5_hex(&["GET", "/"]),
            ]),
            protection: None,
        };

        assert!(authorization.proves("secret", "GET"));
        assert_eq!(authorization.nonce_count(), None);
    }

    #[test]
    fn quotes_commas_spaces_order_and_case_do_not_matter() {
        let plain = Authorization::parse(RFC_7616).unwrap();
        let tight = RFC_7616
            .replace([' ', '\n'], "")
            .replace("qop=auth", "QOP=\"auth\"")
            .replace("nc=00000001", "nc=\"00000001\"");
        let loose = format!(
            "response = \"{}\" , {}",
            "8CA523F5E9506FED4657C9700EEBDBEC",
            RFC_7616.replace("response=\"8ca523f5e9506fed4657c9700eebdbec\", ", "")
        );

        assert_eq!(Authorization::parse(&loose), Some(plain.clone()));
        assert!(
            Authorization::parse(&tight)
                .unwrap()
                .proves("Circle of Life", "GET")
        );
    }

    #[test]
    fn quoted_values_may_hold_commas_quotes_and_any_letter() {
        let (text, rest) = value(r#""a, \"b\" \\ Zoë=", next=1"#).unwrap();

        assert_eq!(text, r#"a, "b" \ Zoë="#);
        assert_eq!(rest, ", next=1");
    }

    #[test]
    fn malformed_headers_are_refused() {
        let broken = [
            RFC_7616.replace("qop=auth", "qop=auth-int"),
            RFC_7616.replace("nc=00000001", "nc=+0000001"),
            RFC_7616.replace("nc=00000001", "nc=100000000"),
            RFC_7616.replace(", cnonce=", ", other="),
            RFC_7616.replace("8ca523f5e9506fed4657c9700eebdbec", "8ca5"),
            RFC_7616.replace("8ca523f5", "0xa523f5"),
            format!("{RFC_7616}, realm=\"twice\""),
            format!("{RFC_7616} junk"),
            RFC_7616.trim_end_matches('"').to_owned(),
            String::new(),
        ];
        for text in broken {
            assert_eq!(Authorization::parse(&text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_header_panics(text in ".*") {
            let _ = Authorization::parse(&text);
        }

        #[test]
        fn no_nearly_right_header_panics(text in r#"(username|realm|nonce|uri|qop|nc|response)=("?[a-z0-9\\",= ]{0,20}"?,? ?){0,12}"#) {
            let _ = Authorization::parse(&text);
        }

        #[test]
        fn any_quoted_text_survives(original in ".*") {
            let quoted = format!("\"{}\"", original.replace('\\', "\\\\").replace('"', "\\\""));
            prop_assert_eq!(value(&quoted), Some((original, "")));
        }
    }
}
