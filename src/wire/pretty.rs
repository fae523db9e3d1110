//! The `pretty` form: that of Jackson's default printer, which the documentation's samples show.
//!
//! Two spaces of indent for objects, ` : ` after a name, arrays on one line with spaces inside the brackets.

use std::io::{self, Write};

use serde_json::ser::Formatter;

/// Writes JSON in the pretty form.
#[derive(Default)]
pub(super) struct Pretty {
    /// How many objects are open. Arrays do not indent.
    depth: usize,
    /// Whether the innermost container that was begun or ended holds anything.
    filled: bool,
}

impl Pretty {
    fn new_line<W: ?Sized + Write>(&self, out: &mut W) -> io::Result<()> {
        out.write_all(b"\n")?;
        (0..self.depth).try_for_each(|_| out.write_all(b"  "))
    }
}

impl Formatter for Pretty {
    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.filled = true;
        out.write_all(b" ]")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        out.write_all(if first { b" " } else { b", " })
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.depth += 1;
        self.filled = false;
        out.write_all(b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.depth -= 1;
        if self.filled {
            self.new_line(out)?;
        } else {
            out.write_all(b" ")?;
        }
        self.filled = true;
        out.write_all(b"}")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        if !first {
            out.write_all(b",")?;
        }
        self.new_line(out)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b" : ")
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.filled = true;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize;
    use serde_json::json;

    use super::*;

    #[test]
    fn the_form_is_that_of_the_documentation() {
        let value = json!({
            "content": { "error": 404, "parameters": ["a", 1], "none": [], "nothing": {} },
            "links": [{ "href": "x", "rel": "self" }, { "href": "y", "rel": "next" }],
            "nested": [[1], []],
        });
        let mut text = Vec::new();
        value
            .serialize(&mut serde_json::Serializer::with_formatter(
                &mut text,
                Pretty::default(),
            ))
            .unwrap();

        insta::assert_snapshot!(String::from_utf8(text).unwrap(), @r#"
        {
          "content" : {
            "error" : 404,
            "none" : [ ],
            "nothing" : { },
            "parameters" : [ "a", 1 ]
          },
          "links" : [ {
            "href" : "x",
            "rel" : "self"
          }, {
            "href" : "y",
            "rel" : "next"
          } ],
          "nested" : [ [ 1 ], [ ] ]
        }
        "#);
    }
}
