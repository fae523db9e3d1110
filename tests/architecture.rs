//! The import table: which part of the source may use which. Arrows point downward only.
#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each part with the parts it may use, lowest first.
const MAY_USE: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("error", &["model"]),
    ("operation", &["model", "error"]),
    ("wire", &["model", "error", "operation"]),
    ("world", &["model", "error", "operation"]),
    ("config", &["model", "wire", "world"]),
    ("fidelity", &["error", "operation", "wire"]),
    (
        "auth",
        &["model", "error", "operation", "wire", "world", "config"],
    ),
    (
        "atlas",
        &["model", "error", "operation", "wire", "world", "auth"],
    ),
    (
        "cloud_manager",
        &["model", "error", "operation", "wire", "world", "auth"],
    ),
    (
        "control",
        &[
            "model",
            "error",
            "operation",
            "wire",
            "world",
            "config",
            "auth",
        ],
    ),
    ("recording", &["wire", "world"]),
    (
        "app",
        &[
            "recording",
            "error",
            "operation",
            "wire",
            "world",
            "config",
            "auth",
            "atlas",
            "cloud_manager",
            "control",
        ],
    ),
    ("server", &["model", "app", "auth", "config"]),
];

/// The parts that know no HTTP: neither its types nor the framework's.
const WITHOUT_HTTP: &[&str] = &["model", "error", "operation", "world"];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Every source file of the library with the part it belongs to.
fn files() -> Vec<(String, PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    sources(&root, &mut paths);
    let own = paths.into_iter().map(|path| {
        let part = path.strip_prefix(&root).unwrap().iter().next().unwrap();
        let part = part.to_str().unwrap().trim_end_matches(".rs").to_owned();
        let text = fs::read_to_string(&path).unwrap();
        (part, path, text)
    });
    own.filter(|(part, ..)| !matches!(part.as_str(), "lib" | "main" | "cli"))
        .collect()
}

/// The parts that a file names by `crate::`, one by one or in braces.
fn used(text: &str) -> BTreeSet<String> {
    let mut parts = BTreeSet::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        let list = match rest.strip_prefix('{') {
            Some(list) => list.split("};").next().unwrap(),
            None => rest,
        };
        let names = if rest.starts_with('{') {
            list.split(',').collect()
        } else {
            vec![list]
        };
        for name in names {
            let name = name.trim();
            let end = name.find(|letter: char| !letter.is_alphanumeric() && letter != '_');
            parts.insert(name[..end.unwrap_or(name.len())].to_owned());
        }
    }
    parts
}

#[test]
fn every_part_uses_only_what_lies_below_it() {
    for (part, path, text) in files() {
        let allowed = MAY_USE.iter().find(|(name, _)| *name == part);
        let (_, allowed) = allowed.unwrap_or_else(|| panic!("{part} is not in the table"));
        for used in used(&text) {
            let fine = used == part || allowed.contains(&used.as_str());
            assert!(fine, "{} uses crate::{used}", path.display());
        }
    }
}

#[test]
fn the_rules_know_no_http() {
    for (part, path, text) in files() {
        for forbidden in ["axum", "http::", "tower"] {
            let clean = !WITHOUT_HTTP.contains(&part.as_str()) || !text.contains(forbidden);
            assert!(clean, "{} names {forbidden}", path.display());
        }
    }
}

#[test]
fn files_stay_within_their_budget() {
    for (_, path, text) in files() {
        let lines = text.lines().count();
        assert!(lines <= 500, "{} has {lines} lines", path.display());
    }
}

#[test]
fn imports_in_braces_are_seen() {
    let text = "use crate::{atlas, control::state};\nuse crate::wire::json;";

    assert_eq!(
        used(text).into_iter().collect::<Vec<_>>(),
        ["atlas", "control", "wire"]
    );
}
