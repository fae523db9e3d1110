//! The report of how sure we are: a row per operation and outcome, derived from the tables.

use std::fmt::Write;

use crate::error::{ErrorCode, Evidence};
use crate::operation::{Api, OPERATIONS, Operation};
use crate::wire::truth::{Change, DIFFERENCES, Truth};

/// Every operation with every outcome, its evidence and where that is, as Markdown. `docs/fidelity.md`
/// contains it.
pub fn fidelity_report() -> String {
    let mut report = String::new();
    // Writing to a String cannot fail.
    let _ = write_report(&mut report);
    report
}

fn write_report(out: &mut String) -> std::fmt::Result {
    for operation in OPERATIONS {
        let paths: Vec<String> = operation
            .paths()
            .map(|(_, path)| format!("`{} {path}`", operation.method))
            .collect();
        writeln!(out, "### {}\n\n{}\n", operation.name, paths.join("<br>\n"))?;
        writeln!(
            out,
            "| status | outcome | evidence | source |\n| --- | --- | --- | --- |"
        )?;
        writeln!(
            out,
            "| {} | success | {} | {} |",
            operation.success,
            operation.evidence.word(),
            operation.source
        )?;
        for code in operation.refusals() {
            let row = code.row();
            let (evidence, source) = evidence(operation, code);
            writeln!(
                out,
                "| {} | `{}` ({code:?}) | {evidence} | {source} |",
                row.status, row.code
            )?;
        }
        writeln!(out)?;
    }
    writeln!(
        out,
        "### Where `--truth documented` differs\n\n| subject | recorded | documented | source |\n| --- | --- | --- | --- |"
    )?;
    for difference in DIFFERENCES {
        let (subject, recorded, documented) = match &difference.change {
            Change::Success {
                operation,
                documented,
            } => {
                let row = OPERATIONS.iter().find(|row| row.id == *operation);
                let (name, success) = row.map_or(("", 0), |row| (row.name, row.success));
                (
                    format!("success of {name}"),
                    success.to_string(),
                    documented.to_string(),
                )
            }
            Change::Refusal {
                recorded,
                documented,
            } => {
                let status =
                    |code: ErrorCode| format!("{} `{}`", code.row().status, code.row().code);
                (
                    format!("{recorded:?}"),
                    status(*recorded),
                    status(*documented),
                )
            }
            Change::ChallengeType { documented } => {
                let recorded = Truth::Recorded.challenge_type();
                (
                    "media type of the challenge".to_owned(),
                    format!("`{recorded}`"),
                    format!("`{documented}`"),
                )
            }
        };
        writeln!(
            out,
            "| {subject} | {recorded} | {documented} | {} |",
            difference.source
        )?;
    }
    Ok(())
}

/// Why we believe that an operation refuses so. A row that is used because no source speaks of this
/// operation is a conclusion here, whatever its evidence elsewhere. So is what was recorded of Atlas for
/// Cloud Manager and Ops Manager, of which no answer was.
fn evidence(operation: &Operation, code: ErrorCode) -> (&'static str, String) {
    let row = code.row();
    if operation.concluded.contains(&code) && row.evidence != Evidence::Inferred {
        let source = format!("{}; used here by conclusion", row.source);
        return (Evidence::Inferred.word(), source);
    }
    match (operation.api, row.evidence) {
        (Api::CloudManager, Evidence::Recorded) => {
            let source = format!("{}, recorded of the Atlas API", row.source);
            (Evidence::Inferred.word(), source)
        }
        (_, evidence) => (evidence.word(), row.source.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const BEGIN: &str = "<!-- generated: the rest of this page is printed by `atlas-migration-mock fidelity` -->\n\n";

    /// `UPDATE_DOCS=1 cargo test` rewrites the page.
    #[test]
    fn the_page_holds_the_report() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/fidelity.md");
        let page = fs::read_to_string(path).unwrap();
        let (head, tail) = page.split_once(BEGIN).unwrap();
        if std::env::var_os("UPDATE_DOCS").is_some() {
            fs::write(path, format!("{head}{BEGIN}{}", fidelity_report())).unwrap();
            return;
        }
        assert_eq!(tail, fidelity_report(), "run `UPDATE_DOCS=1 cargo test`");
    }

    #[test]
    fn every_row_of_the_error_table_is_an_outcome_of_some_operation() {
        let mut met: Vec<ErrorCode> = OPERATIONS
            .iter()
            .flat_map(crate::operation::Operation::refusals)
            .collect();
        // These answer no operation in particular, or only in truth `documented`, or only when preferred.
        met.extend([ErrorCode::ResourceNotFound, ErrorCode::ServiceUnavailable]);
        met.extend([
            ErrorCode::ValidationError,
            ErrorCode::RateLimited,
            ErrorCode::OAuthAccessDenied,
        ]);
        met.extend(
            DIFFERENCES
                .iter()
                .filter_map(|difference| match difference.change {
                    Change::Refusal { documented, .. } => Some(documented),
                    _ => None,
                }),
        );
        for code in ErrorCode::ALL {
            assert!(met.contains(code), "{code:?}");
        }
    }
}
