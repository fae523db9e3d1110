//! Request bodies: JSON into a typed value, or the API's own word for what is wrong with it.
//!
//! The error type of this deserializer keeps serde's reports (missing field, unknown field, …) as what they
//! are instead of as text, so that each leads to its row of the error table.

use std::fmt;

use serde::de::value::StringDeserializer;
use serde::de::{self, DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::Value;

use crate::error::{ApiError, ErrorCode};

/// Reads a request body.
pub(crate) fn from_slice<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let value: Value = serde_json::from_slice(bytes).map_err(|_| ErrorCode::MalformedJson)?;
    if !value.is_object() {
        return Err(ErrorCode::InvalidJson.into());
    }
    T::deserialize(Node { value, name: None }).map_err(Fault::into_api_error)
}

/// One step of the path to an attribute.
#[derive(Debug)]
enum Step {
    Field(String),
    Index(usize),
}

#[derive(Debug)]
enum Wrong {
    Missing(String),
    Unknown(String),
    Variant(String),
    Form,
}

/// What is wrong with a body, and where; the path grows from the leaf up.
#[derive(Debug)]
struct Fault {
    wrong: Wrong,
    path: Vec<Step>,
}

impl Fault {
    fn within(mut self, step: Step) -> Self {
        self.path.push(step);
        self
    }

    fn into_api_error(self) -> ApiError {
        match self.wrong {
            Wrong::Missing(name) => ApiError::of(ErrorCode::MissingAttribute, name),
            Wrong::Unknown(name) => ApiError::of(ErrorCode::InvalidAttribute, name),
            Wrong::Variant(value) => ApiError::of(ErrorCode::InvalidEnumValue, value),
            Wrong::Form if self.path.is_empty() => ErrorCode::InvalidJson.into(),
            Wrong::Form => {
                // The recorded paths print list steps as Java's class name and the index.
                let steps = self.path.iter().rev().map(|step| match step {
                    Step::Field(name) => name.clone(),
                    Step::Index(index) => format!("java.util.ArrayList[{index}]"),
                });
                ApiError::of(
                    ErrorCode::InvalidJsonAttribute,
                    steps.collect::<Vec<_>>().join("."),
                )
            }
        }
    }
}

impl From<Wrong> for Fault {
    fn from(wrong: Wrong) -> Self {
        Self {
            wrong,
            path: Vec::new(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{self:?}")
    }
}

impl std::error::Error for Fault {}

impl de::Error for Fault {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Wrong::Form.into()
    }

    fn missing_field(name: &'static str) -> Self {
        Wrong::Missing(name.to_owned()).into()
    }

    fn unknown_variant(value: &str, _: &'static [&'static str]) -> Self {
        Wrong::Variant(value.to_owned()).into()
    }

    fn unknown_field(name: &str, _: &'static [&'static str]) -> Self {
        Wrong::Unknown(name.to_owned()).into()
    }
}

/// A value on its way into a type, with the name of its attribute if it is one.
struct Node {
    value: Value,
    name: Option<String>,
}

impl<'de> Deserializer<'de> for Node {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.value {
            // A required attribute that is null is missing.
            Value::Null => Err(self.name.map_or(Wrong::Form, Wrong::Missing).into()),
            Value::Bool(flag) => visitor.visit_bool(flag),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(number), ..) => visitor.visit_u64(number),
                (_, Some(number), _) => visitor.visit_i64(number),
                (.., number) => visitor.visit_f64(number.unwrap_or(f64::NAN)),
            },
            Value::String(text) => visitor.visit_string(text),
            Value::Array(items) => visitor.visit_seq(Items {
                items: items.into_iter().enumerate(),
            }),
            Value::Object(fields) => visitor.visit_map(Fields {
                fields: fields.into_iter(),
                next: None,
            }),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.value.is_null() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    /// serde would read a struct from an array, too; Jackson does not.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        if self.value.is_array() {
            return Err(Wrong::Form.into());
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match self.value {
            Value::String(name) => visitor.visit_enum(name.into_deserializer()),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map identifier
    }
}

struct Items {
    items: std::iter::Enumerate<std::vec::IntoIter<Value>>,
}

impl<'de> de::SeqAccess<'de> for Items {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Fault> {
        let Some((index, value)) = self.items.next() else {
            return Ok(None);
        };
        seed.deserialize(Node { value, name: None })
            .map(Some)
            .map_err(|fault| fault.within(Step::Index(index)))
    }
}

struct Fields {
    fields: serde_json::map::IntoIter,
    next: Option<(String, Value)>,
}

impl<'de> de::MapAccess<'de> for Fields {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        self.next = self.fields.next();
        let Some((name, _)) = &self.next else {
            return Ok(None);
        };
        let name: StringDeserializer<Fault> = name.clone().into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Fault> {
        let Some((name, value)) = self.next.take() else {
            return Err(Wrong::Form.into());
        };
        let node = Node {
            value,
            name: Some(name.clone()),
        };
        seed.deserialize(node)
            .map_err(|fault| fault.within(Step::Field(name)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    #[expect(dead_code, reason = "only the outcome counts")]
    struct Body {
        link_token: String,
        access_list_ips: Option<Vec<String>>,
        nested: Option<Vec<Inner>>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only the outcome counts")]
    struct Inner {
        size: u8,
    }

    fn refusal(text: &str) -> (ErrorCode, String) {
        let error = from_slice::<Body>(text.as_bytes()).unwrap_err();
        let parameter = error.parameters.first().map(|first| format!("{first:?}"));
        (error.code, parameter.unwrap_or_default())
    }

    #[test]
    fn each_fault_has_its_row() {
        use ErrorCode as E;
        let text = |name: &str| format!("Text({name:?})");
        for (body, code, parameter) in [
            ("", E::MalformedJson, String::new()),
            ("{", E::MalformedJson, String::new()),
            ("{} {}", E::MalformedJson, String::new()),
            ("[]", E::InvalidJson, String::new()),
            ("\"text\"", E::InvalidJson, String::new()),
            ("null", E::InvalidJson, String::new()),
            ("{}", E::MissingAttribute, text("linkToken")),
            (
                r#"{"linkToken":null}"#,
                E::MissingAttribute,
                text("linkToken"),
            ),
            (
                r#"{"linkToken":1}"#,
                E::InvalidJsonAttribute,
                text("linkToken"),
            ),
            (
                r#"{"linkToken":"a","other":1}"#,
                E::InvalidAttribute,
                text("other"),
            ),
            (
                r#"{"linkToken":"a","accessListIps":"1.2.3.4"}"#,
                E::InvalidJsonAttribute,
                text("accessListIps"),
            ),
            (
                r#"{"linkToken":"a","accessListIps":["1.2.3.4",{}]}"#,
                E::InvalidJsonAttribute,
                text("accessListIps.java.util.ArrayList[1]"),
            ),
            (
                r#"{"linkToken":"a","accessListIps":[null]}"#,
                E::InvalidJsonAttribute,
                text("accessListIps.java.util.ArrayList[0]"),
            ),
            (
                r#"{"linkToken":"a","nested":[{"size":300}]}"#,
                E::InvalidJsonAttribute,
                text("nested.java.util.ArrayList[0].size"),
            ),
            (
                r#"{"linkToken":"a","nested":[[1]]}"#,
                E::InvalidJsonAttribute,
                text("nested.java.util.ArrayList[0]"),
            ),
            (
                r#"{"linkToken":"a","nested":[{}]}"#,
                E::MissingAttribute,
                text("size"),
            ),
        ] {
            assert_eq!(refusal(body), (code, parameter), "{body}");
        }
    }

    #[test]
    fn absent_and_null_options_are_none() {
        assert!(
            from_slice::<Body>(br#"{"linkToken":"a","accessListIps":null}"#)
                .unwrap()
                .access_list_ips
                .is_none()
        );
    }

    proptest! {
        #[test]
        fn no_body_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = from_slice::<Body>(&bytes);
        }

        #[test]
        fn no_nearly_right_body_panics(text in r#"\{("linkToken"|"nested"|"accessListIps"):[\[\]{}"0-9a-z,:]{0,40}\}"#) {
            let _ = from_slice::<Body>(text.as_bytes());
        }
    }
}
